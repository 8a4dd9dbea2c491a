"""The duty roster in words: whose shifts they are, and where nobody is planned. For the handlers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from crm.calendar import A_DAY, clock_instant, local
from crm.properties.catalogue import DEPARTMENTS
from crm.properties.hours import shifts_on
from crm.staff.handovers import receive_notes
from crm.staff.members import StaffMember
from crm.staff.roster import Plan, PlannedShift, Span, clock_of, minutes_of, shifts_of_house, uncovered
from handlers import cards
from handlers.turn import Moment, Turn
from prompts.words import clock, say, table

NEARBY = timedelta(days=7)  # a house with a shift planned so near uses its roster, and so does a department
A_WEEK = [timedelta(days=each) for each in range(7)]
ALL_DAY: Span = (0, A_DAY)
MANAGER = "manager"


def days_of(turn: Turn) -> list[date]:
    """The days that were named, in order."""
    said = [each for each in turn.slot("days") or () if isinstance(each, datetime)]
    return sorted({local(each, turn.house.time_zone).date() for each in said})


def around(moment: Moment, first: date, last: date) -> list[PlannedShift]:
    """The shifts of these days and of those nearby: nothing where no roster is kept."""
    return shifts_of_house(moment.db, moment.house.id, first - NEARBY, last + NEARBY)


def text(moment: Moment, language: str, days: Sequence[date], department: str = "") -> str:
    """Where nobody is planned, then each day by department and time."""
    known = [each for each in around(moment, days[0], days[-1]) if department in ("", group_of(each))]
    if not known:
        return say(language, "roster.show_roster.none")
    by_day = {day: [each for each in known if each.day == day] for day in days}
    wrong = {day: line for day in days if (line := gap_line(moment, language, day, known))}
    nobody = say(language, "roster.show_roster.nobody")
    if len(days) == 1:
        shown = [*wrong.values(), *_department_blocks(language, by_day[days[0]])]
        return "\n".join([_title(moment, language, days[0]), *(shown or [nobody])])
    lines = [f"{_title(moment, language, day)} · {line}" for day, line in wrong.items()]
    for day in days:
        if by_day[day] or day not in wrong:
            lines += [_title(moment, language, day), *(_department_lines(language, by_day[day]) or [nobody])]
    return "\n".join(lines)


def gap_line(moment: Moment, language: str, day: date, known: Sequence[PlannedShift]) -> str:
    """In which departments of the roster nobody is planned on this day, nothing where somebody is everywhere."""
    departments = gaps(moment, language, day, known)
    return say(language, "roster.show_roster.gaps", departments=departments) if departments else ""


def gaps(moment: Moment, language: str, day: date, known: Sequence[PlannedShift]) -> list[str]:
    """The departments of the roster in whose hours of this day nobody is planned, and when. `known`: see around()."""
    return [
        say(
            language,
            "roster.show_roster.gap",
            department=cards.capital(cards.role(language, department)),
            spans=[] if spans == [ALL_DAY] else [span_words(language, each) for each in spans],
        )
        for department in DEPARTMENTS
        if (spans := _gaps(moment, department, day, [each for each in known if each.department == department]))
    ]


def plan_lines(moment: Moment, language: str, plans: Iterable[Plan | PlannedShift]) -> list[str]:
    """A line for each day, or for days in a row that are alike."""
    by_day: dict[date, list[Span]] = {}
    for each in sorted(plans, key=lambda each: (each.day, each.span)):
        by_day.setdefault(each.day, []).append(each.span)
    rows: list[tuple[date, date, list[Span]]] = []
    for day, spans in by_day.items():
        if rows and rows[-1][1] + timedelta(days=1) == day and rows[-1][2] == spans:
            rows[-1] = (rows[-1][0], day, spans)
        else:
            rows.append((day, day, spans))
    return [
        say(
            language,
            "roster.turns.planned",
            day=_title(moment, language, first),
            until=cards.on(moment, language, last) if last > first else "",
            shifts=[span_words(language, each) for each in spans],
        )
        for first, last, spans in rows
    ]


def span_words(language: str, span: Span) -> str:
    begins, ends = (clock(language, clock_of(minutes)) for minutes in span)
    return f"{begins}–{ends}"


def until(moment: Moment) -> dict[str, datetime]:
    """Until when those work whose planned shift is going on, by the id of the colleague."""
    here = local(moment.now, moment.house.time_zone)
    found = shifts_of_house(moment.db, moment.house.id, here.date() - timedelta(days=1), here.date())
    return {each.staff_id: ends_at(moment, each) for each in found if each.covers(here)}


def ends_at(moment: Moment, shift: PlannedShift) -> datetime:
    return clock_instant(shift.ends_on, minutes_of(shift.ends), moment.house.time_zone)


def notes_for(moment: Moment, language: str, member: StaffMember, property_ids: Iterable[str]) -> list[str]:
    """What colleagues left word of for whoever comes on duty, a line each."""
    found = [each for id_ in property_ids for each in receive_notes(moment.db, moment.now, member, id_)]
    return [
        say(
            language,
            "duty.go_on_duty.note",
            who=each.author,
            at=cards.at(moment, language, each.created_at),
            note=each.note,
        )
        for each in found
    ]


def group_of(person: StaffMember | PlannedShift) -> str:
    """Under which name somebody is listed: managers apart from the department they may also belong to."""
    return MANAGER if person.role == MANAGER else person.department


def in_order(language: str, groups: Iterable[str]) -> list[str]:
    """As the departments stand in their table of words."""
    order = list(table(language, "common", "departments"))
    return sorted(groups, key=lambda group: order.index(group) if group in order else len(order))


def _department_blocks(language: str, known: Sequence[PlannedShift]) -> list[str]:
    """The name of each department, and a line for each span."""
    return [line for name, spans in _by_department(language, known) for line in (name, *spans)]


def _department_lines(language: str, known: Sequence[PlannedShift]) -> list[str]:
    """The same, a line for each department."""
    return [
        say(language, "duty.who_is_on_duty.line", department=name, names=[" · ".join(spans)])
        for name, spans in _by_department(language, known)
    ]


def _by_department(language: str, shifts: Sequence[PlannedShift]) -> list[tuple[str, list[str]]]:
    groups: dict[str, list[PlannedShift]] = {}
    for each in shifts:
        groups.setdefault(group_of(each), []).append(each)
    ordered = in_order(language, groups)
    return [(cards.capital(cards.role(language, group)), _spans(language, groups[group])) for group in ordered]


def _spans(language: str, shifts: Iterable[PlannedShift]) -> list[str]:
    """By time, and who works then."""
    ordered = sorted(shifts, key=lambda each: (each.span, each.name))
    return [
        say(
            language,
            "roster.show_roster.shift",
            span=span_words(language, span),
            names=[each.name for each in some],
        )
        for span, some in groupby(ordered, key=lambda each: each.span)
    ]


def _gaps(moment: Moment, department: str, day: date, shifts: Sequence[PlannedShift]) -> list[Span]:
    """But what is over. Where the house has not said when a department works, only a day without anybody is one."""
    here = local(moment.now, moment.house.time_zone)
    if not shifts or day < here.date():
        return []
    planned = [
        ((each.day - day).days * A_DAY + each.span[0], (each.day - day).days * A_DAY + each.span[1]) for each in shifts
    ]
    hours = moment.house.hours
    if department not in hours.departments:
        return [] if any(begins < A_DAY and ends > 0 for begins, ends in planned) else [ALL_DAY]
    passed = here.hour * 60 + here.minute if day == here.date() else 0
    left = [(max(begins, passed), ends) for begins, ends in shifts_on(hours, department, day) if ends > passed]
    return uncovered(left, planned)


def _title(moment: Moment, language: str, day: date) -> str:
    return cards.capital(cards.on(moment, language, day))
