"""What the app writes, transaction by transaction, as its driver was told it."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import event

from crm.store import Connection, Store

WRITES = ("INSERT", "UPDATE", "DELETE")

_RETURNING = re.compile(r"\sRETURNING\s")

Parameters = Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that changed rows: its text and the parameters of each execution."""

    statement: str
    rows: Sequence[Any]


@dataclass(slots=True)
class Recorder:
    """Listens at the engine and keeps every statement that changed a row; reads are left out."""

    transactions: list[list[Write]] = field(default_factory=list)
    _open: threading.local = field(default_factory=threading.local)

    def listen(self, store: Store) -> None:
        event.listen(store.engine, "begin", self._begin)
        event.listen(store.engine, "after_cursor_execute", self._execute)
        event.listen(store.engine, "commit", self._commit)

    def _begin(self, _db: Connection) -> None:
        self._open.writes = []

    def _execute(
        self, _db: Connection, cursor: Any, statement: str, parameters: Any, _context: Any, is_many: bool
    ) -> None:
        if not statement.startswith(WRITES):
            return
        bare = _RETURNING.split(statement)[0]  # the twin need not ask what it wrote
        if bare != statement or cursor.rowcount != 0:
            rows = [_plain(each) for each in parameters] if is_many else [_plain(parameters)]
            self._open.writes.append(Write(bare, rows))

    def _commit(self, _db: Connection) -> None:
        # A transaction begins only after those it builds upon are committed, so this order is one that can be replayed.
        if self._open.writes:
            self.transactions.append(self._open.writes)
        self._open.writes = []


def _plain(parameters: Parameters) -> Parameters:
    """The twin is given what costs its driver least: no subclasses of str, which are slower to bind."""
    if isinstance(parameters, Mapping):
        return {key: _value(value) for key, value in parameters.items()}
    return tuple(_value(value) for value in parameters)


def _value(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
