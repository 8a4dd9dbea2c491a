"""Reading what the platform keeps: whoever reads, however often it breaks off, each item is taken once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.base import NotSent, Refused
from bot.channels.wecom import fetching
from bot.channels.wecom.fetching import POISON_ATTEMPTS, Fetcher, Item, Page
from bot.inbox import POLL, RecordsBookmark
from bot.records import Records
from crm.conversations.inboxes import LEASE, move_on, note_call, try_begin, try_end
from crm.conversations.leases import end_leases
from crm.encryption import new_keyring
from crm.errors import StoreUnavailable
from crm.store import Store

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
NAME = "wecom_kf:wk1"


class Platform:
    """Keeps numbered items of a few people; a page has at most three."""

    def __init__(self, count: int = 0) -> None:
        self.items = [item(number) for number in range(count)]
        self.asked: list[tuple[str, str]] = []
        self.failures: list[Exception] = []

    async def ask(self, position: str, token: str) -> Page:
        self.asked.append((position, token))
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        begin = int(position or 0)
        items = self.items[begin : begin + 3]
        return Page(items, str(begin + len(items)), begin + len(items) < len(self.items))


def item(number: int) -> Item:
    return {"msgid": f"m{number}", "who": f"guest{number % 4}"}


class Reader:
    """One process that reads; `taken` are the ids in the order in which they were committed."""

    def __init__(self, store: Store, platform: Platform, taken: list[str]) -> None:
        self.now = NOW
        self.records = Records(store)
        self.platform = platform
        self.taken = taken
        self.failures: dict[str, list[Exception]] = {}
        bookmark = RecordsBookmark(NAME, self.records, lambda: self.now)
        self.fetcher = Fetcher(platform.ask, self._take, bookmark, key_of=lambda item: str(item["who"]))

    async def _take(self, item: Item, _since: datetime) -> None:
        await asyncio.sleep(0)
        key = str(item["msgid"])
        if self.failures.get(key):
            raise self.failures[key].pop(0)
        if key not in self.taken:  # as the records do
            self.taken.append(key)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.taken) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.005)


@pytest.fixture
def store(records_url: str) -> Store:
    return Store(records_url, new_keyring())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(fetching, "pause_after", lambda failures, longest: 0.02)


@asynccontextmanager
async def reading(*readers: Reader) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    tasks = [asyncio.create_task(reader.fetcher.run(stopping)) for reader in readers]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*tasks)
        for reader in readers:
            reader.records.close()


def in_order(taken: Sequence[str]) -> bool:
    """Those of each person as they were said."""
    numbers = [int(key[1:]) for key in taken]
    return all((own := [number for number in numbers if number % 4 == person]) == sorted(own) for person in range(4))


async def test_page_after_page_is_read_and_then_only_what_is_new(store: Store) -> None:
    platform, taken = Platform(10), list[str]()
    reader = Reader(store, platform, taken)
    async with reading(reader):
        await reader.until(10)
        platform.items.append(item(10))
        reader.fetcher.call("fresh")
        await reader.until(11)
    assert sorted(taken, key=lambda key: int(key[1:])) == [f"m{number}" for number in range(11)]
    assert in_order(taken)
    assert platform.asked[-1] == ("10", "fresh")


async def test_two_processes_and_a_call_at_any_moment_lose_and_repeat_nothing(store: Store, records_url: str) -> None:
    platform, taken = Platform(), list[str]()
    readers = [Reader(store, platform, taken), Reader(Store(records_url, store.keyring), platform, taken)]
    async with reading(*readers):
        for number in range(60):
            platform.items.append(item(number))
            readers[number % 2].fetcher.call(f"t{number}")
            await asyncio.sleep(0.001 * (number % 5))
        await readers[0].until(60)
    assert in_order(taken)
    assert len(taken) == len(set(taken)) == 60


async def test_after_a_restart_it_is_read_on_at_once_from_where_it_stopped(store: Store, records_url: str) -> None:
    platform, taken = Platform(7), list[str]()
    first = Reader(store, platform, taken)
    async with reading(first):
        await first.until(7)
        await asyncio.sleep(0.05)
    platform.items += [item(7), item(8)]
    platform.asked.clear()
    second = Reader(Store(records_url, store.keyring), platform, taken)
    async with reading(second):
        await second.until(9)
    assert platform.asked[0] == ("7", "")
    assert taken[-2:] == ["m7", "m8"] or taken[-2:] == ["m8", "m7"]


async def test_without_a_call_it_is_read_once_a_minute(store: Store) -> None:
    platform = Platform()
    reader = Reader(store, platform, [])
    async with reading(reader):
        await asyncio.sleep(0.2)
        assert len(platform.asked) == 1
        platform.items.append(item(0))
        reader.now = NOW + POLL
        await reader.until(1)


async def test_while_the_records_are_away_nothing_is_passed_over(store: Store) -> None:
    platform, taken = Platform(8), list[str]()
    reader = Reader(store, platform, taken)
    reader.failures = {"m4": [StoreUnavailable(), StoreUnavailable()]}
    async with reading(reader):
        await reader.until(8)
    assert in_order(taken)


async def test_an_item_that_is_always_refused_stops_nobody_for_long(store: Store) -> None:
    platform, taken = Platform(9), list[str]()
    reader = Reader(store, platform, taken)
    reader.failures = {"m1": [RuntimeError("a bug")] * 1_000}
    async with reading(reader):
        await reader.until(8)
    assert "m1" not in taken
    assert len(reader.failures["m1"]) == 1_000 - POISON_ATTEMPTS


async def test_a_platform_that_is_down_is_asked_again(store: Store) -> None:
    platform, taken = Platform(4), list[str]()
    platform.failures = [NotSent("status_502"), NotSent("token_missing"), RuntimeError("odd answer")]
    reader = Reader(store, platform, taken)
    async with reading(reader):
        await reader.until(4)


async def test_a_call_ends_the_wait_of_whoever_asked_too_often_without_one(store: Store) -> None:
    platform, taken = Platform(1), list[str]()
    platform.failures = [NotSent("wecom_45009", 60.0)]
    reader = Reader(store, platform, taken)
    async with reading(reader):
        await asyncio.sleep(0.2)
        assert len(platform.asked) == 1
        reader.fetcher.call("fresh")
        await reader.until(1)
    assert platform.asked[1:] == [("", "fresh")]


async def test_a_place_the_platform_does_not_know_any_more_is_given_up(store: Store) -> None:
    platform, taken = Platform(5), list[str]()
    reader = Reader(store, platform, taken)
    async with reading(reader):
        await reader.until(5)
        platform.failures = [Refused("wecom_40058")]
        platform.items.append(item(5))
        reader.fetcher.call("t")
        await reader.until(6)
    assert ("", "t") in platform.asked
    assert len(taken) == len(set(taken))


def test_only_one_process_reads_and_its_lease_ends(store: Store) -> None:
    def begin(owner: str, now: datetime = NOW) -> bool:
        with store.transaction() as db:
            return try_begin(db, now, NAME, owner, idle=POLL) is not None

    assert begin("a")
    assert not begin("b", NOW + LEASE)
    assert begin("b", NOW + LEASE + timedelta(seconds=1))
    with store.transaction() as db:
        assert not move_on(db, NOW, NAME, "a", "9"), "it was taken over, and must not be put back"
        assert move_on(db, NOW, NAME, "b", "8")
        assert not try_end(db, NOW, NAME, "a", 0)


def test_a_call_while_somebody_is_about_to_stop_is_seen(store: Store) -> None:
    with store.transaction() as db:
        place = try_begin(db, NOW, NAME, "a", idle=POLL)
        assert place is not None
        note_call(db, NOW, NAME)
        assert not try_end(db, NOW, NAME, "a", place.calls)
        again = try_begin(db, NOW, NAME, "a", idle=POLL)
        assert again is not None
        assert try_end(db, NOW, NAME, "a", again.calls)
        assert try_begin(db, NOW, NAME, "b", idle=POLL) is None, "nothing is left to be read"


def test_what_a_dead_process_held_is_free_at_once(store: Store) -> None:
    with store.transaction() as db:
        assert try_begin(db, NOW, NAME, "dead", idle=POLL)
        assert end_leases(db, NOW, lambda owner: owner == "dead") == 1
        assert try_begin(db, NOW, NAME, "b", idle=POLL)
