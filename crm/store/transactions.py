"""One engine, and transactions that begin and commit in one place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from time import sleep
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import SQLModel

from crm.encryption import Keyring
from crm.errors import Conflict, StoreUnavailable
from crm.store.drivers import Driver, PostgresDriver, SqliteDriver
from crm.store.prepared import Prepared

POSTGRES_POOL = 8
BUSY_TIMEOUT_MS = 5_000
UNDONE = ("40P01", "40001")  # deadlock, serialization failure
ADVISORY_LOCK = 0x6775616E
POSTGRES_OPTIONS = {
    "idle_in_transaction_session_timeout": "10s",  # a frozen process must not keep rows from the others for ever
    "plan_cache_mode": "force_generic_plan",  # each question has its index, whatever the values: plan it once
}


class Store:
    """Where records live. SQLite serves one process, PostgreSQL several replicas; the code above sees no difference."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        """`url` is a database URL: sqlite:///path or postgresql://user:password@host/name (psycopg 3)."""
        self.keyring = keyring
        self.engine = _sqlite_engine(url) if url.startswith("sqlite") else _postgres_engine(url)
        self._dbapi = cast(Any, self.engine.dialect.loaded_dbapi)
        self._idle: list[Connection] = []  # kept open: to take one from the engine costs as much as three statements
        event.listen(self.engine, "connect", self._hand_over)
        event.listen(self.engine, "before_cursor_execute", _in_order)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def transaction(self) -> AbstractContextManager[Connection]:
        """The only place that commits. Raises StoreUnavailable when the database is locked, full or away."""
        return self._begun(writing=True)

    def reading(self) -> AbstractContextManager[Connection]:
        """A look that waits for no writer; on SQLite all of it is of one moment."""
        return self._begun(writing=False)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
        self.engine.dispose()

    def _hand_over(self, connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["keyring"] = self.keyring
        entry.info["driver"] = SqliteDriver(connection) if self.is_sqlite else PostgresDriver(connection)

    @contextmanager
    def _begun(self, *, writing: bool) -> Iterator[Connection]:
        db = self._take()
        driver: Driver = db.info["driver"]
        try:
            driver.begin(writing=writing)
            yield db
            driver.commit()
            if db.in_transaction():  # SQLAlchemy has executed something itself, and wants to end that itself
                db.commit()
        except (DBAPIError, self._dbapi.Error) as error:
            is_lost = driver.is_lost
            self._discard(db)
            raise self._translated(error, is_lost) from error
        except BaseException:
            self._undo(db, driver)
            raise
        self._idle.append(db)

    def _take(self) -> Connection:
        with suppress(IndexError):
            return self._idle.pop()
        try:
            return self.engine.connect()
        except DBAPIError as error:
            raise self._translated(error, is_lost=True) from error

    def _undo(self, db: Connection, driver: Driver) -> None:
        try:
            driver.rollback()
            db.rollback()
        except (DBAPIError, self._dbapi.Error):
            self._discard(db)
        else:
            self._idle.append(db)

    def _discard(self, db: Connection) -> None:
        """An open transaction ends with its connection."""
        db.invalidate()
        db.close()

    def _translated(self, error: Exception, is_lost: bool) -> Exception:
        """What the code above is told: expected refusals of the database by our own names."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        if getattr(cause, "sqlstate", None) in UNDONE:
            return Conflict(type(cause).__name__)
        if is_lost or isinstance(cause, (self._dbapi.OperationalError, self._dbapi.InterfaceError)):
            return StoreUnavailable(type(cause).__name__)
        return error


def _in_order(db: Connection, *_told: object) -> None:
    """Before SQLAlchemy executes something itself, what was written before is executed."""
    db.info["driver"].flush()


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model: the message path speaks Core, which costs a third of the ORM's unit of work."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def wait_alone(db: Connection) -> None:
    """Until this transaction ends no other process gets past here; for what only starts do. SQLite is so anyway."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def know_sizes(db: Connection, rows: int, *models: type[SQLModel]) -> None:
    """For whoever has put so many rows into tables: PostgreSQL plans by their sizes, and hears of them a minute later.

    Until then it takes them for nearly empty, and compares every row of a house with every item of a long list. A table
    that was larger than that before is planned for as it should be.
    """
    if db.dialect.name != "postgresql":
        return
    names = [table(each).name for each in models]
    known = text("SELECT relname FROM pg_class WHERE oid = ANY(CAST(:names AS regclass[])) AND reltuples < :rows")
    outgrown = db.execute(known, {"names": names, "rows": rows}).scalars().all()
    if outgrown:
        db.execute(text(f"ANALYZE {', '.join(outgrown)}"))


def insert_once(db: Connection, model: type[SQLModel], row: Mapping[str, Any], key: str) -> bool:
    """Inserts the row and returns True, unless one with the same unique `key` (columns, comma-separated) exists."""
    return _insert_once(db.dialect.name, model, key).change(db, row) == 1


@cache
def _insert_once(dialect: str, model: type[SQLModel], key: str) -> Prepared:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return Prepared(make(table(model)).on_conflict_do_nothing(index_elements=key.split(",")))


def _sqlite_engine(url: str) -> Engine:
    patience = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, connect_args=patience, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        _use_wal(connection)
        for pragma in ("synchronous=full", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=on"):
            connection.execute(f"pragma {pragma}")

    return engine


def _use_wal(connection: Any) -> None:
    """SQLite does not wait for others when it changes the journal of a new file, as it does for everything else."""
    for _ in range(BUSY_TIMEOUT_MS // 50):
        try:
            connection.execute("pragma journal_mode=wal")
        except sqlite3.OperationalError:
            sleep(0.05)
        else:
            return
    connection.execute("pragma journal_mode=wal")


def _postgres_engine(url: str) -> Engine:
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    told = " ".join(f"-c {name}={value}" for name, value in POSTGRES_OPTIONS.items())
    options = {"options": told, "prepare_threshold": None}  # drivers.py prepares what is worth it
    pool = {"pool_size": POSTGRES_POOL, "max_overflow": POSTGRES_POOL}
    return create_engine(parsed, connect_args=options, hide_parameters=True, **pool)
