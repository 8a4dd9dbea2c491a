"""The database's own driver behind a connection: what Store begins and ends transactions with, and Prepared runs by."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult

    from crm.store.prepared import Plan

Row = Sequence[Any]


class Driver(Protocol):
    @property
    def is_lost(self) -> bool: ...
    def begin(self, *, writing: bool) -> None: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def fetch(self, plan: Plan, parameters: Sequence[Any]) -> Sequence[Row]: ...
    def change(self, plan: Plan, rows: Sequence[Sequence[Any]]) -> int: ...


class SqliteDriver:
    """sqlite3, which keeps prepared statements by their text."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @property
    def is_lost(self) -> bool:
        return False

    def begin(self, *, writing: bool) -> None:
        # A deferred transaction fails at once when it writes after another has.
        self._connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")

    def commit(self) -> None:
        self._connection.commit()

    def rollback(self) -> None:
        self._connection.rollback()

    def fetch(self, plan: Plan, parameters: Sequence[Any]) -> Sequence[Row]:
        return self._connection.execute(plan.sql, parameters).fetchall()

    def change(self, plan: Plan, rows: Sequence[Sequence[Any]]) -> int:
        if len(rows) == 1:
            return self._connection.execute(plan.sql, rows[0]).rowcount
        return self._connection.executemany(plan.sql, rows).rowcount


class PostgresDriver:
    """psycopg's wrapper of libpq: a fifth of what a cursor costs, and it waits without holding up other threads."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        from psycopg.adapt import Transformer

        self._connection = connection
        self._pg = connection.pgconn
        self._reader = Transformer(connection)
        self._prepared: dict[int, bytes] = {}

    @property
    def is_lost(self) -> bool:
        return bool(self._connection.closed)

    def begin(self, *, writing: bool) -> None:
        if writing:  # what is only read is read statement by statement: each sees what is committed when it begins
            _check(self._pg.exec_(b"BEGIN"))

    def commit(self) -> None:
        if self._is_in_transaction():
            _check(self._pg.exec_(b"COMMIT"))

    def rollback(self) -> None:
        if self._is_in_transaction():
            _check(self._pg.exec_(b"ROLLBACK"))

    def fetch(self, plan: Plan, parameters: Sequence[Any]) -> Sequence[Row]:
        result = self._execute(plan, parameters)
        self._reader.set_pgresult(result)
        return self._reader.load_rows(0, result.ntuples, tuple)

    def change(self, plan: Plan, rows: Sequence[Sequence[Any]]) -> int:
        return sum(self._execute(plan, parameters).command_tuples or 0 for parameters in rows)

    def _execute(self, plan: Plan, parameters: Sequence[Any]) -> PGresult:
        name = self._prepared.get(plan.number) or self._prepare(plan)
        sent: Any = [_sent(each) for each in parameters]
        formats = [isinstance(each, bytes) for each in parameters]
        return _check(self._pg.exec_prepared(name, sent, formats, 1))

    def _prepare(self, plan: Plan) -> bytes:
        name = b"guanjia_%d" % plan.number
        _check(self._pg.prepare(name, plan.sql.encode()))
        self._prepared[plan.number] = name
        return name

    def _is_in_transaction(self) -> bool:
        from psycopg.pq import TransactionStatus

        return self._pg.transaction_status != TransactionStatus.IDLE


def _sent(value: Any) -> bytes | None:
    """A parameter as PostgreSQL reads it: text, but bytes as they are."""
    if value is None or type(value) is bytes:
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, date):
        return value.isoformat().encode()
    return str(value).encode()


def _check(result: PGresult) -> PGresult:
    """Raises psycopg's error of that state, with the message but not the detail: that one quotes values."""
    from psycopg.pq import DiagnosticField, ExecStatus

    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return result
    state = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    message = result.error_field(DiagnosticField.MESSAGE_PRIMARY) or result.error_message
    raise _error(state)(message.decode(errors="replace"))


def _error(state: str) -> type[Exception]:
    from psycopg import errors

    try:
        return errors.lookup(state)
    except KeyError:
        return errors.OperationalError if not state else errors.DatabaseError
