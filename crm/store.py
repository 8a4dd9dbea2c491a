"""The house's records: one engine, transactions that commit in one place, ids and instants."""

from __future__ import annotations

import itertools
import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from time import sleep
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import DateTime, String, Text, TypeDecorator
from sqlmodel import SQLModel

from crm.encryption import Keyring
from crm.errors import Conflict, StoreUnavailable

__all__ = ["Bytewise", "Connection", "Json", "Store", "Utc", "insert_once", "new_id", "table", "wait_alone"]

POSTGRES_POOL = 8
BUSY_TIMEOUT_MS = 5_000
UNDONE = ("40P01", "40001")  # deadlock, serialization failure
ADVISORY_LOCK = 0x6775616E
_FROZEN = "-c idle_in_transaction_session_timeout=10s"  # a frozen process must not keep rows from the others for ever


class Store:
    """Where records live. SQLite serves one process, PostgreSQL several replicas; the code above sees no difference."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        """`url` is a database URL: sqlite:///path or postgresql://user:password@host/name (psycopg 3)."""
        self.keyring = keyring
        self.engine = _sqlite_engine(url) if url.startswith("sqlite") else _postgres_engine(url)
        event.listen(self.engine, "connect", self._hand_over_keyring)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """The only place that commits. Raises StoreUnavailable when the database is locked, full or away."""
        with self._begun("BEGIN IMMEDIATE") as db:  # a deferred one fails at once when it writes after another has
            yield db

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent look that waits for no writer."""
        with self._begun("BEGIN") as db:
            yield db

    def close(self) -> None:
        self.engine.dispose()

    def _hand_over_keyring(self, _connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["keyring"] = self.keyring

    @contextmanager
    def _begun(self, sqlite_begin: str) -> Iterator[Connection]:
        # Said here and not by a listener: one listener at the engine makes every statement a fifth dearer.
        with self._translated(), self.engine.connect() as db, db.begin():
            if self.is_sqlite:
                db.exec_driver_sql(sqlite_begin)
            yield db

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            kind = Conflict if getattr(error.orig, "sqlstate", "") in UNDONE else StoreUnavailable
            raise kind(type(error.orig).__name__) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise StoreUnavailable(type(error.orig).__name__) from error
            raise


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model: the message path speaks Core, which costs a third of the ORM's unit of work."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def wait_alone(db: Connection) -> None:
    """Until this transaction ends no other process gets past here; for what only starts do. SQLite is so anyway."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def insert_once(db: Connection, model: type[SQLModel], row: Mapping[str, Any], key: str) -> bool:
    """Inserts the row and returns True, unless one with the same unique `key` (columns, comma-separated) exists."""
    return db.execute(_insert_once(db.dialect.name, model, key), row).rowcount == 1


@cache
def _insert_once(dialect: str, model: type[SQLModel], key: str) -> Any:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(table(model)).on_conflict_do_nothing(index_elements=key.split(","))
    return statement.execution_options(preserve_rowcount=True)  # psycopg's cursor is closed before it would be read


class Utc(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite drops zones, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant needs a time zone")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Bytewise(TypeDecorator[str]):
    """Text ordered by its characters' codes on every database, so that a plain index serves a search by prefix."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(String(collation="C") if dialect.name == "postgresql" else String())


class Json(TypeDecorator[Any]):
    """A small JSON value, stored as text on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else json.loads(value)


_sequence = itertools.count(secrets.randbits(20))


def new_id(now: datetime) -> str:
    """A time-sortable id (UUIDv7 as text); ids of one process made in the same millisecond keep their order."""
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    sequence = next(_sequence) & (1 << 26) - 1
    value = (
        milliseconds << 80
        | 0x7 << 76
        | (sequence >> 14) << 64
        | 0b10 << 62
        | (sequence & (1 << 14) - 1) << 48
        | secrets.randbits(48)
    )
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


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
    pool = {"pool_size": POSTGRES_POOL, "max_overflow": POSTGRES_POOL}
    return create_engine(parsed, connect_args={"options": _FROZEN}, hide_parameters=True, **pool)
