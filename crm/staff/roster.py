"""The duty roster: who works in which house, on which of its days, from when until when by its clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Index, bindparam, delete, false, insert, select, update
from sqlmodel import Field, SQLModel

from crm.calendar import A_DAY
from crm.staff.briefs import hour_of
from crm.staff.members import StaffMember, staff_member
from crm.store import Connection, Prepared, Utc, new_id, partial_index, table

Span = tuple[int, int]  # minutes since the midnight of a day; the end is beyond 24 hours when it is past midnight
ONE_DAY = timedelta(days=1)


class PlannedShiftRow(SQLModel, table=True):
    """From `begins` on `day` until `ends` on `ends_on`, HH:MM by the clock of the house.

    `change_on` and `change_at` say in the same way when the clock has to do something about it next: at its begin, then
    at its end, then never. No instant is kept: whatever clocks and their zones do, a shift begins and ends once.
    """

    __tablename__ = "planned_shift"
    __table_args__ = (
        Index("ix_shift_of_member", "staff_id", "day", "begins", unique=True),
        Index("ix_shift_of_house", "property_id", "day"),
        partial_index("ix_shift_due", "property_id", "change_on", "change_at", where="change_on IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    staff_id: str = Field(foreign_key="staff_member.id")
    day: date
    begins: str
    ends_on: date
    ends: str
    has_begun: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    change_on: date | None = None
    change_at: str | None = None
    not_before: datetime | None = Field(default=None, sa_type=Utc)


shift = table(PlannedShiftRow)


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A shift and whose it is; `department` is theirs, `said_at` when they last said that they work or do not."""

    id: str
    property_id: str
    staff_id: str
    day: date
    begins: str
    ends_on: date
    ends: str
    has_begun: bool
    change_on: date | None
    change_at: str | None
    name: str
    role: str
    department: str
    said_at: datetime | None

    @property
    def span(self) -> Span:
        return minutes_of(self.begins), minutes_of(self.ends) + (self.ends_on - self.day).days * A_DAY

    def is_over(self, here: datetime) -> bool:
        """`here` is now by the clock of the house."""
        return (self.ends_on, self.ends) <= (here.date(), hour_of(here))

    def covers(self, here: datetime) -> bool:
        return (self.day, self.begins) <= (here.date(), hour_of(here)) and not self.is_over(here)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written down for a colleague: a day and a span of it."""

    day: date
    span: Span

    def overlaps(self, other: Plan | PlannedShift) -> bool:
        apart = (other.day - self.day).days * A_DAY
        return other.span[0] + apart < self.span[1] and self.span[0] < other.span[1] + apart


@dataclass(frozen=True, slots=True)
class Planned:
    """What was written down, in the place of what, and what was not, as the colleague works in another house then."""

    added: Sequence[Plan]
    replaced: Sequence[PlannedShift]
    elsewhere: Sequence[Plan]


_c = shift.c
_SHIFT = (
    select(
        *(_c[name] for name in ("id", "property_id", "staff_id", "day", "begins", "ends_on", "ends", "has_begun")),
        _c.change_on,
        _c.change_at,
        staff_member.c.name,
        staff_member.c.role,
        staff_member.c.department,
        staff_member.c.duty_said_at,
    )
    .join(staff_member, staff_member.c.id == _c.staff_id)
    .where(staff_member.c.revoked_at.is_(None))
)
_BETWEEN = _c.day.between(bindparam("first"), bindparam("last"))
_IN_ORDER = (_c.day, _c.begins, _c.ends_on, _c.ends)
_OF_HOUSE = Prepared(_SHIFT.where(_c.property_id == bindparam("property_id"), _BETWEEN).order_by(*_IN_ORDER))
_OF_MEMBERS = Prepared(
    _SHIFT.where(_c.staff_id.in_(bindparam("staff_ids", expanding=True)), _BETWEEN).order_by(*_IN_ORDER)
)
_BY_ID = Prepared(_SHIFT.where(_c.id == bindparam("shift_id")))


def minutes_of(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def clock_of(minutes: int) -> str:
    """Since a midnight, as the clock shows it: HH:MM."""
    hour, minute = divmod(minutes % A_DAY, 60)
    return f"{hour:02}:{minute:02}"


def find_shift(db: Connection, shift_id: str) -> PlannedShift | None:
    """None also where the colleague works here no longer."""
    row = _BY_ID.first(db, {"shift_id": shift_id})
    return PlannedShift(*row) if row else None


def shifts_of_house(db: Connection, property_id: str, first: date, last: date) -> list[PlannedShift]:
    """Those that begin from the first to the last of these days, in order of time."""
    rows = _OF_HOUSE.all(db, {"property_id": property_id, "first": first, "last": last})
    return [PlannedShift(*row) for row in rows]


def shifts_of(db: Connection, staff_ids: Sequence[str], first: date, last: date) -> list[PlannedShift]:
    """The same of these colleagues, in whatever house."""
    rows = _OF_MEMBERS.all(db, {"staff_ids": list(staff_ids), "first": first, "last": last})
    return [PlannedShift(*row) for row in rows]


def plan_shifts(
    db: Connection,
    now: datetime,
    member: StaffMember,
    property_id: str,
    wanted: Sequence[Plan],
    planner: StaffMember,
) -> Planned:
    """Writes down what is not yet planned so, in the place of what it overlaps in the houses of whoever plans."""
    _alone(db, [member.id])
    days = [each.day for each in wanted]
    known = shifts_of(db, [member.id], min(days) - ONE_DAY, max(days) + ONE_DAY)
    theirs = [each for each in known if each.property_id in planner.property_ids]
    others = [each for each in known if each not in theirs]
    as_planned = {(each.day, each.span) for each in known if each.property_id == property_id}
    fresh = [each for each in wanted if (each.day, each.span) not in as_planned]
    elsewhere = [each for each in fresh if any(each.overlaps(shift) for shift in others)]
    added = [each for each in fresh if each not in elsewhere]
    replaced = [each for each in theirs if any(plan.overlaps(each) for plan in added)]
    _delete(db, replaced)
    _insert(db, now, [(member.id, property_id, each) for each in added])
    return Planned(added, replaced, elsewhere)


def remove_shifts(db: Connection, shifts: Sequence[PlannedShift], here: datetime) -> None:
    """One that is going on ends now: the clock sees to what an end brings."""
    running = [each for each in shifts if each.has_begun]
    _delete(db, [each for each in shifts if not each.has_begun])
    if running:
        now = {"ends_on": here.date(), "ends": hour_of(here)}
        ids = [each.id for each in running]
        cut = update(PlannedShiftRow).where(_c.id.in_(ids), _c.change_on.is_not(None))
        db.execute(cut.values(**now, change_on=now["ends_on"], change_at=now["ends"]))


def swap_shifts(
    db: Connection, now: datetime, one: StaffMember, other: StaffMember, days: Sequence[date], planner: StaffMember
) -> list[PlannedShift]:
    """What has not begun, in the houses of whoever plans, changes hands; returns these shifts as they were."""
    _alone(db, [one.id, other.id])
    found = shifts_of(db, [one.id, other.id], min(days), max(days))
    ahead = [each for each in found if each.day in days and not each.has_begun and each.change_on]
    swapped = [each for each in ahead if each.property_id in planner.property_ids]
    others = {one.id: other.id, other.id: one.id}
    _delete(db, swapped)
    _insert(db, now, [(others[each.staff_id], each.property_id, Plan(each.day, each.span)) for each in swapped])
    return swapped


def uncovered(open_: Iterable[Span], planned: Iterable[Span]) -> list[Span]:
    """What of these hours nobody is planned for."""
    left = sorted(open_)
    for begins, ends in planned:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, begins)), (max(start, ends), end))
            if part[0] < part[1]
        ]
    return sorted(set(left))


def _alone(db: Connection, staff_ids: Sequence[str]) -> None:
    """Who plans the same colleague at the same moment comes after us."""
    db.execute(select(staff_member.c.id).where(staff_member.c.id.in_(sorted(staff_ids))).with_for_update())


def _delete(db: Connection, shifts: Sequence[PlannedShift]) -> None:
    if shifts:
        db.execute(delete(PlannedShiftRow).where(_c.id.in_([each.id for each in shifts])))


def _insert(db: Connection, now: datetime, plans: Sequence[tuple[str, str, Plan]]) -> None:
    rows = [
        {
            "id": new_id(now),
            "staff_id": staff_id,
            "property_id": property_id,
            "day": plan.day,
            "begins": clock_of(plan.span[0]),
            "ends_on": plan.day + ONE_DAY * (plan.span[1] // A_DAY),
            "ends": clock_of(plan.span[1]),
            "change_on": plan.day,
            "change_at": clock_of(plan.span[0]),
        }
        for staff_id, property_id, plan in plans
    ]
    if rows:
        db.execute(insert(PlannedShiftRow), rows)
