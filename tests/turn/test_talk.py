"""A guest and a colleague talk through the house: one voice, whatever happens in the same instant, on all replicas."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select

from bot import turn_steps
from bot.channels.base import Inbound
from bot.house import load_house
from bot.turn_record import record
from bot.turn_steps import Matter
from bot.understanding.contract import Understanding
from crm.conversations import handoffs, inbound
from crm.conversations import waiting as waiting_room
from crm.conversations.accounts import Place, account, bind_guest, lock_chats
from crm.conversations.handoff_steps import end, take
from crm.conversations.handoffs import HandoffState, find_open_handoff, handoff
from crm.errors import VoiceChanged
from crm.properties.catalogue import shipped_catalogue
from crm.staff.members import StaffMember
from crm.store import Connection, Prepared
from handlers.turn import Call
from tests.support.fake_channel import FakeChannel
from tests.support.model_server import ModelServer, kana, silent, translating
from tests.support.plans import plan_of
from tests.turn.houses import House

pytestmark = pytest.mark.anyio

A_MOMENT = 0.3
THANKS = Understanding("thanks", "en", (Call("thank"),), "phrases", 1.0)


def taking(house: House, guest: Place, dora: StaffMember, desk: Place) -> Callable[[Connection], object]:
    now, place = house.clock(), house.property.id

    def act(db: Connection) -> object:
        lock_chats(db, guest.conversation_id)
        return take(db, now, dora, desk.conversation_id, conversation_id=guest.conversation_id, property_id=place)

    return act


def another_chat(house: House, of: Place, who: str) -> Place:
    """The same guest in another chat."""
    place = house.place(who)
    ((guest_id,),) = house.rows(select(account.c.guest_id).where(account.c.id == of.account_id))
    house.write(lambda db: bind_guest(db, place.account_id, guest_id))
    return place


def read_by(house: House, guest: Place, owner: str = "a", who: str = "wang") -> Matter:
    """What a process has in hand of a message that came in before."""
    now = house.clock()
    said = Inbound("fake", "said", who, who, text="thanks")
    house.write(lambda db: record(db, now, owner, "en", said))
    matter = house.look(
        lambda db: turn_steps.gather(db, guest.conversation_id, load_house(db, shipped_catalogue(), "en"))
    )
    assert matter
    return matter


def handling(house: House, matter: Matter, owner: str = "a") -> Callable[[Connection], bool]:
    now = house.clock()
    return lambda db: turn_steps.handle(db, now, owner, load_house(db, shipped_catalogue(), "en"), matter, THANKS)


async def test_words_go_through_and_the_house_is_silent(house: House) -> None:
    house.add_guest("wang", "212")
    house.add_staff("dora", "front_desk")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("dora", "take over 212")
        await channel.hears("wang", "is with you now")
        await channel.says("wang", "two towels please")
        await channel.hears("dora", "212 Wang: two towels please")
        await channel.says("dora", "my tasks")
        await channel.hears("wang", "Dora: my tasks")
        await channel.says("dora", "/my tasks")
        await channel.hears("dora", "Nothing assigned to you.")
        await channel.says("dora", "Hand back.")
        await channel.hears("wang", "left the chat to me")
        await channel.says("wang", "two towels please")
        await channel.hears("wang", "2 towels")
        await house.quiet()
    assert house.count_requests() == 1
    assert len(channel.texts("wang")) == 4


async def test_in_another_chat_of_the_guest_the_house_is_silent_too(house: House) -> None:
    wang = house.add_guest("wang", "212")
    house.add_staff("dora", "front_desk")
    another_chat(house, wang, "wang-2")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("dora", "take over 212")
        await house.until(lambda: channel.texts("wang") + channel.texts("wang-2"))
        await channel.says("wang", "I am here")
        await channel.hears("dora", "I am here")
        await channel.says("wang-2", "two towels please")
        await channel.hears("dora", "212 Wang (now on fake): two towels please")
        await channel.hears("wang-2", "is with you now")
        await channel.says("dora", "they are coming")
        await channel.hears("wang-2", "Dora: they are coming")
        await channel.presses("wang-2", "No person needed")
        await channel.hears("wang-2", "it is me again")
        await channel.says("wang-2", "two towels please")
        await channel.hears("wang-2", "2 towels")
        await house.quiet()
    assert house.count_requests() == 1
    assert not any("coming" in each for each in channel.texts("wang"))


async def test_a_redelivered_message_is_passed_on_once(house: House) -> None:
    house.add_guest("wang", "212")
    house.add_staff("dora", "front_desk")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("dora", "take over 212")
        await channel.hears("wang", "is with you now")
        for _ in range(2):
            await channel.says("wang", "hello", key="the-same")
        await channel.hears("dora", "212 Wang: hello")
        await house.quiet()
    assert channel.texts("dora").count("212 Wang: hello") == 1


async def test_a_talk_taken_on_one_replica_is_kept_to_by_the_other(house: House) -> None:
    house.add_guest("wang", "212")
    house.add_staff("dora", "front_desk")
    one, other = FakeChannel(), FakeChannel()
    async with house.running(one, other):
        await one.says("dora", "take over 212")
        await house.until(lambda: "212" in str([*one.texts("dora"), *other.texts("dora")]))
        await other.says("wang", "good evening")
        await house.until(lambda: "212 Wang: good evening" in [*one.texts("dora"), *other.texts("dora")])
        await house.quiet()
    assert len([*one.texts("wang"), *other.texts("wang")]) == 1


async def test_the_reason_of_a_request_is_asked_for_with_the_way_to_answer_it(house: House) -> None:
    house.add_guest("wang", "212")
    house.add_staff("dora", "front_desk")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "please carry my luggage down")
        await channel.hears("dora", "luggage")
        await channel.presses("dora", "Take over")
        await channel.hears("wang", "is with you now")
        await channel.presses("dora", "Cannot")
        await channel.hears("dora", "begin with a slash")
        await channel.says("dora", "/the lift is broken")
        heard = await channel.hears("wang", "the lift is broken")
        await house.quiet()
    assert "cannot be done" in heard.text


async def test_a_link_that_a_guest_opens_is_for_the_house(house: House) -> None:
    house.add_guest("wang", "212")
    house.add_staff("dora", "front_desk")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("dora", "take over 212")
        await channel.hears("wang", "is with you now")
        await channel.says("wang", "/start gnonsense")
        await channel.hears("wang", "This link is no longer valid.")
        await house.quiet()
    assert not any("nonsense" in each for each in channel.texts("dora"))


async def test_a_colleague_who_writes_first_takes_over_with_that(house: House) -> None:
    house.add_guest("wang", "212")
    house.add_staff("dora", "front_desk")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "I want to talk to a person")
        await channel.hears("dora", "person to talk to")
        await channel.presses("dora", "Answer")
        await channel.hears("dora", "write what you want to say")
        await channel.says("dora", "open requests")
        await channel.hears("wang", "Dora: open requests")
        await channel.says("dora", "tell 212: and good night")
        await channel.hears("wang", "Dora: and good night")
        await house.quiet()


@pytest.mark.parametrize("taken_first", [True, False], ids=["taken while it was read", "given back while it was read"])
def test_what_was_read_before_the_voice_changed_is_not_said(house: House, taken_first: bool) -> None:
    guest, dora, desk = house.add_guest("wang", "212"), house.add_staff("dora", "front_desk"), house.place("dora")
    change = taking(house, guest, dora, desk)
    if taken_first:
        matter = read_by(house, guest)
        house.write(change)
    else:
        house.write(change)
        matter = read_by(house, guest)
        house.write(lambda db: end(db, house.clock(), _open(db, guest), "handed_back"))
    with pytest.raises(VoiceChanged):
        house.write(handling(house, matter))
    assert house.states("out") == []
    assert house.states("in") == ["new"]


def _open(db: Connection, guest: Place) -> handoffs.Handoff:
    found = find_open_handoff(db, guest.conversation_id)
    assert found
    return found


class Pondering:
    """A brain during whose thinking something happens."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens
        self.client = self

    def is_asked(self, _conversation_id: str) -> bool:
        return False

    async def ask(self, found: Understanding, *_about: object) -> Understanding:
        await asyncio.to_thread(self._happens)
        return found

    def load(self) -> None:
        pass

    async def close(self) -> None:
        pass


