"""Working time: split shifts, nights, days of rest, Chinese holidays and make-up days, and the night of 25 hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ConfigError, parse_settings
from crm.calendar import zone
from crm.properties.hours import (
    ALWAYS,
    Hours,
    Shifts,
    add_working,
    is_working,
    next_opening,
    packed,
    read_shift,
    unpacked,
)

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
DAY = Shifts((read_shift("07:00-12:00"), read_shift("13:00-22:00")), (read_shift("08:00-12:00"),))
NIGHT = Shifts((read_shift("22:00-06:00"),), (read_shift("22:00-06:00"),))
HOURS = Hours({"housekeeping": DAY, "front_desk": NIGHT}, holidays="china")


def at(words: str, time_zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=zone(time_zone))


def after(words: str, minutes: int, department: str = "housekeeping", hours: Hours = HOURS) -> datetime:
    return add_working(hours, department, at(words), timedelta(minutes=minutes), SHANGHAI)


@pytest.mark.parametrize(
    ("begins", "minutes", "ends"),
    [
        ("2026-11-23T09:00", 60, "2026-11-23T10:00"),
        ("2026-11-23T11:50", 20, "2026-11-23T13:10"),  # over lunch
        ("2026-11-23T21:50", 20, "2026-11-24T07:10"),  # over night
        ("2026-11-23T05:00", 15, "2026-11-23T07:15"),
        ("2026-11-27T21:50", 20, "2026-11-28T08:10"),  # Saturday begins later
        ("2026-11-28T11:50", 20, "2026-11-29T08:10"),
        ("2026-10-01T07:00", 20, "2026-10-01T08:20"),  # National Day, a Thursday, is a day of rest
        ("2026-10-10T07:00", 20, "2026-10-10T07:20"),  # this Saturday is worked for it
        ("2031-11-24T09:00", 60, "2031-11-24T10:00"),  # a year nobody has spoken of yet
    ],
)
def test_clock_stands_still_while_nobody_works(begins: str, minutes: int, ends: str) -> None:
    assert after(begins, minutes) == at(ends)


def test_night_belongs_to_the_day_it_begins_on() -> None:
    assert after("2026-11-24T01:00", 60, "front_desk") == at("2026-11-24T02:00")
    assert after("2026-11-24T05:30", 60, "front_desk") == at("2026-11-24T22:30")
    assert is_working(HOURS, "front_desk", at("2026-11-24T05:59"), SHANGHAI)
    assert not is_working(HOURS, "front_desk", at("2026-11-24T06:00"), SHANGHAI)


def test_department_without_hours_always_works() -> None:
    assert after("2026-11-23T03:00", 15, "kitchen") == at("2026-11-23T03:15")
    assert is_working(ALWAYS, "housekeeping", at("2026-11-23T03:00"), SHANGHAI)


def test_department_that_never_opens_is_asked_as_if_it_never_closed() -> None:
    hours = Hours({"housekeeping": Shifts((), ())})
    assert after("2026-11-23T03:00", 15, hours=hours) == at("2026-11-23T03:15")


def test_own_days_of_rest_go_before_the_calendar() -> None:
    hours = Hours({"housekeeping": DAY}, "china", (date(2026, 11, 23),), (date(2026, 11, 28),))
    assert after("2026-11-23T07:00", 20, hours=hours) == at("2026-11-23T08:20")
    assert after("2026-11-28T07:00", 20, hours=hours) == at("2026-11-28T07:20")


def test_next_opening_is_now_while_it_works() -> None:
    assert next_opening(HOURS, "housekeeping", at("2026-11-23T09:00"), SHANGHAI) == at("2026-11-23T09:00")
    assert next_opening(HOURS, "housekeeping", at("2026-11-23T23:00"), SHANGHAI) == at("2026-11-24T07:00")


def test_night_the_clock_is_set_back_has_an_hour_more() -> None:
    hours = Hours({"front_desk": NIGHT})
    begins = at("2026-10-24T23:00", BERLIN)
    assert add_working(hours, "front_desk", begins, timedelta(hours=8), BERLIN) == at("2026-10-25T06:00", BERLIN)


@given(st.integers(0, 20_000), st.integers(1, 3_000))
def test_working_time_ends_later_and_in_working_time(begins: int, minutes: int) -> None:
    start = at("2026-11-23T00:00") + timedelta(minutes=begins)
    end = add_working(HOURS, "housekeeping", start, timedelta(minutes=minutes), SHANGHAI)
    assert end >= start + timedelta(minutes=minutes)
    assert is_working(HOURS, "housekeeping", end - timedelta(seconds=1), SHANGHAI)


def test_hours_are_kept_as_they_are() -> None:
    hours = Hours({"housekeeping": DAY}, "china", (date(2026, 12, 24),), (date(2026, 12, 26),))
    assert unpacked(packed(hours)) == hours
    assert unpacked(packed(ALWAYS)) == ALWAYS


@pytest.mark.parametrize("words", ["7-12", "07:00-07:00", "24:00-06:00", "07:00-25:00", "morning", "07:60-09:00"])
def test_unreadable_shift_is_refused_by_name(words: str) -> None:
    house = {"key": "a", "name": "A", "time_zone": SHANGHAI, "hours": {"housekeeping": {"work": [words]}}}
    with pytest.raises(ConfigError, match=r"properties\.0\.hours\.housekeeping\.work.*not a shift"):
        parse_settings({"properties": [house]}, {})
