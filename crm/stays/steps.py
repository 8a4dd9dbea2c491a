"""What happens to a stay: each step happens once, and says so when it came too late."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, insert, select, update

from crm.guests.newcomers import compare_again
from crm.guests.profile import person_of
from crm.stays.bookings import Stay, StayState, normal_code, stay
from crm.stays.events import note_departure
from crm.store import Connection, Prepared, new_id

_INSERT = Prepared(insert(Stay))


def add_stay(
    db: Connection,
    now: datetime,
    *,
    property_id: str,
    guest_id: str,
    room_id: str | None,
    reservation_code: str,
    state: StayState,
    arrival: date,
    departure: date,
    source: str = "direct",
    adults: int = 1,
    children: int = 0,
    expected_time: str = "",
) -> str:
    """Writes a stay down and returns its id; `expected_time` is the arrival hour the guest announced, as HH:MM."""
    stay_id, person = new_id(now), person_of(db, guest_id)
    row = {
        "id": stay_id,
        "property_id": property_id,
        "guest_id": person,
        "own_guest_id": None if person == guest_id else guest_id,
        "room_id": room_id,
        "reservation_code": normal_code(reservation_code),
        "source": source,
        "state": state,
        "arrival": arrival,
        "departure": departure,
        "adults": adults,
        "children": children,
        "expected_time": expected_time,
        "created_at": now,
    }
    _INSERT.change(db, row)
    return stay_id


def check_in(db: Connection, stay_id: str) -> bool:
    """The guest is here; False when the stay is not booked any more."""
    has_come = _move(db, stay_id, StayState.BOOKED, StayState.IN_HOUSE)
    if has_come:  # whether they are somebody we know is worth a question now
        whose = select(func.coalesce(stay.c.own_guest_id, stay.c.guest_id)).where(stay.c.id == stay_id)
        compare_again(db, str(db.execute(whose).scalar_one()))
    return has_come


def check_out(db: Connection, now: datetime, stay_id: str) -> bool:
    """The guest has left; False when nobody is in house with this stay."""
    has_left = _move(db, stay_id, StayState.IN_HOUSE, StayState.DEPARTED)
    if has_left:
        note_departure(db, now, stay_id)
    return has_left


def cancel(db: Connection, stay_id: str) -> bool:
    """The guest does not come; False when the stay is not booked any more."""
    return _move(db, stay_id, StayState.BOOKED, StayState.CANCELLED)


def _move(db: Connection, stay_id: str, before: StayState, after: StayState) -> bool:
    still = (stay.c.id == stay_id, stay.c.state == before)
    return db.execute(update(Stay).where(*still).values(state=after)).rowcount == 1
