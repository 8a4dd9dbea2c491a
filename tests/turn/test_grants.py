"""Where the house may speak only when the platform lets it: what waits, what goes together, and what goes elsewhere."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.channels.base import Grant, MaybeSent, NoGrant, NotSent, Refused, Unreachable
from crm.conversations.accounts import account, bind_guest
from crm.conversations.attachments import Content, store_files
from crm.conversations.granted import ELSEWHERE_AFTER
from crm.conversations.grants import grant, permissions
from crm.conversations.messages import LIFETIME, Body, MessageClass, NewMessage, message
from crm.conversations.outbox import queue_messages
from tests.support.fake_channel import FakeChannel, GrantingChannel
from tests.turn.houses import House

pytestmark = pytest.mark.anyio

HOURS_48 = 48 * 3600.0
FIVE = Grant("message", HOURS_48, 5)
ONE = Grant("message", HOURS_48, 1)
PASSIVE = Grant("passive", 4.5, 1, is_here=True)
TEMPLATE = Grant("template", 10 * HOURS_48, 1_000, only="service")


async def test_what_has_no_grant_waits_for_one_and_then_goes_out_together(house: House) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    async with house.running(channel):
        house.queue(place, "towels are on their way", "your taxi is booked", message_class=MessageClass.SERVICE)
        await house.until(lambda: _waiting(house) == ["no_grant", "no_grant"])
        await channel.lets_us_speak("wang", ONE)
        await channel.hears("wang", "taxi")
        await house.quiet()
    assert channel.texts("wang") == ["towels are on their way\n\nyour taxi is booked"]
    assert house.states("out") == ["sent", "sent"]
    assert _remaining(house) == {"message": 0}


async def test_no_more_is_sent_than_the_platform_allows_nor_after_its_window(house: House) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    async with house.running(channel):
        await channel.lets_us_speak("wang", Grant("message", 60, 2))
        for number in range(3):
            house.queue(place, f"news {number}")
            await house.until(lambda: house.states("out")[-1] == "sent" or _waiting(house))
        assert channel.texts("wang") == ["news 0", "news 1"]
        await channel.lets_us_speak("wang", Grant("message", 60, 2))
        await channel.hears("wang", "news 2")
        house.clock.forward(61)
        house.queue(place, "too late")
        await house.until(lambda: _waiting(house))
        house.clock.forward(LIFETIME.total_seconds())
        await house.until(lambda: house.states("out")[-1] == "expired")
    assert house.rows(select(message.c.reason).where(message.c.state == "expired")) == [("no_grant",)]
    assert "too late" not in channel.texts("wang")


async def test_an_event_told_twice_gives_its_grant_once(house: House) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    async with house.running(channel):
        await channel.lets_us_speak("wang", ONE, key="click")
        house.queue(place, "news")
        await channel.hears("wang", "news")
        await house.quiet()
        await channel.lets_us_speak("wang", ONE, key="click")
    assert _remaining(house) == {"message": 0}


async def test_a_redelivered_message_opens_its_request_anew_and_nothing_else(house: House) -> None:
    channel = GrantingChannel()
    async with house.running(channel):
        await channel.says("wang", "hello", key="k", grants=[ONE, PASSIVE])
        await house.quiet()
        await channel.says("wang", "hello", key="k", grants=[ONE, PASSIVE])
        await house.quiet()
    assert len(channel.texts("wang")) == 1
    assert _remaining(house) == {"message": 1, "passive": 1}


async def test_the_reply_takes_the_open_request_along_with_what_waited(house: House) -> None:
    """The request is open before the turn is over: what waited must not take it from the reply."""
    place, channel = house.place("wang"), GrantingChannel()
    async with house.running(channel, burst_seconds=1.0):
        house.queue(place, "your towels are there", message_class=MessageClass.SERVICE)
        await house.until(lambda: _waiting(house))
        await channel.says("wang", "hello", grants=[PASSIVE])
        await channel.hears("wang", "towels")
        await house.quiet()
    (heard,) = channel.heard["wang"]
    assert heard.outbound.by == "passive"
    assert heard.text.startswith("your towels are there\n\n")
    assert len(heard.text) > len("your towels are there\n\n")


async def test_what_was_planned_follows_the_reply_and_goes_along_only_in_an_open_request(house: House) -> None:
    """There it is certain what arrived; else a reply may be said twice, and what was planned may not."""
    place, channel = house.place("wang"), GrantingChannel()
    async with house.running(channel):
        house.queue(place, "how was your stay?", message_class=MessageClass.CARE)
        await house.until(lambda: _waiting(house))
        house.queue(place, "a reply")
        await house.until(lambda: len(_waiting(house)) == 2)
        await channel.lets_us_speak("wang", PASSIVE)
        await channel.hears("wang", "stay")
        assert channel.texts("wang") == ["a reply\n\nhow was your stay?"]
        house.queue(place, "an offer", message_class=MessageClass.OFFER)
        house.queue(place, "another reply")
        await house.until(lambda: len(_waiting(house)) == 2)
        await channel.lets_us_speak("wang", FIVE)
        await channel.hears("wang", "offer")
    assert channel.texts("wang")[1:] == ["another reply", "an offer"]


async def test_what_waited_takes_the_open_request_at_the_last_moment(house: House) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    async with house.running(channel, burst_seconds=10.0):
        house.queue(place, "your towels are there", message_class=MessageClass.SERVICE)
        await house.until(lambda: _waiting(house))
        await channel.says("wang", "hello", grants=[PASSIVE])
        heard = await channel.hears("wang", "towels", seconds=4.5)
    assert heard.outbound.by == "passive"
    assert heard.text == "your towels are there"


async def test_an_open_request_is_left_to_the_process_that_holds_it(house: House) -> None:
    """Another replica would find the longer grant and spend that, while the platform waits in vain."""
    here, there = GrantingChannel(), GrantingChannel()
    async with house.running(here, there):
        for number in range(6):
            await here.says(f"guest{number}", "hello", grants=[FIVE, PASSIVE])
        await house.quiet()
        for number in range(6):
            assert [each.outbound.by for each in here.heard[f"guest{number}"]] == ["passive"]
    assert not there.heard


@pytest.mark.parametrize(
    ("failure", "left"),
    [(NotSent("away", retry_after=60), 5), (Refused("too odd"), 5), (MaybeSent("no answer"), 4), (NoGrant("over"), 0)],
)
async def test_a_grant_is_spent_by_what_may_have_arrived(house: House, failure: Exception, left: int) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    channel.failures["wang"].append(failure)  # type: ignore[arg-type]
    async with house.running(channel):
        await channel.lets_us_speak("wang", FIVE)
        house.queue(place, "an offer", message_class=MessageClass.OFFER)
        await channel.until_tried(1)
        await house.until(lambda: "sending" not in house.states("out"))
    assert channel.texts("wang") == []
    assert _remaining(house) == {"message": left}


async def test_a_grant_is_renewed_before_the_send_that_failed_is_written_down(house: House) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    channel.failures["wang"].append(NotSent("away", retry_after=60))
    channel.hold.clear()
    async with house.running(channel):
        await channel.lets_us_speak("wang", FIVE)
        house.queue(place, "news")
        await channel.until_tried(1)
        await channel.lets_us_speak("wang", FIVE)
        channel.hold.set()
        await house.until(lambda: house.states("out") == ["queued"])
    assert _remaining(house) == {"message": 5}


async def test_what_is_on_its_way_counts_for_the_permission_that_comes_meanwhile(house: House) -> None:
    """The platform counts from the guest's last word on, and what arrives after it is one of the five."""
    place, channel = house.place("wang"), GrantingChannel()
    channel.hold.clear()
    async with house.running(channel):
        await channel.lets_us_speak("wang", FIVE)
        house.queue(place, "news")
        await channel.until_tried(1)
        await channel.lets_us_speak("wang", FIVE)
        channel.hold.set()
        await channel.hears("wang", "news")
        await house.quiet()
    assert _remaining(house) == {"message": 4}


