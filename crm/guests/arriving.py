"""Who the people of new bookings are: guests that are known already, else new ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select

from crm.encryption import folded
from crm.guests.newcomers import expect_comparison
from crm.guests.profile import Guest, email_key, guest, guest_row, phone_key
from crm.store import Connection, Prepared

_COLUMNS = (guest.c.id, guest.c.folded_name, guest.c.joined_into)
_BY_PHONE = Prepared(
    select(*_COLUMNS, guest.c.phone_hash)
    .where(guest.c.phone_hash.in_(bindparam("keys", expanding=True)))
    .order_by(guest.c.id.desc())
)
_BY_EMAIL = Prepared(
    select(*_COLUMNS, guest.c.email_hash)
    .where(guest.c.email_hash.in_(bindparam("keys", expanding=True)))
    .order_by(guest.c.id.desc())
)
_ADD = Prepared(insert(Guest))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a booking names them; "" is what it does not say."""

    name: str
    phone: str = ""
    email: str = ""
    document: str = ""
    born: str = ""
    address: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Known:
    """Under whose record something new is kept; `own_id` is the record it belongs to, where that was joined."""

    guest_id: str
    own_id: str | None = None


def guests_for(db: Connection, now: datetime, people: Sequence[Person]) -> list[Known]:
    """Each person's guest: known by phone and name, or e-mail and name; without either always a new one.

    Two questions for all of them, however many they are.
    """
    phones = {person.phone: phone_key(db, person.phone) for person in people if person.phone}
    emails = {person.email: email_key(db, person.email) for person in people if person.email}
    known = _known(db, _BY_PHONE, phones.values()) | _known(db, _BY_EMAIL, emails.values())
    added, whose = [], []
    for person in people:
        name = folded(person.name)
        keys = [(key, name) for key in (phones.get(person.phone), emails.get(person.email)) if key]
        found = next((known[key] for key in keys if key in known), None)
        if found is None:
            row = guest_row(
                db,
                now,
                name=person.name,
                language=person.language,
                phone=person.phone or None,
                email=person.email or None,
                document=person.document or None,
                born=person.born or None,
                address=person.address or None,
            )
            added.append(row)
            found = Known(str(row["id"]))
        known.update(dict.fromkeys((key for key in keys if key not in known), found))
        whose.append(found)
    _ADD.write(db, *added)
    expect_comparison(db, [row["id"] for row in added])
    return whose


def _known(db: Connection, query: Prepared, keys: Iterable[str]) -> dict[tuple[str, str], Known]:
    """By look-up key and name; of several the one written down first."""
    wanted = sorted(set(keys))
    rows = query.all(db, {"keys": wanted}) if wanted else []
    return {(row[3], row[1]): Known(row[2] or row[0], row[0] if row[2] else None) for row in rows}
