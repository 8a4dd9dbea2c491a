"""Who arrives, who leaves, who is in house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from crm.calendar import local
from crm.staff.roles import may
from crm.stays import bookings
from crm.stays.bookings import StayInfo
from crm.store import Connection
from handlers import cards
from handlers.houses import houses, record_list, under_names
from handlers.turn import Reply, Turn
from prompts.words import say

MOST_LINES = 20


def arrivals(turn: Turn) -> list[Reply]:
    return _lists(turn, "arrivals", bookings.arrivals)


def departures(turn: Turn) -> list[Reply]:
    return _lists(turn, "departures", bookings.departures)


def in_house(turn: Turn) -> list[Reply]:
    return _lists(turn, "in_house", lambda db, property_id, _: bookings.in_house(db, property_id))


def _lists(turn: Turn, intent: str, stays_of: Callable[[Connection, str, date], Sequence[StayInfo]]) -> list[Reply]:
    """One list for each house of the colleague; each look is written down."""
    named = _named_day(turn)
    groups = []
    for there in houses(turn):
        day = named or cards.today(there)
        stays = stays_of(there.db, there.house.id, day)
        if stays:
            record_list(there, intent, day, len(stays))
        groups.append((there, _listed(there, intent, stays, day)))
    return [Reply(under_names(turn, groups))]


def _named_day(turn: Turn) -> date | None:
    """The day asked about; without one it is today, by the clock of each house."""
    day = turn.slot("day")
    if isinstance(day, datetime):
        return local(day, turn.house.time_zone).date()
    return day if isinstance(day, date) else None


def _listed(turn: Turn, intent: str, stays: Sequence[StayInfo], day: date) -> str:
    when = cards.on(turn, turn.language, day)
    if not stays:
        return say(turn.language, f"arrivals.{intent}.none", day=when)
    people = sum(each.adults + each.children for each in stays)
    lines = [cards.capital(say(turn.language, f"arrivals.{intent}.title", day=when, count=len(stays), people=people))]
    ordered = sorted(stays, key=lambda each: (not each.room, each.room, each.guest_name))[:MOST_LINES]
    known = bookings.returning_guests(turn.db, [each.guest_id for each in ordered], day) if intent == "arrivals" else ()
    lines += [_line(turn, intent, each, is_returning=each.guest_id in known) for each in ordered]
    if len(stays) > MOST_LINES:
        lines.append(say(turn.language, "common.lists.more", count=len(stays) - MOST_LINES))
    return "\n".join(lines)


def _line(turn: Turn, intent: str, stay: StayInfo, *, is_returning: bool) -> str:
    role = turn.speaker.staff.role if turn.speaker.staff else ""
    named = may(role, "see_guest_names")
    return say(
        turn.language,
        f"arrivals.{intent}.line",
        room=stay.room,
        name=stay.guest_name if named else "",
        nights=(stay.departure - stay.arrival).days,
        departure=cards.on(turn, turn.language, stay.departure),
        adults=stay.adults,
        children=stay.children,
        expected=cards.hour(turn.language, stay),
        state=stay.state,
        returning=named and is_returning,
    )
