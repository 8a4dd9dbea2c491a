"""When the clock turns to the duty roster: which shifts begin or end, each of them once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Date, String, bindparam, or_, select, tuple_, update

from crm.calendar import clock_instant
from crm.staff.briefs import hour_of
from crm.staff.roster import PlannedShift, PlannedShiftRow, minutes_of, shift
from crm.store import Connection, Prepared

PUT_OFF = timedelta(minutes=10)


class Change(StrEnum):
    BEGINS = "begins"
    ENDS = "ends"
    MISSED = "missed"  # it was over before its begin was seen


_c = shift.c
_DUE = Prepared(
    select(_c.id)
    .where(
        _c.property_id.in_(bindparam("property_ids", expanding=True)),
        _c.change_on.is_not(None),
        tuple_(_c.change_on, _c.change_at)
        <= tuple_(bindparam("today", type_=Date()), bindparam("hour", type_=String())),
        or_(_c.not_before.is_(None), _c.not_before <= bindparam("now")),
    )
    .order_by(_c.change_on, _c.change_at, _c.has_begun, _c.id)  # whoever comes is there before the others go
    .limit(bindparam("limit"))
)
_TAKE = Prepared(
    update(PlannedShiftRow)
    .where(
        _c.id == bindparam("shift_id"),
        _c.has_begun == bindparam("before"),
        _c.change_on == bindparam("owed"),
        _c.change_at == bindparam("hour"),
    )
    .values(has_begun=bindparam("after"), change_on=bindparam("then"), change_at=bindparam("at"), not_before=None)
)
_DROP = Prepared(update(PlannedShiftRow).where(_c.id == bindparam("shift_id")).values(change_on=None, change_at=None))
_PUT_OFF = Prepared(update(PlannedShiftRow).where(_c.id == bindparam("shift_id")).values(not_before=bindparam("later")))


def due_shifts(db: Connection, now: datetime, here: datetime, property_ids: Sequence[str], limit: int) -> list[str]:
    """Ids of those that begin or end by now. `here` is now by the clock these houses share."""
    day_and_hour = {"today": here.date(), "hour": hour_of(here)}
    return _DUE.scalars(db, {"property_ids": list(property_ids), "now": now, "limit": limit, **day_and_hour})


def try_take_change(db: Connection, planned: PlannedShift, here: datetime) -> Change | None:
    """What happens now, written down as done. None where it is too early, or a replica was faster."""
    if planned.change_on is None or planned.change_at is None:
        return None
    if (planned.change_on, planned.change_at) > (here.date(), hour_of(here)):
        return None
    change = Change.ENDS if planned.has_begun else Change.MISSED if planned.is_over(here) else Change.BEGINS
    then = (planned.ends_on, planned.ends) if change is Change.BEGINS else (None, None)
    taken = {
        "shift_id": planned.id,
        "before": planned.has_begun,
        "owed": planned.change_on,
        "hour": planned.change_at,
        "after": change is not Change.MISSED,
        "then": then[0],
        "at": then[1],
    }
    return change if _TAKE.change(db, taken) == 1 else None


def said_otherwise(planned: PlannedShift, now: datetime, time_zone: str) -> bool:
    """Whether the colleague has said themselves, since this change of the plan was due, that they work or do not."""
    if planned.said_at is None or planned.change_on is None or planned.change_at is None:
        return False
    return clock_instant(planned.change_on, minutes_of(planned.change_at), time_zone) <= planned.said_at <= now


def drop_shift(db: Connection, shift_id: str) -> None:
    """Of somebody who works here no longer."""
    _DROP.change(db, {"shift_id": shift_id})


def put_off_shift(db: Connection, now: datetime, shift_id: str) -> None:
    """One that failed waits, and keeps no other from beginning."""
    _PUT_OFF.change(db, {"shift_id": shift_id, "later": now + PUT_OFF})
