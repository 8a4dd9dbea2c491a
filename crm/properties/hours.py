"""When a department works: split shifts and nights, on working days and on days of rest, by the house's clock."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from crm.calendar import A_DAY, clock_instant, local

SATURDAY = 5
LOOK_AHEAD = 30  # days; a department that opens on none of them is asked as if it never closed
_SHIFT = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)")

Shift = tuple[int, int]  # minutes since midnight; the end is beyond 24 hours when it is past midnight


@dataclass(frozen=True, slots=True)
class Shifts:
    """What a department works on working days, and on Saturdays, Sundays and holidays."""

    work: tuple[Shift, ...]
    rest: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """The shifts of the departments that have any: all others always work.

    `holidays` is "china" for its public holidays and make-up working days; `rest_days` and `work_days` go before it.
    """

    departments: Mapping[str, Shifts] = field(default_factory=dict)
    holidays: str = ""
    rest_days: tuple[date, ...] = ()
    work_days: tuple[date, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.departments)

    def is_rest(self, day: date) -> bool:
        if day in self.work_days or day in self.rest_days:
            return day in self.rest_days
        known = _china().get(day) if self.holidays == "china" else None
        return day.weekday() >= SATURDAY if known is None else known


ALWAYS = Hours()


def read_shift(words: str) -> Shift:
    """ "22:00-6:30" is a night; raises ValueError for what is no span of a day."""
    found = _SHIFT.fullmatch(words.strip())
    if found is None:
        raise ValueError(f"{words!r} is not a shift like 07:00-15:30")
    hour, minute, end_hour, end_minute = map(int, found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if start >= A_DAY or end > A_DAY or start == end:
        raise ValueError(f"{words!r} is not a shift like 07:00-15:30")
    return (start, end if end > start else end + A_DAY)


def is_working(hours: Hours, department: str, at: datetime, time_zone: str) -> bool:
    return department not in hours.departments or next_opening(hours, department, at, time_zone) == at


def shifts_on(hours: Hours, department: str, day: date) -> tuple[Shift, ...]:
    """What a department that has hours works on this day."""
    shifts = hours.departments[department]
    return shifts.rest if hours.is_rest(day) else shifts.work


def next_opening(hours: Hours, department: str, at: datetime, time_zone: str) -> datetime:
    """When the department works next: `at` itself while it does."""
    if department not in hours.departments:
        return at
    return next((max(at, start) for start, _ in _spans(hours, department, at, time_zone)), at)


def add_working(hours: Hours, department: str, at: datetime, span: timedelta, time_zone: str) -> datetime:
    """The instant so much working time after `at`; the clock stands still while the department does not work."""
    if department not in hours.departments:
        return at + span
    left, at = span, at.astimezone(UTC)  # in UTC, where an hour is an hour
    for start, end in _spans(hours, department, at, time_zone):
        begins = max(at, start)
        if begins + left <= end:
            return begins + left
        left -= end - begins
    return at + span


def packed(hours: Hours) -> dict[str, Any] | None:
    """As the records keep it."""
    if hours == ALWAYS:
        return None
    days = {name: [each.isoformat() for each in getattr(hours, name)] for name in ("rest_days", "work_days")}
    shifts = {department: asdict(each) for department, each in hours.departments.items()}
    return {"departments": shifts, "holidays": hours.holidays, **days}


def unpacked(kept: Mapping[str, Any] | None) -> Hours:
    if kept is None:
        return ALWAYS
    shifts = {name: Shifts(_shifts(each["work"]), _shifts(each["rest"])) for name, each in kept["departments"].items()}
    rest, work = (tuple(map(date.fromisoformat, kept[name])) for name in ("rest_days", "work_days"))
    return Hours(shifts, kept["holidays"], rest, work)


def _shifts(kept: Sequence[Sequence[int]]) -> tuple[Shift, ...]:
    return tuple((start, end) for start, end in kept)


def _spans(hours: Hours, department: str, at: datetime, time_zone: str) -> Iterator[tuple[datetime, datetime]]:
    """The working spans that end after `at`, in UTC and in order; a night belongs to the day it begins on."""
    first = local(at, time_zone).date()
    last: datetime | None = None
    for offset in range(-1, LOOK_AHEAD):
        day = first + timedelta(days=offset)
        for start, end in shifts_on(hours, department, day):
            begins, ends = clock_instant(day, start, time_zone), clock_instant(day, end, time_zone)
            begins = max(begins, last) if last else begins  # shifts that overlap count once
            if ends > at and begins < ends:
                last = ends
                yield begins, ends


@cache
def _china() -> Mapping[date, bool]:
    """Whether one rests on it, for the days of which the State Council has spoken; on all others weekdays tell."""
    from chinese_calendar.constants import holidays, workdays

    return {**dict.fromkeys(workdays, False), **dict.fromkeys(holidays, True)}
