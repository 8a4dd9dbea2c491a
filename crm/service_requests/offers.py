"""What the house offers instead of what was asked for: another hour, fewer nights, something else in words.

The guest says yes or no, once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update
from sqlmodel import Field, SQLModel

from crm.encryption import seal, unseal
from crm.properties.catalogue import Catalogue
from crm.properties.houses import Property
from crm.service_requests.clock import note_clock
from crm.service_requests.levels import MOST_APOLOGIES, promise, service_of
from crm.service_requests.requests import UNFINISHED, RequestState, ServiceRequest, service_request
from crm.service_requests.steps import change, details_of, resume
from crm.staff.members import StaffMember
from crm.store import Connection, Prepared, Utc, new_id, partial_index, table

STANDS = timedelta(hours=12)  # then whoever approves is reminded that the guest has not answered
_FRESH: dict[str, Any] = {"promised_at": None, "is_reminded": False, "rung": 0}
_IS_OPEN = text("request_offer.answered_at IS NULL")


class RequestOffer(SQLModel, table=True):
    """A request has at most one that is not answered; a newer one takes its place."""

    __tablename__ = "request_offer"
    __table_args__ = (partial_index("ix_offer_open", "request_number", where="answered_at IS NULL", unique=True),)

    id: str = Field(primary_key=True)
    request_number: int = Field(foreign_key="service_request.number")
    staff_id: str = Field(foreign_key="staff_member.id")
    wanted_at: datetime | None = Field(default=None, sa_type=Utc)
    quantity: int | None = None
    words: bytes | None = None  # the colleague's, sealed
    made_at: datetime = Field(sa_type=Utc)
    answered_at: datetime | None = Field(default=None, sa_type=Utc)


request_offer = table(RequestOffer)


@dataclass(frozen=True, slots=True)
class Offer:
    """Another hour or another number than the guest asked for, or something else in words, by this colleague."""

    id: str
    request_number: int
    staff_id: str
    wanted_at: datetime | None = None
    quantity: int | None = None
    words: str = ""


_c = request_offer.c
_OPEN_TO_GUEST = Prepared(
    select(_c.id, _c.request_number, _c.staff_id, _c.wanted_at, _c.quantity, _c.words)
    .join(service_request, service_request.c.number == _c.request_number)
    .where(
        service_request.c.guest_id == bindparam("guest_id"),
        service_request.c.state.in_([state.value for state in UNFINISHED]),
        _IS_OPEN,
    )
    .order_by(_c.made_at)
)


def make_offer(
    db: Connection,
    now: datetime,
    request: ServiceRequest,
    member: StaffMember,
    *,
    wanted_at: datetime | None = None,
    quantity: int | None = None,
    until: datetime | None = None,
    words: str = "",
) -> Offer:
    """Instead of any that is still open. The request must be held (`hold_request`).

    The house has answered: until the guest does, or until it would have to be done, there is nothing to apologise for.
    """
    withdraw_offer(db, now, request)
    quiet = {"due_at": min(until or now + STANDS, now + STANDS), "respond_by": None, "apologies": MOST_APOLOGIES}
    note_clock(db, request.number, **_FRESH, **quiet, look_at=now)
    offer = Offer(new_id(now), request.number, member.id, wanted_at, quantity, words)
    row = {
        "id": offer.id,
        "request_number": offer.request_number,
        "staff_id": offer.staff_id,
        "wanted_at": offer.wanted_at,
        "quantity": offer.quantity,
        "words": seal(db, "request_offer.words", offer.id, words or None),
        "made_at": now,
    }
    db.execute(insert(RequestOffer), row)
    return offer


def offers_to(db: Connection, guest_id: str) -> list[Offer]:
    """What waits for this guest's yes or no, the latest last."""
    rows = _OPEN_TO_GUEST.all(db, {"guest_id": guest_id})
    return [replace(Offer(*row), words=unseal(db, "request_offer.words", row.id, row.words) or "") for row in rows]


def withdraw_offer(db: Connection, now: datetime, request: ServiceRequest) -> None:
    """Whatever was offered is offered no longer."""
    _settle(db, now, _c.request_number == request.number)


def answer_offer(db: Connection, now: datetime, offer: Offer) -> bool:
    """False when it was answered or withdrawn meanwhile."""
    return _settle(db, now, _c.id == offer.id) == 1


def take_offer(
    db: Connection, now: datetime, request: ServiceRequest, offer: Offer, catalogue: Catalogue, house: Property
) -> bool:
    """The guest says yes, and it goes on as offered; False when it was answered, withdrawn or finished meanwhile."""
    service, details = service_of(catalogue, request), details_of(request)
    wanted_at, quantity = offer.wanted_at or details.wanted_at, offer.quantity or details.quantity
    if not answer_offer(db, now, offer):
        return False
    if request.state is RequestState.WAITING:
        resume(db, now, request, service, wanted_at)
    respond_by, _ = promise(house, service, now, wanted_at)
    note_clock(db, request.number, respond_by=respond_by)
    return change(db, now, request, service, replace(details, wanted_at=wanted_at, quantity=quantity), house)


def refuse_offer(
    db: Connection, now: datetime, request: ServiceRequest, offer: Offer, catalogue: Catalogue, house: Property
) -> bool:
    """The guest says no, and is promised another answer; False when it was answered or withdrawn meanwhile."""
    if not answer_offer(db, now, offer):
        return False
    respond_by, due_at = promise(house, service_of(catalogue, request), now, request.wanted_at)
    note_clock(db, request.number, **_FRESH, due_at=due_at, respond_by=respond_by, apologies=0, look_at=now)
    return True


def _settle(db: Connection, now: datetime, which: Any) -> int:
    return db.execute(update(RequestOffer).where(which, _IS_OPEN).values(answered_at=now)).rowcount
