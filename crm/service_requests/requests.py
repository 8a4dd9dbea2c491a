"""Service requests and the questions asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Select, UniqueConstraint, bindparam, false, select, text
from sqlmodel import Field, SQLModel

from crm.encryption import unseal
from crm.errors import NotFound
from crm.guests.profile import guest
from crm.properties.houses import room
from crm.service_requests.needs import Needs, unpacked
from crm.staff.members import StaffMember, staff_member
from crm.stays.bookings import stay
from crm.store import Connection, Prepared, Utc, partial_index, table


class RequestState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    ON_THE_WAY = "on_the_way"
    WAITING = "waiting"  # for the guest: meanwhile no promise runs
    DONE = "done"
    CANNOT = "cannot"
    CANCELLED = "cancelled"  # by the guest
    WITHDRAWN = "withdrawn"  # by a colleague
    MERGED = "merged"


UNFINISHED = (RequestState.OPEN, RequestState.ACCEPTED, RequestState.ON_THE_WAY, RequestState.WAITING)
IS_UNFINISHED = text("service_request.state IN ('open', 'accepted', 'on_the_way', 'waiting')")
_UNFINISHED_ONLY = "state IN ('open', 'accepted', 'on_the_way', 'waiting')"


class ServiceRequestRow(SQLModel, table=True):
    """`number` is what people say aloud; `room` is the reported room and stays when the guest moves.

    `look_at` is when the clock looks at it next: never later than anything of levels.py is due.
    """

    __tablename__ = "service_request"
    __table_args__ = (
        UniqueConstraint("inbound_id", "part"),
        partial_index("ix_request_unfinished", "property_id", "due_at", where=_UNFINISHED_ONLY),
        partial_index("ix_request_look", "look_at", where=_UNFINISHED_ONLY),
        Index("ix_request_of_guest", "guest_id", "number"),
        Index("ix_request_of_stay", "stay_id"),
        Index("ix_request_finished", "property_id", "finished_at"),
        partial_index("ix_request_of_room", "property_id", "room", "service", where=_UNFINISHED_ONLY),
        {"sqlite_autoincrement": True},
    )

    number: int = Field(primary_key=True)
    id: str = Field(unique=True)
    property_id: str = Field(foreign_key="property.id")
    stay_id: str | None = Field(default=None, foreign_key="stay.id")
    guest_id: str | None = Field(default=None, foreign_key="guest.id")
    own_guest_id: str | None = None  # as of a stay
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id")
    inbound_id: str
    part: int
    service: str
    department: str
    room: str = ""
    quantity: int | None = None
    people: int | None = None
    wanted_at: datetime | None = Field(default=None, sa_type=Utc)
    note: bytes | None = None
    translation: bytes | None = None  # of the note, into the language of the house
    needs: bytes | None = None
    state: str
    assignee_id: str | None = Field(default=None, foreign_key="staff_member.id", index=True)
    reason: bytes | None = None
    opened_at: datetime = Field(sa_type=Utc)
    due_at: datetime = Field(sa_type=Utc)
    accepted_at: datetime | None = Field(default=None, sa_type=Utc)
    on_the_way_at: datetime | None = Field(default=None, sa_type=Utc)
    finished_at: datetime | None = Field(default=None, sa_type=Utc)
    rating: int | None = None
    respond_by: datetime | None = Field(default=None, sa_type=Utc)
    promised_at: datetime | None = Field(default=None, sa_type=Utc)
    waiting_since: datetime | None = Field(default=None, sa_type=Utc)
    is_reminded: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    apologies: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    rung: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    rung_at: datetime | None = Field(default=None, sa_type=Utc)
    look_at: datetime | None = Field(default=None, sa_type=Utc)
    merged_into: int | None = None  # the number of the request it goes on in
    reopened: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    reopened_at: datetime | None = Field(default=None, sa_type=Utc)
    first_rating: int | None = None
    changed_at: datetime | None = Field(default=None, sa_type=Utc)
    changed_by: str | None = None  # the colleague, where it was not the guest


service_request = table(ServiceRequestRow)


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A request as people work with it.

    `due_at` is when it was promised to be done, and `promised_at` what the guest was told since, in `apologies`.
    `respond_by` is when somebody should have taken it. `rung` of the ladder was told at `rung_at` that it is late.
    `room` was reported; `room_now` is where the guest lives meanwhile. It was `reopened` so often, last `reopened_at`;
    `first_rating` is the one it was reopened for, and `reason` then the guest's words. What is wanted was last changed
    at `changed_at`, by the colleague with the id `changed_by` or by the guest.
    """

    number: int
    id: str
    property_id: str
    stay_id: str | None
    guest_id: str | None
    guest_name: str
    conversation_id: str | None
    service: str
    department: str
    room: str
    quantity: int | None
    people: int | None
    wanted_at: datetime | None
    note: str
    needs: Needs
    state: RequestState
    assignee_id: str | None
    assignee_name: str
    reason: str
    opened_at: datetime
    due_at: datetime
    rating: int | None
    accepted_at: datetime | None = None
    on_the_way_at: datetime | None = None
    finished_at: datetime | None = None
    translation: str = ""
    room_now: str = ""
    respond_by: datetime | None = None
    promised_at: datetime | None = None
    waiting_since: datetime | None = None
    is_reminded: bool = False
    apologies: int = 0
    rung: int = 0
    rung_at: datetime | None = None
    elder_mode: bool = False
    merged_into: int | None = None
    reopened: int = 0
    reopened_at: datetime | None = None
    first_rating: int | None = None
    changed_at: datetime | None = None
    changed_by: str | None = None

    @property
    def promise(self) -> datetime:
        """When the guest has been told last that it will be done."""
        return self.promised_at or self.due_at

    @property
    def begun_at(self) -> datetime:
        """Since when its promise runs."""
        return self.reopened_at or self.opened_at

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED


