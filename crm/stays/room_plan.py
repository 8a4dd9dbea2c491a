"""Who has a room before and after a stay, which rooms are free, and what an approved wish changes in the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, or_, select, update

from crm.properties.houses import room
from crm.stays.bookings import STAY_INFO, Stay, StayInfo, StayState, stay, stay_info
from crm.stays.events import note_move
from crm.store import Connection, Prepared

MOST_FOLLOWING = 3

_other = stay.alias("other")
_FOLLOWING = Prepared(
    STAY_INFO.where(
        stay.c.room_id == select(_other.c.room_id).where(_other.c.id == bindparam("stay_id")).scalar_subquery(),
        stay.c.id != bindparam("stay_id"),
        stay.c.state == StayState.BOOKED,
        stay.c.departure > bindparam("departure"),
    )
    .order_by(stay.c.arrival, stay.c.id)
    .limit(MOST_FOLLOWING)
)
_PREVIOUS = Prepared(
    STAY_INFO.where(
        stay.c.room_id == select(_other.c.room_id).where(_other.c.id == bindparam("stay_id")).scalar_subquery(),
        stay.c.id != bindparam("stay_id"),
        stay.c.arrival < bindparam("arrival"),
        or_(
            stay.c.state == StayState.DEPARTED,
            and_(stay.c.state == StayState.BOOKED, stay.c.departure >= bindparam("arrival")),
            and_(stay.c.state == StayState.IN_HOUSE, stay.c.departure >= bindparam("still_there")),
        ),
    )
    .order_by(case((stay.c.state == StayState.DEPARTED, 1), else_=0), stay.c.departure.desc(), stay.c.id)
    .limit(1)
)
_ROOMS = Prepared(
    select(room.c.id, room.c.number, room.c.room_type)
    .where(room.c.property_id == bindparam("property_id"))
    .order_by(room.c.number)
)
_TAKEN = Prepared(
    select(stay.c.room_id).where(
        stay.c.property_id == bindparam("property_id"),
        stay.c.room_id.is_not(None),
        or_(
            stay.c.state == StayState.IN_HOUSE,
            and_(
                stay.c.state == StayState.BOOKED,
                stay.c.arrival < bindparam("until"),
                stay.c.departure > bindparam("since"),
            ),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class FreeRoom:
    """`is_checked`: nobody has left it since without the house having looked at it, as far as it looks at rooms."""

    id: str
    number: str
    room_type: str
    is_checked: bool = True


def following_stays(db: Connection, of: StayInfo) -> list[StayInfo]:
    """Who is booked into its room and leaves later, the next one first; nobody while it has no room."""
    return [stay_info(row) for row in _FOLLOWING.all(db, {"stay_id": of.id, "departure": of.departure})]


def previous_stay(db: Connection, of: StayInfo, today: date) -> StayInfo | None:
    """Who has its room until the day of arrival, or is still in it on that day; else who left it last.

    Somebody who is in house longer than booked is in nobody's way before that day has come.
    """
    still_there = of.arrival if of.arrival > today else date.min
    row = _PREVIOUS.first(db, {"stay_id": of.id, "arrival": of.arrival, "still_there": still_there})
    return stay_info(row) if row else None


def free_rooms(db: Connection, of: StayInfo, today: date) -> list[FreeRoom]:
    """Rooms of its house that nobody is in, and nobody is booked into, for the rest of the stay."""
    values = {"property_id": of.property_id}
    taken = set(_TAKEN.scalars(db, {**values, "since": max(today, of.arrival), "until": of.departure}))
    return [FreeRoom(*row) for row in _ROOMS.all(db, values) if row.id not in taken]


def hold_room(db: Connection, of: StayInfo) -> None:
    """Nobody else changes who is in its room, or from when until when, before the transaction ends."""
    _hold_room(db, room.c.id == _room_of(of))


def keep_until(db: Connection, of: StayInfo, hour: str) -> bool:
    """On the day of departure the guest keeps the room until this hour (HH:MM); False when the stay is over."""
    return _change(db, of, departure_time=hour)


def expect_at(db: Connection, of: StayInfo, hour: str) -> bool:
    """On the day of arrival the room is the guest's from this hour (HH:MM); False when the stay is over."""
    return _change(db, of, expected_time=hour)


def extend(db: Connection, of: StayInfo, until: date) -> bool:
    """Leaves on a later day; False when another guest is booked into the room by then, or the stay has changed.

    What hour was agreed for the old day is agreed no longer.
    """
    hold_room(db, of)
    comes_in = exists().where(
        _other.c.room_id == stay.c.room_id,
        _other.c.id != of.id,
        _other.c.state.in_((StayState.BOOKED, StayState.IN_HOUSE)),
        _other.c.arrival < until,
        _other.c.departure > of.departure,
    )
    return _change(db, of, ~comes_in, stay.c.departure == of.departure, departure=until, departure_time=None)


def move(db: Connection, now: datetime, of: StayInfo, into: FreeRoom, today: date, *, occasion: str) -> bool:
    """Into another room; False when that is no longer free. Out of which it was is seen to once for each `occasion`."""
    _hold_room(db, room.c.id == into.id)
    if into.id not in {each.id for each in free_rooms(db, of, today)}:
        return False
    has_moved = _change(db, of, room_id=into.id)
    if has_moved and of.is_in_house and of.room:  # before an arrival nobody has used it
        note_move(db, now, of.id, of.room, occasion)
    return has_moved


def _hold_room(db: Connection, which: Any) -> None:
    """Nobody else changes who is in this room until the transaction ends; SQLite writes one at a time anyway."""
    db.execute(select(room.c.id).where(which).with_for_update())


def _room_of(of: StayInfo) -> Any:
    return select(stay.c.room_id).where(stay.c.id == of.id).scalar_subquery()


def _change(db: Connection, of: StayInfo, *also: Any, **values: Any) -> bool:
    still = (stay.c.id == of.id, stay.c.state.in_((StayState.BOOKED, StayState.IN_HOUSE)), *also)
    return db.execute(update(Stay).where(*still).values(**values)).rowcount == 1