async def test_what_was_not_sent_gives_nothing_back_once_somebody_has_left(house: House) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    channel.failures["wang"].append(NotSent("away", retry_after=1))
    channel.hold.clear()
    async with house.running(channel):
        await channel.lets_us_speak("wang", FIVE)
        house.queue(place, "news")
        await channel.until_tried(1)
        await channel.blocks("wang")
        channel.hold.set()
        await house.until(lambda: _waiting(house) == ["no_grant"])
    assert _remaining(house) == {"message": 0}
    assert channel.texts("wang") == []


async def test_what_is_told_again_brings_nobody_back_who_has_left(house: House) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    async with house.running(channel):
        await channel.says("wang", "hello", key="k", grants=[PASSIVE])
        await channel.blocks("wang")
        await channel.says("wang", "hello", key="k", grants=[PASSIVE])
        gone = select(account.c.unreachable_since).where(account.c.id == place.account_id)
        assert house.rows(gone) != [(None,)]
        await channel.says("wang", "hello again", grants=[FIVE])
        assert house.rows(gone) == [(None,)]
        await house.quiet()


async def test_each_part_costs_a_grant_and_what_finds_none_waits(house: House) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    async with house.running(channel):
        await channel.lets_us_speak("wang", Grant("message", HOURS_48, 2))
        house.queue(place, "one\n---\ntwo\n---\nthree")
        await channel.hears("wang", "two")
        await house.until(lambda: _waiting(house))
        assert channel.texts("wang") == ["one", "two"]
        await channel.lets_us_speak("wang", FIVE)
        await channel.hears("wang", "three")
        await house.quiet()
    assert channel.texts("wang") == ["one", "two", "three"]
    assert _remaining(house) == {"message": 4}


