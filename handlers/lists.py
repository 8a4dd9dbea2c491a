"""Rows of requests, of colleagues and of messages: shared by the questions of staff and the brief."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from crm.conversations.open_alarms import OpenAlarm
from crm.conversations.undelivered import Unreached
from crm.service_requests.requests import RequestState, ServiceRequest, unfinished_requests
from crm.staff.members import StaffMember, staff_of
from crm.staff.roles import may
from handlers import cards, needs, rosters
from handlers.turn import Moment
from prompts.words import may_be_called, say


def alarm_lines(mine: Sequence[Moment], language: str, role: str, alarms: Sequence[OpenAlarm]) -> list[str]:
    """`mine` are the houses of the reader; a stranger's alarm is told by the clock of the first of them."""
    there = {each.house.id: each for each in mine}
    return [_alarm_line(there.get(each.property_id or "", mine[0]), language, role, each, len(mine)) for each in alarms]


def _alarm_line(moment: Moment, language: str, role: str, each: OpenAlarm, houses: int) -> str:
    """The guest's name and words only for whoever may read them."""
    return say(
        language,
        "emergency.open_alarms.line",
        house=moment.house.name if houses > 1 and each.property_id else "",
        room=each.room,
        name=cards.short(each.name) if may(role, "see_guest_names") else "",
        at=cards.at(moment, language, each.raised_at),
        words=cards.short(each.words) if may(role, "see_guest_profile") else "",
        stood_down=each.is_stood_down,
        coming=each.coming,
    )


def unfinished(moment: Moment, member: StaffMember, department: str = "") -> list[ServiceRequest]:
    """Of one house, by due time: what this colleague sees, or of one department."""
    own = "" if may(member.role, "see_all_departments") else member.department
    return unfinished_requests(moment.db, moment.house.id, department or own)


def overdue(moment: Moment, requests: Iterable[ServiceRequest]) -> list[ServiceRequest]:
    """Those that are late; the order stays."""
    return [each for each in requests if cards.late(moment, moment.house.language, each)]


def overdue_line(moment: Moment, language: str, request: ServiceRequest) -> str:
    """How late it is, and in whose hands."""
    return say(
        language,
        "request_lists.overdue_requests.line",
        late=cards.late(moment, language, request),
        number=request.number,
        headline=cards.headline(language, request),
        warning=needs.warning(language, request.needs),
        who=request.assignee_name,
        away=request.state is RequestState.ON_THE_WAY,
    )


def timed_line(moment: Moment, language: str, request: ServiceRequest) -> str:
    """What is wanted at an hour of today: the hour first."""
    assert request.wanted_at is not None
    return say(
        language,
        "request_lists.timed.line",
        at=cards.at(moment, language, request.wanted_at),
        number=request.number,
        headline=cards.headline(language, request),
        warning=needs.warning(language, request.needs),
        who=request.assignee_name,
    )


def duty_lines(moment: Moment, language: str) -> list[str]:
    """Who is on duty in this house and until when, a line for each department in the order of its table of words."""
    names: dict[str, list[str]] = {}
    until = rosters.until(moment)
    for each in staff_of(moment.db, moment.house.id):
        if each.on_duty:
            said = _on_duty(moment, language, each, until.get(each.id))
            names.setdefault(rosters.group_of(each), []).append(said)
    return [
        say(language, "duty.who_is_on_duty.line", department=cards.role(language, group), names=names[group])
        for group in rosters.in_order(language, names)
    ]


def _on_duty(moment: Moment, language: str, member: StaffMember, until: datetime | None) -> str:
    return say(
        language,
        "duty.who_is_on_duty.member",
        name=member.name,
        lead=member.is_lead,
        since=cards.at(moment, language, member.on_duty_since) if member.on_duty_since else "",
        until=cards.at(moment, language, until) if until else "",
    )


def unreached_line(language: str, each: Unreached) -> str:
    return say(language, "deliveries.unreached.line", name=each.guest_name, room=each.room, count=each.count)


def cut(language: str, lines: Sequence[str], most: int) -> list[str]:
    """At most so many, and how many more there are."""
    more = [say(language, "common.lists.more", count=len(lines) - most)] if len(lines) > most else []
    return [*lines[:most], *more]


def of_service(language: str, requests: Sequence[ServiceRequest], code: str) -> list[ServiceRequest]:
    """Those of this service; where there are none, those that guests call so too: the taxi that goes to the airport."""
    same = [each for each in requests if each.service == code]
    return same or [each for each in requests if may_be_called(language, each.service, code)]
