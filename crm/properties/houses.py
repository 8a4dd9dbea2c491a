"""Properties and rooms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, bindparam, false, insert, select, text, update
from sqlmodel import Field, SQLModel

from crm.properties.hours import ALWAYS, Hours, packed, unpacked
from crm.store import Connection, Json, Prepared, new_id, table


class PropertyRow(SQLModel, table=True):
    __tablename__ = "property"

    id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    name: str
    time_zone: str
    language: str
    phone: str = ""
    hours: dict[str, Any] | None = Field(default=None, sa_type=Json)
    chat_link: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    accent: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    sends_to_customers: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    sends_to_followers: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    knowledge_version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class Room(SQLModel, table=True):
    __table_args__ = (UniqueConstraint("property_id", "number"),)

    id: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    number: str
    room_type: str = ""
    floor: str = ""


property_table = table(PropertyRow)
room = table(Room)


@dataclass(frozen=True, slots=True)
class Property:
    """A house: where it is, what it is called, which language its staff share.

    `chat_link` with a guest's token behind it opens the chat of that stay; nothing where guests cannot reach us so.
    `accent` is the house's colour, #rrggbb. `sends_to_customers`: members may send to their WeCom customers for
    it; `sends_to_followers`: the official account may send to who follows it.
    """

    id: str
    key: str
    name: str
    time_zone: str
    language: str
    phone: str = ""
    hours: Hours = ALWAYS
    chat_link: str = ""
    accent: str = ""
    sends_to_customers: bool = False
    sends_to_followers: bool = False


_SENDS = ("sends_to_customers", "sends_to_followers")
_NAMES = ("id", "key", "name", "time_zone", "language", "phone", "hours", "chat_link", "accent", *_SENDS)
_COLUMNS = tuple(property_table.c[name] for name in _NAMES)
_ALL = Prepared(select(*_COLUMNS).order_by(property_table.c.key))
_BY_ID = Prepared(select(*_COLUMNS).where(property_table.c.id == bindparam("property_id")))
_ROOM_NUMBERS = Prepared(select(room.c.number, room.c.room_type).where(room.c.property_id == bindparam("property_id")))
_ROOM = Prepared(
    select(room.c.id).where(room.c.property_id == bindparam("property_id"), room.c.number == bindparam("number"))
)


def properties(db: Connection) -> list[Property]:
    return [_property(row) for row in _ALL.all(db, {})]


def ids_by_zone(db: Connection) -> dict[str, list[str]]:
    """The ids of all properties, by the time zone they share: of what is due by the clock each zone is asked once."""
    zones: dict[str, list[str]] = {}
    for each in properties(db):
        zones.setdefault(each.time_zone, []).append(each.id)
    return zones


def get_property(db: Connection, property_id: str) -> Property:
    return _property(_BY_ID.one(db, {"property_id": property_id}))


def room_numbers(db: Connection, of: Property) -> frozenset[str]:
    return frozenset(_ROOM_NUMBERS.scalars(db, {"property_id": of.id}))


def room_types(db: Connection, of: Property) -> tuple[str, ...]:
    """The types its rooms are of, in alphabetical order; rooms may have none."""
    return tuple(sorted({str(each.room_type) for each in _ROOM_NUMBERS.all(db, {"property_id": of.id})} - {""}))


def find_room_id(db: Connection, of: Property, number: str) -> str | None:
    found: str | None = _ROOM.scalar(db, {"property_id": of.id, "number": number})
    return found


def put_property(
    db: Connection,
    now: datetime,
    *,
    key: str,
    name: str,
    time_zone: str,
    language: str,
    phone: str = "",
    hours: Hours = ALWAYS,
    chat_link: str = "",
    accent: str = "",
    sends_to_customers: bool = False,
    sends_to_followers: bool = False,
) -> Property:
    """Adds the property or brings its data up to date, by its key."""
    values: dict[str, Any] = {"name": name, "time_zone": time_zone, "language": language, "phone": phone}
    values |= {"chat_link": chat_link, "accent": accent}
    values |= {"sends_to_customers": sends_to_customers, "sends_to_followers": sends_to_followers}
    row = {**values, "hours": packed(hours)}
    known = db.execute(select(property_table.c.id).where(property_table.c.key == key)).scalar()
    if known is None:
        known = new_id(now)
        db.execute(insert(PropertyRow), {"id": known, "key": key, **row})
    else:
        db.execute(update(PropertyRow).where(property_table.c.id == known).values(**row))
    return Property(known, key, **values, hours=hours)


def put_rooms(db: Connection, now: datetime, of: Property, rooms: Sequence[tuple[str, str]]) -> None:
    """Adds the rooms (number, type) the property does not have yet; none is ever removed."""
    known = room_numbers(db, of)
    rows = [
        {"id": new_id(now), "property_id": of.id, "number": number, "room_type": room_type, "floor": number[:-2]}
        for number, room_type in rooms
        if number not in known
    ]
    if rows:
        db.execute(insert(Room), rows)


def _property(row: Any) -> Property:
    return Property(**{name: getattr(row, name) for name in _NAMES if name != "hours"}, hours=unpacked(row.hours))
