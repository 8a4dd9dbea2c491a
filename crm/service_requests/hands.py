"""A request changes hands, once: not when somebody else has done anything with it since it was read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from crm.encryption import seal
from crm.properties.catalogue import Service
from crm.service_requests.requests import RequestState, ServiceRequest, ServiceRequestRow, service_request
from crm.staff.members import StaffMember
from crm.store import Connection

_c = service_request.c


def assign(db: Connection, now: datetime, request: ServiceRequest, member: StaffMember, department: str) -> bool:
    """Gives it to a colleague of this department; False when it changed hands or was finished meanwhile."""
    after = RequestState.WAITING if request.state is RequestState.WAITING else RequestState.ACCEPTED
    values = {"assignee_id": member.id, "department": department, "accepted_at": now, "on_the_way_at": None}
    return _change_hands(db, request, after, look_at=now, **values)


def pass_on(db: Connection, now: datetime, request: ServiceRequest, service: Service, department: str) -> bool:
    """Puts it to the people of this department; False when it changed hands or was finished meanwhile."""
    after = RequestState.WAITING if request.state is RequestState.WAITING else RequestState.OPEN
    values = {"assignee_id": None, "department": department, "accepted_at": None, "on_the_way_at": None}
    looked_at = {"respond_by": now + service.accept_within, "look_at": now}
    return _change_hands(db, request, after, **looked_at, **values)


def merge(db: Connection, now: datetime, request: ServiceRequest, into: ServiceRequest) -> bool:
    """It goes on in another one."""
    values = {"finished_at": now, "merged_into": into.number}
    return _change_hands(db, request, RequestState.MERGED, **values)


def withdraw(db: Connection, now: datetime, request: ServiceRequest, member: StaffMember, reason: str) -> bool:
    """The colleague takes it back, and why; False when anything has happened to it meanwhile."""
    sealed = seal(db, "service_request.reason", request.id, reason or None)
    values = {"assignee_id": member.id, "finished_at": now, "reason": sealed}
    return _change_hands(db, request, RequestState.WITHDRAWN, **values)


def as_seen_before(request: ServiceRequest) -> tuple[Any, ...]:
    """It has neither moved on nor changed hands nor amount since it was read."""
    return (
        _c.state == request.state,
        _c.department == request.department,
        _c.assignee_id.is_not_distinct_from(request.assignee_id),
        _c.quantity.is_not_distinct_from(request.quantity),
    )


def _change_hands(db: Connection, request: ServiceRequest, after: RequestState, **values: Any) -> bool:
    still = (_c.number == request.number, *as_seen_before(request))
    changes = update(ServiceRequestRow).where(*still).values(state=after, **values)
    return request.is_unfinished and db.execute(changes).rowcount == 1
