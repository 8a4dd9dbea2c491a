"""What happens to a request: each step happens once, and says so when it came too late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, update

from crm.encryption import seal
from crm.properties.catalogue import Catalogue, Service
from crm.properties.houses import Property
from crm.service_requests.hands import as_seen_before
from crm.service_requests.levels import next_look, promise, service_of
from crm.service_requests.needs import NONE, Needs, in_one_note, packed
from crm.service_requests.requests import (
    UNFINISHED,
    RequestState,
    ServiceRequest,
    ServiceRequestRow,
    assigned_requests,
    service_request,
)
from crm.staff.members import StaffMember
from crm.stays.bookings import StayInfo
from crm.store import Connection, Prepared, new_id

_c = service_request.c
_INSERT = Prepared(insert(ServiceRequestRow).returning(_c.number))


@dataclass(frozen=True, slots=True)
class Details:
    """What the guest said about the request, and what the note means in the language of the house."""

    quantity: int | None = None
    people: int | None = None
    wanted_at: datetime | None = None
    note: str = ""
    translation: str = ""
    needs: Needs = NONE

    def with_words(self, said: Iterable[str], meaning_of: Callable[[str], str]) -> Details:
        """With words that were said later, after those from before, and what all of them mean."""
        words = [(self.note, self.translation), *((each, meaning_of(each)) for each in said)]
        note, meaning = in_one_note(each for each, _ in words), in_one_note(meant or each for each, meant in words)
        return replace(self, note=note, translation=meaning if meaning != note else "")


def details_of(request: ServiceRequest) -> Details:
    """As the request has them."""
    return Details(
        quantity=request.quantity,
        people=request.people,
        wanted_at=request.wanted_at,
        note=request.note,
        translation=request.translation,
        needs=request.needs,
    )


def open_request(
    db: Connection,
    now: datetime,
    service: Service,
    stay: StayInfo,
    details: Details,
    *,
    house: Property,
    conversation_id: str | None,
    inbound_id: str,
    part: int,
    by_house: bool = False,
) -> ServiceRequest:
    """Writes a new request down with its promise. `inbound_id` and `part` make the same words open it only once; what
    the house asks of itself (`by_house`) concerns no guest."""
    request_id = new_id(now)
    respond_by, due_at = promise(house, service, now, details.wanted_at)
    asked: dict[str, Any] = {
        "id": request_id,
        "property_id": stay.property_id,
        "stay_id": stay.id,
        "guest_id": None if by_house else stay.guest_id,
        "conversation_id": conversation_id,
        "service": service.code,
        "department": service.department,
        "room": stay.room,
        "quantity": details.quantity,
        "people": details.people,
        "wanted_at": details.wanted_at,
        "state": RequestState.OPEN,
        "opened_at": now,
        "due_at": due_at,
        "respond_by": respond_by,
    }
    row = {**asked, "inbound_id": inbound_id, "part": part, **_sealed(db, request_id, details)}
    opened = ServiceRequest(
        number=0,
        guest_name="" if by_house else stay.guest_name,
        elder_mode=stay.elder_mode,
        note=details.note,
        translation=details.translation,
        needs=details.needs,
        assignee_id=None,
        assignee_name="",
        reason="",
        rating=None,
        room_now=stay.room,
        **asked,
    )
    return replace(opened, number=_INSERT.scalar(db, {**row, "look_at": next_look(opened, service, now)}))


def accept(db: Connection, now: datetime, request: ServiceRequest, member: StaffMember) -> bool:
    """Assigns an open request; False when somebody was faster."""
    return _move(db, request, (RequestState.OPEN,), RequestState.ACCEPTED, assignee_id=member.id, accepted_at=now)


def start(db: Connection, now: datetime, request: ServiceRequest, member: StaffMember) -> bool:
    """The member is on the way; False when a colleague has taken it meanwhile."""
    before = (RequestState.OPEN, RequestState.ACCEPTED)
    free = or_(_c.assignee_id.is_(None), _c.assignee_id == member.id)
    return _move(db, request, before, RequestState.ON_THE_WAY, free, assignee_id=member.id, on_the_way_at=now)


def complete(db: Connection, now: datetime, request: ServiceRequest, member: StaffMember) -> bool:
    return _move(db, request, UNFINISHED, RequestState.DONE, assignee_id=member.id, finished_at=now)


def decline(db: Connection, now: datetime, request: ServiceRequest, member: StaffMember, reason: str) -> bool:
    """It cannot be done, and why."""
    sealed = seal(db, "service_request.reason", request.id, reason or None)
    values = {"assignee_id": member.id, "finished_at": now, "reason": sealed}
    return _move(db, request, UNFINISHED, RequestState.CANNOT, **values)


def cancel(db: Connection, now: datetime, request: ServiceRequest) -> bool:
    """The guest no longer wants it."""
    return _move(db, request, UNFINISHED, RequestState.CANCELLED, finished_at=now)


def change(
    db: Connection,
    now: datetime,
    request: ServiceRequest,
    service: Service,
    details: Details,
    house: Property,
    *,
    as_seen: bool = False,
    room: str = "",
    by: StaffMember | None = None,
) -> bool:
    """Other details or another room, and the promise that follows; False when it was finished meanwhile.

    `as_seen`: also when anything else has happened to it since it was read. `by`: the colleague, where not the guest.
    """
    _, due_at = promise(house, service, request.begun_at, details.wanted_at)
    values = {
        "quantity": details.quantity,
        "people": details.people,
        "wanted_at": details.wanted_at,
        **({"room": room} if room else {}),
        "changed_at": now,
        "changed_by": by.id if by else None,
        **_sealed(db, request.id, details),
        **anew(now, due_at),
    }
    unfinished = (_c.number == request.number, _c.state.in_([state.value for state in UNFINISHED]))
    still = (*unfinished, *as_seen_before(request)) if as_seen else unfinished
    return db.execute(update(ServiceRequestRow).where(*still).values(**values)).rowcount == 1


def rate(db: Connection, request: ServiceRequest, rating: int) -> bool:
    """One to five, once, after it was done."""
    unrated = (_c.number == request.number, _c.state == RequestState.DONE, _c.rating.is_(None))
    return db.execute(update(ServiceRequestRow).where(*unrated).values(rating=rating)).rowcount == 1


def wait_for_guest(db: Connection, now: datetime, request: ServiceRequest, member: StaffMember, reason: str) -> bool:
    """The guest has to say when it suits; until then no promise runs."""
    before = tuple(state for state in UNFINISHED if state is not RequestState.WAITING)
    values = {"reason": seal(db, "service_request.reason", request.id, reason or None), "look_at": now}
    waits = {"assignee_id": member.id, "waiting_since": now, "is_reminded": False}
    return _move(db, request, before, RequestState.WAITING, **waits, **values)


def resume(
    db: Connection, now: datetime, request: ServiceRequest, service: Service, wanted_at: datetime | None = None
) -> bool:
    """The guest has answered: whoever has it goes on, and the promise runs as much later as it was waited for."""
    if request.waiting_since is None:
        return False
    later = request.due_at + (now - request.waiting_since)
    values = {
        "wanted_at": wanted_at or request.wanted_at,
        "waiting_since": None,
        "reason": None,
        **anew(now, wanted_at + service.complete_within if wanted_at else later),
    }
    after = RequestState.ACCEPTED if request.assignee_id else RequestState.OPEN
    return _move(db, request, (RequestState.WAITING,), after, **values)


def give_up(db: Connection, now: datetime, request: ServiceRequest) -> bool:
    """It waited for a guest who has not answered."""
    return _move(db, request, (RequestState.WAITING,), RequestState.CANNOT, finished_at=now, waiting_since=None)


def release(db: Connection, now: datetime, member: StaffMember, catalogue: Catalogue) -> list[ServiceRequest]:
    """Puts what the member had taken back to the others; returns it as it was."""
    taken = assigned_requests(db, member)
    return [each for each in taken if give_back(db, now, each, service_of(catalogue, each))]


def give_back(db: Connection, now: datetime, request: ServiceRequest, service: Service) -> bool:
    """Somebody else is to take it, as soon as if it were new; what waits for the guest goes on waiting."""
    values = {"assignee_id": None, "accepted_at": None, "on_the_way_at": None}
    if request.state is RequestState.WAITING:
        return _move(db, request, (RequestState.WAITING,), RequestState.WAITING, **values)
    before = (RequestState.ACCEPTED, RequestState.ON_THE_WAY)
    return _move(db, request, before, RequestState.OPEN, respond_by=now + service.accept_within, look_at=now, **values)


def anew(now: datetime, due_at: datetime) -> dict[str, Any]:
    """A new promise begins: nothing was said about it yet. The clock sees for itself what is due now."""
    return {"due_at": due_at, "promised_at": None, "apologies": 0, "is_reminded": False, "rung": 0, "look_at": now}


def _sealed(db: Connection, request_id: str, details: Details) -> dict[str, bytes | None]:
    """The guest's words, and what they tell of anybody's health."""
    return {
        "note": seal(db, "service_request.note", request_id, details.note or None),
        "translation": seal(db, "service_request.translation", request_id, details.translation or None),
        "needs": seal(db, "service_request.needs", request_id, packed(details.needs)),
    }


def _move(
    db: Connection,
    request: ServiceRequest,
    before: Sequence[RequestState],
    after: RequestState,
    *also: Any,
    **values: Any,
) -> bool:
    still = (_c.number == request.number, _c.state.in_([state.value for state in before]), *also)
    return db.execute(update(ServiceRequestRow).where(*still).values(state=after, **values)).rowcount == 1
