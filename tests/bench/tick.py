"""(f) What a tick of the clock costs, by how much is due and by how much is in the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from bot import loop
from bot.app import open_store
from bot.config import Settings
from bot.house import load_house
from bot.records import Records
from bot.timed import TimedWork, timed_works
from crm.conversations.accounts import bind_staff, locate
from crm.staff.members import add_staff_member
from crm.store import Store, new_id
from tests.bench.house import CONSOLE, bench_settings, check_in, the_house
from tests.bench.report import Row, Section
from tests.bench.size import Size

DUE = (0, 100, 10_000)
ROUNDS = {0: 5, 100: 5, 10_000: 1}
IDLE = 200  # ticks in a round with nothing due
FLAT, LINEAR = 1.25, 1.5  # medians of five; a million rows make the index two levels deeper
BATCH = 20_000
REQUEST = (
    "id property_id guest_id conversation_id inbound_id state assignee_id opened_at due_at respond_by look_at part"
    " service department room is_reminded apologies rung"
)
MESSAGE = (
    "id conversation_id body created_at channel direction state message_class rank has_choices language attempts"
    " external_id reason"
)
NOTES = (
    "SQLite; that many finished requests stored, and that many due, each an assignee to be reminded: one transaction"
    " and one queued message each. CPU time of a tick, for each that is due; with nothing due, per tick.",
    "Beside: bare sqlite3 writing as many rows in as many transactions with the same durability, in the same run.",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds for each due request, or for a tick with nothing due."""

    stored: int
    due: int
    cpu: float
    wall: float
    raw: float


def bench(size: Size) -> Section:
    costs = [cost for stored in (size.guests[0], size.guests[-1]) for cost in _costs(stored)]
    return Section("(f) A tick of the clock", list(_rows(costs)), NOTES)


def _costs(stored: int) -> Iterator[Cost]:
    with TemporaryDirectory(prefix="guanjia-bench-") as folder:
        settings = bench_settings(Path(folder))
        store = open_store(settings)
        filler = _Filler(store, Path(folder) / "guanjia.db")
        filler.finished(stored)
        records = Records(store)
        for due in DUE:
            yield loop.run(_measured(records, settings, filler, stored, due))
        records.close()


async def _measured(records: Records, settings: Settings, filler: _Filler, stored: int, due: int) -> Cost:
    house = await records.read(lambda db: load_house(db, settings.catalogue, "en"))
    timed = TimedWork(records, lambda: house, clock=lambda: filler.now, acted=lambda: None, works=timed_works(settings))
    cpu, wall, raw = [], [], []
    for _ in range(ROUNDS[due]):
        filler.due(due)
        raw.append(filler.raw_cost(due))
        began, walled = process_time(), perf_counter()
        for _ in range(1 if due else IDLE):
            await timed.tick()
        count = due or IDLE
        cpu.append((process_time() - began) * 1000 / count)
        wall.append((perf_counter() - walled) * 1000 / count)
    return Cost(stored, due, median(cpu), median(wall), median(raw))


class _Filler:
    """Puts requests straight into the file."""

    def __init__(self, store: Store, path: Path) -> None:
        self.now = datetime.now(UTC)
        self._path = path
        with store.transaction() as db:
            self._property = the_house(db).id
            check_in(db, CONSOLE, ["guest"])
            member = add_staff_member(
                db, self.now, name="Lily", role="housekeeping", department="housekeeping", language="en",
                property_ids=[self._property],
            )  # fmt: skip
            place = locate(db, self.now, channel=CONSOLE, address="staff", sender_id="staff", language="en")
            bind_staff(db, place.account_id, member)
            guest = locate(db, self.now, channel=CONSOLE, address="guest", sender_id="guest", language="en")
        self._assignee, self._guest = member.id, guest.conversation_id

    def finished(self, count: int) -> None:
        self._write(self._row("done", self.now - timedelta(days=2)) for _ in range(count))

    def due(self, count: int) -> None:
        """A quarter of an hour old, due in two minutes: its assignee is to be reminded now."""
        self._write(self._row("accepted", self.now - timedelta(minutes=15)) for _ in range(count))

    def raw_cost(self, count: int) -> float:
        """Milliseconds of bare SQL for as many due requests, or for as many ticks with none."""
        with closing(sqlite3.connect(self._path, isolation_level=None)) as file:
            file.execute("pragma synchronous=full")
            began = process_time()
            for _ in range(count or IDLE):
                self._raw_one(file) if count else self._raw_look(file)
            cost = (process_time() - began) * 1000 / (count or IDLE)
            file.execute("DELETE FROM message WHERE direction = 'out' AND body = x'00'")
        return cost

    def _raw_look(self, file: sqlite3.Connection) -> None:
        query = (
            "SELECT number FROM service_request WHERE state IN ('open', 'accepted', 'on_the_way', 'waiting')"
            " AND look_at <= ? ORDER BY look_at LIMIT 100"
        )
        file.execute(query, (_stored(self.now),)).fetchall()

    def _raw_one(self, file: sqlite3.Connection) -> None:
        """As much as a reminder writes: the look taken, the reminder noted, the message queued, the next look."""
        file.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            file.execute("UPDATE service_request SET rung = rung WHERE number = 1")
        message_id = new_id(self.now)
        own = (message_id, self._guest, b"\0", _stored(self.now))
        file.execute(_insert("message", MESSAGE), (*own, CONSOLE, "out", "queued", "service", 0, 1, "en", 0, "", ""))
        file.execute("COMMIT")

    def _row(self, state: str, opened_at: datetime) -> tuple[Any, ...]:
        due_at = self.now + timedelta(minutes=2)
        times = (_stored(opened_at), _stored(due_at), _stored(due_at), _stored(self.now))
        who = (self._property, None, self._guest, new_id(self.now))
        same = (0, "cleaning", "housekeeping", "1001", 0, 0, 0)
        return (new_id(self.now), *who, state, self._assignee, *times, *same)

    def _write(self, rows: Iterator[tuple[Any, ...]]) -> None:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as file:
            file.execute("pragma synchronous=off")
            while batch := list(islice(rows, BATCH)):
                file.execute("BEGIN IMMEDIATE")
                file.executemany(_insert("service_request", REQUEST), batch)
                file.execute("COMMIT")


def _rows(costs: Sequence[Cost]) -> Iterator[Row]:
    few = {cost.due: cost for cost in costs if cost.stored == costs[0].stored}
    for cost in costs:
        least = few[cost.due] if cost.stored != costs[0].stored else few[100]
        is_held = cost.stored != costs[0].stored or cost.due == DUE[-1]
        ratio = cost.cpu / least.cpu
        target = FLAT if cost.stored != costs[0].stored else LINEAR
        name = f"{cost.due:,} due" if cost.due else "nothing due"
        yield Row(
            f"{cost.stored:,} stored, {name}",
            f"{cost.cpu:.3f} ms CPU" + (" each" if cost.due else ""),
            f"{cost.wall:.3f} ms wall; raw {cost.raw:.3f} ms CPU",
            f"{ratio:.2f}" if is_held else "",
            f"<= {target}" if is_held else "",
            ratio <= target if is_held else None,
        )


def _insert(table: str, names: str) -> str:
    columns = names.split()
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _stored(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
