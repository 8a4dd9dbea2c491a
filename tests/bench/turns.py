"""(a) Whole turns a second, from the inbound line to its reply, beside the same rows written by raw SQL."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import psycopg

from bot import loop
from bot.app import open_store
from bot.config import Settings
from crm.store import POSTGRES_POOL
from tests.bench.house import CONSOLE, REQUESTS, Guest, bench_settings, check_in
from tests.bench.raw import Transactions, replay
from tests.bench.recording import Recorder
from tests.bench.report import Row, Section
from tests.bench.running import running_app
from tests.bench.size import Size
from tests.support.postgres import PostgresMissing, PostgresServer, running_postgres

CONVERSATIONS = 64
COMPARED = {  # what the twin must leave behind exactly as the app did; numbers of requests depend on who was first
    "message": "*",
    "conversation": "*",
    "account": "*",
    "service_request": "id, inbound_id, part, guest_id, service, room, quantity, state, due_at, note",
}
NOTES = (
    f"A turn: {CONVERSATIONS} linked guests at once, half of them in Chinese, each saying the next line when the reply "
    "to the last one is out: in ten turns eight service requests, one 'where is it' and one 'thank you'; a housekeeper "
    "on duty gets the cards. Ten turns each, so that nobody's list of open requests outgrows what a stay has. "
    "burst_seconds = 0: that pause waits for the guest and costs nothing.",
    "Measured until the last reply is claimed and sent (console channel, no network). The twin replays every "
    "transaction the app committed in that time, delivery's included, from a recording of its driver calls, on a copy "
    "of the same database with the same durability; afterwards both databases are compared row by row.",
    f"SQLite: WAL, synchronous=FULL, one writing connection. PostgreSQL: {POSTGRES_POOL} connections and threads, "
    "fsync and synchronous_commit on; the twin starts a transaction as soon as those it builds upon are committed.",
    "App and twin alternate; the medians are shown, the ratio is the median of each pair's.",
    "What eats the rest on SQLite (processor time of each step alone, 2026-11-26): handling 42 %, understanding 22 %, "
    "recording 21 %, gathering 11 %, delivery 4 %; between them threads take turns at Python's lock.",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Turns a second, CPU milliseconds of this process and wall milliseconds of each turn."""

    rate: float
    cpu: float
    waits: Sequence[float]


def bench(size: Size) -> Section:
    """SQLite, then PostgreSQL where there is one."""
    with TemporaryDirectory(prefix="guanjia-bench-") as folder:
        rows = _compare("SQLite", _SqliteCopies(Path(folder) / "sqlite"), size, target=0.30)
    try:
        with running_postgres() as server, TemporaryDirectory(prefix="guanjia-bench-") as folder:
            rows += _compare("PostgreSQL", _PostgresCopies(Path(folder), server), size, target=0.50)
    except PostgresMissing as missing:
        rows.append(Row("PostgreSQL", f"not measured: {missing}"))
    return Section("(a) Whole turns a second, beside raw SQL writing the same rows", rows, NOTES)


class _SqliteCopies:
    """Copies of one prepared database file."""

    def __init__(self, folder: Path) -> None:
        self._prepared = bench_settings(folder / "prepared")
        self._folder = folder
        self._made = 0

    def prepared(self) -> Settings:
        return self._prepared

    @contextmanager
    def copy(self) -> Iterator[Settings]:
        self._made += 1
        folder = self._folder / str(self._made)
        shutil.copytree(self._prepared.store.folder, folder)
        yield bench_settings(folder)
        shutil.rmtree(folder)


