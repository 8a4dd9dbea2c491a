"""A turn: what was said is answered once, in its own conversation, one turn at a time."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, update

from bot.channels.base import Inbound
from bot.turn_steps import MOST_AT_ONCE
from crm.conversations.accounts import Conversation, account, conversation
from crm.conversations.inbound import CONVERSATION_LEASE
from crm.conversations.linking import WRONG_CODES
from crm.conversations.messages import Message, message
from crm.service_requests.requests import ServiceRequestRow, service_request
from tests.support.fake_channel import FakeChannel, wish
from tests.turn.houses import House

pytestmark = pytest.mark.anyio


async def test_redelivered_message_is_answered_once(house: House) -> None:
    house.add_guest("wang")
    channel = FakeChannel()
    async with house.running(channel):
        key = await channel.says("wang", "2 towels please")
        await channel.hears("wang", "towels")
        await channel.says("wang", "2 towels please", key=key)
        await asyncio.gather(*(channel.says("wang", "2 towels please", key=key) for _ in range(5)))
        await house.quiet()
    assert len(channel.heard["wang"]) == 1
    assert house.count_requests() == 1
    assert house.states("in") == ["handled"]


async def test_burst_is_one_turn(house: House) -> None:
    house.add_guest("wang")
    channel = FakeChannel()
    async with house.running(channel, burst_seconds=0.5):
        for text in ("2 towels please", "and a bottle of water", "thanks"):
            await channel.says("wang", text)
        await house.quiet()
    assert len(channel.heard["wang"]) == 1
    assert house.count_requests() == 2
    assert house.states("in") == ["handled"] * 3


async def test_a_long_burst_loses_nothing_of_what_was_asked(house: House) -> None:
    """Understanding hears ten wishes of a turn, so a turn takes only so many messages."""
    house.add_guest("wang")
    channel = FakeChannel()
    asked = [wish(number) for number in range(2, 14)]
    async with house.running(channel, burst_seconds=1.0):
        for text in asked:
            await channel.says("wang", text)
        await house.quiet()
    quantities = [row.quantity for row in house.rows(select(service_request.c.quantity).order_by("number"))]
    assert quantities == list(range(2, 14))
    assert len(channel.heard["wang"]) == -(-len(asked) // MOST_AT_ONCE)


async def test_a_guest_who_never_stops_typing_is_answered_nevertheless(house: House) -> None:
    house.add_guest("wang")
    channel = FakeChannel()

    async def type_on() -> None:
        while True:
            await channel.says("wang", "hm")
            await asyncio.sleep(0.1)

    async with house.running(channel, burst_seconds=0.3):
        typing = asyncio.create_task(type_on())
        await house.until(lambda: channel.heard["wang"], seconds=5)
        typing.cancel()
        await asyncio.gather(typing, return_exceptions=True)


async def test_a_pressed_button_is_a_turn_of_its_own(house: House) -> None:
    house.add_guest("wang")
    channel = FakeChannel()
    async with house.running(channel, burst_seconds=0.5):
        await channel.says("wang", "help")
        shown = await channel.hears("wang", "", seconds=5)
        label = next(name for _, name in shown.outbound.buttons if "owel" in name)
        await channel.says("wang", "a bottle of water please")
        await channel.presses("wang", label)
        await channel.presses("wang", label)
        await house.quiet()
    requests = [row.service for row in house.rows(select(service_request.c.service).order_by("number"))]
    assert requests == ["drinking_water", "towels"]  # pressed twice, they are under way already
    assert len(channel.heard["wang"]) == 4


async def test_a_button_works_in_its_own_conversation_only(house: House) -> None:
    house.add_guest("wang")
    house.add_guest("zhao")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "help")
        shown = await channel.hears("wang", "")
        label = next(name for _, name in shown.outbound.buttons if "owel" in name)
        await channel.presses("zhao", label, in_chat_of="wang")
        await channel.hears("zhao", "")
        await house.quiet()
        assert house.count_requests() == 0
        await channel.presses("wang", label)
        await house.quiet()
    assert house.count_requests() == 1


@pytest.mark.parametrize("token", ["", ":", "nothing", "a:b", "a:²", ":-1", "x" * 64])
async def test_a_button_nobody_made_is_answered_like_any_word(house: House, token: str) -> None:
    place = house.add_guest("wang")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.tells(Inbound("fake", "1", "wang", "wang", button=token))
        await house.quiet()
    assert house.states("in") == ["handled"]
    assert len(channel.heard["wang"]) == 1
    assert house.rows(select(conversation.c.lease_owner).where(conversation.c.id == place.conversation_id)) == [(None,)]


async def test_messages_that_come_while_a_turn_is_under_way_are_answered_at_once(house: House) -> None:
    """Not by the sweep, which would take seconds."""
    house.add_guest("wang")
    channel = FakeChannel()
    async with house.running(channel):
        for number in range(2, 32):
            await channel.says("wang", wish(number))
            await asyncio.sleep(0.01 * (number % 3))
        await house.until(lambda: "new" not in house.states("in"), seconds=5)
        await house.quiet()
    assert house.count_requests() == 30


async def test_a_poison_message_is_quarantined_and_the_next_one_is_served(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("chen", "front_desk")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "2 towels please")
        await channel.hears("wang", "towels")
        house.write(lambda db: db.execute(update(ServiceRequestRow).values(note=b"not a sealed value")))
        await channel.says("wang", "where is my order")
        await channel.hears("wang", "sorry")
        await channel.hears("chen", "Wang")
        await channel.says("wang", "thank you")
        await house.quiet()
    assert house.states("in") == ["handled", "quarantined", "handled"]
    assert len(channel.heard["wang"]) == 3
    reason = select(message.c.reason).where(message.c.state == "quarantined")
    assert house.rows(reason) == [("KeyringError",)]


async def test_a_message_that_cannot_even_be_read_is_quarantined_and_the_next_one_is_served(house: House) -> None:
    house.add_guest("wang")
    channel = FakeChannel()
    async with house.running(channel, burst_seconds=0.5):
        await channel.says("wang", "2 towels please")
        house.write(lambda db: db.execute(update(Message).values(body=b"not a sealed value")))
        await channel.says("wang", "thank you")
        await channel.hears("wang", "sorry")
        await house.quiet()
    assert house.states("in") == ["quarantined", "handled"]
    assert len(channel.heard["wang"]) == 2


async def test_nothing_is_written_once_the_lease_is_lost(house: House) -> None:
    """Another replica took the conversation over while this one was thinking."""
    place = house.add_guest("wang")
    channel = FakeChannel()

    def let_another_take_it() -> None:
        taken = {"lease_owner": "elsewhere:1:a", "lease_until": house.clock() + CONVERSATION_LEASE}
        here = conversation.c.id == place.conversation_id
        house.write(lambda db: db.execute(update(Conversation).where(here).values(**taken)))

    async with house.running(channel, burst_seconds=0.3):
        await channel.says("wang", "2 towels please")
        let_another_take_it()
        await asyncio.sleep(1.5)
        assert house.states("in") == ["new"]
        assert (house.states("out"), house.count_requests()) == ([], 0)
        house.clock.forward(CONVERSATION_LEASE.total_seconds() + 1)
        await channel.hears("wang", "towels")  # now that the other's lease is over, the sweep takes it up
    assert house.count_requests() == 1


async def test_two_processes_never_answer_one_conversation_at_once(house: House) -> None:
    """Each message comes in at either process, in the order in which the platform tells them."""
    guests = [f"guest{number}" for number in range(6)]
    for who in guests:
        house.add_guest(who)
    left, right = FakeChannel(), FakeChannel()

    async def ask(who: str) -> None:
        for number in range(2, 12):
            channel = left if (number + len(who)) % 3 else right
            await channel.says(who, wish(number), key=f"{who}:{number}")

    async with house.running(left, right):
        await asyncio.gather(*(ask(who) for who in guests))
        await house.quiet(30)
    asked = select(service_request.c.quantity, service_request.c.conversation_id).order_by("number")
    by_conversation: dict[str, list[int]] = {}
    for row in house.rows(asked):
        by_conversation.setdefault(row.conversation_id, []).append(row.quantity)
    assert list(by_conversation.values()) == [list(range(2, 12))] * len(guests)
    for who in guests:
        heard = sorted(left.heard[who] + right.heard[who], key=lambda each: each.at)
        ids = [each.outbound.id for each in heard]
        assert ids == sorted(set(ids)), "a reply came twice or too early"


async def test_what_a_dead_process_left_unanswered_is_answered_by_another_after_its_lease(house: House) -> None:
    place = house.add_guest("wang")
    channel, dead = FakeChannel(), "elsewhere:1:a"
    async with house.running(channel):
        until = house.clock() + CONVERSATION_LEASE
        held = update(Conversation).where(conversation.c.id == place.conversation_id)
        house.write(lambda db: db.execute(held.values(lease_owner=dead, lease_until=until)))
        await channel.says("wang", "2 towels please")
        await asyncio.sleep(1)
        assert house.states("in") == ["new"]
        house.clock.forward(CONVERSATION_LEASE.total_seconds())
        await channel.hears("wang", "towels", seconds=5)
        await house.quiet()
    assert house.states("in") == ["handled"]


async def test_a_person_who_wrote_is_known_as_reachable_even_while_another_process_answers(house: House) -> None:
    place = house.add_guest("wang")
    channel = FakeChannel()
    async with house.running(channel):
        until = house.clock() + CONVERSATION_LEASE
        held = update(Conversation).where(conversation.c.id == place.conversation_id)
        house.write(lambda db: db.execute(held.values(lease_owner="elsewhere:1:a", lease_until=until)))
        await channel.says("wang", "hello")
        spoke = select(conversation.c.last_inbound_at).where(conversation.c.id == place.conversation_id)
        assert house.rows(spoke) != [(None,)]


async def test_whoever_blocked_us_is_left_alone_until_they_write_again(house: House) -> None:
    place = house.add_guest("wang")
    channel = FakeChannel()
    channel.hold.clear()
    async with house.running(channel):
        house.queue(place, "one", "two", "three")
        await channel.until_tried(1)
        await channel.blocks("wang")
        channel.hold.set()
        await house.quiet()
        assert house.states("out") == ["sent", "suppressed", "suppressed"]
        unreachable = select(account.c.unreachable_since).where(account.c.id == place.account_id)
        assert house.rows(unreachable) != [(None,)]
        await channel.says("wang", "2 towels please")
        await channel.hears("wang", "towels")
        assert house.rows(unreachable) == [(None,)]


async def test_a_chat_that_moved_goes_on_at_its_new_address(house: House) -> None:
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "hello", address="old")
        await channel.hears("old", "")
        await channel.moves("old", "new")
        await channel.moves("old", "new")  # the platform tells it again
        await channel.says("wang", "hello", address="new")
        await channel.hears("new", "")
        await house.quiet()
    assert len(channel.heard["new"]) == 1


async def test_a_chat_may_speak_at_its_new_address_before_we_hear_of_the_move(house: House) -> None:
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "hello", address="old")
        await channel.hears("old", "")
        await channel.says("wang", "hello", address="new")
        await channel.hears("new", "")
        place = house.place("old")
        channel.hold.clear()
        house.queue(place, "first", "second")
        await channel.until_tried(3)
        await channel.moves("old", "new")
        channel.hold.set()
        await channel.hears("new", "second")


async def test_a_group_hears_of_nobodys_stay(house: House) -> None:
    house.add_guest("wang")
    channel = FakeChannel()
    async with house.running(channel):
        said = Inbound(channel.name, "group-1", "-100", "wang", text="my stay", is_group=True)
        await channel.tells(said)
        await house.quiet()
        await asyncio.sleep(0.2)
    assert channel.texts("-100") == []
    assert house.states("in") == ["handled"]


async def test_wrong_codes_of_many_accounts_lock_the_codes_of_the_house(house: House) -> None:
    channel = FakeChannel()
    async with house.running(channel):
        for number in range(WRONG_CODES.burst):
            await channel.says(f"stranger{number}", f"code ZZ-{number:05}")
        await house.quiet(60)
        house.add_guest("12345")
        await channel.says("one-more", "code R-12345")
        await channel.hears("one-more", "minute")
