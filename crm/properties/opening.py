"""The hours in which something is done, such as 07:00-22:00 or, past midnight, 18:00-02:00."""

from __future__ import annotations

from datetime import datetime, time, timedelta


def bounds(hours: str) -> tuple[time, time]:
    opens, _, closes = hours.partition("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def is_within(hours: str, at: datetime) -> bool:
    """Whether a local time is within the hours; on the stroke of closing it still is."""
    opens, closes = bounds(hours)
    clock = at.time().replace(second=0, microsecond=0)
    return opens <= clock <= closes if opens <= closes else clock >= opens or clock <= closes


def next_within(hours: str, at: datetime) -> datetime:
    """This local time where it is within the hours, else when they begin next."""
    if is_within(hours, at):
        return at
    opens, _ = bounds(hours)
    begins = datetime.combine(at.date(), opens, at.tzinfo)
    return begins if begins > at else datetime.combine(at.date() + timedelta(days=1), opens, at.tzinfo)
