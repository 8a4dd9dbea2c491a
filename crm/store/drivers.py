"""The database's own driver behind a connection: what Store begins and ends transactions with, and Prepared runs by."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from select import POLLIN, poll
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult

    from crm.store.prepared import Plan

Row = Sequence[Any]

IDLE = 0  # libpq: PQTRANS_IDLE


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
    """psycopg's wrapper of libpq: a fifth of what a cursor costs, and it waits without holding up other threads.

    What need not wait for each other's answer goes in one round trip: the BEGIN with the first statement, the rows of
    one statement together.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        from psycopg.adapt import Transformer

        self._connection = connection
        self._pg = connection.pgconn
        self._reader = Transformer(connection)
        self._prepared: dict[int, bytes] = {}
        self._answered = poll()
        self._answered.register(self._pg.socket, POLLIN)
        self._owes_begin = False

    @property
    def is_lost(self) -> bool:
        return bool(self._connection.closed)

    def begin(self, *, writing: bool) -> None:
        self._owes_begin = writing  # what is only read is read statement by statement: each sees what is committed

    def commit(self) -> None:
        if self._is_in_transaction():
            _check(self._pg.exec_(b"COMMIT"))

    def rollback(self) -> None:
        if self._is_in_transaction():
            _check(self._pg.exec_(b"ROLLBACK"))

    def fetch(self, plan: Plan, parameters: Sequence[Any]) -> Sequence[Row]:
        (result,) = self._execute(plan, [parameters])
        self._reader.set_pgresult(result)
        return self._reader.load_rows(0, result.ntuples, tuple)

    def change(self, plan: Plan, rows: Sequence[Sequence[Any]]) -> int:
        return sum(result.command_tuples or 0 for result in self._execute(plan, rows))

    def _execute(self, plan: Plan, rows: Sequence[Sequence[Any]]) -> list[PGresult]:
        name = self._prepared.get(plan.number) or self._prepare(plan)
        is_beginning = self._owes_begin and not self._is_in_transaction()
        self._owes_begin = False
        if len(rows) == 1 and not is_beginning:
            return [_check(self._pg.exec_prepared(name, *_sent(rows[0])))]
        self._pg.enter_pipeline_mode()
        if is_beginning:
            self._pg.send_query_params(b"BEGIN", None)
        for row in rows:
            self._pg.send_query_prepared(name, *_sent(row))
        self._pg.pipeline_sync()
        results = self._receive()
        self._pg.exit_pipeline_mode()
        return [_check(result) for result in results][1 if is_beginning else 0 :]

    def _receive(self) -> list[PGresult]:
        """All answers until the one to the sync."""
        from psycopg.pq import ExecStatus

        results: list[PGresult] = []
        while True:
            while self._pg.is_busy():
                self._answered.poll()
                self._pg.consume_input()
            result = self._pg.get_result()
            if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
                return results
            if result is not None:
                results.append(result)
            elif self.is_lost:
                return results

    def _prepare(self, plan: Plan) -> bytes:
        name = b"guanjia_%d" % plan.number
        _check(self._pg.prepare(name, plan.sql.encode()))
        self._prepared[plan.number] = name
        return name

    def _is_in_transaction(self) -> bool:
        return self._pg.transaction_status != IDLE


def _sent(parameters: Sequence[Any]) -> tuple[Any, Sequence[int], int]:
    """Parameters as text, but bytes as they are; their formats; and that the answer is wanted in binary."""
    return [_bytes(each) for each in parameters], [type(each) is bytes for each in parameters], 1


def _bytes(value: Any) -> bytes | None:
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
