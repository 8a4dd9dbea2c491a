"""A mass send to the followers of the official account: who is reached, how often, once, and what its author reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import select, update

from crm.broadcasts import followers
from crm.broadcasts.followers import MassSendRecipient, note_result, openids_of
from crm.broadcasts.mass_sends import MassSend
from crm.conversations.accounts import bind_guest, bind_staff, locate, set_reachable
from crm.conversations.consents import has_agreed
from crm.conversations.messages import Message, message, open_body
from crm.staff.audit import AuditEntry
from crm.store import table
from tests.support.house import Heard, House, Person

WORDS = "Noodles for breakfast this weekend"
START = {"en": "Send it", "zh": "确认群发"}
mass_send, recipient = table(MassSend), table(MassSendRecipient)


@pytest.fixture
def marketing(house: House) -> Person:
    return house.staff("Mei", "marketing")


def follower(house: House, openid: str, *, agrees: bool = True, guest: Person | None = None) -> Person:
    """Somebody who follows the official account, and is in their private chat."""
    place = locate(house.db, house.now, channel="wechat", address=openid, sender_id=openid, language="zh")
    if guest is not None and guest.stay is not None:
        bind_guest(house.db, place.account_id, guest.stay.guest_id)
    person = Person(openid, place, "zh", stay=guest.stay if guest else None)
    if agrees:
        asked = house.ask(person, "agree_to_news")
        assert not has_agreed(house.db, place.conversation_id)
        assert "每月最多 4 条" in house.press(person, asked, "接收优惠消息").own
    return person


def many(house: House, count: int) -> list[Person]:
    return [follower(house, f"o-{number:02}") for number in range(count)]


def send(house: House, author: Person, words: str = WORDS, language: str = "en") -> Heard:
    counted = house.ask(author, "send_to_followers", content=words)
    return house.press(author, counted, START[language])


def out(house: House) -> list[Any]:
    """What has been queued for many, and for one alone."""
    query = select(message).where(message.c.message_class == "broadcast").order_by(message.c.id)
    return list(house.db.execute(query).all())


def people_of(house: House) -> list[list[str]]:
    return [openids_of(house.db, each.id) for each in out(house) if each.channel == "wechat_followers"]


def settle(house: House, *messages: Any, state: str = "sent", **values: Any) -> None:
    for each in messages:
        known = {"external_id": f"platform-{each.id}", "settled_at": house.now, "attempts": each.attempts + 1}
        changed = update(Message).where(message.c.id == each.id).values(state=state, **{**known, **values})
        house.db.execute(changed)


def told(house: House, each: Any, status: str = "send success", **counts: int) -> None:
    note_result(house.db, house.now, f"platform-{each.id}", status, counts)


@pytest.mark.parametrize(
    ("language", "reaches", "left_out"),
    [("en", "Reaches 2.", "Have not agreed: 3"), ("zh", "能到 2 位。", "没同意接收：3 位，不发")],
)
def test_only_who_has_agreed_and_still_follows_is_reached(
    house: House, language: str, reaches: str, left_out: str
) -> None:
    author = house.staff("Mei", "marketing", language=language)
    many(house, 2)
    follower(house, "o-silent", agrees=False)
    house.ask(follower(house, "o-ended"), "end_news")
    follower(house, "o-other-words", agrees=False)
    gone = follower(house, "o-gone")
    set_reachable(house.db, gone.place.account_id, house.now)
    colleague = follower(house, "o-colleague")
    assert author.member
    bind_staff(house.db, colleague.place.account_id, author.member)
    counted = house.ask(author, "send_to_followers", content=WORDS)
    assert reaches in counted.own
    assert left_out in counted.own
    assert WORDS in counted.own
    assert counted.labels == [START[language]]
    assert not out(house)
    house.press(author, counted, START[language])
    house.wait(5)
    assert people_of(house) == [["o-00", "o-01"]]


def test_nobody_who_agreed_is_nobody_to_send_to(house: House, marketing: Person) -> None:
    follower(house, "o-silent", agrees=False)
    counted = house.ask(marketing, "send_to_followers", content=WORDS)
    assert "Nobody to send to" in counted.own
    assert not counted.labels


def test_pressed_twice_it_goes_out_once_with_the_way_to_stop_it(house: House, marketing: Person) -> None:
    many(house, 3)
    counted = house.ask(marketing, "send_to_followers", content=WORDS)
    assert "On its way. Followers: 3." in house.press(marketing, counted, "Send it").own
    assert "Mass send (" in house.press(marketing, counted, "Send it").own
    house.wait(30)
    (only,) = out(house)
    said = open_body(house.db, only.id, only.body).text
    assert said == f"{WORDS}\n\n不想再收，请回复“退订”。"
    entries = house.db.execute(select(table(AuditEntry).c.action)).scalars().all()
    assert entries.count("send_to_followers") == 2  # drafted, and started


def test_a_guest_with_two_accounts_hears_it_once(house: House, marketing: Person) -> None:
    guest = house.guest()
    follower(house, "o-1", guest=guest)
    follower(house, "o-2", guest=guest)
    follower(house, "o-3")
    assert "Reaches 2." in house.ask(marketing, "send_to_followers", content=WORDS).own
    send(house, marketing)
    house.wait(5)
    assert people_of(house) == [["o-1", "o-3"]]


def test_followers_are_read_by_the_page_and_the_one_left_over_hears_it_alone(
    house: House, marketing: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "MOST_AT_ONCE", 3)
    many(house, 7)
    send(house, marketing)
    house.wait(60)
    assert people_of(house) == [["o-00", "o-01", "o-02"], ["o-03", "o-04", "o-05"]]
    alone = out(house)[-1]
    assert (alone.channel, open_body(house.db, alone.id, alone.body).text.partition("\n")[0]) == ("wechat", WORDS)
    assert len(house.db.execute(select(recipient)).all()) == 7
    settle(house, *out(house))
    for each in out(house)[:2]:
        told(house, each, total=3, filtered=3, sent=3)
    assert "For 7 followers, arrived at 7." in house.wait(60).by(marketing)


def test_four_a_month_and_not_one_more(house: House, marketing: Person) -> None:
    many(house, 2)
    for day in range(4):
        send(house, marketing, f"{WORDS} {day}")
        house.wait(10)
        settle(house, out(house)[-1])
        house.later(days=1, hours=1)
    follower(house, "o-new-1")
    counted = house.ask(marketing, "send_to_followers", content=WORDS)
    assert "Reaches 1." in counted.own
    assert "Had four this month: 2." in counted.own
    house.later(days=4)  # December
    assert "Reaches 3." in house.ask(marketing, "send_to_followers", content=WORDS).own


def test_what_was_certainly_not_sent_is_none_of_the_four(house: House, marketing: Person) -> None:
    many(house, 2)
    send(house, marketing)
    house.wait(5)
    settle(house, *out(house), state="failed", reason="wechat_45028", external_id="")
    for day in range(3):
        house.later(days=1, hours=1)
        send(house, marketing, f"{WORDS} {day}")
        house.wait(10)
        settle(house, out(house)[-1])
    house.later(days=1, hours=1)
    assert "Reaches 2." in house.ask(marketing, "send_to_followers", content=WORDS).own


def test_who_unsubscribes_is_left_out_of_what_is_queued(house: House, marketing: Person) -> None:
    first, second, _ = many(house, 3)
    send(house, marketing)
    house.wait(5)
    house.ask(second, "end_news")
    set_reachable(house.db, first.place.account_id, house.now)
    assert people_of(house) == [["o-02"]]
    settle(house, *out(house), state="failed", reason="too_few", external_id="")
    house.wait(60)
    (batch, alone) = out(house)
    assert (batch.state, alone.channel) == ("failed", "wechat")
    house.ask(follower(house, "o-02", agrees=False), "end_news")
    assert [(each.state, each.reason) for each in out(house)][1] == ("suppressed", "withdrawn")
    assert "they have just unsubscribed" in house.wait(60).by(marketing)


def test_ended_in_one_chat_is_ended_in_all(house: House) -> None:
    guest = house.guest()
    chats = [follower(house, "o-1", guest=guest), house.another_chat(guest)]
    house.ask(chats[1], "agree_to_news", sure=True)
    assert "no more news and offers" in house.ask(guest, "end_news").own
    assert not any(has_agreed(house.db, each.place.conversation_id) for each in chats)
    house.ask(chats[1], "agree_to_news", sure=True)
    assert [has_agreed(house.db, each.place.conversation_id) for each in chats] == [False, True]


@pytest.mark.parametrize(("hours", "when"), [(13, "goes out tomorrow 9:00 am"), (23.5, "goes out 9:00 am")])
def test_at_night_it_waits_for_the_morning(house: House, marketing: Person, hours: float, when: str) -> None:
    many(house, 2)
    house.later(hours=hours)  # from nine in the morning on
    assert when in send(house, marketing).own
    house.wait(60)
    assert not out(house)
    house.later(hours=24 - hours)
    house.wait(10)
    assert len(out(house)) == 1


def test_the_platforms_counts_are_reported_whenever_they_come(house: House, marketing: Person) -> None:
    many(house, 5)
    send(house, marketing)
    house.wait(5)
    (batch,) = out(house)
    told(house, batch, total=5, filtered=3, sent=2, errors=1)  # before we have written down its number
    told(house, batch, total=9, filtered=9, sent=9)  # told again
    assert "under way 5" in house.ask(marketing, "unconfirmed_sends").own
    settle(house, batch)
    said = house.wait(60).by(marketing)
    assert "For 5 followers, arrived at 2; left out by WeChat 2" in said
    assert "failed 1." in said
    assert not house.wait(300).by(marketing)


@pytest.mark.parametrize(
    ("language", "waits", "arrived"),
    [("en", "3 not reported by WeChat yet", "arrived at 3."), ("zh", "3 位等微信回报", "已到 3 位。")],
)
def test_how_far_it_is_may_be_asked(house: House, language: str, waits: str, arrived: str) -> None:
    author = house.staff("Mei", "marketing", language=language)
    many(house, 3)
    send(house, author, language=language)
    house.wait(5)
    settle(house, *out(house))
    assert waits in house.ask(author, "unconfirmed_sends").own
    told(house, out(house)[0], total=3, filtered=3, sent=3)
    assert arrived in house.wait(10).by(author)
    assert arrived in house.ask(author, "unconfirmed_sends").own


REASONS: Sequence[tuple[Mapping[str, str], str]] = [
    ({"state": "failed", "reason": "wechat_48001"}, "may not mass send by interface"),
    ({"state": "failed", "reason": "wechat_45028"}, "no mass sends left"),
    ({"state": "failed", "reason": "wechat_45002"}, "the platform does not take it. (wechat_45002)"),
    ({"state": "failed", "reason": "nobody"}, "nobody is left"),
    ({"state": "expired", "reason": "too_late"}, "could not be reached for a day"),
]


@pytest.mark.parametrize(("settled", "why"), REASONS)
def test_what_was_not_sent_is_told_with_the_reason(
    house: House, marketing: Person, settled: dict[str, str], why: str
) -> None:
    many(house, 2)
    send(house, marketing)
    house.wait(5)
    settle(house, *out(house), **settled, external_id="")
    said = house.wait(60).by(marketing)
    assert why in said
    assert "arrived at 0" in said


def test_what_did_not_pass_the_review_has_reached_nobody(house: House, marketing: Person) -> None:
    many(house, 2)
    send(house, marketing)
    house.wait(5)
    settle(house, *out(house))
    told(house, out(house)[0], "err(10001)", total=2)
    said = house.wait(60).by(marketing)
    assert "did not pass WeChat's review" in said
    assert "arrived at 0; not sent 2." in said


def test_what_may_have_arrived_is_asked_again_under_its_number_and_not_for_ever(
    house: House, marketing: Person
) -> None:
    many(house, 2)
    send(house, marketing)
    house.wait(5)
    for tries in range(1, 6):
        (batch,) = out(house)
        assert batch.state == "queued"
        settle(house, batch, state="uncertain", reason="process_died", external_id="", attempts=tries)
        house.wait(hours=1)
        (again,) = out(house)
        assert again.id == batch.id
        assert again.state == ("queued" if tries < 5 else "uncertain")
    assert "Not certain whether it went out" in house.ask(marketing, "unconfirmed_sends").own


def test_the_one_who_is_left_after_a_lost_answer_is_not_written_to_again(house: House, marketing: Person) -> None:
    _, second = many(house, 2)
    send(house, marketing)
    house.wait(5)
    settle(house, *out(house), state="uncertain", reason="process_died", external_id="")
    house.wait(60)
    house.ask(second, "end_news")
    settle(house, *out(house), state="failed", reason="too_few", external_id="")
    assert "was not written to again" in house.wait(60).by(marketing)
    assert len(out(house)) == 1


def test_after_most_of_a_day_the_platform_may_have_forgotten_the_number(house: House, marketing: Person) -> None:
    many(house, 2)
    send(house, marketing)
    house.wait(5)
    house.later(hours=21)
    settle(house, *out(house), state="uncertain", reason="process_died", external_id="")
    house.wait(3600)
    assert [each.state for each in out(house)] == ["uncertain"]


def test_what_the_platform_never_reports_ends_too(house: House, marketing: Person) -> None:
    many(house, 2)
    send(house, marketing)
    house.wait(5)
    settle(house, *out(house))
    house.later(hours=25)
    assert "told no result within a day" in house.wait(1800).by(marketing)


def test_a_second_one_within_a_day_is_pointed_out(house: House, marketing: Person) -> None:
    many(house, 2)
    first = house.ask(marketing, "send_to_followers", content=WORDS)
    second = house.ask(marketing, "send_to_followers", content="Fish soup tonight")
    house.press(marketing, first, "Send it")
    asked = house.press(marketing, second, "Send it")
    assert "Not sent yet: there was a mass send" in asked.own
    house.press(marketing, asked, "Send it anyway")
    house.wait(10)
    assert len(out(house)) == 2


def test_what_cannot_be_sent_is_answered_plainly(house: House, marketing: Person) -> None:
    many(house, 2)
    asked = house.ask(marketing, "send_to_followers")
    assert "What is to be sent" in asked.own
    assert "Reaches 2." in house.reply(marketing, asked, WORDS).own
    too_long = house.ask(marketing, "send_to_followers", content="粥" * 700)
    assert "Too long" in too_long.own
    assert too_long.asks == "content"
    assert "Pictures do not go along" in house.show(marketing, "send_to_followers", [house.photo()], content=WORDS).own


def test_another_ones_draft_is_not_started(house: House, marketing: Person) -> None:
    many(house, 2)
    counted = house.ask(marketing, "send_to_followers", content=WORDS)
    (button,) = counted.buttons
    heard = house.ask(house.staff("Max", "manager"), button.call.intent, **button.call.slots)
    assert "Mass send" not in heard.own
    house.wait(10)
    assert not out(house)
    wrong = house.ask(marketing, "send_to_customers", **button.call.slots)
    assert "Given to WeCom" not in wrong.own


def test_whoever_works_for_one_house_of_two_sends_to_nobody(house: House) -> None:
    author = house.staff("Mei", "marketing", properties=[house.home])
    many(house, 2)
    house.another_property()
    assert "the whole company's" in house.ask(author, "send_to_followers", content=WORDS).own


def test_page_of_a_send_whose_followers_all_left_ends(house: House, marketing: Person) -> None:
    gone = many(house, 2)
    send(house, marketing)
    for each in gone:
        set_reachable(house.db, each.place.account_id, house.now)
    assert "nobody is left" in house.wait(60).by(marketing)
    assert not out(house)
    assert house.db.execute(select(mass_send.c.state)).scalars().all() == ["over"]
