"""What a house tells about itself: entries with words in each language, some of them only for rooms of some types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import UniqueConstraint, bindparam, func, select
from sqlmodel import Field, SQLModel

from crm.encryption import seal, unseal
from crm.properties.houses import Property, property_table
from crm.store import Connection, Json, Prepared, table


class KnowledgeRow(SQLModel, table=True):
    """`configured` is a hash of what the configuration said last, nothing where it never said anything."""

    __tablename__ = "knowledge_entry"
    __table_args__ = (UniqueConstraint("property_id", "key", "room_types"),)

    id: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    key: str
    room_types: list[str] = Field(sa_type=Json)
    words: bytes  # sealed, for how guests ask is in their own words
    guests_only: bool = False
    version: int = 1
    configured: str = ""
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """An entry in one language: what it is called, what it says, and some ways to ask for it."""

    title: str
    text: str
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """`words` are (language, Words), so that entries can be told apart by value; `guests_only`: not for strangers.

    `room_types`: only for guests of these rooms; none, for everybody. `version` counts its changes.
    """

    id: str
    key: str
    words: tuple[tuple[str, Words], ...]
    guests_only: bool = False
    room_types: tuple[str, ...] = ()
    property_id: str = ""
    version: int = 1
    is_removed: bool = False

    def spoken(self, language: str) -> Words:
        """The words in this language, else in the first there is."""
        return dict(self.words).get(language, self.words[0][1])


row = table(KnowledgeRow)
COLUMNS = tuple(
    row.c[name] for name in ("id", "property_id", "key", "room_types", "words", "guests_only", "version", "is_removed")
)
_ALL = Prepared(select(*COLUMNS).where(row.c.property_id == bindparam("property_id"), row.c.is_removed.is_(False)))
_BY_ID = Prepared(select(*COLUMNS).where(row.c.id == bindparam("entry_id")))
# In other questions this rides along for nothing: houses are few.
VERSION = select(func.coalesce(func.sum(property_table.c.knowledge_version), 0)).scalar_subquery()
_VERSION = Prepared(select(VERSION))
_VERSION_OF = Prepared(
    select(property_table.c.knowledge_version).where(property_table.c.id == bindparam("property_id"))
)


def knowledge(db: Connection, of: Property) -> tuple[Entry, ...]:
    found = (entry_in(db, each) for each in _ALL.all(db, {"property_id": of.id}))
    return tuple(sorted(found, key=lambda each: (each.key, each.room_types)))


def knowledge_version(db: Connection, of: Property | None = None) -> int:
    """A number that grows with every change of what this house tells about itself, or any house."""
    return int(_VERSION_OF.scalar(db, {"property_id": of.id}) if of else _VERSION.scalar(db, {}))


def find_entry(db: Connection, entry_id: str) -> Entry | None:
    """Removed ones too, for what points at them."""
    found = _BY_ID.first(db, {"entry_id": entry_id})
    return entry_in(db, found) if found else None


def entries_for(entries: Iterable[Entry], room_type: str) -> tuple[Entry, ...]:
    """What guests in rooms of this type are told: their own entry goes before the general one of the same key."""
    entries = tuple(entries)
    own = [each for each in entries if room_type in each.room_types]
    keys = {each.key for each in own}
    return (*own, *(each for each in entries if not each.room_types and each.key not in keys))


def entry_in(db: Connection, found: Any) -> Entry:
    """The entry in these COLUMNS."""
    return Entry(
        id=found.id,
        key=found.key,
        words=open_words(unseal(db, "knowledge_entry.words", found.id, found.words)),
        guests_only=bool(found.guests_only),
        room_types=tuple(found.room_types),
        property_id=found.property_id,
        version=found.version,
        is_removed=bool(found.is_removed),
    )


def sealed_words(db: Connection, entry_id: str, words: Mapping[str, Words]) -> bytes:
    sealed = seal(db, "knowledge_entry.words", entry_id, packed_words(words))
    assert sealed is not None
    return sealed


def packed_words(words: Mapping[str, Words]) -> str:
    return json.dumps({language: asdict(each) for language, each in words.items()}, ensure_ascii=False)


def open_words(packed: str | None) -> tuple[tuple[str, Words], ...]:
    spoken: Mapping[str, Any] = json.loads(packed or "{}")
    return tuple((language, _words(**each)) for language, each in spoken.items())


def _words(title: str, text: str, asked: Sequence[str] = ()) -> Words:
    return Words(title, text, tuple(asked))
