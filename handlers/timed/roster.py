"""The clock keeps the duty roster: who is planned comes on duty, goes off duty, and hears what is waiting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from crm.calendar import local
from crm.conversations.messages import MessageClass
from crm.conversations.recipients import Recipient, staff_recipients
from crm.properties.hours import is_working
from crm.properties.houses import ids_by_zone
from crm.service_requests.requests import assigned_requests
from crm.staff.members import StaffMember, find_staff_member, set_on_duty, staff_of
from crm.staff.roles import may
from crm.staff.roster import PlannedShift, find_shift, shifts_of, shifts_of_house
from crm.staff.roster_clock import Change, drop_shift, due_shifts, put_off_shift, said_otherwise, try_take_change
from crm.store import Connection
from handlers import cards, handoffs, lists, notices, rosters
from handlers.turn import Button, Call, Moment, Reply, Timed
from prompts.words import say

LATE = timedelta(hours=1)  # from which nobody needs to hear any more that their shift is over
MOST_LINES, MOST_BUTTONS = 8, 3


def due(db: Connection, now: datetime, limit: int) -> Sequence[str]:
    """One question for each time zone in which the house has properties."""
    zones = ids_by_zone(db).items()
    return [each for zone, houses in zones for each in due_shifts(db, now, local(now, zone), houses, limit)][:limit]


def change(moment: Moment, shift_id: str) -> list[Reply]:
    """What the colleague has said since outdoes the plan, until the next change of it."""
    shift = find_shift(moment.db, shift_id)
    member = find_staff_member(moment.db, shift.staff_id) if shift else None
    if shift is None or member is None:
        drop_shift(moment.db, shift_id)
        return []
    there = moment.at_property(shift.property_id)
    here = local(moment.now, there.house.time_zone)
    what = try_take_change(moment.db, shift, here)
    if what in (None, Change.MISSED) or said_otherwise(shift, moment.now, there.house.time_zone):
        return []
    return _begins(there, shift, member) if what is Change.BEGINS else _ends(there, shift, member)


WORK = Timed("roster", due, change, put_off_shift)


def _begins(moment: Moment, shift: PlannedShift, member: StaffMember) -> list[Reply]:
    """Whoever is there already has heard all of it."""
    if member.on_duty:
        return []
    set_on_duty(moment.db, member, on_duty=True, since=moment.now)
    people = staff_recipients(moment.db, [member.id])
    if not people:
        return []
    language = people[0].language
    waiting = lists.unfinished(moment, member) if may(member.role, "see_requests") else []
    text = say(
        language,
        "roster.turns.begins",
        until=cards.at(moment, language, rosters.ends_at(moment, shift)),
        notes=rosters.notes_for(moment, language, member, [moment.house.id]),
        count=len(waiting),
        lines=lists.cut(language, [cards.line(moment, language, each) for each in waiting], MOST_LINES),
    )
    steps = [button for each in waiting[:MOST_BUTTONS] for button in cards.steps(moment, language, each, numbered=True)]
    return _to(people, text, [*steps, _button(language, "go_off_duty")])


def _ends(moment: Moment, shift: PlannedShift, member: StaffMember) -> list[Reply]:
    """Whoever has the next shift at once stays. What comes late is done without a word to them."""
    here = local(moment.now, moment.house.time_zone)
    own = shifts_of(moment.db, [member.id], here.date() - timedelta(days=1), here.date())
    if not member.on_duty or any(each.covers(here) for each in own if each.id != shift.id):
        return []
    set_on_duty(moment.db, member, on_duty=False)
    alone = not _others(moment, member, here)
    told = [] if moment.now - rosters.ends_at(moment, shift) > LATE else _told_end(moment, member, alone=alone)
    return [*told, *handoffs.left_behind(moment, member), *(_told_managers(moment, shift, here) if alone else [])]


def _others(moment: Moment, member: StaffMember, here: datetime) -> bool:
    """Whether anybody of the department is on duty, or comes by plan in this very minute."""
    if any(each.on_duty and each.department == member.department for each in staff_of(moment.db, moment.house.id)):
        return True
    planned = shifts_of_house(moment.db, moment.house.id, here.date() - timedelta(days=1), here.date())
    coming = [each for each in planned if not each.has_begun and each.covers(here)]
    return any(each.department == member.department for each in coming)


def _told_end(moment: Moment, member: StaffMember, *, alone: bool) -> list[Reply]:
    """What is still in their hands, and how to hand it over or to stay."""
    people = staff_recipients(moment.db, [member.id])
    if not people:
        return []
    language = people[0].language
    text = say(
        language,
        "roster.turns.ends",
        tasks=[cards.line(moment, language, each) for each in assigned_requests(moment.db, member)],
        alone=alone,
        department=cards.capital(cards.role(language, member.department)),
    )
    names = ["hand_over"] if may(member.role, "see_requests") else []
    return _to(people, text, [_button(language, each) for each in (*names, "go_on_duty")])


def _told_managers(moment: Moment, shift: PlannedShift, here: datetime) -> list[Reply]:
    """That nobody is left in a department within the hours that the house has set for it, if it has."""
    house, department = moment.house, shift.department
    if department not in house.hours.departments or not is_working(
        house.hours, department, moment.now, house.time_zone
    ):
        return []
    later = [
        each for each in shifts_of_house(moment.db, house.id, here.date(), here.date()) if each.begins > shift.ends
    ]
    following = next(
        (each for each in later if each.department == department and each.staff_id != shift.staff_id), None
    )
    people = notices.managers(moment) or notices.everybody(moment, [notices.MANAGER])
    return [
        reply
        for each in people
        if each.staff_id != shift.staff_id
        for reply in _to([each], _unattended(each.language, shift, following), [])
    ]


def _unattended(language: str, shift: PlannedShift, following: PlannedShift | None) -> str:
    return say(
        language,
        "roster.turns.unattended",
        department=cards.capital(cards.role(language, shift.department)),
        name=shift.name,
        next=f"{following.name}, {rosters.span_words(language, following.span)}" if following else "",
    )


def _to(people: Sequence[Recipient], text: str, buttons: Sequence[Button]) -> list[Reply]:
    return [Reply(text, buttons, to=each, message_class=MessageClass.SERVICE) for each in people]


def _button(language: str, name: str) -> Button:
    return Button(cards.intent_label(language, name), Call(name))
