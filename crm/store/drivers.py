"""The database's own driver behind a connection: what Store begins and ends transactions with, and Prepared runs by."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from select import POLLIN, POLLOUT, poll
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult

    from crm.store.prepared import Plan

Row = Sequence[Any]

# Of libpq: a state of the connection, and what an answer may be.
IDLE = 0
DONE = (1, 2)  # without and with rows
SYNC = 10


class Driver(Protocol):
    @property
    def is_lost(self) -> bool: ...
    def begin(self, *, writing: bool) -> None: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def fetch(self, plan: Plan, parameters: Sequence[Any]) -> Sequence[Row]: ...
    def change(self, plan: Plan, rows: Sequence[Row]) -> int: ...
    def write(self, plan: Plan, rows: Sequence[Row]) -> None: ...
    def flush(self) -> None: ...


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

    def change(self, plan: Plan, rows: Sequence[Row]) -> int:
        if len(rows) == 1:
            return self._connection.execute(plan.sql, rows[0]).rowcount
        return self._connection.executemany(plan.sql, rows).rowcount

    def write(self, plan: Plan, rows: Sequence[Row]) -> None:
        self.change(plan, rows)

    def flush(self) -> None:
        """Nothing is ever put off."""


class PostgresDriver:
    """psycopg's wrapper of libpq: a fifth of what a cursor costs, and it waits without holding up other threads.

    What need not wait for each other's answer goes in one round trip: the BEGIN with the first statement, the rows of
    one statement together, and with the next what is only written.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        from psycopg.adapt import Transformer

        self._connection = connection
        self._pg = connection.pgconn
        self._reader = Transformer(connection)
        self._prepared: dict[int, bytes] = {}
        self._answered, self._either = poll(), poll()
        self._answered.register(self._pg.socket, POLLIN)
        self._either.register(self._pg.socket, POLLIN | POLLOUT)
        self._owes_begin = False
        self._owed: list[tuple[bytes, Row]] = []

    @property
    def is_lost(self) -> bool:
        return bool(self._connection.closed)

    def begin(self, *, writing: bool) -> None:
        self._owes_begin = writing  # what is only read is read statement by statement: each sees what is committed

    def commit(self) -> None:
        self.flush()
        if self._is_in_transaction():
            _check(self._pg.exec_(b"COMMIT"))

    def rollback(self) -> None:
        self._owed = []
        if self._is_in_transaction():
            _check(self._pg.exec_(b"ROLLBACK"))

    def fetch(self, plan: Plan, parameters: Row) -> Sequence[Row]:
        (result,) = self._execute([(self._name(plan), parameters)])
        self._reader.set_pgresult(result)
        return self._reader.load_rows(0, result.ntuples, tuple)

    def change(self, plan: Plan, rows: Sequence[Row]) -> int:
        name = self._name(plan)
        return sum(result.command_tuples or 0 for result in self._execute([(name, row) for row in rows]))

    def write(self, plan: Plan, rows: Sequence[Row]) -> None:
        name = self._name(plan)
        self._owed += [(name, row) for row in rows]

    def flush(self) -> None:
        """Executes what is still owed."""
        if self._owed:
            self._execute([])

    def _execute(self, wanted: Sequence[tuple[bytes, Row]]) -> Sequence[PGresult]:
        """The answers to these executions of prepared statements, after what is owed."""
        begins = self._owes_begin and not self._is_in_transaction()
        executions = [*self._owed, *wanted]
        self._owes_begin, self._owed = False, []
        if len(executions) == 1 and not begins:
            name, row = executions[0]
            return [_check(self._pg.exec_prepared(name, *_sent(row)))]
        self._pg.enter_pipeline_mode()
        if begins:
            self._pg.send_query_params(b"BEGIN", None)
        for name, row in executions:
            self._pg.send_query_prepared(name, *_sent(row))
        self._pg.pipeline_sync()
        results = self._receive()
        self._pg.exit_pipeline_mode()
        return [_check(result) for result in results][len(results) - len(wanted) :]

    def _receive(self) -> list[PGresult]:
        """All answers until the one to the sync."""
        results: list[PGresult] = []
        while True:
            while self._pg.is_busy():
                has_unsent = self._pg.flush() == 1  # psycopg's connections do not wait while they send
                (self._either if has_unsent else self._answered).poll()
                self._pg.consume_input()
            result = self._pg.get_result()
            if result is not None and result.status == SYNC:
                return results
            if result is not None:
                results.append(result)
            elif self.is_lost:
                return results

    def _name(self, plan: Plan) -> bytes:
        """The statement's name on this connection, where it is prepared when it is first used."""
        name = self._prepared.get(plan.number)
        if name is None:
            name = b"guanjia_%d" % plan.number
            _check(self._pg.prepare(name, plan.sql.encode()))
            self._prepared[plan.number] = name
        return name

    def _is_in_transaction(self) -> bool:
        return self._pg.transaction_status != IDLE


def _sent(parameters: Row) -> tuple[Any, Sequence[int], int]:
    """Parameters as text, but bytes as they are; their formats; and that the answer is wanted in binary."""
    sent = [each.encode() if type(each) is str else _bytes(each) for each in parameters]
    return sent, [type(each) is bytes for each in parameters], 1


def _bytes(value: Any) -> bytes | None:
    if value is None or type(value) is bytes:
        return value
    if isinstance(value, date):
        return value.isoformat().encode()
    return str(value).encode()


def _check(result: PGresult) -> PGresult:
    """Raises psycopg's error of that state, with the message but not the detail: that one quotes values."""
    if result.status in DONE:
        return result
    from psycopg.pq import DiagnosticField

    state = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    message = result.error_field(DiagnosticField.MESSAGE_PRIMARY) or result.error_message
    raise _error(state)(message.decode(errors="replace"))


def _error(state: str) -> type[Exception]:
    from psycopg import errors

    try:
        return errors.lookup(state)
    except KeyError:
        return errors.OperationalError if not state else errors.DatabaseError
