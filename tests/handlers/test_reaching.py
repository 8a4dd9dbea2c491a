"""Where guests are reached: told once in the right chat, and colleagues read at once who does not hear them and why."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.channels.base import Grant
from crm.conversations.accounts import Conversation, bind_guest, conversation, locate, set_reachable
from crm.conversations.fallback import leave_chat
from crm.conversations.grants import end_grants, give_grants
from crm.conversations.messages import Body, Message, MessageClass, NewMessage, message
from crm.conversations.outbox import queue_messages
from crm.conversations.reachability import guest_recipients
from crm.guests.profile import prefer_channel
from crm.service_requests.sharing import add_companion
from crm.staff.audit import AuditEntry
from crm.store import table
from handlers import notices
from tests.support.house import House, Person

audit = table(AuditEntry)

FIVE = Grant("message", 48 * 3600.0, 5)
TEMPLATE = Grant("template", 87_600 * 3600.0, 1_000_000, only="service")
PHONE = "+86 138 0013 8000"


def chat(house: House, guest: Person, channel: str, *grants: Grant, language: str = "en") -> Person:
    """Another chat of the guest, where they have just written."""
    house.later(minutes=1)
    who = f"{guest.name} on {channel}"
    place = locate(house.db, house.now, channel=channel, address=who, sender_id=who, name=who, language=language)
    assert guest.stay is not None
    bind_guest(house.db, place.account_id, guest.stay.guest_id)
    heard = {"last_inbound_at": house.now}
    house.db.execute(update(Conversation).where(conversation.c.id == place.conversation_id).values(**heard))
    give_grants(house.db, house.now, "here", place.conversation_id, grants)
    return Person(guest.name, place, language, stay=guest.stay)


def uses_up(house: House, person: Person, *grants: Grant) -> None:
    """The platform has let us speak to them, and does not any more."""
    give_grants(house.db, house.now, "here", person.place.conversation_id, grants or (FIVE,))
    end_grants(house.db, person.place.conversation_id)


def ordered(house: House, guest: Person) -> int:
    house.ask(guest, "request_service", service="towels", quantity=2)
    return house.requests()[0].number


def test_a_colleague_reads_that_the_guest_does_not_hear_it_and_what_to_do(house: House) -> None:
    guest, maid, desk = house.guest(phone=PHONE), house.staff("Maria"), house.staff("Dora", "front_desk")
    number = ordered(house, guest)
    uses_up(house, guest)
    accepted = house.ask(maid, "accept_request", number=number).own
    assert accepted.endswith("\nNot reached now: fake waits until the guest writes · if urgent, tell them in person")
    assert "guest told" not in accepted
    assert PHONE not in accepted
    done = house.ask(desk, "reassign_request", number=number, name="Dora").own
    assert done.endswith(f"waits until the guest writes · if urgent, phone {PHONE}")
    looked_at = [row.subject for row in house.db.execute(select(audit.c.subject))]
    assert guest.stay
    assert looked_at == [f"guest:{guest.stay.guest_id}"]


def test_where_the_guest_hears_it_nothing_more_is_said(house: House) -> None:
    guest, maid = house.guest(), house.staff("Maria")
    number = ordered(house, guest)
    give_grants(house.db, house.now, "here", guest.place.conversation_id, [FIVE])
    assert house.ask(maid, "accept_request", number=number).own.endswith("guest told")
    house.later(hours=49)
    assert "Not reached now" in house.ask(maid, "start_request", number=number).own
    give_grants(house.db, house.now, "here", guest.place.conversation_id, [TEMPLATE])
    assert house.ask(maid, "complete_request", number=number).own.endswith("guest told")


def test_what_another_chat_of_theirs_carries_is_heard(house: House) -> None:
    guest, maid = house.guest(), house.staff("Maria")
    number = ordered(house, guest)
    uses_up(house, guest)
    chat(house, guest, "telegram")
    assert house.ask(maid, "accept_request", number=number).own.endswith("guest told")


def test_a_blocked_chat_is_told_as_such_in_chinese(house: House) -> None:
    guest, desk = house.guest(phone=PHONE), house.staff("小周", "front_desk", language="zh")
    number = ordered(house, guest)
    leave_chat(house.db, house.now, guest.place.conversation_id, guest.place.account_id)
    heard = house.ask(desk, "decline_request", number=number, reason="no_stock")
    assert heard.own.splitlines()[-1] == f"暂时收不到：9:00 起在fake屏蔽了我们 · 打 {PHONE}"


def test_whoever_takes_over_or_writes_hears_that_their_words_wait(house: House) -> None:
    """Words of a colleague are bound to the chat: a template does not carry them, and no other chat does."""
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    uses_up(house, guest)
    give_grants(house.db, house.now, "here", guest.place.conversation_id, [TEMPLATE])
    taken = house.ask(desk, "take_over", room="302")
    assert "Not reached now: fake waits until the guest writes" in taken.own
    held = house.ask(desk, "write_to_guest", room="302", text="Good evening")
    assert held.by(guest).endswith("Good evening")
    assert "Not reached now" in held.own


def test_of_two_guests_it_is_told_how_many_do_not_hear(house: House) -> None:
    anna, maid = house.guest(), house.staff("Maria")
    ben = house.guest("Ben Low", "302")
    number = ordered(house, anna)
    house.ask(ben, "request_service", service="towels", quantity=2)
    uses_up(house, ben)
    told = house.ask(maid, "accept_request", number=number)
    assert "guest told" in told.own
    assert "Not reached now: 1 of 2 guests, fake waits" in told.own
    assert told.by(anna)
    assert told.by(ben)


@pytest.mark.parametrize("seed", range(12))
def test_each_guest_hears_each_piece_of_news_exactly_once(house: House, seed: int) -> None:
    """Whatever chats they have, wherever they asked, whatever is blocked or waits, and whatever they prefer."""
    chance = random.Random(seed)
    guests = [house.guest(name, "302") for name in ("Anna Berg", "Ben Low", "Cara Diaz")]
    chats = {each.name: [each] for each in guests}
    for guest in guests:
        for channel in chance.sample(["telegram", "wechat", "web", "console"], chance.randint(0, 3)):
            grants = chance.choice([(), (FIVE,), (TEMPLATE,)]) if channel == "wechat" else ()
            chats[guest.name].append(chat(house, guest, channel, *grants))
        assert guest.stay
        prefer_channel(house.db, guest.stay.guest_id, chance.choice(["", "wechat", "telegram", "web"]))
    number = ordered(house, chance.choice(chats[guests[0].name]))
    request = house.requests()[0]
    for guest in guests[1:]:
        for each in chance.sample(chats[guest.name], chance.randint(1, len(chats[guest.name]))):
            assert guest.stay
            add_companion(house.db, request, each.place.conversation_id, guest.stay.guest_id)
    everywhere = {each.place.conversation_id: each for some in chats.values() for each in some}
    gone = {each for each in everywhere if chance.random() < 0.25}
    for place in gone:
        set_reachable(house.db, everywhere[place].place.account_id, house.now)
    replies = notices.for_guest(house.turn(house.staff("Maria"), "accept_request", number=number), request, "accepted")
    heard = Counter(reply.to.guest_id for reply in replies if reply.to)
    assert heard == Counter(guest.stay.guest_id for guest in guests if guest.stay)
    for place in (reply.to.conversation_id for reply in replies if reply.to):
        others = {each.place.conversation_id for each in chats[everywhere[place].name]}
        assert place not in gone or others <= gone


def test_whoever_acts_in_one_chat_is_not_told_it_in_another(house: House) -> None:
    guest = house.guest()
    telegram = chat(house, guest, "telegram")
    number = ordered(house, guest)
    request = house.requests()[0]
    assert guest.stay
    add_companion(house.db, request, telegram.place.conversation_id, guest.stay.guest_id)
    assert not house.ask(telegram, "cancel_request", number=number).by(guest)


def test_news_goes_where_the_guest_wants_it_as_long_as_it_can(house: House) -> None:
    guest, maid = house.guest(), house.staff("Maria")
    wechat, telegram = chat(house, guest, "wechat", FIVE), chat(house, guest, "telegram")
    number = ordered(house, telegram)
    said = house.ask(guest, "prefer_channel", channel="wechat").own
    assert said == "I will write to you on WeChat. What you ask is answered where you ask it."
    accepted = house.ask(maid, "accept_request", number=number)
    assert (bool(accepted.by(wechat)), accepted.by(telegram)) == (True, "")
    house.later(hours=49)
    started = house.ask(maid, "start_request", number=number)
    assert (started.by(wechat), bool(started.by(telegram))) == ("", True)
    assert guest.stay
    assert guest_recipients(house.db, house.now, [guest.stay.guest_id])[0].channel == "telegram"
    give_grants(house.db, house.now, "here", wechat.place.conversation_id, [FIVE])
    assert house.ask(maid, "complete_request", number=number).by(wechat)


def test_what_may_not_be_said_in_one_chat_goes_to_the_preferred_one(house: House) -> None:
    guest = house.guest()
    telegram, web = chat(house, guest, "telegram"), chat(house, guest, "web")
    house.ask(guest, "prefer_channel", channel="telegram")
    new = NewMessage(guest.place.conversation_id, "fake", "en", Body("Towels are there"), MessageClass.SERVICE)
    (message_id,) = queue_messages(house.db, house.now, [new])
    leave_chat(house.db, house.now, guest.place.conversation_id, guest.place.account_id)
    row = house.db.execute(select(message.c.conversation_id, message.c.moved_from).where(message.c.id == message_id))
    assert row.all() == [(telegram.place.conversation_id, guest.place.conversation_id)]
    assert web.place.conversation_id != telegram.place.conversation_id


def test_here_anywhere_and_a_chat_that_is_not_there(house: House) -> None:
    guest = house.guest(language="zh")
    telegram = chat(house, guest, "telegram", language="zh")
    here = house.ask(telegram, "prefer_channel", channel="here")
    assert here.own == "好的，有消息就发到这里。您在哪里问，我就在哪里答。"
    assert guest.stay
    assert guest_recipients(house.db, house.now, [guest.stay.guest_id])[0].channel == "telegram"
    assert house.ask(guest, "prefer_channel", channel="wechat").own.startswith("您还没有在微信上和我说过话")
    assert house.press(telegram, here, "哪里都可以").own == "好的，您最近在哪里写，消息就发到哪里。"
    uses_up(house, chat(house, guest, "wecom_kf", language="zh"))
    waits = house.ask(guest, "prefer_channel", channel="wechat").own
    assert waits.startswith("好的，有消息就发到您的微信客服。那边要您先写一句，我才能发")


def test_what_a_guest_prefers_stands_on_their_card(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    chat(house, guest, "telegram")
    assert house.ask(guest, "prefer_channel", channel="telegram").own
    assert house.ask(desk, "guest_card", room="302").replies[0].attachments


def test_each_chat_of_a_guest_is_told_with_what_may_be_said_there(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    chat(house, guest, "telegram")
    wechat = chat(house, guest, "wechat", FIVE, TEMPLATE)
    kf = chat(house, guest, "wecom_kf")
    uses_up(house, kf)
    set_reachable(house.db, guest.place.account_id, house.now)
    house.ask(wechat, "prefer_channel", channel="here")
    assert house.ask(desk, "where_reached", room="302").own.splitlines() == [
        "Anna Berg · 302",
        "WeChat (preferred) · can be written to now: the guest wrote, 5 left, until Wed 9:02 am; "
        "by template, service news only",
        "Telegram · can be written to now",
        "WeChat · waits until the guest writes, last heard 9:03 am",
        "fake · the guest has blocked us since 9:03 am",
    ]
    end_grants(house.db, wechat.place.conversation_id)
    own = house.ask(desk, "where_reached", name="Anna Berg").own
    assert "WeChat (preferred) · waits until the guest writes, last heard 9:02 am · notices refused" in own
    subjects = [row.subject for row in house.db.execute(select(audit.c.subject))]
    assert guest.stay
    assert subjects == [f"guest:{guest.stay.guest_id}"] * 2


def test_who_has_no_chat_is_reached_nowhere_and_whoever_may_not_know_is_told_nothing(house: House) -> None:
    house.book("王芳", "302")
    desk, maid = house.staff("小周", "front_desk", language="zh"), house.staff("小李", language="zh")
    assert house.ask(desk, "where_reached", room="302").own.startswith("王芳 · 302：还没有关联聊天")
    assert "王芳" not in house.ask(maid, "where_reached", room="302").own


@pytest.mark.parametrize(
    ("settled", "reason", "advice"),
    [
        ({"reason": "no_grant"}, "waits until the guest writes", "It goes out as soon as the guest writes there"),
        ({"state": "expired", "reason": "no_grant"}, "did not write in time, expired", "If it still matters"),
        (
            {"state": "suppressed", "reason": "told_elsewhere"},
            "told in another chat of the guest",
            "The guest has heard",
        ),
        ({"state": "sent", "moved_from": "here"}, "went out in another chat of the guest", "Moved because"),
    ],
)
def test_why_a_message_waits_or_went_elsewhere(house: House, settled: dict[str, str], reason: str, advice: str) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    telegram = chat(house, guest, "telegram")
    moved = "moved_from" in settled
    place = telegram.place if moved else guest.place
    new = NewMessage(place.conversation_id, "telegram" if moved else "fake", "en", Body("Taxi"), MessageClass.SERVICE)
    (message_id,) = queue_messages(house.db, house.now, [new])
    values = {**settled, "settled_at": house.now} | ({"moved_from": guest.place.conversation_id} if moved else {})
    house.db.execute(update(Message).where(message.c.id == message_id).values(**values))
    title, line, what_to_do = house.ask(desk, "why_not_delivered", room="302").own.splitlines()
    is_missing = "no_grant" in settled.values()
    assert ("1 not delivered" in title) == is_missing
    assert ("nothing is undelivered" in title) == (not is_missing)
    assert line.startswith(f"9:01 am · service news “Taxi” · {'Telegram' if moved else 'fake'} · ")
    assert reason in line
    assert what_to_do.startswith(advice)


def test_an_answer_is_told_once_to_who_asked_in_two_chats(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    telegram = chat(house, guest, "telegram")
    for person in (guest, telegram):
        house.ask(person, "ask_house", said="Is there a sauna?", question="Is there a sauna?", telling=["sauna"])
    house.later(minutes=5)
    house.ask(desk, "add_knowledge", content="The sauna is on the roof, 8 to 22.", title="Is there a sauna?")
    heard = house.wait(minutes=30)
    told = [reply for reply in heard.replies if "on the roof" in reply.text]
    assert [reply.to.guest_id for reply in told if reply.to] == [guest.stay.guest_id if guest.stay else ""]


def test_grants_that_are_over_are_no_way(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    give_grants(house.db, house.now, "here", guest.place.conversation_id, [Grant("click", 60, 3)])
    assert "3 left" in house.ask(desk, "where_reached", room="302").own
    house.now += timedelta(seconds=60)
    assert "waits until the guest writes" in house.ask(desk, "where_reached", room="302").own