@pytest.mark.parametrize(
    ("message_class", "heard"),
    [(MessageClass.REPLY, ["one", "two\nthree"]), (MessageClass.CARE, ["one", "three"])],
)
async def test_a_part_that_may_have_arrived_is_repeated_only_where_that_may_be(
    house: House, message_class: MessageClass, heard: list[str]
) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    channel.fails_at(2, MaybeSent("no answer"))
    async with house.running(channel):
        await channel.lets_us_speak("wang", FIVE)
        house.queue(place, "one\n---\ntwo\n---\nthree", message_class=message_class)
        await channel.hears("wang", "three")
        await house.quiet()
    assert channel.texts("wang") == heard


async def test_service_news_goes_by_template_when_there_is_nothing_better_and_nothing_else_does(house: House) -> None:
    place, channel = house.place("wang"), GrantingChannel()
    async with house.running(channel):
        await channel.lets_us_speak("wang", TEMPLATE)
        house.queue(place, "a reply")
        house.queue(place, "your taxi is here", message_class=MessageClass.SERVICE)
        await channel.hears("wang", "taxi")
        assert [each.outbound.by for each in channel.heard["wang"]] == ["template"]
        await channel.lets_us_speak("wang", FIVE)
        await channel.hears("wang", "a reply")
        house.queue(place, "the driver waits", message_class=MessageClass.SERVICE)
        await channel.hears("wang", "driver")
    assert [each.outbound.by for each in channel.heard["wang"]] == ["template", "message", "message"]


async def test_a_picture_alone_does_not_spend_a_template(house: House) -> None:
    place, channel, now = house.place("wang"), GrantingChannel(), house.clock()
    photo = Content("photo", "image/png", "towels.png", b"PNG")
    async with house.running(channel):
        await channel.lets_us_speak("wang", TEMPLATE)
        (attached,) = house.write(lambda db: store_files(db, now, [photo]))
        picture = NewMessage(place.conversation_id, "fake", "en", Body(attachments=[attached]), MessageClass.SERVICE)
        house.write(lambda db: queue_messages(db, now, [picture]))
        await house.until(lambda: _waiting(house))
    assert _remaining(house) == {"template": 1_000}


async def test_news_that_may_not_be_said_here_are_said_in_another_chat_of_the_guest(house: House) -> None:
    place, wechat, telegram = house.add_guest("wang"), GrantingChannel(), FakeChannel("other")
    _also_reached(house, "wang", place.account_id)
    async with house.running(wechat, telegram):
        house.queue(place, "a reply")
        house.queue(place, "towels are there", message_class=MessageClass.SERVICE)
        await house.until(lambda: len(_waiting(house)) == 2)
        assert telegram.texts("wang") == []
        house.clock.forward(ELSEWHERE_AFTER.total_seconds())
        await telegram.hears("wang", "towels")
        await wechat.lets_us_speak("wang", FIVE)
        await wechat.hears("wang", "a reply")
        await house.quiet()
    assert (wechat.texts("wang"), telegram.texts("wang")) == (["a reply"], ["towels are there"])


