"""Two colleagues swap their shifts."""

from __future__ import annotations

from collections.abc import Sequence

from crm.staff.members import StaffMember
from crm.staff.roster import PlannedShift, shifts_of
from crm.staff.roster import swap_shifts as swap
from handlers import audit, planners, rosters
from handlers.turn import Reply, Turn
from prompts.words import say


def swap_shifts(turn: Turn) -> list[Reply]:
    """All that has not begun on these days changes hands, and both hear of it."""
    people, question = planners.people(turn, exactly=2)
    if question:
        return [question]
    days = rosters.days_of(turn)
    if not days:
        return [planners.ask(turn, people, "days")]
    one, other = people
    takes = {one.id: other, other.id: one}
    found = [each for each in shifts_of(turn.db, [one.id, other.id], days[0], days[-1]) if each.day in days]
    stranger = next((each for each in found if each.property_id not in takes[each.staff_id].property_ids), None)
    if stranger:
        place = turn.at_property(stranger.property_id).house.name
        name = takes[stranger.staff_id].name
        return [Reply(say(turn.language, "roster.swap_shifts.elsewhere", name=name, place=place))]
    swapped = swap(turn.db, turn.now, one, other, days, turn.member)
    if not swapped:
        values = {"name": one.name, "other": other.name, "days": planners.day_words(turn, days)}
        return [Reply(say(turn.language, "roster.swap_shifts.none", **values))]
    return _done(turn, people, swapped, takes)


def _done(
    turn: Turn, people: Sequence[StaffMember], swapped: Sequence[PlannedShift], takes: dict[str, StaffMember]
) -> list[Reply]:
    for each in people:
        audit.act(turn, f"staff:{each.id}", turn.house.id)

    def lines(language: str) -> list[str]:
        spans = [(each, rosters.plan_lines(turn.at_property(each.property_id), language, [each])) for each in swapped]
        return [f"{line} {takes[each.staff_id].name}" for each, some in spans for line in some]

    def told(language: str) -> str:
        return say(language, "roster.swap_shifts.told", who=turn.member.name, lines=lines(language))

    own = Reply(say(turn.language, "roster.swap_shifts.done", lines=lines(turn.language)))
    return [own, *planners.told(turn, people, told)]
