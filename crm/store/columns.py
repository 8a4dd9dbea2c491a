"""Column types and indexes that mean the same on every database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.types import DateTime, String, Text, TypeDecorator


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the few rows a question is about; the query must say `where` in the same words to use it."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


class Utc(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite drops zones, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Any) -> Any:
        return _text if dialect.name == "sqlite" else _utc

    def result_processor(self, dialect: Any, _coltype: Any) -> Any:
        return _of_text if dialect.name == "sqlite" else _utc


def _utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a stored instant needs a time zone")
    return value.astimezone(UTC)


def _text(value: datetime | None) -> str | None:
    """As SQLAlchemy writes it: 2026-11-26 06:45:00.000000."""
    at = _utc(value)
    return None if at is None else at.replace(tzinfo=None).isoformat(" ", "microseconds")


def _of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


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