async def test_a_colleague_who_comes_while_a_model_thinks_is_not_interrupted(house: House) -> None:
    guest, dora, desk = house.add_guest("wang", "212"), house.add_staff("dora", "front_desk"), house.place("dora")
    channel = FakeChannel()
    async with house.running(channel) as (app,):
        app.concierge._model = Pondering(lambda: house.write(taking(house, guest, dora, desk)))  # type: ignore[assignment]
        await channel.says("wang", "two towels please")
        await channel.hears("dora", "212 Wang: two towels please")
        await house.quiet()
    assert channel.texts("wang") == []
    assert house.count_requests() == 0


async def test_with_a_model_each_reads_their_own_language_and_nothing_else_is_asked(house: House) -> None:
    house.add_guest("sato", "212", language="ja")
    house.add_staff("dora", "front_desk")
    channel = FakeChannel()
    with ModelServer(translating(lambda text, into: "请拿 2 条毛巾" if into == "zh" else kana(text), silent)) as server:
        house.model = {"base_url": server.base_url, "name": "stand-in"}
        async with house.running(channel):
            await channel.says("dora", "take over 212")
            await channel.hears("sato", "")
            await channel.says("sato", "タオルを2枚お願いします")
            heard = await channel.hears("dora", "タオルを2枚お願いします")
            await house.quiet()
    assert heard.text.endswith("Translated: 请拿 2 条毛巾")
    assert all("You translate" in str(request) for request in server.requests)


