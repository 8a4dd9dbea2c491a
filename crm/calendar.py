"""Local time: stored instants are UTC, a house lives in its own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

A_DAY = 24 * 60  # minutes by the clock


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(at: datetime, time_zone: str) -> datetime:
    """The instant as the house's clock shows it."""
    return at.astimezone(zone(time_zone))


def day_bounds(on: date, time_zone: str) -> tuple[datetime, datetime]:
    """First instant of a local day and of the next one, in UTC; such a day has 23 to 25 hours."""
    start = datetime.combine(on, time(), zone(time_zone))
    end = datetime.combine(on + timedelta(days=1), time(), zone(time_zone))
    return start.astimezone(UTC), end.astimezone(UTC)


def clock_instant(on: date, minutes: int, time_zone: str) -> datetime:
    """When the clock shows so many minutes since the midnight this day begins with, in UTC."""
    days, rest = divmod(minutes, A_DAY)
    clock = datetime.combine(on + timedelta(days=days), time(*divmod(rest, 60)), zone(time_zone))
    return clock.astimezone(UTC)
