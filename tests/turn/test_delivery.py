"""The door out: in order, within the limits, at least or at most once, and every outcome visible."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from bot.channels.base import MaybeSent, Moved, NotSent, Rate, Refused, Unreachable
from crm.conversations.accounts import account, conversation
from crm.conversations.claims import SEND_LEASE, Claim, claim_due
from crm.conversations.messages import LIFETIME, Message, MessageClass, message
from crm.conversations.settlements import Settlement, settle
from tests.support.fake_channel import FakeChannel
from tests.turn.houses import House

pytestmark = pytest.mark.anyio

ONCE = [MessageClass.CARE, MessageClass.OFFER, MessageClass.BROADCAST]
AT_LEAST = [MessageClass.REPLY, MessageClass.SERVICE]


async def test_messages_of_a_conversation_keep_their_order_while_one_waits_to_be_tried_again(house: House) -> None:
    wang, zhao = house.place("wang"), house.place("zhao")
    channel = FakeChannel()
    channel.failures["wang"].append(NotSent("429", retry_after=1.5))
    async with house.running(channel):
        house.queue(wang, "one", "two", "three")
        house.queue(zhao, "other")
        await channel.hears("zhao", "other")
        assert channel.texts("wang") == []
        await channel.hears("wang", "three")
    assert channel.texts("wang") == ["one", "two", "three"]
    assert channel.heard["wang"][0].at - channel.heard["zhao"][0].at > 0.5


@pytest.mark.parametrize("failure", [NotSent("500"), MaybeSent("no answer"), TypeError("a bug in the channel")])
async def test_a_reply_is_tried_until_it_is_out(house: House, failure: Exception) -> None:
    place, channel = house.place("wang"), FakeChannel()
    channel.failures["wang"].extend([failure, failure])  # type: ignore[list-item]
    async with house.running(channel):
        house.queue(place, "news")
        await channel.hears("wang", "news", seconds=15)
        await house.quiet()
    assert len(channel.attempts) == 3
    assert house.rows(select(message.c.state, message.c.attempts)) == [("sent", 3)]


@pytest.mark.parametrize("message_class", ONCE)
async def test_what_goes_out_at_most_once_is_not_repeated_when_nobody_knows(
    house: House, message_class: MessageClass
) -> None:
    place, channel = house.place("wang"), FakeChannel()
    channel.failures["wang"].append(MaybeSent("no answer"))
    async with house.running(channel):
        house.queue(place, "an offer", message_class=message_class)
        await house.quiet()
        await asyncio.sleep(1.5)
    assert len(channel.attempts) == 1
    assert house.rows(select(message.c.state, message.c.reason)) == [("uncertain", "no answer")]


@pytest.mark.parametrize("message_class", [*AT_LEAST, *ONCE])
async def test_what_a_dead_process_was_sending_is_repeated_or_uncertain(
    house: House, message_class: MessageClass
) -> None:
    place, channel = house.place("wang"), FakeChannel()
    house.queue(place, "news", message_class=message_class)
    assert len(_claim(house, "elsewhere:1:dead").messages) == 1
    async with house.running(channel):
        await asyncio.sleep(0.5)
        assert house.states("out") == ["sending"]  # its lease still runs, it may be alive
        house.clock.forward(SEND_LEASE.total_seconds() + 1)
        await house.until(lambda: house.states("out") != ["sending"])
        await house.quiet()
    expected = "sent" if message_class in AT_LEAST else "uncertain"
    assert house.states("out") == [expected]
    assert channel.texts("wang") == (["news"] if expected == "sent" else [])


async def test_a_process_that_was_taken_over_changes_nothing_any_more(house: House) -> None:
    """It was stopped while sending; the fence is the number of the attempt."""
    place, channel = house.place("wang"), FakeChannel()
    house.queue(place, "news")
    (stale,) = _claim(house, "elsewhere:1:zombie").messages
    async with house.running(channel):
        house.clock.forward(SEND_LEASE.total_seconds() + 1)
        await channel.hears("wang", "news")
        await house.quiet()
    late = Settlement(stale, "failed", "late")  # type: ignore[arg-type]
    house.write(lambda db: settle(db, house.clock(), "elsewhere:1:zombie", [late]))
    assert house.states("out") == ["sent"]


async def test_a_fence_holds_against_the_same_owner_too(house: House) -> None:
    house.queue(house.place("wang"), "news")
    (first,) = _claim(house, "a").messages
    again = Settlement(first, "queued", due_at=house.clock())  # type: ignore[arg-type]
    house.write(lambda db: settle(db, house.clock(), "a", [again]))
    (second,) = _claim(house, "a").messages
    stale = Settlement(first, "sent")  # type: ignore[arg-type]
    house.write(lambda db: settle(db, house.clock(), "a", [stale]))
    assert second.attempt == first.attempt + 1
    assert house.states("out") == ["sending"]


async def test_the_leases_of_a_process_that_is_certainly_dead_end_at_the_start(house: House) -> None:
    place, channel = house.place("wang"), FakeChannel()
    house.queue(place, "news")
    app = house.app(channel)
    host = app.owner.rsplit(":", 2)[0]
    assert len(_claim(house, f"{host}:{2**22 + 1}:dead").messages) == 1  # no process has such a number
    await app.start()
    try:
        await channel.hears("wang", "news", seconds=5)
    finally:
        await app.stop()


async def test_whoever_left_is_marked_and_what_waits_for_them_is_suppressed(house: House) -> None:
    place, channel = house.place("wang"), FakeChannel()
    channel.failures["wang"].append(Unreachable("blocked"))
    async with house.running(channel):
        house.queue(place, "one", "two")
        await house.quiet()
    assert house.rows(select(message.c.state, message.c.reason).order_by(message.c.id)) == [
        ("failed", "blocked"),
        ("suppressed", "blocked"),
    ]
    assert house.rows(select(account.c.unreachable_since)) != [(None,)]


async def test_a_refused_message_fails_with_its_reason_and_the_next_one_goes_out(house: House) -> None:
    place, channel = house.place("wang"), FakeChannel()
    channel.failures["wang"].append(Refused("too long"))
    async with house.running(channel):
        house.queue(place, "one", "two")
        await channel.hears("wang", "two")
        await house.quiet()
    assert house.rows(select(message.c.state, message.c.reason).order_by(message.c.id)) == [
        ("failed", "too long"),
        ("sent", ""),
    ]


async def test_a_moved_chat_hears_the_message_at_its_new_address(house: House) -> None:
    place, channel = house.place("old"), FakeChannel()
    channel.failures["old"].append(Moved("new"))
    async with house.running(channel):
        house.queue(place, "one", "two")
        await channel.hears("new", "two")
    assert channel.texts("new") == ["one", "two"]
    assert house.rows(select(conversation.c.address)) == [("new",)]


async def test_a_chat_that_moved_to_where_somebody_spoke_already_goes_on_there(house: House) -> None:
    """Otherwise the new address would break a unique key, and with it the lane of the whole channel."""
    old, new, channel = house.place("old"), house.place("new"), FakeChannel()
    channel.failures["old"].append(Moved("new"))
    async with house.running(channel):
        house.queue(old, "one", "two")
        await channel.hears("new", "two")
        house.queue(new, "three")
        await channel.hears("new", "three")
    assert channel.texts("new") == ["one", "two", "three"]


async def test_what_is_too_old_expires_unsaid(house: House) -> None:
    place, channel = house.place("wang"), FakeChannel()
    house.queue(place, "yesterday's news")
    house.clock.forward(LIFETIME.total_seconds() + 1)
    assert _claim(house, "early").messages == ()  # not even before the first sweep
    async with house.running(channel):
        await house.quiet()
    assert house.rows(select(message.c.state, message.c.reason)) == [("expired", "too_late")]
    assert channel.attempts == []


async def test_a_message_that_cannot_be_read_holds_up_nobody(house: House) -> None:
    wang, zhao, channel = house.place("wang"), house.place("zhao"), FakeChannel()
    house.queue(wang, "broken")
    house.write(lambda db: db.execute(update(Message).values(body=b"not a sealed value")))
    house.queue(wang, "next")
    house.queue(zhao, "other")
    async with house.running(channel):
        await channel.hears("zhao", "other")
        await channel.hears("wang", "next")
    assert house.states("out") == ["failed", "sent", "sent"]


async def test_two_processes_together_never_pass_a_rate_limit(house: House) -> None:
    """20 a second after a burst of 3: in any window of w seconds at most 3 + 20 w."""
    places = [house.place(f"guest{number}") for number in range(12)]

    def rates(_address: str) -> list[Rate]:
        return [Rate("bot", 1 / 20, burst=3)]

    left, right = FakeChannel(rates=rates), FakeChannel(rates=rates)
    async with house.running(left, right):
        for place in places:
            house.queue(place, *(f"{number}" for number in range(10)))
        await asyncio.sleep(5)
        sent = sorted(each.at for channel in (left, right) for heard in channel.heard.values() for each in heard)
    assert 60 <= len(sent) <= 3 + 20 * 5.2, "the limit is to be used, not only kept"
    assert _busiest(sent, 1.0) <= 3 + 20 * 1.3  # claimed within the limit, sent up to 0.3 s later on a busy machine
    for place in places:
        who = house.rows(select(conversation.c.address).where(conversation.c.id == place.conversation_id))[0][0]
        heard = sorted(left.heard[who] + right.heard[who], key=lambda each: each.at)
        assert [each.text for each in heard] == [str(number) for number in range(len(heard))]


async def test_a_chat_that_must_slow_down_holds_up_no_other(house: House) -> None:
    """More of them than a claim takes at once, and all of them first in the queue."""

    def rates(address: str) -> list[Rate]:
        return [Rate(address, 60.0, burst=1)] if address.startswith("slow") else []

    channel = FakeChannel(rates=rates)
    async with house.running(channel):
        for number in range(40):
            house.queue(house.place(f"slow{number}"), "one", "two")
        await house.until(lambda: len(channel.attempts) == 40)
        house.queue(house.place("quick"), "news")
        await channel.hears("quick", "news", seconds=3)
    assert len(channel.attempts) == 41


async def test_what_is_queued_elsewhere_is_found_without_a_nudge(house: House) -> None:
    place, channel = house.place("wang"), FakeChannel()
    async with house.running(channel):
        await asyncio.sleep(0.3)
        house.queue(place, "from another process")
        await channel.hears("wang", "another", seconds=3)


async def test_what_is_being_sent_is_settled_before_the_house_closes(house: House) -> None:
    place, channel = house.place("wang"), FakeChannel()
    channel.hold.clear()
    async with house.running(channel):
        house.queue(place, "one", "two")
        await channel.until_tried(1)
        asyncio.get_running_loop().call_later(0.3, channel.hold.set)
    assert house.states("out") == ["sent", "queued"]


def _claim(house: House, owner: str) -> Claim:
    now = house.clock()
    return house.write(
        lambda db: claim_due(db, now, owner, channel="fake", addresses=None, rates=lambda _address: (), limit=10)
    )


def _busiest(times: list[float], window: float) -> int:
    """The most of them within any window of so many seconds."""
    assert all(earlier <= later for earlier, later in pairwise(times))
    return max((sum(start <= time < start + window for time in times) for start in times), default=0)


assert timedelta(seconds=20) < SEND_LEASE, "a send may take 20 s"