class _PostgresCopies:
    """Copies of one prepared database on the same server."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self._folder = folder
        self._server = server
        self._prepared = bench_settings(folder, server.fresh_database())

    def prepared(self) -> Settings:
        return self._prepared

    @contextmanager
    def copy(self) -> Iterator[Settings]:
        url = self._server.fresh_database(self._prepared.store.url)
        yield bench_settings(self._folder, url)
        self._server.drop(url)


Copies = _SqliteCopies | _PostgresCopies


def _compare(name: str, copies: Copies, size: Size, target: float) -> list[Row]:
    guests = _prepare(copies.prepared())
    transactions = _record(copies, guests, size.turns)
    pairs: list[tuple[Measured, float]] = []
    for _ in range(size.pairs):
        with copies.copy() as settings:
            measured = loop.run(_run(settings, guests, size.turns))
        with copies.copy() as settings:
            pairs.append((measured, size.turns / replay(settings.database_url, transactions)))
    ratio = median(app.rate / raw for app, raw in pairs)
    app, raw = median(app.rate for app, _ in pairs), median(raw for _, raw in pairs)
    waits = sorted(wait for measured, _ in pairs for wait in measured.waits)
    cpu = median(measured.cpu for measured, _ in pairs)
    writes = sum(len(each) for each in transactions) / size.turns
    shape = f"{len(transactions) / size.turns:.1f} transactions, {writes:.1f} writing statements a turn"
    return [
        Row(f"{name}: turns/s", f"{app:,.0f}", f"raw {raw:,.0f}", f"{ratio:.2f}", f">= {target:.2f}", ratio >= target),
        Row(
            f"{name}: one turn",
            f"{cpu:.2f} ms CPU; wall p50 {_ms(waits, 0.5)}, p99 {_ms(waits, 0.99)} ms at {CONVERSATIONS} in flight",
            shape,
        ),
    ]


def _prepare(settings: Settings) -> list[Guest]:
    store = open_store(settings)
    with store.transaction() as db:
        guests = check_in(db, CONSOLE, [f"guest:{number}" for number in range(CONVERSATIONS)])
    store.close()
    return guests


def _record(copies: Copies, guests: Sequence[Guest], turns: int) -> Transactions:
    """What the app commits in so many turns; played on a copy in full, it must leave the same rows behind."""
    with copies.copy() as settings, copies.copy() as twin:
        recorder = Recorder()
        measured_until = loop.run(_recorded(settings, guests, turns, recorder))
        _check_answers(settings.database_url, turns)
        replay(twin.database_url, recorder.transactions)
        for table, columns in COMPARED.items():
            query = f"SELECT {columns} FROM {table} ORDER BY id"
            if _rows(settings.database_url, query) != _rows(twin.database_url, query):
                raise RuntimeError(f"the twin did not write the same rows: {table}")
    return recorder.transactions[:measured_until]


def _check_answers(url: str, turns: int) -> None:
    """A number for turns that went wrong would be worth nothing."""
    ((failed,),) = _rows(url, "SELECT count(*) FROM message WHERE state = 'quarantined'")
    ((requests,),) = _rows(url, "SELECT count(*) FROM service_request")
    if failed or requests != turns * REQUESTS:
        raise RuntimeError(f"{failed} messages were quarantined, {requests} of {turns * REQUESTS:.0f} requests opened")


async def _recorded(settings: Settings, guests: Sequence[Guest], turns: int, recorder: Recorder) -> int:
    async with running_app(settings, recorder.listen) as crowd:
        await crowd.talk(guests, turns)
        return len(recorder.transactions)


async def _run(settings: Settings, guests: Sequence[Guest], turns: int) -> Measured:
    async with running_app(settings) as crowd:
        cpu = process_time()
        seconds, waits = await crowd.talk(guests, turns)
        return Measured(turns / seconds, (process_time() - cpu) * 1000 / turns, waits)


def _rows(url: str, query: str) -> list[Any]:
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            return file.execute(query).fetchall()
    with psycopg.connect(url) as server:
        return server.execute(query.encode()).fetchall()


def _ms(waits: Sequence[float], share: float) -> str:
    return f"{waits[min(len(waits) - 1, int(len(waits) * share))] * 1000:.0f}"
