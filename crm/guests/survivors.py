"""What is known of a person from all of their records, and which of several values counts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, or_, select

from crm.encryption import unseal
from crm.guests.profile import guest
from crm.store import Connection, Prepared

RULES = Path(__file__).with_name("survivors.toml")
SEALED = ("phone", "email", "document", "born", "address")

_COLUMNS = (
    guest.c.id,
    guest.c.name,
    *(guest.c[name] for name in SEALED),
    guest.c.source,
    guest.c.joined_into,
    guest.c.elder_mode,
    guest.c.preferred_channel,
    guest.c.created_at,
)
_OF_PERSONS = Prepared(
    select(*_COLUMNS)
    .where(
        or_(
            guest.c.id.in_(bindparam("ids", expanding=True)),
            guest.c.joined_into.in_(bindparam("same_ids", expanding=True)),
        )
    )
    .order_by(guest.c.id)
)
_BY_ID = Prepared(select(*_COLUMNS).where(guest.c.id.in_(bindparam("ids", expanding=True))).order_by(guest.c.id))


@dataclass(frozen=True, slots=True)
class Record:
    """What one source knows of a person; "" is what it does not say."""

    id: str
    name: str
    phone: str
    email: str
    document: str
    born: str
    address: str
    source: str
    joined_into: str | None
    elder_mode: bool
    preferred_channel: str
    created_at: datetime

    @property
    def person(self) -> str:
        return self.joined_into or self.id


def records_of(db: Connection, persons: Iterable[str]) -> dict[str, list[Record]]:
    """All records of each of these persons (ids of records that go on), the surest first."""
    ids = sorted(set(persons))
    found: dict[str, list[Record]] = {each: [] for each in ids}
    for row in _OF_PERSONS.all(db, {"ids": ids, "same_ids": ids}) if ids else []:
        record = _record(db, row)
        found.setdefault(record.person, []).append(record)
    return {person: by_surety(records) for person, records in found.items()}


def get_records(db: Connection, guest_ids: Iterable[str]) -> dict[str, Record]:
    ids = sorted(set(guest_ids))
    rows = _BY_ID.all(db, {"ids": ids}) if ids else []
    return {row.id: _record(db, row) for row in rows}


def by_surety(records: Iterable[Record]) -> list[Record]:
    newest_first = sorted(records, key=lambda each: (each.created_at, each.id), reverse=True)
    return sorted(newest_first, key=lambda each: rules()["sources"].index(each.source))


def values(records: Sequence[Record], field: str) -> list[str]:
    """Of records, the surest first: all that they say of this field, without what is said again."""
    return list(dict.fromkeys(said for each in records if (said := str(getattr(each, field)))))


def guest_phone(db: Connection, person: str) -> str | None:
    """The one that counts of all that are known."""
    phones = values(records_of(db, [person])[person], "phone")
    return phones[0] if phones else None


@cache
def rules() -> Mapping[str, Sequence[str]]:
    return tomllib.loads(RULES.read_text("utf-8"))


def _record(db: Connection, row: Any) -> Record:
    said = {name: unseal(db, f"guest.{name}", row.id, getattr(row, name)) or "" for name in SEALED}
    return Record(
        row.id,
        row.name,
        **said,
        source=row.source,
        joined_into=row.joined_into,
        elder_mode=bool(row.elder_mode),
        preferred_channel=row.preferred_channel,
        created_at=row.created_at,
    )
