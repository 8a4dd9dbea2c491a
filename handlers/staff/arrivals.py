"""Who arrives, who leaves, who is in house."""

from __future__ import annotations

from datetime import date, datetime

from crm.calendar import local
from handlers import audit, cards
from handlers.houses import houses, under_names
from handlers.stays import STAYS, listed
from handlers.turn import Reply, Turn

MOST_LINES = 20


def arrivals(turn: Turn) -> list[Reply]:
    return _lists(turn, "arrivals")


def departures(turn: Turn) -> list[Reply]:
    return _lists(turn, "departures")


def in_house(turn: Turn) -> list[Reply]:
    return _lists(turn, "in_house")


def _lists(turn: Turn, name: str) -> list[Reply]:
    """One list for each house of the colleague; each look is written down."""
    named = _named_day(turn)
    groups = []
    for there in houses(turn):
        day = named or cards.today(there)
        stays = STAYS[name](there.db, there.house.id, day)
        if stays:
            audit.guests_listed(there, name, day, len(stays))
        groups.append((there, listed(there, turn.member, name, stays, day, MOST_LINES)))
    return [Reply(under_names(turn, groups))]


def _named_day(turn: Turn) -> date | None:
    """The day asked about; without one it is today, by the clock of each house."""
    day = turn.slot("day")
    if isinstance(day, datetime):
        return local(day, turn.house.time_zone).date()
    return day if isinstance(day, date) else None
