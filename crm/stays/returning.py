"""Who has stayed before, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, exists, func, select

from crm.stays.bookings import StayState, stay
from crm.store import Connection, Prepared

_STAYED_BEFORE = Prepared(
    select(stay.c.guest_id).where(
        stay.c.guest_id.in_(bindparam("ids", expanding=True)),
        stay.c.departure <= bindparam("before"),
        stay.c.state.in_((StayState.IN_HOUSE, StayState.DEPARTED)),
    )
)
_earlier = stay.alias("earlier")
_RETURNING = Prepared(
    select(stay.c.id).where(
        stay.c.id.in_(bindparam("ids", expanding=True)),
        exists().where(
            _earlier.c.guest_id == stay.c.guest_id,
            _earlier.c.state.in_((StayState.IN_HOUSE, StayState.DEPARTED)),
            _earlier.c.departure <= stay.c.arrival,
        ),
    )
)
_HISTORY: tuple[Any, ...] = (func.count(), func.max(stay.c.departure))
_EARLIER = Prepared(
    select(*_HISTORY).where(
        stay.c.guest_id == bindparam("guest_id"),
        stay.c.departure <= bindparam("before"),
        stay.c.state.in_((StayState.IN_HOUSE, StayState.DEPARTED)),
    )
)


def returning_guests(db: Connection, guest_ids: Sequence[str], before: date) -> frozenset[str]:
    """Those of the guests who stayed before this day."""
    return frozenset(_STAYED_BEFORE.scalars(db, {"ids": list(guest_ids), "before": before}))


def returning_stays(db: Connection, stay_ids: Sequence[str]) -> frozenset[str]:
    """Those of the stays whose guests stayed before."""
    return frozenset(_RETURNING.scalars(db, {"ids": list(stay_ids)}))


def earlier_stays(db: Connection, guest_id: str, before: date) -> tuple[int, date | None]:
    """How often the guest stayed before this day, and when the last of these stays ended."""
    count, last = _EARLIER.one(db, {"guest_id": guest_id, "before": before})
    return count, last
