"""The duty roster is made in chat: who works when, and who is off after all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from crm.calendar import A_DAY, local
from crm.errors import NotAllowed
from crm.properties.hours import read_shift
from crm.staff.members import StaffMember
from crm.staff.roster import Plan, PlannedShift, clock_of, plan_shifts, remove_shifts, shifts_of
from handlers import audit, cards, planners, rosters
from handlers.houses import houses
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say

MOST_DAYS = 31
MOST_HOURS = 3  # are offered


def plan_shift(turn: Turn) -> list[Reply]:
    """Who, on which days, from when until when: what is missing is asked for, one thing at a time."""
    people, question = planners.people(turn)
    if question:
        return [question]
    days = rosters.days_of(turn)
    if not days:
        return [planners.ask(turn, people, "days")]
    if len(days) > MOST_DAYS:
        return [Reply(say(turn.language, "roster.plan_shift.too_many", count=MOST_DAYS))]
    there = _house_for(turn, people)
    if isinstance(there, Reply):
        return [there]
    spans = {span[0]: span for span in map(read_shift, turn.slot("hours") or ())}.values()
    if not spans:
        return [planners.ask(turn, people, "hours", _usual_hours(there, people, days))]
    wanted = [Plan(day, span) for day in days for span in spans]
    past = [each for each in wanted if _is_over(there, each)]
    if len(past) == len(wanted):
        return [Reply(say(turn.language, "roster.plan_shift.over"))]
    ahead = [each for each in wanted if each not in past]
    return [reply for member in people for reply in _planned(there, member, ahead, past)]


def cancel_shift(turn: Turn) -> list[Reply]:
    """One that is going on ends now."""
    people, question = planners.people(turn)
    if question:
        return [question]
    days = rosters.days_of(turn)
    if not days:
        return [planners.ask(turn, people, "days")]
    found = shifts_of(turn.db, [each.id for each in people], days[0], days[-1])
    ahead = [each for each in found if each.day in days and each.change_on]
    return [reply for member in people for reply in _cancelled(turn, member, days, ahead)]


def _house_for(turn: Turn, people: Sequence[StaffMember]) -> Turn | Reply:
    """The one they all work in and the speaker too; slot `house` is the one chosen among several."""
    shared = [each for each in houses(turn) if all(each.house.id in member.property_ids for member in people)]
    if not shared:
        raise NotAllowed
    chosen = [each for each in shared if each.house.id == turn.slot("house")] or shared
    if len(chosen) == 1:
        return chosen[0]
    buttons = [Button(each.house.name, planners.with_people(turn, people, house=each.house.id)) for each in chosen]
    return Reply(say(turn.language, "roster.plan_shift.ask_house", name=people[0].name), buttons)


def _usual_hours(there: Turn, people: Sequence[StaffMember], days: Sequence[date]) -> list[Button]:
    """What the department works most often these days."""
    known = rosters.around(there, days[0], days[-1])
    usual = Counter(each.span for each in known if each.department == people[0].department)
    return [
        Button(
            rosters.span_words(there.language, span),
            planners.with_people(there, people, hours=["-".join(map(clock_of, span))]),
        )
        for span, _ in usual.most_common(MOST_HOURS)
    ]


def _is_over(there: Turn, plan: Plan) -> bool:
    here = local(there.now, there.house.time_zone)
    return (plan.day - here.date()).days * A_DAY + plan.span[1] <= here.hour * 60 + here.minute


def _planned(there: Turn, member: StaffMember, ahead: Sequence[Plan], past: Sequence[Plan]) -> list[Reply]:
    """The speaker hears what is planned, and the colleague, if that is somebody else; nothing new is told nobody."""
    planned = plan_shifts(there.db, there.now, member, there.house.id, ahead, there.member)
    left_out = {"past": past, "elsewhere": planned.elsewhere}
    unplanned = {name: rosters.plan_lines(there, there.language, some) for name, some in left_out.items()}
    if not planned.added:
        text = say(there.language, "roster.plan_shift.already", name=member.name, elsewhere=unplanned["elsewhere"])
        return [Reply(text)]
    audit.act(there, f"staff:{member.id}", there.house.id)

    def values(language: str) -> dict[str, list[str]]:
        return {
            "lines": rosters.plan_lines(there, language, planned.added),
            "instead": rosters.plan_lines(there, language, planned.replaced),
        }

    def told(language: str) -> str:
        place = _place(there, member)
        return say(language, "roster.plan_shift.told", who=there.member.name, place=place, **values(language))

    text = say(there.language, "roster.plan_shift.done", name=member.name, **unplanned, **values(there.language))
    roster = Call("show_roster", {"days": list(there.slot("days") or ())})
    button = Button(cards.intent_label(there.language, "show_roster"), roster)
    return [Reply(text, [button]), *planners.told(there, [member], told)]


def _cancelled(turn: Turn, member: StaffMember, days: Sequence[date], found: Iterable[PlannedShift]) -> list[Reply]:
    theirs = [each for each in found if each.staff_id == member.id and each.property_id in turn.member.property_ids]
    if not theirs:
        said = planners.day_words(turn, days)
        return [Reply(say(turn.language, "roster.cancel_shift.none", name=member.name, days=said))]
    return [
        reply
        for property_id in dict.fromkeys(each.property_id for each in theirs)
        for reply in _removed(
            turn.at_property(property_id), member, [each for each in theirs if each.property_id == property_id]
        )
    ]


def _removed(there: Turn, member: StaffMember, shifts: Sequence[PlannedShift]) -> list[Reply]:
    """Told to the colleague, or by the colleague to whoever answers for the department; with what is left uncovered."""
    remove_shifts(there.db, shifts, local(there.now, there.house.time_zone))
    audit.act(there, f"staff:{member.id}", there.house.id)
    days = sorted({each.day for each in shifts})
    known = [each for each in rosters.around(there, days[0], days[-1]) if each.department == member.department]

    def values(language: str) -> dict[str, list[str]]:
        lines = {day: rosters.gap_line(there, language, day, known) for day in days}
        gaps = [f"{cards.capital(cards.on(there, language, day))} · {line}" for day, line in lines.items() if line]
        return {"lines": rosters.plan_lines(there, language, shifts), "gaps": gaps}

    own = Reply(say(there.language, "roster.cancel_shift.done", name=member.name, **values(there.language)))

    def by_themselves(language: str) -> str:
        department = cards.role(language, rosters.group_of(member))
        return say(language, "roster.cancel_shift.own", who=member.name, department=department, **values(language))

    def by_another(language: str) -> str:
        place = _place(there, member)
        lines = rosters.plan_lines(there, language, shifts)
        return say(language, "roster.cancel_shift.told", who=there.member.name, place=place, lines=lines)

    if member.id == there.member.id:
        return [own, *planners.told(there, planners.answerable(there, member), by_themselves)]
    return [own, *planners.told(there, [member], by_another)]


def _place(there: Turn, member: StaffMember) -> str:
    return there.house.name if len(member.property_ids) > 1 else ""