async def test_what_everybody_was_told_is_not_told_twice_to_somebody_with_two_chats(house: House) -> None:
    place, wechat, telegram = house.add_guest("wang"), GrantingChannel(), FakeChannel("other")
    there, now = _also_reached(house, "wang", place.account_id), house.clock()
    news = [
        NewMessage(each, channel, "en", Body("towels are there"), MessageClass.SERVICE, about="request")
        for each, channel in ((place.conversation_id, "fake"), (there, "other"))
    ]
    async with house.running(wechat, telegram):
        house.write(lambda db: queue_messages(db, now, news))
        await telegram.hears("wang", "towels")
        await house.until(lambda: _waiting(house))
        house.clock.forward(ELSEWHERE_AFTER.total_seconds())
        await house.quiet()
    assert (wechat.texts("wang"), telegram.texts("wang")) == ([], ["towels are there"])
    assert house.rows(select(message.c.reason).where(message.c.state == "suppressed")) == [("told_elsewhere",)]


async def test_whoever_leaves_takes_every_grant_back_and_hears_the_rest_elsewhere(house: House) -> None:
    place, wechat, telegram = house.add_guest("wang"), GrantingChannel(), FakeChannel("other")
    _also_reached(house, "wang", place.account_id)
    wechat.failures["wang"].append(Unreachable("does not follow"))
    async with house.running(wechat, telegram):
        await wechat.lets_us_speak("wang", FIVE)
        house.queue(place, "a reply")
        house.queue(place, "towels are there", message_class=MessageClass.SERVICE)
        await telegram.hears("wang", "towels")
        await house.quiet()
        house.queue(place, "more", message_class=MessageClass.SERVICE)
        await house.until(lambda: _waiting(house))
    assert wechat.texts("wang") == []
    assert _remaining(house) == {"message": 0}
    states = house.rows(select(message.c.state, message.c.reason).where(message.c.direction == "out").limit(2))
    assert states == [("failed", "blocked"), ("sent", "")]


async def test_a_chat_that_was_left_gives_nothing_to_one_that_cannot_be_written_to_either(house: House) -> None:
    place, wechat, other = house.add_guest("wang"), GrantingChannel(), GrantingChannel("other")
    _also_reached(house, "wang", place.account_id)
    async with house.running(wechat, other):
        await other.lets_us_speak("wang", Grant("click", 60, 3))
        house.clock.forward(61)
        house.queue(place, "towels are there", message_class=MessageClass.SERVICE)
        await house.until(lambda: _waiting(house))
        await wechat.blocks("wang")
        await house.quiet()
    assert house.rows(select(message.c.state, message.c.reason).where(message.c.direction == "out")) == [
        ("suppressed", "blocked")
    ]


async def test_a_thousand_waiting_messages_cost_the_next_claim_nothing(house: House) -> None:
    places, channel = [house.place(f"guest{number}") for number in range(40)], GrantingChannel()
    async with house.running(channel):
        for place in places:
            house.queue(place, *["news"] * 5)
        await house.until(lambda: len(_waiting(house)) == 200)
        due = select(message.c.id).where(message.c.state == "queued", message.c.due_at <= house.clock())
        assert house.rows(due) == []
        await asyncio.sleep(1.2)  # the next look of the lane
        await channel.lets_us_speak("guest7", ONE)
        await channel.hears("guest7", "news")
    assert list(channel.heard) == ["guest7"]


async def test_a_permission_that_is_over_is_none(house: House) -> None:
    place, now = house.place("wang"), house.clock()
    assert house.look(lambda db: permissions(db, now, [place.conversation_id])) == {place.conversation_id: []}


def _also_reached(house: House, who: str, account_id: str) -> str:
    """The guest has a second chat, where no grant is needed; its conversation."""
    there = house.place(who, channel="other")
    ((guest_id,),) = house.rows(select(account.c.guest_id).where(account.c.id == account_id))
    house.write(lambda db: bind_guest(db, there.account_id, guest_id))
    return there.conversation_id


def _waiting(house: House) -> list[str]:
    query = select(message.c.reason).where(message.c.state == "queued", message.c.reason != "")
    return [reason for (reason,) in house.rows(query)]


def _remaining(house: House) -> dict[str, int]:
    return dict(house.rows(select(grant.c.kind, grant.c.remaining)))
