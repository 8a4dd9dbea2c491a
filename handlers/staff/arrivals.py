"""Who arrives, who leaves, who is in house."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from crm.calendar import local
from crm.staff.roles import may
from crm.stays import bookings
from crm.stays.bookings import StayInfo
from handlers import cards
from handlers.turn import Reply, Turn
from prompts.words import say

MOST_LINES = 20


def arrivals(turn: Turn) -> list[Reply]:
    day = _day(turn)
    stays = bookings.arrivals(turn.db, turn.house.id, day)
    return [_listed(turn, "arrivals", stays, day)]


def departures(turn: Turn) -> list[Reply]:
    day = _day(turn)
    stays = bookings.departures(turn.db, turn.house.id, day)
    return [_listed(turn, "departures", stays, day)]


def in_house(turn: Turn) -> list[Reply]:
    return [_listed(turn, "in_house", bookings.in_house(turn.db, turn.house.id), cards.today(turn))]


def _day(turn: Turn) -> date:
    """The day asked about, today when none was named."""
    day = turn.slot("day")
    if isinstance(day, datetime):
        return local(day, turn.house.time_zone).date()
    return day if isinstance(day, date) else cards.today(turn)


def _listed(turn: Turn, intent: str, stays: Sequence[StayInfo], day: date) -> Reply:
    when = cards.on(turn, turn.language, day)
    if not stays:
        return Reply(say(turn.language, f"arrivals.{intent}.none", day=when))
    people = sum(each.adults + each.children for each in stays)
    lines = [cards.capital(say(turn.language, f"arrivals.{intent}.title", day=when, count=len(stays), people=people))]
    ordered = sorted(stays, key=lambda each: (not each.room, each.room, each.guest_name))[:MOST_LINES]
    known = bookings.returning_guests(turn.db, [each.guest_id for each in ordered], day) if intent == "arrivals" else ()
    lines += [_line(turn, intent, each, is_returning=each.guest_id in known) for each in ordered]
    if len(stays) > MOST_LINES:
        lines.append(say(turn.language, "common.lists.more", count=len(stays) - MOST_LINES))
    return Reply("\n".join(lines))


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