_c = service_request.c
_PLAIN = (
    *("number", "id", "property_id", "stay_id", "guest_id", "conversation_id", "assignee_id"),
    *("service", "department", "room", "quantity", "people", "wanted_at", "rating", "merged_into"),
    *("opened_at", "due_at", "accepted_at", "on_the_way_at", "finished_at"),
    *("respond_by", "promised_at", "waiting_since", "is_reminded", "apologies", "rung", "rung_at"),
    *("reopened", "reopened_at", "first_rating", "changed_at", "changed_by"),
)
_PEOPLE = (guest.c.name.label("guest_name"), guest.c.elder_mode, staff_member.c.name.label("assignee_name"))
INFO: Select[Any] = (
    select(service_request, *_PEOPLE, room.c.number.label("room_now"))
    .outerjoin(guest, guest.c.id == _c.guest_id)
    .outerjoin(staff_member, staff_member.c.id == _c.assignee_id)
    .outerjoin(stay, stay.c.id == _c.stay_id)
    .outerjoin(room, room.c.id == stay.c.room_id)
)
_BY_NUMBER = Prepared(INFO.where(_c.number == bindparam("number")))
_OF_PROPERTY = INFO.where(_c.property_id == bindparam("property_id"), IS_UNFINISHED).order_by(_c.due_at, _c.number)
_UNFINISHED = Prepared(_OF_PROPERTY)
_OF_DEPARTMENT = Prepared(_OF_PROPERTY.where(_c.department == bindparam("department")))
_ASSIGNED = Prepared(INFO.where(_c.assignee_id == bindparam("staff_id"), IS_UNFINISHED).order_by(_c.due_at, _c.number))
_OF_GUEST = Prepared(INFO.where(_c.guest_id == bindparam("guest_id"), IS_UNFINISHED).order_by(_c.number))
_ALL = INFO.order_by(_c.number)


def find_request(db: Connection, number: int) -> ServiceRequest | None:
    row = _BY_NUMBER.first(db, {"number": number}) if abs(number) < 2**31 else None
    return request_in(db, row) if row else None


def get_request(db: Connection, number: int) -> ServiceRequest:
    """Raises NotFound."""
    found = find_request(db, number)
    if found is None:
        raise NotFound(what=f"#{number}")
    return found


def unfinished_requests(db: Connection, property_id: str, department: str = "") -> list[ServiceRequest]:
    """By due time; all departments when none is named."""
    query, values = _UNFINISHED, {"property_id": property_id}
    if department:
        query, values = _OF_DEPARTMENT, {**values, "department": department}
    return [request_in(db, row) for row in query.all(db, values)]


def assigned_requests(db: Connection, member: StaffMember) -> list[ServiceRequest]:
    return [request_in(db, row) for row in _ASSIGNED.all(db, {"staff_id": member.id})]


def guest_requests(db: Connection, guest_id: str) -> list[ServiceRequest]:
    """The guest's unfinished requests."""
    return [request_in(db, row) for row in _OF_GUEST.all(db, {"guest_id": guest_id})]


def all_requests(db: Connection) -> list[ServiceRequest]:
    return [request_in(db, row) for row in db.execute(_ALL)]


def request_in(db: Connection, row: Any) -> ServiceRequest:
    def opened(column: str, sealed: bytes | None) -> str:
        return unseal(db, f"service_request.{column}", row.id, sealed) or ""

    return ServiceRequest(
        **{name: getattr(row, name) for name in _PLAIN},
        state=RequestState(row.state),
        guest_name=row.guest_name or "",
        assignee_name=row.assignee_name or "",
        elder_mode=bool(row.elder_mode),
        room_now=row.room_now or "",
        note=opened("note", row.note),
        translation=opened("translation", row.translation),
        reason=opened("reason", row.reason),
        needs=unpacked(opened("needs", row.needs)),
    )
