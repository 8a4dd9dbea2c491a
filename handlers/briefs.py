"""The daily brief as this colleague may read it: exceptions first, then the day. Shared by question and clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from crm.calendar import day_bounds, local
from crm.conversations.open_alarms import OpenAlarm, alarms_of_houses
from crm.conversations.undelivered import unreached_guests
from crm.feedback import FeedbackKind, feedback_since
from crm.properties.houses import properties
from crm.service_requests.requests import ServiceRequest
from crm.staff.audit import record
from crm.staff.members import StaffMember
from crm.staff.roles import may
from crm.stays.bookings import StayInfo
from handlers import cards, lists, needs, rosters, stays
from handlers.turn import Button, Call, Moment, Reply
from prompts.words import say, table

MOST_LINES, FEWEST_LINES = 8, 3  # of a section; three minutes are 600 words, however many houses they are about
# What can be opened from it, by whoever may do this.
OPENED = {
    **dict.fromkeys(("overdue_requests", "open_requests"), "see_requests"),
    **dict.fromkeys(("arrivals", "departures", "in_house"), "see_arrivals"),
}
KITCHEN = "kitchen"
ACTION = "brief"

Section = Sequence[str]  # its title and its lines


def brief(moment: Moment, member: StaffMember) -> Reply:
    """Alarms first of all, then every house of the colleague, by its own clock; each under its name where there are
    several. With buttons for what can be opened from it."""
    mine = [moment.at_property(each.id) for each in properties(moment.db) if each.id in member.property_ids]
    most = max(FEWEST_LINES, MOST_LINES // max(1, len(mine)))
    alarms = alarms_of_houses(moment.db, member.property_ids)
    lines = lists.alarm_lines(mine, member.language, member.role, alarms)
    raised = "\n".join(_section(member.language, "alarms", lines, len(lines)))  # whatever their number
    texts = [_of_house(there, member, most, alarms, named=len(mine) > 1) for there in mine]
    text = "\n\n".join(filter(None, [_title(moment, member), raised, *texts]))
    return Reply(text, _buttons(member, is_alarmed=bool(alarms)))


def _buttons(member: StaffMember, *, is_alarmed: bool) -> list[Button]:
    names = [name for name, action in OPENED.items() if may(member.role, action)]
    return [
        Button(cards.intent_label(member.language, name), Call(name))
        for name in (["open_alarms", *names] if is_alarmed else names)
    ]


def _title(moment: Moment, member: StaffMember) -> str:
    weekdays = table(member.language, "common", "days")["weekdays"]
    hour = cards.at(moment, member.language, moment.now)
    return say(member.language, "brief.brief_now.title", weekday=weekdays[cards.today(moment).weekday()], hour=hour)


def _of_house(moment: Moment, member: StaffMember, most: int, alarms: Sequence[OpenAlarm], *, named: bool) -> str:
    """Where there is nothing to say, that is said in one line; `alarms` stand above already."""
    alarmed = any(each.property_id in (None, moment.house.id) for each in alarms)
    open_now = lists.unfinished(moment, member)
    wrong, day = _exceptions(moment, member, open_now, most), _day(moment, member, open_now, most)
    if not wrong and not day:
        text = say(member.language, "brief.brief_now.quiet", alarmed=alarmed)
    else:
        wrong = wrong or [[say(member.language, "brief.brief_now.fine", alarmed=alarmed)]]
        text = "\n\n".join("\n".join(section) for section in [*wrong, *day, _duty(moment, member)])
    return f"{moment.house.name}\n{text}" if named else text


def _exceptions(moment: Moment, member: StaffMember, open_now: Sequence[ServiceRequest], most: int) -> list[Section]:
    language, today = member.language, cards.today(moment)
    begins, _ = day_bounds(today, moment.house.time_zone)
    since, _ = day_bounds(today - timedelta(days=1), moment.house.time_zone)
    late = lists.overdue(moment, open_now)
    left = [each for each in open_now if each.opened_at < begins and each not in late and not each.wanted_at]
    sections = [
        _section(language, "overdue", [lists.overdue_line(moment, language, each) for each in late], most),
        _section(language, "overnight", [cards.line(moment, language, each) for each in left], most),
    ]
    if may(member.role, "hear_complaints"):
        sections.append(_section(language, "complaints", _complaints(moment, language, since), most))
    if may(member.role, "see_deliveries"):
        missed = unreached_guests(moment.db, moment.house.id, since)
        lines = [lists.unreached_line(language, each) for each in missed]
        sections.append(_section(language, "unreached", lines, most))
    if may(member.role, "plan_all_shifts"):
        sections.append(_section(language, "unplanned", _unplanned(moment, language, today + timedelta(days=1)), most))
    return [section for section in sections if section]


def _unplanned(moment: Moment, language: str, day: date) -> list[str]:
    """Where nobody is planned, in a house that keeps a roster."""
    return rosters.gaps(moment, language, day, rosters.around(moment, day, day))


def _complaints(moment: Moment, language: str, since: datetime) -> list[str]:
    """The latest first."""
    return [
        say(
            language,
            "brief.brief_now.complaint",
            room=each.room,
            at=cards.at(moment, language, each.created_at),
            words=cards.short(each.words),
        )
        for each in reversed(feedback_since(moment.db, moment.house.id, FeedbackKind.COMPLAINT, since))
    ]


def _day(moment: Moment, member: StaffMember, open_now: Sequence[ServiceRequest], most: int) -> list[Section]:
    sections: list[Section] = []
    today, language = cards.today(moment), member.language
    here = stays.STAYS["in_house"](moment.db, moment.house.id, today)
    coming = stays.STAYS["arrivals"](moment.db, moment.house.id, today)
    if may(member.role, "see_arrivals"):
        leaving = stays.STAYS["departures"](moment.db, moment.house.id, today)
        _audit(moment, member, len({each.id for each in (*coming, *leaving)}))
        sections += [
            stays.listed(moment, member, name, some, today, most).splitlines()
            for name, some in (("arrivals", coming), ("departures", leaving))
            if some
        ]
        sections.append(_in_house(language, here))
    sections.append(_section(language, "timed", _timed(moment, language, open_now), most))
    if member.department == KITCHEN:
        sections.append(_diets(moment, member, {each.id: each for each in (*here, *coming)}.values(), most))
    return [section for section in sections if section]


def _in_house(language: str, here: Sequence[StayInfo]) -> Section:
    people = sum(each.adults + each.children for each in here)
    return [say(language, "brief.brief_now.in_house", count=len(here), people=people)] if here else []


def _timed(moment: Moment, language: str, open_now: Sequence[ServiceRequest]) -> list[str]:
    """What is wanted at an hour of today, in order of time; what is late stands among the exceptions."""
    today, zone = cards.today(moment), moment.house.time_zone
    wanted = [
        (each.wanted_at, each)
        for each in open_now
        if each.wanted_at and local(each.wanted_at, zone).date() == today and not cards.late(moment, language, each)
    ]
    wanted.sort(key=lambda pair: (pair[0], pair[1].number))
    return [lists.timed_line(moment, language, each) for _, each in wanted]


def _diets(moment: Moment, member: StaffMember, eating: Iterable[StayInfo], most: int) -> Section:
    """What the kitchen has been told of those who are here or come today."""
    known = stays.known_of(moment, member, list(eating))
    lines = [
        say(
            member.language,
            "brief.brief_now.diet",
            room=each.room,
            name=each.guest_name if may(member.role, "see_guest_names") else "",
            needs=" · ".join(told.splitlines()),
        )
        for each in eating
        if each.id in known and (told := needs.card(member.language, known[each.id].needs))
    ]
    _audit(moment, member, len(lines))
    return _section(member.language, "diets", sorted(lines), len(lines))  # an allergy is never cut off


def _duty(moment: Moment, member: StaffMember) -> Section:
    present = lists.duty_lines(moment, member.language)
    if not present:
        return [say(member.language, "brief.brief_now.unattended")]
    return [say(member.language, "brief.brief_now.duty"), *present]


def _section(language: str, name: str, lines: Sequence[str], most: int) -> Section:
    if not lines:
        return []
    return [say(language, f"brief.brief_now.{name}", count=len(lines)), *lists.cut(language, lines, most)]


def _audit(moment: Moment, member: StaffMember, count: int) -> None:
    """A list of guests is shown: of what day, and how many are on it."""
    if count:
        record(
            moment.db,
            moment.now,
            staff_id=member.id,
            action=ACTION,
            subject=f"list:brief:{cards.today(moment).isoformat()}:{count}",
            property_id=moment.house.id,
        )
