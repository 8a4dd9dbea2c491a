"""How house knowledge changes: by colleagues, and by the configuration where it has changed; all of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, bindparam, insert, select, update
from sqlmodel import Field, SQLModel

from crm.encryption import lookup_hash, seal, unseal
from crm.properties.houses import Property, PropertyRow, property_table
from crm.properties.knowledge import (
    COLUMNS,
    Entry,
    KnowledgeRow,
    Words,
    entry_in,
    open_words,
    packed_words,
    row,
    sealed_words,
)
from crm.store import Connection, Prepared, Utc, new_id, table

LONGEST_TITLE, LONGEST_TEXT = 80, 2_000  # characters


class Kind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class KnowledgeChange(SQLModel, table=True):
    """Append-only. `before` seals the words it replaced; without `staff_id` it was the configuration.

    By `version`, which the entry has since then, changes are in order whatever a clock says.
    """

    __tablename__ = "knowledge_change"
    __table_args__ = (Index("ix_knowledge_change_of_entry", "entry_id", "version"),)

    id: str = Field(primary_key=True)
    entry_id: str = Field(foreign_key="knowledge_entry.id")
    staff_id: str | None = Field(default=None, foreign_key="staff_member.id")
    version: int
    at: datetime = Field(sa_type=Utc)
    kind: str
    before: bytes | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """`before`: what the entry said until then, in each language; nothing of one that was added."""

    at: datetime
    kind: Kind
    staff_id: str | None
    before: tuple[tuple[str, Words], ...] = ()


@dataclass(frozen=True, slots=True)
class Configured:
    """An entry as the configuration tells it."""

    key: str
    words: Mapping[str, Words]
    guests_only: bool = False
    room_types: tuple[str, ...] = ()


_change = table(KnowledgeChange)
_KNOWN = select(*COLUMNS, row.c.configured).where(row.c.property_id == bindparam("property_id"))
_CHANGE = Prepared(
    update(KnowledgeRow)
    .where(row.c.id == bindparam("entry_id"), row.c.version == bindparam("seen"), row.c.is_removed.is_(False))
    .values(words=bindparam("new_words"), guests_only=bindparam("only"), version=row.c.version + 1)
)
_REMOVE = Prepared(
    update(KnowledgeRow)
    .where(row.c.id == bindparam("entry_id"), row.c.version == bindparam("seen"), row.c.is_removed.is_(False))
    .values(is_removed=True, version=row.c.version + 1)
)
_HISTORY = Prepared(
    select(_change).where(_change.c.entry_id == bindparam("entry_id")).order_by(_change.c.version.desc())
)


def add_entry(
    db: Connection,
    now: datetime,
    of: Property,
    words: Mapping[str, Words],
    *,
    staff_id: str,
    room_types: Sequence[str] = (),
) -> Entry:
    """A colleague's entry; no key of a configuration is like its key."""
    entry_id = new_id(now)
    key, kinds = f"chat-{entry_id[-12:]}", sorted(room_types)
    _insert(db, entry_id, of, words, {"key": key, "room_types": kinds, "guests_only": False})
    _record(db, now, entry_id, 1, of.id, Kind.ADDED, staff_id)
    return Entry(entry_id, key, tuple(words.items()), False, tuple(kinds), of.id)


def try_change(
    db: Connection,
    now: datetime,
    entry: Entry,
    words: Mapping[str, Words],
    *,
    staff_id: str,
    guests_only: bool | None = None,
) -> bool:
    """False when somebody changed or removed it since this version of it was read."""
    only = entry.guests_only if guests_only is None else guests_only
    new = sealed_words(db, entry.id, words)
    if _CHANGE.change(db, {"entry_id": entry.id, "seen": entry.version, "new_words": new, "only": only}) != 1:
        return False
    _record(db, now, entry.id, entry.version + 1, entry.property_id, Kind.CHANGED, staff_id, entry)
    return True


def try_remove(db: Connection, now: datetime, entry: Entry, *, staff_id: str) -> bool:
    """As try_change. What it said stays in its history."""
    if _REMOVE.change(db, {"entry_id": entry.id, "seen": entry.version}) != 1:
        return False
    _record(db, now, entry.id, entry.version + 1, entry.property_id, Kind.REMOVED, staff_id, entry)
    return True


