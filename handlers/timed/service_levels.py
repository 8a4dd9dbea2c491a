"""Promises kept: who is reminded, who hears what is late, and what the guest is told before a promise breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from crm.conversations.recipients import Recipient, leads_on_duty, staff_recipients
from crm.properties.catalogue import Service
from crm.service_requests.clock import due_looks, note_clock, try_take_look
from crm.service_requests.levels import Act, Due, Rung, due, new_promise, next_look, service_of
from crm.service_requests.photos import photos_of
from crm.service_requests.requests import RequestState, ServiceRequest, get_request
from crm.service_requests.steps import give_back, give_up
from crm.staff.members import find_staff_member
from crm.store import Connection
from handlers import notices
from handlers.turn import Moment, Reply, Timed

AFTER_A_FAILURE = timedelta(minutes=10)


def look(moment: Moment, key: str) -> list[Reply]:
    """Does what is due about one request, and writes down when the clock has to look again."""
    request = try_take_look(moment.db, moment.now, int(key))
    if request is None:
        return []
    there = moment.at_property(request.property_id)
    service = service_of(there.catalogue, request)
    replies: list[Reply] = []
    for each in due(request, service, moment.now):
        request = get_request(moment.db, request.number)
        replies += ACTS[each.act](there, request, service, each)
    request = get_request(moment.db, request.number)
    note_clock(moment.db, request.number, look_at=next_look(request, service, moment.now))
    return _each_once(replies)


def put_off(db: Connection, now: datetime, key: str) -> None:
    note_clock(db, int(key), look_at=now + AFTER_A_FAILURE)


WORK = Timed("service_levels", due_looks, look, put_off)


def _remind(moment: Moment, request: ServiceRequest, service: Service, _: Due) -> list[Reply]:
    """Whoever has it; those who could take it when nobody has, or when that colleague has gone home."""
    note_clock(moment.db, request.number, is_reminded=True)
    if moment.now >= request.due_at:
        return []  # the ladder speaks of it
    if request.state is RequestState.ACCEPTED and not _is_on_duty(moment, request):
        return _release(moment, request, service, _)
    return notices.to_assignee(moment, request, "reminder")


def _apologise(moment: Moment, request: ServiceRequest, service: Service, _: Due) -> list[Reply]:
    """The first time with a new promise, the second time with somebody who answers for it.

    Of what is wanted later and nobody has confirmed the guest hears once; an approval is promised anew like all else.
    """
    is_early = request.wanted_at is not None and moment.now < request.wanted_at and not service.needs_approval
    if is_early and request.apologies:
        return []
    until = None if is_early else new_promise(moment.house, service, request, moment.now)
    note_clock(moment.db, request.number, apologies=request.apologies + 1, promised_at=until)
    if until is None and not is_early:
        return _hand_up(moment, request)
    request = get_request(moment.db, request.number)
    return notices.for_guest(moment, request, "unconfirmed" if is_early else "delayed", phone=moment.house.phone)


def _hand_up(moment: Moment, request: ServiceRequest) -> list[Reply]:
    people = notices.managers(moment) or notices.everybody(moment, [notices.MANAGER])
    note_clock(moment.db, request.number, rung=Rung.MANAGERS, rung_at=moment.now)
    name = people[0].name if len(people) == 1 else ""
    told = notices.for_guest(moment, request, "handed_up", manager=name, told=bool(people), phone=moment.house.phone)
    photos = photos_of(moment.db, request, of_wish=True)
    return [*told, *notices.lines(moment, request, "handed_up", people, photos)]


def _release(moment: Moment, request: ServiceRequest, service: Service, _: Due) -> list[Reply]:
    """Nobody is waited for who is silent: the others get the card again."""
    if request.assignee_id is None or not give_back(moment.db, moment.now, request, service):
        return []
    former = staff_recipients(moment.db, [request.assignee_id])
    request = get_request(moment.db, request.number)
    people = [each for each in notices.people_for(moment, request.department)[0] if each not in former]
    photos = photos_of(moment.db, request, of_wish=True)
    return [*notices.lines(moment, request, "returned", former), *notices.for_staff(moment, request, people, photos)]


def _climb(moment: Moment, request: ServiceRequest, _: Service, each: Due) -> list[Reply]:
    """The rung that is due, or the next one up where somebody stands."""
    rungs = [rung for rung in Rung if rung >= each.rung]
    reached = next(((rung, people) for rung in rungs if (people := _on_rung(moment, request, rung))), None)
    rung, people = reached or (Rung.MANAGERS, [])
    note_clock(moment.db, request.number, rung=rung, rung_at=moment.now)
    sentence = "unanswered" if moment.now < request.due_at else "overdue"
    photos = photos_of(moment.db, request, of_wish=True) if rung > Rung.DEPARTMENT else ()  # that has seen them
    return notices.lines(moment, request, sentence, people, photos, apologies=request.apologies)


def _ask_again(moment: Moment, request: ServiceRequest, _: Service, __: Due) -> list[Reply]:
    note_clock(moment.db, request.number, is_reminded=True)
    return notices.for_guest(moment, request, "still_waiting")


def _give_up(moment: Moment, request: ServiceRequest, _: Service, __: Due) -> list[Reply]:
    return notices.for_guest(moment, request, "given_up") if give_up(moment.db, moment.now, request) else []


ACTS: dict[Act, Callable[[Moment, ServiceRequest, Service, Due], list[Reply]]] = {
    Act.REMIND: _remind,
    Act.APOLOGISE: _apologise,
    Act.RELEASE: _release,
    Act.CLIMB: _climb,
    Act.ASK_AGAIN: _ask_again,
    Act.GIVE_UP: _give_up,
}


def _on_rung(moment: Moment, request: ServiceRequest, rung: Rung) -> Sequence[Recipient]:
    if rung is Rung.DEPARTMENT:
        return notices.people_for(moment, request.department)[0]
    if rung is Rung.LEAD:
        return leads_on_duty(moment.db, moment.house.id, request.department)
    if rung is Rung.DUTY_MANAGER:
        return notices.managers(moment)
    return notices.everybody(moment, [notices.MANAGER])


def _is_on_duty(moment: Moment, request: ServiceRequest) -> bool:
    member = find_staff_member(moment.db, request.assignee_id) if request.assignee_id else None
    return member is not None and member.on_duty


def _each_once(replies: Sequence[Reply]) -> list[Reply]:
    """A lead who is also the assignee reads of it once; what the guest is told stays."""
    first: dict[tuple[str, str], Reply] = {}
    for each in replies:
        assert each.to is not None
        key = (each.to.conversation_id, "" if each.to.staff_id else each.text)
        first.setdefault(key, each)
    return list(first.values())
