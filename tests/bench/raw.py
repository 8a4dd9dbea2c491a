"""The raw twin: the same rows in the same transactions, by the database's driver and nothing else."""

from __future__ import annotations

import queue
import re
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from time import perf_counter
from typing import Any

import psycopg

from crm.store import POSTGRES_POOL
from crm.store.transactions import BUSY_TIMEOUT_MS
from tests.bench.recording import Write

Transactions = Sequence[Sequence[Write]]

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def replay(url: str, transactions: Transactions) -> float:
    """Seconds for these transactions on this database."""
    if url.startswith("sqlite"):
        return _replay_sqlite(url.removeprefix("sqlite:///"), transactions)
    return _replay_postgres(url, transactions)


def _replay_sqlite(path: str, transactions: Transactions) -> float:
    """One connection, as the app has one writer; durable in the same way."""
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=wal", "synchronous=full", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=on"):
        db.execute(f"pragma {pragma}")
    started = perf_counter()
    for writes in transactions:
        db.execute("BEGIN IMMEDIATE")
        for write in writes:
            if len(write.rows) == 1:
                db.execute(write.statement, write.rows[0])
            else:
                db.executemany(write.statement, write.rows)
        db.execute("COMMIT")
    seconds = perf_counter() - started
    db.close()
    return seconds


def _replay_postgres(url: str, transactions: Transactions) -> float:
    """As many connections and threads as the app has; a transaction starts when those it builds upon are committed."""
    connections = [psycopg.connect(url) for _ in range(POSTGRES_POOL)]
    order = _Order(transactions)
    threads = [threading.Thread(target=_work, args=(each, transactions, order)) for each in connections]
    started = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - started
    for connection in connections:
        connection.close()
    if order.left:
        raise RuntimeError(f"{order.left} transactions were not replayed")
    return seconds


def _work(connection: psycopg.Connection[Any], transactions: Transactions, order: _Order) -> None:
    cursor = psycopg.RawCursor(connection)
    try:
        while (index := order.ready.get()) is not None:
            for write in transactions[index]:
                if len(write.rows) == 1:
                    cursor.execute(write.statement.encode(), write.rows[0])
                else:
                    cursor.executemany(write.statement.encode(), write.rows)
            connection.commit()
            order.done(index)
    except BaseException:
        order.give_up()
        raise


class _Order:
    """Which transactions may run: one that changes a row waits for the one that changed it last."""

    def __init__(self, transactions: Transactions) -> None:
        self.ready: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self.left = len(transactions)
        self._lock = threading.Lock()
        self._next: dict[int, set[int]] = defaultdict(set)
        self._missing = [0] * len(transactions)
        self._connect(transactions)
        for index, missing in enumerate(self._missing):
            if not missing:
                self.ready.put(index)

    def done(self, index: int) -> None:
        with self._lock:
            self.left -= 1
            for following in self._next[index]:
                self._missing[following] -= 1
                if not self._missing[following]:
                    self.ready.put(following)
            if not self.left:
                self.give_up()

    def give_up(self) -> None:
        for _ in range(POSTGRES_POOL):
            self.ready.put(None)

    def _connect(self, transactions: Transactions) -> None:
        last: dict[str, int] = {}
        for index, writes in enumerate(transactions):
            before = {last[row] for row in _changed(writes) if row in last}
            for each in before:
                self._next[each].add(index)
            self._missing[index] = len(before)
            last.update(dict.fromkeys(_changed(writes), index))


def _changed(writes: Sequence[Write]) -> Iterator[str]:
    """The ids of the rows that are written: an insert names its own first, an update those of its condition."""
    for write in writes:
        for row in write.rows:
            ids = (value for value in row if isinstance(value, str) and _ID.fullmatch(value))
            yield from islice(ids, 1 if write.statement.startswith("INSERT") else None)
