"""What two replicas on one PostgreSQL can do to each other between two statements: nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Barrier, Event
from time import sleep
from typing import TypeVar

import pytest
from sqlalchemy import update

from bot import turn_record, turn_steps
from bot.app import open_store
from bot.channels.base import Inbound
from bot.records import Records
from crm.conversations.accounts import Account, Place, account
from crm.conversations.claims import Claim, claim_due
from crm.conversations.inbound import hold_lease, take_lease
from crm.conversations.messages import Body, NewMessage
from crm.conversations.outbox import queue_messages
from crm.properties.houses import properties
from crm.store import Connection
from tests.turn.houses import House

Result = TypeVar("Result")
A_MOMENT = 0.3  # long enough for the other side to run into the lock, if there is one


def _take(place: Place, owner: str, now: datetime) -> Callable[[Connection], bool]:
    return lambda db: take_lease(db, now, place.conversation_id, owner)


def test_a_message_that_arrives_while_its_conversation_is_released_finds_somebody_to_answer_it(
    postgres_house: House,
) -> None:
    """The replica that records it must either get the lease or be seen by the one that gives it up."""
    house, place = postgres_house, postgres_house.place("wang")
    now = house.clock()
    assert house.write(_take(place, "a", now))
    recorded = Event()

    def record(db: Connection) -> bool:
        arrival = turn_record.record(db, now, "b", "en", Inbound("fake", "1", "wang", "wang", text="hello"))
        recorded.set()
        sleep(A_MOMENT)
        assert arrival is not None
        return arrival.is_leased

    def finish(db: Connection) -> bool:
        recorded.wait()
        return turn_steps.finish(db, place.conversation_id, "a")

    with ThreadPoolExecutor(2) as pool:
        b_answers, a_goes_on = pool.submit(house.write, record), pool.submit(house.write, finish)
        assert (b_answers.result(), a_goes_on.result()) == (False, True)


def test_a_message_that_arrives_just_after_the_last_look_gets_the_lease(postgres_house: House) -> None:
    house, place = postgres_house, postgres_house.place("wang")
    now = house.clock()
    assert house.write(_take(place, "a", now))
    looked = Event()

    def finish(db: Connection) -> bool:
        more = turn_steps.finish(db, place.conversation_id, "a")
        looked.set()
        sleep(A_MOMENT)
        return more

    def record(db: Connection) -> bool:
        looked.wait()
        arrival = turn_record.record(db, now, "b", "en", Inbound("fake", "1", "wang", "wang", text="hello"))
        assert arrival is not None
        return arrival.is_leased

    with ThreadPoolExecutor(2) as pool:
        a_goes_on, b_answers = pool.submit(house.write, finish), pool.submit(house.write, record)
        assert (a_goes_on.result(), b_answers.result()) == (False, True)


def test_two_turns_that_write_to_each_other_do_not_block_each_other(postgres_house: House) -> None:
    """A guest's request becomes a card for the colleague who, at that moment, sends the guest news."""
    house = postgres_house
    guest, staff = house.place("wang"), house.place("li")
    now, both_hold = house.clock(), Barrier(2)
    for place, owner in ((guest, "a"), (staff, "b")):
        assert house.write(_take(place, owner, now))

    def turn(mine: Place, owner: str, other: Place) -> Callable[[Connection], object]:
        def act(db: Connection) -> object:
            hold_lease(db, mine.conversation_id, owner)
            both_hold.wait(timeout=10)
            return queue_messages(db, now, [NewMessage(other.conversation_id, "fake", "en", Body("news"))])

        return act

    with ThreadPoolExecutor(2) as pool:
        done: list[Future[object]] = [
            pool.submit(house.write, turn(guest, "a", staff)),
            pool.submit(house.write, turn(staff, "b", guest)),
        ]
        assert [len(each.result(timeout=20)) for each in done] == [1, 1]  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_a_deadlock_is_tried_again_at_once(postgres_house: House) -> None:
    house = postgres_house
    places = [house.place("wang"), house.place("li")]
    records, both_hold, tries = Records(house.store), Barrier(2), []

    def act(db: Connection, order: list[Place]) -> None:
        tries.append(order)
        for place in order:
            db.execute(update(Account).where(account.c.id == place.account_id).values(name="renamed"))
            if len(tries) <= 2 and place is order[0]:
                both_hold.wait(timeout=10)

    orders = [places, places[::-1]]
    await asyncio.gather(*(records.write(partial(act, order=order)) for order in orders))
    assert len(tries) == 3  # one of them had to begin again
    records.close()


def test_replicas_never_claim_a_message_twice_nor_two_of_one_conversation(postgres_house: House) -> None:
    house = postgres_house
    places = [house.place(f"guest{number}") for number in range(10)]
    for place in places:
        house.queue(place, "1", "2", "3")
    now = house.clock()

    def claim(owner: str) -> Claim:
        with stores[owner].transaction() as db:
            starting.wait(timeout=10)
            return claim_due(db, now, owner, channel="fake", addresses=None, rates=lambda _address: (), limit=32)

    stores = {owner: house.open() for owner in "abcd"}
    starting = Barrier(len(stores))
    with ThreadPoolExecutor(4) as pool:
        claimed = [each for claim in pool.map(claim, stores) for each in claim.messages]
    for store in stores.values():
        store.close()
    assert len(claimed) == 10
    assert {each.conversation_id for each in claimed} == {place.conversation_id for place in places}
    assert {each.body.text for each in claimed} == {"1"}


def test_processes_that_start_together_make_one_house(database_url: str, tmp_path: Path) -> None:
    house = House.__new__(House)
    house.url, house.folder = database_url, tmp_path / "data"
    starting = Barrier(4)

    def start(_number: int) -> int:
        starting.wait(timeout=10)
        store = open_store(house.settings())
        with store.reading() as db:
            count = len(properties(db))
        store.close()
        return count

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(start, range(4))) == [1, 1, 1, 1]
