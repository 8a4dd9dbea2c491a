"""The guest's own record."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, bindparam, false, func, insert, select, text, update
from sqlmodel import Field, SQLModel

from crm.encryption import folded, lookup_hash, seal
from crm.guests.newcomers import compare_again, expect_comparison
from crm.names.sound import name_sound
from crm.store import Bytewise, Connection, Prepared, Utc, new_id, partial_index, table


class GuestSource(StrEnum):
    """How what a record says came to be known, the surest first."""

    VERIFIED = "verified"  # the guest themselves agreed with it, by a code or by name and digits
    STATED = "stated"  # said to a colleague
    IMPORTED = "imported"


class Guest(SQLModel, table=True):
    """A person who stays, as one source knows them. What is sealed is found again by its hash.

    `joined_into` is the record of the same person under which everything of theirs is kept meanwhile; the record
    itself is left as it is, so that they can be parted again (crm/identity/joins.py).
    """

    __table_args__ = (
        Index("ix_guest_sounding_like", "name_sound"),
        partial_index("ix_guest_joined", "joined_into", where="joined_into IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    name: str = Field(index=True)
    folded_name: str = Field(default="", index=True, sa_type=Bytewise)
    name_sound: str | None = Field(default=None, sa_type=Bytewise)
    language: str
    # Short replies with numbered choices, large type.
    elder_mode: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    preferred_channel: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # where they want news
    phone: bytes | None = None
    phone_hash: str | None = Field(default=None, index=True)
    email: bytes | None = None
    email_hash: str | None = Field(default=None, index=True)
    document: bytes | None = None
    document_hash: str | None = Field(default=None, index=True)
    name_digits_hash: str | None = Field(default=None, index=True)  # name with the last four digits of the phone
    born: bytes | None = None
    address: bytes | None = None
    source: str = Field(default=GuestSource.IMPORTED, sa_column_kwargs={"server_default": text("'imported'")})
    joined_into: str | None = None
    created_at: datetime = Field(sa_type=Utc)


guest = table(Guest)
PERSON = func.coalesce(guest.c.joined_into, guest.c.id)  # whose everything is under which this record is found

_NAME = Prepared(select(guest.c.name).where(guest.c.id == bindparam("guest_id")))
_PERSON_OF = Prepared(select(PERSON).where(guest.c.id == bindparam("guest_id")))
_LANGUAGE = Prepared(select(guest.c.language).where(guest.c.id == bindparam("guest_id")))
_SET_ELDER_MODE = Prepared(
    update(Guest)
    .where(guest.c.id == bindparam("of"), guest.c.elder_mode != bindparam("on"))
    .values(elder_mode=bindparam("on"))
)
_SET_PREFERRED = Prepared(
    update(Guest).where(guest.c.id == bindparam("of")).values(preferred_channel=bindparam("channel_name"))
)


def add_guest(
    db: Connection,
    now: datetime,
    *,
    name: str,
    language: str,
    phone: str | None = None,
    email: str | None = None,
    document: str | None = None,
    born: str | None = None,
    address: str | None = None,
    source: GuestSource = GuestSource.STATED,
) -> str:
    """Writes a new guest down and returns the id. `phone` in any form with its digits, `born` as YYYY-MM-DD."""
    row = guest_row(
        db,
        now,
        name=name,
        language=language,
        phone=phone,
        email=email,
        document=document,
        born=born,
        address=address,
        source=source,
    )
    db.execute(insert(Guest), row)
    expect_comparison(db, [row["id"]])
    return str(row["id"])


def guest_row(
    db: Connection,
    now: datetime,
    *,
    name: str,
    language: str,
    phone: str | None = None,
    email: str | None = None,
    document: str | None = None,
    born: str | None = None,
    address: str | None = None,
    source: GuestSource = GuestSource.IMPORTED,
) -> dict[str, Any]:
    """A new guest as the table keeps one, with the id it will have."""
    guest_id = new_id(now)
    digits = digits_of(phone)
    return {
        "id": guest_id,
        "name": name,
        "folded_name": folded(name),
        "name_sound": name_sound(name),
        "language": language,
        "elder_mode": False,
        "preferred_channel": "",
        "phone": seal(db, "guest.phone", guest_id, phone),
        "phone_hash": lookup_hash(db, "phone", digits) if digits else None,
        "email": seal(db, "guest.email", guest_id, email),
        "email_hash": lookup_hash(db, "email", folded(email)) if email else None,
        "document": seal(db, "guest.document", guest_id, document),
        "document_hash": lookup_hash(db, "document", folded(document)) if document else None,
        "name_digits_hash": _name_digits(db, name, digits[-4:]) if len(digits) >= 4 else None,
        "born": seal(db, "guest.born", guest_id, born),
        "address": seal(db, "guest.address", guest_id, address),
        "source": source,
        "created_at": now,
    }


def guest_name(db: Connection, guest_id: str) -> str:
    return str(_NAME.one(db, {"guest_id": guest_id}).name)


def guest_language(db: Connection, guest_id: str) -> str:
    return str(_LANGUAGE.one(db, {"guest_id": guest_id}).language)


def try_set_elder_mode(db: Connection, guest_id: str, on: bool) -> bool:
    """False when it was so already."""
    return _SET_ELDER_MODE.change(db, {"of": guest_id, "on": on}) == 1


def prefer_channel(db: Connection, guest_id: str, channel: str) -> None:
    """News goes there as long as it can; "" is wherever the guest wrote last."""
    _SET_PREFERRED.change(db, {"of": guest_id, "channel_name": channel})


def find_guests_by_phone(db: Connection, phone: str) -> list[str]:
    """The records with this phone, joined ones too."""
    wanted = lookup_hash(db, "phone", digits_of(phone))
    return list(db.execute(select(guest.c.id).where(guest.c.phone_hash == wanted)).scalars())


def find_guests_by_email(db: Connection, email: str) -> list[str]:
    wanted = lookup_hash(db, "email", folded(email))
    return list(db.execute(select(guest.c.id).where(guest.c.email_hash == wanted)).scalars())


def find_guests_by_name_and_digits(db: Connection, name: str, digits: str) -> list[str]:
    """Guests of this name whose phone ends in these four digits."""
    wanted = guest.c.name_digits_hash == _name_digits(db, name, digits)
    return list(db.execute(select(PERSON).where(wanted).distinct()).scalars())


def person_of(db: Connection, guest_id: str) -> str:
    """The record under which everything of this one is kept: the same, unless it was joined."""
    return str(_PERSON_OF.scalar(db, {"guest_id": guest_id}))


def verify_guest(db: Connection, guest_id: str) -> None:
    """The guest has shown that the record is theirs; and whoever says who they are may be known already."""
    db.execute(update(Guest).where(guest.c.id == guest_id).values(source=GuestSource.VERIFIED))
    compare_again(db, guest_id)


def set_language(db: Connection, guest_id: str, language: str) -> None:
    db.execute(update(Guest).where(guest.c.id == guest_id).values(language=language))


def phone_key(db: Connection, phone: str) -> str:
    """What a phone is found by, in whatever form it is written."""
    return lookup_hash(db, "phone", digits_of(phone))


def email_key(db: Connection, email: str) -> str:
    return lookup_hash(db, "email", folded(email))


def digits_of(phone: str | None) -> str:
    return "".join(character for character in phone or "" if character.isdigit())


def _name_digits(db: Connection, name: str, digits: str) -> str:
    return lookup_hash(db, "name+digits", f"{folded(name)}:{digits}")
