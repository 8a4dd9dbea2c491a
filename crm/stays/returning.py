"""Who has stayed before, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, exists, func, select

from crm.stays.bookings import STAY_INFO, StayInfo, StayState, stay, stay_info
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
# The houses are no reason to walk through all their stays: it is the guest that finds them.
_AMONG = stay.c.property_id.concat("").in_(bindparam("property_ids", expanding=True))
_OF_GUESTS = Prepared(STAY_INFO.where(stay.c.guest_id.in_(bindparam("ids", expanding=True)), _AMONG))
_ORDER = {StayState.IN_HOUSE: 0, StayState.BOOKED: 1}
_HISTORY: tuple[Any, ...] = (func.count(), func.max(stay.c.departure))
_EARLIER = Prepared(
    select(*_HISTORY).where(
        stay.c.guest_id == bindparam("guest_id"),
        stay.c.departure <= bindparam("before"),
        stay.c.state.in_((StayState.IN_HOUSE, StayState.DEPARTED)),
    )
)


def stays_of(db: Connection, guest_ids: Sequence[str], property_ids: Sequence[str]) -> dict[str, list[StayInfo]]:
    """Of each of these guests, in these houses: the present one first, then the next, then the latest."""
    found: dict[str, list[StayInfo]] = {each: [] for each in guest_ids}
    values = {"ids": list(guest_ids), "property_ids": list(property_ids)}
    for each in map(stay_info, _OF_GUESTS.all(db, values) if guest_ids else ()):
        found[each.guest_id].append(each)
    return {guest_id: sorted(stays, key=_standing) for guest_id, stays in found.items()}


def _standing(each: StayInfo) -> tuple[int, int]:
    place = _ORDER.get(StayState(each.state), 2)
    return place, each.arrival.toordinal() if place == 1 else -each.arrival.toordinal()


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
