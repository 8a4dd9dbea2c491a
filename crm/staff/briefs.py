"""The daily brief: who wants one at what hour, and for which day it was last given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Date, Index, String, bindparam, or_, select, tuple_, update
from sqlmodel import Field, SQLModel

from crm.store import Connection, Prepared, Utc, insert_once, table

NOON, MIDNIGHT = "12:00", "24:00"
NOT_BEGUN = date.min  # the first brief of a new colleague is the next whose hour comes
A_DAY = timedelta(days=1)
PUT_OFF = timedelta(minutes=10)


class DailyBriefRow(SQLModel, table=True):
    """`at` is HH:MM by the clock of the house, `next_on` the first of its days that is still owed, if any.

    Days and hours are local and no instant is kept: whatever clocks and their zones do, a day has one brief.
    """

    __tablename__ = "daily_brief"
    __table_args__ = (Index("ix_brief_due", "property_id", "next_on", "at"),)

    staff_id: str = Field(primary_key=True, foreign_key="staff_member.id")
    property_id: str = Field(foreign_key="property.id")
    at: str
    next_on: date | None = None
    sent_on: date | None = None
    not_before: datetime | None = Field(default=None, sa_type=Utc)


brief = table(DailyBriefRow)


@dataclass(frozen=True, slots=True)
class DailyBrief:
    """A colleague's brief; without `next_on` none is wanted."""

    staff_id: str
    property_id: str
    at: str
    next_on: date | None
    sent_on: date | None

    @property
    def until(self) -> str:
        """The hour from which it comes too late: what tells of the morning helps nobody in the afternoon."""
        return NOON if self.at < NOON else MIDNIGHT


_c = brief.c
_COLUMNS = (_c.staff_id, _c.property_id, _c.at, _c.next_on, _c.sent_on)
_BY_ID = Prepared(select(*_COLUMNS).where(_c.staff_id == bindparam("staff_id")))
_DUE = Prepared(
    select(_c.staff_id)
    .select_from(brief)
    .where(
        _c.property_id.in_(bindparam("property_ids", expanding=True)),
        tuple_(_c.next_on, _c.at) <= tuple_(bindparam("today", type_=Date()), bindparam("hour", type_=String())),
        or_(_c.not_before.is_(None), _c.not_before <= bindparam("now")),
    )
    .order_by(_c.next_on, _c.at)
    .limit(bindparam("limit"))
)
_SET = Prepared(
    update(DailyBriefRow)
    .where(_c.staff_id == bindparam("of"))
    .values(property_id=bindparam("house"), at=bindparam("hour"), next_on=bindparam("then"), not_before=None)
)
_STOP = Prepared(update(DailyBriefRow).where(_c.staff_id == bindparam("of")).values(next_on=None))
_PUT_OFF = Prepared(update(DailyBriefRow).where(_c.staff_id == bindparam("of")).values(not_before=bindparam("later")))
_MOVE = Prepared(
    update(DailyBriefRow)
    .where(_c.staff_id == bindparam("of"), _c.next_on == bindparam("owed"), _c.at == bindparam("hour"))
    .values(next_on=bindparam("then"), sent_on=bindparam("given"), not_before=None)
)


def find_brief(db: Connection, staff_id: str) -> DailyBrief | None:
    row = _BY_ID.first(db, {"staff_id": staff_id})
    return DailyBrief(*row) if row else None


def due_briefs(db: Connection, now: datetime, here: datetime, property_ids: Sequence[str], limit: int) -> list[str]:
    """Ids of the colleagues who are owed one. `here` is now by the clock these houses share."""
    day_and_hour = {"today": here.date(), "hour": hour_of(here)}
    return _DUE.scalars(db, {"property_ids": list(property_ids), "now": now, "limit": limit, **day_and_hour})


def begin_brief(db: Connection, staff_id: str, property_id: str, at: str) -> None:
    """For a new colleague who has not been asked."""
    row = {"staff_id": staff_id, "property_id": property_id, "at": at, "next_on": NOT_BEGUN, "sent_on": None}
    insert_once(db, DailyBriefRow, row, "staff_id")


def set_brief(db: Connection, staff_id: str, property_id: str, at: str, here: datetime) -> date:
    """From now on at this hour; returns the first day, which is never one that has had its brief."""
    begin_brief(db, staff_id, property_id, at)
    known = find_brief(db, staff_id)
    today = here.date()
    is_over = hour_of(here) >= at or (known is not None and known.sent_on is not None and known.sent_on >= today)
    first = today + A_DAY if is_over else today
    _SET.change(db, {"of": staff_id, "house": property_id, "hour": at, "then": first})
    return first


def stop_brief(db: Connection, staff_id: str) -> bool:
    """False when none was wanted."""
    known = find_brief(db, staff_id)
    _STOP.change(db, {"of": staff_id})
    return known is not None and known.next_on is not None


def try_take_brief(db: Connection, owed: DailyBrief, here: datetime) -> bool:
    """Whether the brief is to be given now; whatever the answer, the next day that is owed is written down.

    False also when a replica was faster.
    """
    today, hour = here.date(), hour_of(here)
    if owed.next_on is None or owed.next_on > today:
        return False
    is_early = hour < owed.at
    is_given = not is_early and hour < owed.until and owed.next_on != NOT_BEGUN
    moved = {
        "of": owed.staff_id,
        "owed": owed.next_on,
        "hour": owed.at,
        "then": today if is_early else today + A_DAY,
        "given": today if is_given else owed.sent_on,
    }
    return _MOVE.change(db, moved) == 1 and is_given


def put_off_brief(db: Connection, now: datetime, staff_id: str) -> None:
    """One that failed waits, and is tried again as long as it is not too late."""
    _PUT_OFF.change(db, {"of": staff_id, "later": now + PUT_OFF})


def hour_of(here: datetime) -> str:
    return f"{here:%H:%M}"