@pytest.mark.parametrize("who", ["wang", "wang-2"], ids=["in this chat", "in another chat of the guest"])
def test_of_a_guests_turn_and_a_take_over_in_the_same_instant_one_comes_first(postgres_house: House, who: str) -> None:
    """Whichever it is, the house never answers after the colleague has come."""
    house = postgres_house
    guest, dora, desk = house.add_guest("wang", "212"), house.add_staff("dora", "front_desk"), house.place("dora")
    chat = guest if who == "wang" else another_chat(house, guest, who)
    matter, has_taken = read_by(house, chat, who=who), Event()

    def take_slowly(db: Connection) -> None:
        taking(house, guest, dora, desk)(db)
        has_taken.set()
        sleep(A_MOMENT)

    def answer(db: Connection) -> bool:
        has_taken.wait()
        return handling(house, matter)(db)

    with ThreadPoolExecutor(2) as pool:
        taken, answered = pool.submit(house.write, take_slowly), pool.submit(house.write, answer)
        taken.result()
        with pytest.raises(VoiceChanged):
            answered.result()
    assert house.states("out") == []


def test_two_colleagues_in_the_same_instant_have_it_once(postgres_house: House) -> None:
    house = postgres_house
    guest = house.add_guest("wang", "212")
    people = [(house.add_staff(name, "front_desk"), house.place(name)) for name in ("dora", "olaf")]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda who: house.write(taking(house, guest, *who)), people))
    assert sum(result is not None for result in results) == 1
    assert house.rows(select(handoff.c.state)) == [(HandoffState.TAKEN,)]


async def test_a_quiet_talk_is_ended_once_by_however_many_clocks(house: House) -> None:
    house.add_guest("wang", "212")
    house.add_staff("dora", "front_desk")
    one, other = FakeChannel(), FakeChannel()
    async with house.running(one, other) as apps:
        await one.says("dora", "tell 212: good evening")
        await house.until(lambda: [each for each in [*one.texts("wang"), *other.texts("wang")] if "evening" in each])
        house.clock.forward(30 * 60)
        for app in apps:
            await app.timed.tick()
        await house.quiet()
    told = [each for each in [*one.texts("wang"), *other.texts("wang")] if "quiet for a while" in each]
    assert len(told) == 1


@pytest.mark.parametrize("query", [waiting_room._WAITING, inbound._TAKE_UP, handoffs._OPEN_WITH, handoffs._HELD])
def test_what_every_message_asks_walks_through_no_table(house: House, query: Prepared) -> None:
    plan = _plan(house, query)
    assert "ix_handoff" in plan, plan
    tables = "handoff|account|conversation|my_account|my_chat|their_account|their_chat"
    assert not re.search(rf"SCAN ({tables})\b(?! USING)|Seq Scan on ({tables})", plan), plan


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (handoffs._QUIET, "ix_handoff_quiet"),
        (handoffs._UNREMINDED_SINCE, "ix_handoff_unreminded"),
        (handoffs._UNANSWERED_SINCE, "ix_handoff_unanswered"),
    ],
)
def test_what_the_clock_asks_every_second_has_its_index(house: House, query: Prepared, index: str) -> None:
    assert f"{index}" in _plan(house, query)


def _plan(house: House, query: Prepared) -> str:
    values: dict[str, Any] = {"conversation_id": "c", "staff_id": "s", "since": house.clock(), "limit": 1}
    values |= {"message_id": "m", "to_state": "handled", "why": "", "now": house.clock(), "owner": "a", "voice": ""}
    return plan_of(house.store, query, values)
