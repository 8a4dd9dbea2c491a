"""Things that were found: brought by a guest or found by staff, held until somebody gets them back, or long enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, bindparam, insert, select, text, update
from sqlmodel import Field, SQLModel

from crm.conversations.messages import Attachment, pack_files, unpack_files
from crm.encryption import seal, unseal
from crm.errors import NotFound
from crm.guests.profile import guest
from crm.properties.houses import room as room_table
from crm.service_requests.requests import ServiceRequest
from crm.staff.members import StaffMember, staff_member
from crm.stays.bookings import StayInfo
from crm.stays.bookings import stay as stay_table
from crm.store import Connection, Json, Prepared, Utc, new_id, partial_index, table


class ItemState(StrEnum):
    EXPECTED = "expected"  # a guest has found it, and brings it
    NOT_BROUGHT = "not_brought"
    HELD = "held"
    RETURNED = "returned"
    DISPOSED = "disposed"


_IS_KEPT = text("lost_item.settled_at IS NULL")


class LostItemRow(SQLModel, table=True):
    """`number` is what people say aloud; `what` seals the finder's words; `request_number` is who asked for it.

    A colleague has found it (`found_by`), or the guest of the stay `finder_stay_id`, or a guest nobody knows.
    """

    __tablename__ = "lost_item"
    __table_args__ = (
        UniqueConstraint("inbound_id", "part"),
        partial_index("ix_lost_item_kept", "property_id", "number", where="settled_at IS NULL"),
        {"sqlite_autoincrement": True},
    )

    number: int = Field(primary_key=True)
    id: str = Field(unique=True)
    property_id: str = Field(foreign_key="property.id")
    stay_id: str | None = Field(default=None, foreign_key="stay.id")
    request_number: int | None = Field(default=None, foreign_key="service_request.number")
    inbound_id: str
    part: int
    room: str = ""
    what: bytes
    photos: list[list[str]] | None = Field(default=None, sa_type=Json)
    state: str
    found_by: str | None = Field(default=None, foreign_key="staff_member.id")
    finder_stay_id: str | None = Field(default=None, foreign_key="stay.id")
    found_at: datetime = Field(sa_type=Utc)
    settled_by: str | None = Field(default=None, foreign_key="staff_member.id")
    settled_at: datetime | None = Field(default=None, sa_type=Utc)


lost_item = table(LostItemRow)


@dataclass(frozen=True, slots=True)
class LostItem:
    """A found thing as the desk works with it. `stay_id` is whose it may be, or is.

    `found_by` is the name of a colleague, else `finder` and `finder_room` are those of the guest, where they are known.
    """

    number: int
    property_id: str
    stay_id: str | None
    request_number: int | None
    room: str
    what: str
    photos: Sequence[Attachment]
    state: ItemState
    found_by: str
    found_at: datetime
    settled_by: str = ""
    settled_at: datetime | None = None
    finder_stay_id: str | None = None
    finder: str = ""
    finder_room: str = ""

    @property
    def is_expected(self) -> bool:
        return self.state is ItemState.EXPECTED

    def may_belong_to(self, request: ServiceRequest) -> bool:
        """Found in the room, or by the stay, that the request is about."""
        in_house = self.property_id == request.property_id
        same_stay = self.stay_id is not None and self.stay_id == request.stay_id
        return in_house and (same_stay or (self.room != "" and self.room == request.room))


_c = lost_item.c
_settler = staff_member.alias("settler")
_INFO = (
    select(
        lost_item,
        staff_member.c.name.label("colleague"),
        _settler.c.name.label("settler"),
        guest.c.name.label("finder"),
        room_table.c.number.label("finder_room"),
    )
    .outerjoin(staff_member, staff_member.c.id == _c.found_by)
    .outerjoin(_settler, _settler.c.id == _c.settled_by)
    .outerjoin(stay_table, stay_table.c.id == _c.finder_stay_id)
    .outerjoin(guest, guest.c.id == stay_table.c.guest_id)
    .outerjoin(room_table, room_table.c.id == stay_table.c.room_id)
)
_BY_NUMBER = Prepared(_INFO.where(_c.number == bindparam("number")))
_KEPT = Prepared(_INFO.where(_c.property_id == bindparam("property_id"), _IS_KEPT).order_by(_c.number))
_INSERT = Prepared(insert(LostItemRow).returning(_c.number))


def record_item(
    db: Connection,
    now: datetime,
    member: StaffMember,
    what: str,
    *,
    property_id: str,
    room: str,
    stay: StayInfo | None,
    photos: Sequence[Attachment],
    inbound_id: str,
    part: int,
) -> LostItem:
    """Writes down what the member has found. `inbound_id` and `part` make the same words record it only once."""
    whose = {"stay_id": stay.id if stay else None, "room": room, "found_by": member.id, "finder_stay_id": None}
    return _record(db, now, what, photos, whose | _said(ItemState.HELD, property_id, inbound_id, part))


def expect_item(
    db: Connection,
    now: datetime,
    finder: StayInfo | None,
    what: str,
    *,
    property_id: str,
    photos: Sequence[Attachment],
    inbound_id: str,
    part: int,
) -> LostItem:
    """Writes down what a guest has found and is asked to bring; the same words record it only once."""
    whose = {"stay_id": None, "room": "", "found_by": None, "finder_stay_id": finder.id if finder else None}
    return _record(db, now, what, photos, whose | _said(ItemState.EXPECTED, property_id, inbound_id, part))


def get_item(db: Connection, number: int) -> LostItem:
    """Raises NotFound."""
    row = _BY_NUMBER.first(db, {"number": number}) if abs(number) < 2**31 else None
    if row is None:
        raise NotFound(what=f"{number}")
    return _item(db, row)


def kept_items(db: Connection, property_id: str) -> list[LostItem]:
    """Held for their owners, or still expected."""
    return [_item(db, row) for row in _KEPT.all(db, {"property_id": property_id})]


def take_in(db: Connection, item: LostItem) -> bool:
    """The guest who has found it has brought it; False when it is here already, or settled."""
    return _settle(db, item, _c.state == ItemState.EXPECTED, state=ItemState.HELD)


def give_back(db: Connection, now: datetime, item: LostItem, member: StaffMember) -> bool:
    """Its owner has it again; False when it is not kept any more."""
    return _settle(db, item, state=ItemState.RETURNED, settled_by=member.id, settled_at=now)


def dispose_of(db: Connection, now: datetime, item: LostItem, member: StaffMember) -> bool:
    """Nobody came for it; False when it is not held any more, or not here yet."""
    over = {"state": ItemState.DISPOSED, "settled_by": member.id, "settled_at": now}
    return _settle(db, item, _c.state == ItemState.HELD, **over)


def give_up(db: Connection, now: datetime, item: LostItem, member: StaffMember) -> bool:
    """The guest who has found it does not bring it; False when it is here, or settled otherwise."""
    over = {"state": ItemState.NOT_BROUGHT, "settled_by": member.id, "settled_at": now}
    return _settle(db, item, _c.state == ItemState.EXPECTED, **over)


def keep_for(db: Connection, item: LostItem, request: ServiceRequest) -> bool:
    """It is what the guest asked for; False when it is not held any more, or not here yet."""
    is_held = _c.state == ItemState.HELD
    return _settle(db, item, is_held, request_number=request.number, stay_id=request.stay_id)


def _record(db: Connection, now: datetime, what: str, photos: Sequence[Attachment], values: dict[str, Any]) -> LostItem:
    item_id = new_id(now)
    sealed = {"id": item_id, "what": seal(db, "lost_item.what", item_id, what), "found_at": now}
    return get_item(db, _INSERT.scalar(db, {**values, **sealed, "photos": pack_files(photos) or None}))


def _said(state: ItemState, property_id: str, inbound_id: str, part: int) -> dict[str, Any]:
    return {"state": state, "property_id": property_id, "inbound_id": inbound_id, "part": part}


def _settle(db: Connection, item: LostItem, *also: Any, **values: Any) -> bool:
    still = (_c.number == item.number, _IS_KEPT, *also)
    return db.execute(update(LostItemRow).where(*still).values(**values)).rowcount == 1


def _item(db: Connection, row: Any) -> LostItem:
    return LostItem(
        number=row.number,
        property_id=row.property_id,
        stay_id=row.stay_id,
        request_number=row.request_number,
        room=row.room,
        what=unseal(db, "lost_item.what", row.id, row.what) or "",
        photos=unpack_files(row.photos),
        state=ItemState(row.state),
        found_by=row.colleague or "",
        found_at=row.found_at,
        settled_by=row.settler or "",
        settled_at=row.settled_at,
        finder_stay_id=row.finder_stay_id,
        finder=row.finder or "",
        finder_room=row.finder_room or "",
    )
