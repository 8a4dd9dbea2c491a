"""What a house tells about itself: entries with words in each language, from the configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, bindparam, delete, insert, select, update
from sqlmodel import Field, SQLModel

from crm.properties.houses import Property
from crm.store import Connection, Json, Prepared, new_id, table


class KnowledgeRow(SQLModel, table=True):
    __tablename__ = "knowledge_entry"
    __table_args__ = (UniqueConstraint("property_id", "key"),)

    id: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    key: str
    words: dict[str, Any] = Field(sa_type=Json)
    guests_only: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """An entry in one language: what it is called, what it says, and some ways to ask for it."""

    title: str
    text: str
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """`words` are (language, Words), so that entries can be told apart by value; `guests_only`: not for strangers."""

    id: str
    key: str
    words: tuple[tuple[str, Words], ...]
    guests_only: bool = False

    def spoken(self, language: str) -> Words:
        """The words in this language, else in the first there is."""
        return dict(self.words).get(language, self.words[0][1])


_row = table(KnowledgeRow)
_COLUMNS = (_row.c.id, _row.c.key, _row.c.words, _row.c.guests_only)
_ALL = Prepared(select(*_COLUMNS).where(_row.c.property_id == bindparam("property_id")).order_by(_row.c.key))
_BY_ID = Prepared(
    select(*_COLUMNS).where(_row.c.id == bindparam("entry_id"), _row.c.property_id == bindparam("property_id"))
)


def knowledge(db: Connection, of: Property) -> tuple[Entry, ...]:
    return tuple(_entry(row) for row in _ALL.all(db, {"property_id": of.id}))


def find_entry(db: Connection, of: Property, entry_id: str) -> Entry | None:
    row = _BY_ID.first(db, {"entry_id": entry_id, "property_id": of.id})
    return _entry(row) if row else None


def put_knowledge(
    db: Connection, now: datetime, of: Property, entries: Mapping[str, tuple[Mapping[str, Words], bool]]
) -> None:
    """Makes the house's entries these (by key: words by language, and whether for guests only); others are removed."""
    known = {entry.key: entry for entry in knowledge(db, of)}
    for key in known.keys() - entries.keys():
        db.execute(delete(KnowledgeRow).where(_row.c.id == known[key].id))
    for key, (words, guests_only) in entries.items():
        values = {"words": {language: asdict(each) for language, each in words.items()}, "guests_only": guests_only}
        if key not in known:
            db.execute(insert(KnowledgeRow), {"id": new_id(now), "property_id": of.id, "key": key, **values})
        elif (known[key].words, known[key].guests_only) != (tuple(words.items()), guests_only):
            db.execute(update(KnowledgeRow).where(_row.c.id == known[key].id).values(**values))


def _entry(row: Sequence[Any]) -> Entry:
    entry_id, key, words, guests_only = row
    spoken = ((language, Words(**{**each, "asked": tuple(each["asked"])})) for language, each in words.items())
    return Entry(entry_id, key, tuple(spoken), bool(guests_only))
