"""Who works when by the roster, and when somebody works themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from crm.calendar import local
from crm.staff.roster import PlannedShift, shifts_of
from handlers import cards, rosters
from handlers.houses import houses, under_names
from handlers.turn import Reply, Turn
from prompts.words import say

MOST_DAYS = 31
LOOK_AHEAD = 14  # days


def show_roster(turn: Turn) -> list[Reply]:
    """In each house of the colleague; of the coming week where no day is named."""
    days = rosters.days_of(turn)[:MOST_DAYS] or [cards.today(turn) + each for each in rosters.A_WEEK]
    department = turn.slot("department") or ""
    groups = [(there, rosters.text(there, turn.language, days, department)) for there in houses(turn)]
    return [Reply(under_names(turn, groups))]


def my_shifts(turn: Turn) -> list[Reply]:
    """What is still to come, or all of the days that are named."""
    days, today = rosters.days_of(turn)[:MOST_DAYS], cards.today(turn)
    first, last = (days[0], days[-1]) if days else (today - timedelta(days=1), today + timedelta(days=LOOK_AHEAD))
    found = shifts_of(turn.db, [turn.member.id], first, last)
    shown = [each for each in found if (each.day in days if days else not _is_over(turn, each))]
    if not shown:
        named = [cards.on(turn, turn.language, each) for each in days]
        return [Reply(say(turn.language, "roster.my_shifts.none", days=named))]
    return [Reply(say(turn.language, "roster.my_shifts.answer", lines=_lines(turn, shown)))]


def _lines(turn: Turn, shifts: Sequence[PlannedShift]) -> list[str]:
    """A line for each day and house."""
    lines = []
    for day, property_id in dict.fromkeys((each.day, each.property_id) for each in shifts):
        there = turn.at_property(property_id)
        spans = [each.span for each in shifts if (each.day, each.property_id) == (day, property_id)]
        line = say(
            turn.language,
            "roster.my_shifts.line",
            day=cards.capital(cards.on(there, turn.language, day)),
            shifts=[rosters.span_words(turn.language, each) for each in spans],
            place=there.house.name if len(turn.member.property_ids) > 1 else "",
        )
        lines.append(line)
    return lines


def _is_over(turn: Turn, shift: PlannedShift) -> bool:
    there = turn.at_property(shift.property_id)
    return shift.is_over(local(turn.now, there.house.time_zone))
