"""A calendar's text as dates, read in a process of its own that may be killed: what it says comes from anybody.

python -m bot.feeds.ics Asia/Shanghai 2026-11-26 < calendar > one JSON object
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from crm.stays.imports.sheets import encoding_of

MOST_EVENTS = 5_000
MOST_OCCURRENCES = 500  # of all events that come again and again
AHEAD = timedelta(days=3 * 366)
LONGEST = 2_000  # characters of a summary or description
SECONDS, MEMORY = 8, 512 * 1024 * 1024
_UNTIL = re.compile(r"UNTIL=(\d{8})[^;]*", re.IGNORECASE)

Part = Mapping[str, Any]
Event = dict[str, Any]


class Unreadable(Exception):
    """By the name of what is wrong with it."""


def main() -> None:
    _limit()
    zone, today = ZoneInfo(sys.argv[1]), date.fromisoformat(sys.argv[2])
    try:
        told: dict[str, Any] = {"events": read_calendar(sys.stdin.buffer.read(), zone, today)}
    except Unreadable as error:
        told = {"error": str(error)}
    json.dump(told, sys.stdout)


def read_calendar(content: bytes, zone: ZoneInfo, today: date) -> list[Event]:
    """Uid, start and end as days of the house, summary and text of each; of what cannot be read only the words."""
    text = content.decode(encoding_of(content), "replace").strip().lstrip("\ufeff")
    if not text.upper().startswith("BEGIN:VCALENDAR"):
        raise Unreadable("no_calendar")
    if not text.upper().endswith("END:VCALENDAR"):
        raise Unreadable("truncated")
    begun, ended = (len(re.findall(rf"(?im)^{word}:VEVENT", text)) for word in ("BEGIN", "END"))
    if begun != ended:
        raise Unreadable("truncated")
    if begun > MOST_EVENTS:
        raise Unreadable("too_many")
    try:
        parts: list[Part] = [each for one in Calendar.from_ical(text, multiple=True) for each in one.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise Unreadable("broken") from None
    return _distinct([event for part in parts for event in _events(part, zone, today)])


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _events(part: Part, zone: ZoneInfo, today: date) -> Iterator[Event]:
    said = {
        "uid": _text(part, "UID"),
        "summary": _text(part, "SUMMARY"),
        "text": "\n".join(_text(part, name) for name in ("DESCRIPTION", "URL", "LOCATION")),
        "cancelled": _text(part, "STATUS").upper() == "CANCELLED",
        "change": (_number(part, "SEQUENCE"), _text(part, "LAST-MODIFIED")),
        "of": "",
    }
    try:
        start, length = _span(part, zone)
        if "RECURRENCE-ID" in part:
            said["of"] = _local(part["RECURRENCE-ID"].dt, zone).date().isoformat()
            days = [start]
        else:
            days = list(_occurrences(part, start, zone, today)) if "RRULE" in part else [start]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        yield {**said, "unread": True}
        return
    for day in days:
        of = said["of"] or (day.date().isoformat() if "RRULE" in part else "")
        yield {**said, "of": of, "start": day.date().isoformat(), "end": (day + length).date().isoformat()}


def _span(part: Part, zone: ZoneInfo) -> tuple[datetime, timedelta]:
    """By the clock of the house. Raises what the library raises for what is no date."""
    first = part["DTSTART"].dt
    start = _local(first, zone)
    if "DTEND" in part:
        return start, _local(part["DTEND"].dt, zone) - start
    if "DURATION" in part:
        return start, part["DURATION"].dt
    return start, timedelta(days=0 if isinstance(first, datetime) else 1)


def _local(moment: date, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min)
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _occurrences(part: Part, start: datetime, zone: ZoneInfo, today: date) -> Iterator[datetime]:
    """Those from now on, and not for ever; a rule that is never fulfilled ends with the process."""
    from dateutil.rrule import rrulestr

    rules = part["RRULE"] if isinstance(part["RRULE"], list) else [part["RRULE"]]
    last, found = datetime.combine(today + AHEAD, time.min), 0
    without = _excluded(part, zone)
    for rule in rules:
        text = _UNTIL.sub(r"UNTIL=\1T235959", rule.to_ical().decode())
        for at in takewhile(lambda each: each <= last, rrulestr(text, dtstart=start)):
            if at.date() < today - timedelta(days=62) or at.date() in without:
                continue
            found += 1
            if found > MOST_OCCURRENCES:
                raise Unreadable("too_many")
            yield at


def _excluded(part: Part, zone: ZoneInfo) -> set[date]:
    told = part.get("EXDATE", [])
    lists = told if isinstance(told, list) else [told]
    return {_local(each.dt, zone).date() for one in lists for each in one.dts}


def _distinct(events: list[Event]) -> list[Event]:
    """Of the same event the newest word."""
    newest: dict[tuple[str, str], Event] = {}
    occurrences = 0
    for event in events:
        key = (event["uid"], event["of"])
        if key not in newest or event["change"] >= newest[key]["change"]:
            newest[key] = event
        occurrences += bool(event["of"])
    if occurrences > MOST_OCCURRENCES:
        raise Unreadable("too_many")
    return [{name: value for name, value in each.items() if name != "change"} for each in newest.values()]


def _text(part: Part, name: str) -> str:
    value = part.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value)[:LONGEST]


def _number(part: Part, name: str) -> int:
    said = _text(part, name)
    return int(said) if said.isdecimal() and len(said) < 10 else 0


if __name__ == "__main__":
    main()
