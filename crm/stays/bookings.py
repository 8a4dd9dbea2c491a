"""Stays: who, where, from when to when, in what state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, Select, UniqueConstraint, bindparam, case, func, select, text
from sqlmodel import Field, SQLModel

from crm.guests.profile import guest
from crm.properties.houses import room
from crm.store import Connection, Prepared, Utc, partial_index, table


class StayState(StrEnum):
    BOOKED = "booked"
    IN_HOUSE = "in_house"
    DEPARTED = "departed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Stay(SQLModel, table=True):
    """`source` is the system that told of it, `source_key` what it is there, `told` the hash of what was told last.

    `own_guest_id` is the record of the guest it belongs to, where that was joined into the one of `guest_id`.

    `channel` is where it was sold; `price` is the whole stay's, in hundredths of the currency.
    """

    __table_args__ = (
        UniqueConstraint("property_id", "reservation_code"),
        Index("ix_stay_arrivals", "property_id", "arrival"),
        Index("ix_stay_departures", "property_id", "departure"),
        Index("ix_stay_in_house", "property_id", "state", "room_id"),
        Index("ix_stay_of_guest", "guest_id", "state", "arrival"),
        partial_index("ix_stay_of_source", "property_id", "source_key", where="source_key IS NOT NULL", unique=True),
    )

    id: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    guest_id: str = Field(foreign_key="guest.id")
    room_id: str | None = Field(default=None, foreign_key="room.id", index=True)
    reservation_code: str = Field(index=True)
    source: str
    state: str
    arrival: date
    departure: date
    adults: int = 1
    children: int = 0
    expected_time: str = ""
    departure_time: str | None = None  # agreed, as HH:MM; else what the house does usually
    source_key: str | None = None
    told: str | None = None
    price: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    booked_at: datetime | None = Field(default=None, sa_type=Utc)
    channel: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    country: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    own_guest_id: str | None = None
    created_at: datetime = Field(sa_type=Utc)


stay = table(Stay)


@dataclass(frozen=True, slots=True)
class StayInfo:
    """A stay as a conversation needs it. `expected_time` was announced for the arrival, `departure_time` was agreed."""

    id: str
    property_id: str
    guest_id: str
    guest_name: str
    room: str
    state: str
    arrival: date
    departure: date
    reservation_code: str
    adults: int = 1
    children: int = 0
    expected_time: str = ""
    elder_mode: bool = False
    departure_time: str = ""
    room_type: str = ""

    @property
    def is_in_house(self) -> bool:
        return self.state == StayState.IN_HOUSE

    def may_be_linked(self, today: date) -> bool:
        """Whether a chat may still be joined to it; `today` is by the clock of its house."""
        return self.state in (StayState.BOOKED, StayState.IN_HOUSE) and self.departure >= today


STAY_COLUMNS = (
    stay.c.id,
    stay.c.property_id,
    stay.c.guest_id,
    guest.c.name,
    room.c.number,
    stay.c.state,
    stay.c.arrival,
    stay.c.departure,
    stay.c.reservation_code,
    stay.c.adults,
    stay.c.children,
    stay.c.expected_time,
    guest.c.elder_mode,
    stay.c.departure_time,
    room.c.room_type,
)
STAY_INFO: Select[Any] = (
    select(*STAY_COLUMNS).join(guest, guest.c.id == stay.c.guest_id).outerjoin(room, room.c.id == stay.c.room_id)
)


def current_stay_id(guest_id: Any, own_guest_id: Any = None) -> Any:
    """As part of a query: the stay in house of this guest (a column or parameter), else the next one booked.

    Where records were joined, the stay in house of `own_guest_id` goes first: two rooms stay two chats.
    """
    mine = stay.alias("mine")
    query = select(mine.c.id).where(mine.c.guest_id == guest_id).limit(1)
    ahead = query.where(text("mine.state IN ('in_house', 'booked')"))
    found = ahead.order_by(case((mine.c.state == StayState.IN_HOUSE, 0), else_=1), mine.c.arrival).scalar_subquery()
    if own_guest_id is None:
        return found
    is_own = func.coalesce(mine.c.own_guest_id, mine.c.guest_id) == func.coalesce(own_guest_id, guest_id)
    own = query.where(mine.c.state == StayState.IN_HOUSE, is_own).order_by(mine.c.arrival).scalar_subquery()
    return func.coalesce(own, found)


_CURRENT = Prepared(STAY_INFO.where(stay.c.id == current_stay_id(bindparam("guest_id"))))
_LAST = Prepared(STAY_INFO.where(stay.c.guest_id == bindparam("guest_id")).order_by(stay.c.departure.desc()).limit(1))
_BY_CODE = Prepared(STAY_INFO.where(stay.c.reservation_code == bindparam("code")))
_BY_ID = Prepared(STAY_INFO.where(stay.c.id == bindparam("stay_id")))
_IN_ROOM = Prepared(
    STAY_INFO.where(
        stay.c.property_id == bindparam("property_id"),
        stay.c.state == StayState.IN_HOUSE,
        room.c.number == bindparam("number"),
    )
)
_LAST_IN_ROOM = Prepared(
    STAY_INFO.where(
        stay.c.property_id == bindparam("property_id"),
        stay.c.state.in_((StayState.IN_HOUSE, StayState.DEPARTED)),
        room.c.number == bindparam("number"),
    )
    .order_by(stay.c.departure.desc())
    .limit(1)
)
_OF_PROPERTY = STAY_INFO.where(stay.c.property_id == bindparam("property_id")).order_by(room.c.number, guest.c.name)
_ARRIVING = Prepared(
    _OF_PROPERTY.where(stay.c.arrival == bindparam("on"), stay.c.state.in_((StayState.BOOKED, StayState.IN_HOUSE)))
)
_DEPARTING = Prepared(
    _OF_PROPERTY.where(stay.c.departure == bindparam("on"), stay.c.state.in_((StayState.IN_HOUSE, StayState.DEPARTED)))
)
_IN_HOUSE = Prepared(_OF_PROPERTY.where(stay.c.state == StayState.IN_HOUSE))
_EXPECTED_OR_HERE = Prepared(_OF_PROPERTY.where(stay.c.state.in_((StayState.IN_HOUSE, StayState.BOOKED))))


def find_current_stay(db: Connection, guest_id: str) -> StayInfo | None:
    """The stay in house, else the next one booked."""
    return _first(db, _CURRENT, guest_id=guest_id)


def find_last_stay(db: Connection, guest_id: str) -> StayInfo | None:
    """The stay that ends last, whatever its state."""
    return _first(db, _LAST, guest_id=guest_id)


def get_stay(db: Connection, stay_id: str) -> StayInfo:
    return stay_info(_BY_ID.one(db, {"stay_id": stay_id}))


def find_stay_by_code(db: Connection, code: str) -> StayInfo | None:
    """The stay with this reservation code, compared without case; None when two properties both use it."""
    found = find_stays_by_code(db, code)
    return found[0] if len(found) == 1 else None


def find_stays_by_code(db: Connection, code: str) -> list[StayInfo]:
    """The stay with this code of each property, compared without case."""
    return _list(db, _BY_CODE, code=normal_code(code))


def stays_in_room(db: Connection, property_id: str, number: str) -> list[StayInfo]:
    return _list(db, _IN_ROOM, property_id=property_id, number=number)


def find_last_in_room(db: Connection, property_id: str, number: str) -> StayInfo | None:
    """Who is in the room, else who left it last."""
    return _first(db, _LAST_IN_ROOM, property_id=property_id, number=number)


def arrivals(db: Connection, property_id: str, on: date) -> list[StayInfo]:
    return _list(db, _ARRIVING, property_id=property_id, on=on)


def departures(db: Connection, property_id: str, on: date) -> list[StayInfo]:
    return _list(db, _DEPARTING, property_id=property_id, on=on)


def in_house(db: Connection, property_id: str) -> list[StayInfo]:
    return _list(db, _IN_HOUSE, property_id=property_id)


def current_stays(db: Connection, property_id: str) -> list[StayInfo]:
    return _list(db, _EXPECTED_OR_HERE, property_id=property_id)


def normal_code(code: str) -> str:
    return "".join(code.split()).upper()


def _first(db: Connection, query: Prepared, **values: Any) -> StayInfo | None:
    row = query.first(db, values)
    return stay_info(row) if row else None


def _list(db: Connection, query: Prepared, **values: Any) -> list[StayInfo]:
    return [stay_info(row) for row in query.all(db, values)]


def stay_info(columns: Sequence[Any]) -> StayInfo:
    """The stay in these STAY_COLUMNS."""
    values = list(columns)
    values[4], values[-2], values[-1] = values[4] or "", values[-2] or "", values[-1] or ""  # room, hour, type
    values[-3] = bool(values[-3])  # elder mode
    return StayInfo(*values)