def history(db: Connection, entry: Entry) -> list[Change]:
    """The latest first."""
    return [
        Change(
            each.at,
            Kind(each.kind),
            each.staff_id,
            open_words(unseal(db, "knowledge_change.before", each.id, each.before)),
        )
        for each in _HISTORY.all(db, {"entry_id": entry.id})
    ]


def put_knowledge(db: Connection, now: datetime, of: Property, entries: Iterable[Configured]) -> list[str]:
    """Brings the house's entries to what the configuration says, and leaves alone whatever it says as it did before.

    So a colleague's words last until the configuration itself changes for that entry; the keys of those that then gave
    way are returned. Entries made in chat are none of its business.
    """
    gave_way = []
    known = {(each.key, *each.room_types): each for each in db.execute(_KNOWN, {"property_id": of.id})}
    wanted = {(each.key, *sorted(each.room_types)): each for each in entries}
    for place, found in known.items():
        if found.configured and place not in wanted:
            gave_way += [found.key] if _is_anothers(db, found) and not found.is_removed else []
            _forget(db, now, found)
    for place, each in wanted.items():
        if place not in known:
            _insert_configured(db, now, of, each)
        elif known[place].configured != _digest(db, each.words, each.guests_only):
            gave_way += [each.key] if known[place].configured and _is_anothers(db, known[place]) else []
            _overwrite(db, now, known[place], each)
    return gave_way


def _insert_configured(db: Connection, now: datetime, of: Property, each: Configured) -> None:
    entry_id = new_id(now)
    values = {"key": each.key, "room_types": sorted(each.room_types), "guests_only": each.guests_only}
    _insert(db, entry_id, of, each.words, {**values, "configured": _digest(db, each.words, each.guests_only)})
    _record(db, now, entry_id, 1, of.id, Kind.ADDED, None)


def _overwrite(db: Connection, now: datetime, found: Any, each: Configured) -> None:
    values = {
        "words": sealed_words(db, found.id, each.words),
        "guests_only": each.guests_only,
        "configured": _digest(db, each.words, each.guests_only),
        "is_removed": False,
        "version": found.version + 1,
    }
    db.execute(update(KnowledgeRow).where(row.c.id == found.id).values(**values))
    if found.is_removed:
        _record(db, now, found.id, found.version + 1, found.property_id, Kind.ADDED, None)
    else:
        _record(db, now, found.id, found.version + 1, found.property_id, Kind.CHANGED, None, entry_in(db, found))


def _forget(db: Connection, now: datetime, found: Any) -> None:
    """The configuration no longer knows it; should it come back there, it is told anew."""
    values = {"is_removed": True, "configured": "", "version": found.version + 1}
    db.execute(update(KnowledgeRow).where(row.c.id == found.id).values(**values))
    if not found.is_removed:
        _record(db, now, found.id, found.version + 1, found.property_id, Kind.REMOVED, None, entry_in(db, found))


def _is_anothers(db: Connection, found: Any) -> bool:
    """Whether it no longer is as the configuration last told it."""
    entry = entry_in(db, found)
    return bool(found.is_removed or found.configured != _digest(db, dict(entry.words), entry.guests_only))


def _digest(db: Connection, words: Mapping[str, Words], guests_only: bool) -> str:
    return lookup_hash(db, "knowledge", f"{guests_only:d}{packed_words(words)}")


def _insert(
    db: Connection, entry_id: str, of: Property, words: Mapping[str, Words], values: Mapping[str, object]
) -> None:
    sealed = sealed_words(db, entry_id, words)
    defaults = {"version": 1, "configured": "", "is_removed": False}
    db.execute(insert(KnowledgeRow), {"id": entry_id, "property_id": of.id, "words": sealed, **defaults, **values})


def _record(
    db: Connection,
    now: datetime,
    entry_id: str,
    version: int,
    property_id: str,
    kind: Kind,
    staff_id: str | None,
    before: Entry | None = None,
) -> None:
    """Of every change; it counts the house's version on, by which everybody sees that there is something new."""
    change_id = new_id(now)
    said = packed_words(dict(before.words)) if before else None
    values = {"id": change_id, "entry_id": entry_id, "version": version, "staff_id": staff_id, "at": now}
    sealed = seal(db, "knowledge_change.before", change_id, said)
    db.execute(insert(KnowledgeChange), {**values, "kind": kind.value, "before": sealed})
    counted = property_table.c.knowledge_version + 1
    db.execute(update(PropertyRow).where(property_table.c.id == property_id).values(knowledge_version=counted))
