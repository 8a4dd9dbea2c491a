"""Service levels: by when a request is taken and done, and what the clock does as these moments come near and pass.

All of it follows from the request as it is now, so a change of plan changes what is due, and nothing goes stale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from crm.properties.catalogue import Catalogue, Department, Service, shipped_catalogue
from crm.properties.hours import add_working
from crm.properties.houses import Property
from crm.service_requests.requests import RequestState, ServiceRequest

TELL_BEFORE = timedelta(minutes=1)  # the guest hears of a delay before the promise breaks
SHORTEST_NOTICE, LONGEST_NOTICE = timedelta(minutes=2), timedelta(minutes=15)  # a fifth of the time there is
SHORTEST_RUNG = timedelta(minutes=5)
TO_THE_MINUTE = timedelta(minutes=10)  # what happens at a certain minute is reported as done a little later
MOST_APOLOGIES = 2  # the second names who looks after it, and no other time that could break again
ASKED_AGAIN, GIVEN_UP = timedelta(hours=2), timedelta(hours=24)  # of waiting for the guest
REPEATED = timedelta(hours=1)  # at the top of the ladder


class Act(StrEnum):
    """What the clock does about a request."""

    REMIND = "remind"  # whoever has it, else those who could take it: it is wanted soon
    APOLOGISE = "apologise"  # to the guest: it takes longer than promised
    RELEASE = "release"  # its silent assignee no longer has it
    CLIMB = "climb"  # the next rung of the ladder hears of it
    ASK_AGAIN = "ask_again"  # the guest, for whom it waits
    GIVE_UP = "give_up"  # the guest has not answered


class Rung(IntEnum):
    """The ladder: who hears that a request is late."""

    NOBODY = 0
    DEPARTMENT = 1
    LEAD = 2
    DUTY_MANAGER = 3
    MANAGERS = 4


@dataclass(frozen=True, slots=True)
class Due:
    """An act and its moment; `rung` only where it climbs."""

    at: datetime
    act: Act
    rung: Rung = Rung.NOBODY


def promise(house: Property, service: Service, now: datetime, wanted_at: datetime | None) -> tuple[datetime, datetime]:
    """By when somebody takes the request, and by when it is done, in the working time of its department.

    What the guest wants at a certain hour is done then, whoever works; what needs approval is answered first.
    """
    respond_by = add_working(house.hours, service.department, now, service.accept_within, house.time_zone)
    if wanted_at is not None and not service.needs_approval:
        return respond_by, wanted_at + service.complete_within
    due_at = add_working(house.hours, service.department, now, service.complete_within, house.time_zone)
    return respond_by, due_at


def new_promise(house: Property, service: Service, request: ServiceRequest, now: datetime) -> datetime | None:
    """What the guest may be told when the promise breaks: half of its time again; nothing the second time."""
    if request.apologies + 1 >= MOST_APOLOGIES:
        return None
    more = max(service.complete_within / 2, TO_THE_MINUTE)
    return _on_five(add_working(house.hours, request.department, now, more, house.time_zone))


def service_of(catalogue: Catalogue, request: ServiceRequest) -> Service:
    """The request's service; of one that the house no longer offers, what is shipped."""
    department: Department = request.department  # type: ignore[assignment]
    known = catalogue.get(request.service) or shipped_catalogue().get(request.service)
    return known or Service(code=request.service, department=department)


def late_at(request: ServiceRequest, service: Service) -> datetime:
    """When the first promise is broken."""
    return request.due_at if service.complete_within else request.due_at + TO_THE_MINUTE


def due(request: ServiceRequest, service: Service, now: datetime) -> list[Due]:
    """What is to be done now, in order of time; of several rungs that have passed only the highest."""
    passed = [each for each in _agenda(request, service) if each.at <= now]
    highest = max((each.rung for each in passed), default=Rung.NOBODY)
    return [each for each in passed if each.act is not Act.CLIMB or each.rung is highest]


def next_look(request: ServiceRequest, service: Service, now: datetime) -> datetime:
    """When the clock has to look at the request again."""
    return min((each.at for each in _agenda(request, service) if each.at > now), default=now + REPEATED)


def _agenda(request: ServiceRequest, service: Service) -> list[Due]:
    if request.waiting_since is not None:
        return sorted(_while_waiting(request, request.waiting_since), key=lambda each: each.at)
    return sorted([*_before_it_breaks(request, service), *_ladder(request, service)], key=lambda each: each.at)


def _while_waiting(request: ServiceRequest, since: datetime) -> Iterator[Due]:
    if not request.is_reminded:
        yield Due(since + ASKED_AGAIN, Act.ASK_AGAIN)
    yield Due(since + GIVEN_UP, Act.GIVE_UP)


def _before_it_breaks(request: ServiceRequest, service: Service) -> Iterator[Due]:
    late = late_at(request, service)
    if not request.is_reminded:
        yield Due(_remind_at(request), Act.REMIND)
    if request.apologies < MOST_APOLOGIES and request.conversation_id is not None:
        yield Due(_tell_at(request, service, late), Act.APOLOGISE)
    if request.state is RequestState.ACCEPTED:
        yield Due(late, Act.RELEASE)


def _ladder(request: ServiceRequest, service: Service) -> Iterator[Due]:
    """Unanswered it climbs from the department up, overdue from its lead; at the top it is told every hour."""
    late, step = late_at(request, service), max(service.complete_within / 2, LONGEST_NOTICE)
    times = {rung: late + step * (rung - Rung.LEAD) for rung in (Rung.LEAD, Rung.DUTY_MANAGER, Rung.MANAGERS)}
    if request.state is RequestState.OPEN and request.respond_by is not None:
        wait = max(service.accept_within, SHORTEST_RUNG)
        for rung in tuple(Rung)[1:]:
            unanswered = request.respond_by + wait * (rung - Rung.DEPARTMENT)
            times[rung] = min(unanswered, times.get(rung, unanswered))
    yield from (Due(at, Act.CLIMB, rung) for rung, at in times.items() if rung > request.rung)
    if request.rung == Rung.MANAGERS and request.rung_at is not None:
        yield Due(request.rung_at + REPEATED, Act.CLIMB, Rung.MANAGERS)


def _remind_at(request: ServiceRequest) -> datetime:
    """Before the wanted hour, else when a fifth of the time is left."""
    if request.wanted_at is not None and request.wanted_at <= request.due_at:
        return max(request.begun_at, request.wanted_at - LONGEST_NOTICE)
    notice = (request.due_at - request.begun_at) / 5
    return request.due_at - min(max(notice, SHORTEST_NOTICE), LONGEST_NOTICE)


def _tell_at(request: ServiceRequest, service: Service, late: datetime) -> datetime:
    if request.promised_at is not None:
        return request.promised_at - TELL_BEFORE
    if request.state is RequestState.OPEN and not service.complete_within:
        return request.due_at - TO_THE_MINUTE  # nobody has it yet: the guest must know in time to find another way
    return late - TELL_BEFORE


def _on_five(at: datetime) -> datetime:
    """On the next five minutes, as people say a time."""
    return at + timedelta(seconds=-at.timestamp() % 300)
