"""What happens to a stay: each step happens once, and says so when it came too late."""

from __future__ import annotations

from sqlalchemy import update

from crm.stays.bookings import Stay, StayState, stay
from crm.store import Connection


def check_in(db: Connection, stay_id: str) -> bool:
    """The guest is here; False when the stay is not booked any more."""
    return _move(db, stay_id, StayState.BOOKED, StayState.IN_HOUSE)


def check_out(db: Connection, stay_id: str) -> bool:
    """The guest has left; False when nobody is in house with this stay."""
    return _move(db, stay_id, StayState.IN_HOUSE, StayState.DEPARTED)


def cancel(db: Connection, stay_id: str) -> bool:
    """The guest does not come; False when the stay is not booked any more."""
    return _move(db, stay_id, StayState.BOOKED, StayState.CANCELLED)


def _move(db: Connection, stay_id: str, before: StayState, after: StayState) -> bool:
    still = (stay.c.id == stay_id, stay.c.state == before)
    return db.execute(update(Stay).where(*still).values(state=after)).rowcount == 1
