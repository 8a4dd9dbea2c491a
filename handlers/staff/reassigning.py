"""A request changes hands: to a colleague by name, to another department, or into the one it repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crm.conversations.recipients import staff_recipients
from crm.encryption import folded
from crm.errors import NotFound
from crm.properties.catalogue import DEPARTMENTS
from crm.service_requests.hands import assign, pass_on
from crm.service_requests.levels import service_of
from crm.service_requests.photos import photos_of
from crm.service_requests.requests import RequestState, ServiceRequest, assigned_requests, get_request
from crm.staff.members import StaffMember, staff_of
from crm.staff.roles import may
from handlers import cards, colleagues, desk, notices, reach
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import LANGUAGES, say, table


def reassign_request(turn: Turn) -> list[Reply]:
    """To whom is said by name or department; slot `staff` is the colleague chosen among several."""
    mine = assigned_requests(turn.db, turn.member)
    request = desk.meant(turn, mine)
    if request is None:
        return [desk.listed(turn, mine, "my_tasks", step="reassign")]
    if not request.is_unfinished or not desk.is_free_for(turn, request):
        return [desk.true_state(turn, request)]
    turn = turn.at_property(request.property_id)
    name, department = turn.slot("name"), turn.slot("department")
    if name:
        return _to_whoever_is_called(turn, request, name)
    if department in DEPARTMENTS:
        return _to_department(turn, request, department)
    return [_ask_whom(turn, request)]


def _to_whoever_is_called(turn: Turn, request: ServiceRequest, name: str) -> list[Reply]:
    found = _able(turn, request, colleagues.named(turn, name, turn.slot("staff")))
    if len(found) == 1:
        return _to_colleague(turn, request, found[0])
    if found:
        text = say(turn.language, "reassigning.reassign_request.which", count=len(found))
        return [Reply(text, _choices(turn, request, found), about=request.id)]
    department = _department_called(name)
    if department:
        return _to_department(turn, request, department)
    near = _able(turn, request, colleagues.nearly_named(turn, name))
    if not near:
        raise NotFound(what=cards.short(name))
    meant = near[0].name if len(near) == 1 else ""
    text = say(turn.language, "reassigning.reassign_request.meant", name=cards.short(name), meant=meant)
    return [Reply(text, _choices(turn, request, near), about=request.id)]


def _to_colleague(turn: Turn, request: ServiceRequest, member: StaffMember) -> list[Reply]:
    """Only to somebody who is there to do it; the guest hears it where the name they were told is another now."""
    people = staff_recipients(turn.db, [member.id])
    if member.id == request.assignee_id:
        return [desk.true_state(turn, request)]
    if not member.on_duty or not people:
        return [_ask_whom(turn, request, absent=member.name)]
    if not assign(turn.db, turn.now, request, member, _department_for(member, request)):
        return [desk.true_state(turn, get_request(turn.db, request.number))]
    fresh = get_request(turn.db, request.number)
    others = [each for each in people if each.conversation_id != turn.here]
    told = _told_guests(turn, request, fresh)
    text = say(
        turn.language,
        "reassigning.reassign_request.given",
        headline=cards.headline(turn.language, fresh),
        number=fresh.number,
        who=fresh.assignee_name,
        wanted=cards.at(turn, turn.language, fresh.wanted_at) if fresh.wanted_at else "",
        due=cards.at(turn, turn.language, fresh.promise),
        told=reach.is_heard(told),
    )
    own = Reply(text, [] if others else cards.steps(turn, turn.language, fresh), about=fresh.id)
    photos = photos_of(turn.db, fresh, of_wish=True)
    handed = notices.lines(turn, fresh, "handed_on", others, photos, by=turn.member.name)
    return [own, *handed, *_told_former(turn, request, fresh), *told]


def _to_department(turn: Turn, request: ServiceRequest, department: str) -> list[Reply]:
    """Whoever is on duty there gets the card; the guest hears of it when somebody takes it."""
    is_theirs = department == request.department and request.assignee_id is None
    service = service_of(turn.catalogue, request)
    if is_theirs or not pass_on(turn.db, turn.now, request, service, department):
        return [desk.true_state(turn, get_request(turn.db, request.number))]
    fresh = get_request(turn.db, request.number)
    people, there = notices.people_for(turn, department)
    text = say(
        turn.language,
        "reassigning.reassign_request.passed_on",
        headline=cards.headline(turn.language, fresh),
        number=fresh.number,
        department=cards.department(turn.language, department),
        instead=cards.department(turn.language, there) if people and there != department else "",
        attended=bool(people),
    )
    own = Reply(text, about=fresh.id)
    photos = photos_of(turn.db, fresh, of_wish=True)
    return [own, *notices.for_staff(turn, fresh, people, photos), *_told_former(turn, request, fresh)]


def _ask_whom(turn: Turn, request: ServiceRequest, absent: str = "") -> Reply:
    """Those on duty who could do it, then the other departments."""
    present = [each for each in staff_of(turn.db, request.property_id) if each.on_duty]
    able = [each for each in _able(turn, request, present) if each.id not in (request.assignee_id, turn.member.id)]
    mates = [each for each in able if each.department == request.department]
    call = Call("reassign_request", {"number": request.number})
    departments = [
        Button(cards.capital(cards.role(turn.language, each)), Call(call.intent, {**call.slots, "department": each}))
        for each in DEPARTMENTS
        if each not in (request.department, "marketing")
    ]
    headline = cards.headline(turn.language, request)
    text = say(turn.language, "reassigning.reassign_request.ask", headline=headline, absent=absent)
    return Reply(text, [*_choices(turn, request, mates), *departments], ask=Question(call, "name"), about=request.id)


def _choices(turn: Turn, request: ServiceRequest, members: Sequence[StaffMember]) -> list[Button]:
    several = len({each.department for each in members}) > 1
    call = {"number": request.number}
    return colleagues.choices(
        turn,
        members,
        lambda each: Call("reassign_request", {**call, "name": each.name, "staff": each.id}),
        with_roles=several,
    )


def _able(turn: Turn, request: ServiceRequest, members: Sequence[StaffMember]) -> list[StaffMember]:
    """Those who work requests in the house of this one."""
    return [each for each in members if request.property_id in each.property_ids and may(each.role, "work_requests")]


def _department_for(member: StaffMember, request: ServiceRequest) -> str:
    """Whoever sees all departments does it for the one it belongs to; others take it along to their own."""
    return request.department if may(member.role, "see_all_departments") else member.department


def _department_called(name: str) -> str:
    """The department that somebody means by this word, in any language."""
    said = folded(name).removeprefix("the")
    for language in LANGUAGES:
        for code, spoken in table(language, "duty", "departments").items():
            if code in DEPARTMENTS and said in {folded(each) for each in spoken}:
                return str(code)
    return ""


def _told_former(turn: Turn, before: ServiceRequest, fresh: ServiceRequest) -> list[Reply]:
    """Whoever had it is told that somebody else does it, unless they said so themselves."""
    former = staff_recipients(turn.db, [before.assignee_id]) if before.assignee_id else []
    others = [each for each in former if each.conversation_id != turn.here]
    return [replace(each, buttons=()) for each in notices.lines(turn, fresh, "taken_over", others)]


def _told_guests(turn: Turn, before: ServiceRequest, fresh: ServiceRequest) -> list[Reply]:
    """Acceptance is news; after that only another name is."""
    replies = notices.for_guest(turn, fresh, "accepted") if fresh.state is RequestState.ACCEPTED else []
    if before.state is RequestState.OPEN:
        return replies
    return [
        each
        for each in replies
        if each.to and cards.server(each.to.language, before) != cards.server(each.to.language, fresh)
    ]
