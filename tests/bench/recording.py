"""What the app writes, transaction by transaction, as its driver was told it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

from crm.store import Store
from crm.store.drivers import Driver, Row
from crm.store.prepared import Plan

_RETURNING = re.compile(r"\sRETURNING\s")


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that changed rows: its text and the parameters of each execution."""

    statement: str
    rows: Sequence[Row]


@dataclass(slots=True)
class Recorder:
    """Stands before every driver and keeps each statement that changed a row; reads are left out."""

    transactions: list[list[Write]] = field(default_factory=list)

    def listen(self, store: Store) -> None:
        def stand_before(_connection: Any, entry: ConnectionPoolEntry) -> None:
            entry.info["driver"] = _Recording(entry.info["driver"], self.transactions)

        store.close()  # what was open until now is not heard
        event.listen(store.engine, "connect", stand_before)


class _Recording:
    """A driver that writes down what it is told."""

    def __init__(self, driver: Driver, transactions: list[list[Write]]) -> None:
        self._driver = driver
        self._transactions = transactions
        self._writes: list[Write] = []

    @property
    def is_lost(self) -> bool:
        return self._driver.is_lost

    def begin(self, *, writing: bool) -> None:
        self._writes = []
        self._driver.begin(writing=writing)

    def commit(self) -> None:
        # A transaction begins only after those it builds upon are committed, so this order is one that can be replayed.
        if self._writes:
            self._transactions.append(self._writes)
        self._driver.commit()

    def rollback(self) -> None:
        self._driver.rollback()

    def fetch(self, plan: Plan, parameters: Sequence[Any]) -> Sequence[Row]:
        found = self._driver.fetch(plan, parameters)
        if found and not plan.sql.startswith("SELECT"):
            bare = _RETURNING.split(plan.sql)[0]  # the twin need not ask what it wrote
            self._writes.append(Write(bare, [_plain(parameters)]))
        return found

    def write(self, plan: Plan, rows: Sequence[Row]) -> None:
        self._driver.write(plan, rows)
        if not plan.sql.startswith("SELECT"):
            self._writes.append(Write(plan.sql, [_plain(row) for row in rows]))

    def flush(self) -> None:
        self._driver.flush()

    def change(self, plan: Plan, rows: Sequence[Row]) -> int:
        changed = self._driver.change(plan, rows)
        if changed:
            self._writes.append(Write(plan.sql, [_plain(row) for row in rows]))
        return changed


def _plain(parameters: Sequence[Any]) -> tuple[Any, ...]:
    """The twin is given what costs its driver least: no subclasses of str, which are slower to bind."""
    return tuple(value.value if isinstance(value, Enum) else value for value in parameters)
