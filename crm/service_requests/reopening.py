"""What was done and is not as it should be is taken up again, for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select, update

from crm.encryption import seal
from crm.properties.catalogue import Service
from crm.properties.houses import Property
from crm.service_requests.levels import TO_THE_MINUTE, promise
from crm.service_requests.requests import (
    INFO,
    RequestState,
    ServiceRequest,
    ServiceRequestRow,
    request_in,
    service_request,
)
from crm.service_requests.sharing import request_companion
from crm.service_requests.steps import anew
from crm.stays.bookings import StayState, stay
from crm.store import Connection, Prepared

WHILE = timedelta(hours=24)  # of what was done longer ago nobody knows any more what it was about

_c = service_request.c
_IS_OVER = (StayState.DEPARTED.value, StayState.CANCELLED.value)
_SHARED = select(request_companion.c.number).where(request_companion.c.guest_id == bindparam("guest_id"))
_DONE_LATELY = Prepared(
    INFO.where(
        or_(_c.guest_id == bindparam("guest_id"), _c.number.in_(_SHARED)),
        _c.state == RequestState.DONE.value,
        _c.finished_at >= bindparam("since"),
        func.coalesce(stay.c.state, "").not_in(_IS_OVER),
    ).order_by(_c.finished_at.desc(), _c.number.desc())
)


def done_lately(db: Connection, guest_id: str, now: datetime) -> list[ServiceRequest]:
    """What was done for this guest and may be taken up again, until they leave; the latest first."""
    return [request_in(db, row) for row in _DONE_LATELY.all(db, {"guest_id": guest_id, "since": now - WHILE})]


def reopen(
    db: Connection, now: datetime, request: ServiceRequest, service: Service, house: Property, words: str, *, kept: bool
) -> bool:
    """With the guest's words, and with a promise as if it were new; False when it was taken up meanwhile.

    `kept`: by whoever did it, else it is put to the department.
    """
    is_over = request.wanted_at is not None and request.wanted_at <= now
    wanted_at = None if is_over else request.wanted_at
    respond_by, due_at = promise(house, service, now, wanted_at)
    values = {
        "state": RequestState.ACCEPTED if kept else RequestState.OPEN,
        "assignee_id": request.assignee_id if kept else None,
        "accepted_at": now if kept else None,
        "on_the_way_at": None,
        "finished_at": None,
        "wanted_at": wanted_at,
        "respond_by": respond_by,
        "reason": seal(db, "service_request.reason", request.id, words or None),
        "first_rating": request.first_rating or request.rating,
        "rating": None,
        "reopened": request.reopened + 1,
        "reopened_at": now,
        **anew(now, max(due_at, now + TO_THE_MINUTE)),
    }
    as_seen = (_c.number == request.number, _c.state == RequestState.DONE, _c.reopened == request.reopened)
    return db.execute(update(ServiceRequestRow).where(*as_seen).values(**values)).rowcount == 1
