"""The guest's own record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, bindparam, false, insert, select, text, update
from sqlmodel import Field, SQLModel

from crm.encryption import folded, lookup_hash, seal, unseal
from crm.names.sound import name_sound
from crm.store import Bytewise, Connection, Prepared, Utc, new_id, table


class Guest(SQLModel, table=True):
    """A person who stays. Phone, e-mail and document are sealed; the hashes find them again."""

    __table_args__ = (Index("ix_guest_sounding_like", "name_sound"),)

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
    created_at: datetime = Field(sa_type=Utc)


guest = table(Guest)

_NAME = Prepared(select(guest.c.name).where(guest.c.id == bindparam("guest_id")))
_PHONE = Prepared(select(guest.c.phone).where(guest.c.id == bindparam("guest_id")))
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
) -> str:
    """Writes a new guest down and returns the id. `phone` in any form with its digits."""
    row = guest_row(db, now, name=name, language=language, phone=phone, email=email, document=document)
    db.execute(insert(Guest), row)
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
) -> dict[str, Any]:
    """A new guest as the table keeps one, with the id it will have."""
    guest_id = new_id(now)
    digits = _digits(phone)
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
        "created_at": now,
    }


def guest_name(db: Connection, guest_id: str) -> str:
    return str(_NAME.one(db, {"guest_id": guest_id}).name)


def guest_phone(db: Connection, guest_id: str) -> str | None:
    return unseal(db, "guest.phone", guest_id, _PHONE.scalar(db, {"guest_id": guest_id}))


def guest_language(db: Connection, guest_id: str) -> str:
    return str(_LANGUAGE.one(db, {"guest_id": guest_id}).language)


def try_set_elder_mode(db: Connection, guest_id: str, on: bool) -> bool:
    """False when it was so already."""
    return _SET_ELDER_MODE.change(db, {"of": guest_id, "on": on}) == 1


def prefer_channel(db: Connection, guest_id: str, channel: str) -> None:
    """News goes there as long as it can; "" is wherever the guest wrote last."""
    _SET_PREFERRED.change(db, {"of": guest_id, "channel_name": channel})


def find_guests_by_phone(db: Connection, phone: str) -> list[str]:
    wanted = lookup_hash(db, "phone", _digits(phone))
    return list(db.execute(select(guest.c.id).where(guest.c.phone_hash == wanted)).scalars())


def find_guests_by_email(db: Connection, email: str) -> list[str]:
    wanted = lookup_hash(db, "email", folded(email))
    return list(db.execute(select(guest.c.id).where(guest.c.email_hash == wanted)).scalars())


def find_guests_by_name_and_digits(db: Connection, name: str, digits: str) -> list[str]:
    """Guests of this name whose phone ends in these four digits."""
    return list(
        db.execute(select(guest.c.id).where(guest.c.name_digits_hash == _name_digits(db, name, digits))).scalars()
    )


def set_language(db: Connection, guest_id: str, language: str) -> None:
    db.execute(update(Guest).where(guest.c.id == guest_id).values(language=language))


def phone_key(db: Connection, phone: str) -> str:
    """What a phone is found by, in whatever form it is written."""
    return lookup_hash(db, "phone", _digits(phone))


def email_key(db: Connection, email: str) -> str:
    return lookup_hash(db, "email", folded(email))


def _name_digits(db: Connection, name: str, digits: str) -> str:
    return lookup_hash(db, "name+digits", f"{folded(name)}:{digits}")


def _digits(phone: str | None) -> str:
    return "".join(character for character in phone or "" if character.isdigit())
