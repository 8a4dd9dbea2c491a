"""The same thing asked for from one room is one request, and everybody who asked for it hears of it."""

from __future__ import annotations

from sqlalchemy import Index, and_, bindparam, insert, or_, select
from sqlmodel import Field, SQLModel

from crm.conversations.accounts import account, conversation
from crm.service_requests.requests import (
    INFO,
    IS_UNFINISHED,
    ServiceRequest,
    guest_requests,
    request_in,
    service_request,
)
from crm.stays.bookings import StayInfo, StayState, stay
from crm.store import Connection, Prepared, table


class RequestCompanion(SQLModel, table=True):
    """Where a guest hears of the request with this number too."""

    __tablename__ = "request_companion"
    __table_args__ = (Index("ix_companion_of_guest", "guest_id"),)

    number: int = Field(primary_key=True, foreign_key="service_request.number")
    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id")
    guest_id: str = Field(foreign_key="guest.id")
    own_guest_id: str | None = None  # as of a stay


request_companion = table(RequestCompanion)
_c = request_companion.c
_CONVERSATIONS = Prepared(
    select(_c.conversation_id).where(_c.number == bindparam("number")).order_by(_c.conversation_id)
)
_GUESTS = Prepared(select(_c.guest_id).where(_c.number == bindparam("number")))
_SHARED = Prepared(
    INFO.join(RequestCompanion, _c.number == service_request.c.number).where(
        _c.guest_id == bindparam("guest_id"), IS_UNFINISHED
    )
)
_mine = stay.alias("mine")
_OF_ROOM = Prepared(
    INFO.where(
        service_request.c.property_id == bindparam("property_id"),
        service_request.c.room == bindparam("room"),
        service_request.c.service == bindparam("service"),
        IS_UNFINISHED,
        or_(
            stay.c.id == bindparam("stay_id"),
            and_(
                stay.c.state == StayState.IN_HOUSE,
                stay.c.room_id == select(_mine.c.room_id).where(_mine.c.id == bindparam("stay_id")).scalar_subquery(),
            ),
        ),
    ).order_by(service_request.c.number.desc())
)
_MERGED_INTO = Prepared(select(service_request.c.merged_into).where(service_request.c.number == bindparam("number")))


def requests_of_room(db: Connection, of: StayInfo, service: str) -> list[ServiceRequest]:
    """What is under way of this service for the room of the stay, by whoever lives there now, the latest first."""
    values = {"property_id": of.property_id, "room": of.room, "service": service, "stay_id": of.id}
    return [request_in(db, row) for row in _OF_ROOM.all(db, values)]


def current_number(db: Connection, number: int) -> int:
    """Of the request in which the one with this number goes on, else the same."""
    into = _MERGED_INTO.scalar(db, {"number": number})
    return number if into is None else current_number(db, into)


def conversations_of(db: Connection, request: ServiceRequest) -> list[str]:
    """Everywhere a guest hears of it, where it was asked first."""
    asked_in = [request.conversation_id] if request.conversation_id else []
    return [*asked_in, *_CONVERSATIONS.scalars(db, {"number": request.number})]


def concerns(db: Connection, request: ServiceRequest, guest_id: str) -> bool:
    """Whether it is this guest's, or one of theirs goes on in it."""
    return request.guest_id == guest_id or guest_id in _GUESTS.scalars(db, {"number": request.number})


def requests_of_guest(db: Connection, guest_id: str) -> list[ServiceRequest]:
    """The guest's unfinished requests, and those of others that the guest asked for too."""
    shared = [request_in(db, row) for row in _SHARED.all(db, {"guest_id": guest_id})]
    once = {each.number: each for each in [*guest_requests(db, guest_id), *shared]}  # a companion in another chat too
    return [once[number] for number in sorted(once)]


def add_companion(db: Connection, request: ServiceRequest, conversation_id: str | None, guest_id: str | None) -> bool:
    """Whether this guest was not told of it before and is from now on."""
    if not conversation_id or not guest_id or conversation_id in conversations_of(db, request):
        return False
    own = (
        select(account.c.own_guest_id)
        .join(conversation, conversation.c.account_id == account.c.id)
        .where(conversation.c.id == conversation_id, account.c.guest_id == guest_id)
    )
    row = {"number": request.number, "conversation_id": conversation_id, "guest_id": guest_id}
    db.execute(insert(RequestCompanion).values(**row, own_guest_id=own.scalar_subquery()))
    return True


def take_companions(db: Connection, merged: ServiceRequest, into: ServiceRequest) -> None:
    """Whoever heard of the merged request hears of the other one."""
    mine = [tuple(row) for row in db.execute(select(_c.conversation_id, _c.guest_id).where(_c.number == merged.number))]
    for place, guest_id in [(merged.conversation_id, merged.guest_id), *mine]:
        add_companion(db, into, place, guest_id)
