"""What a colleague leaves word of for whoever works next in the department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, bindparam, insert, or_, select, update
from sqlmodel import Field, SQLModel

from crm.encryption import seal, unseal
from crm.staff.members import StaffMember, staff_member
from crm.store import Connection, Prepared, Utc, new_id, table

REMEMBERED = timedelta(hours=24)  # a note that somebody has read is shown to later comers as long as this
MOST_NOTES = 3


class HandoverNoteRow(SQLModel, table=True):
    """`received_at`: when a colleague of the department first had it before them."""

    __tablename__ = "handover_note"
    __table_args__ = (Index("ix_handover_of_department", "property_id", "department", "created_at"),)

    id: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    department: str
    staff_id: str = Field(foreign_key="staff_member.id", index=True)
    note: bytes
    created_at: datetime = Field(sa_type=Utc)
    received_at: datetime | None = Field(default=None, sa_type=Utc)


@dataclass(frozen=True, slots=True)
class HandoverNote:
    id: str
    author: str
    note: str
    created_at: datetime


_c = table(HandoverNoteRow).c
_WAITING = Prepared(
    select(_c.id, staff_member.c.name, _c.note, _c.created_at)
    .join(staff_member, staff_member.c.id == _c.staff_id)
    .where(
        _c.property_id == bindparam("property_id"),
        _c.department == bindparam("department"),
        _c.staff_id != bindparam("staff_id"),
        or_(_c.received_at.is_(None), _c.created_at > bindparam("since")),
    )
    .order_by(_c.created_at.desc())
    .limit(MOST_NOTES)
)
_RECEIVE = Prepared(
    update(HandoverNoteRow)
    .where(_c.id == bindparam("note_id"), _c.received_at.is_(None))
    .values(received_at=bindparam("at"))
)


def leave_note(
    db: Connection, now: datetime, member: StaffMember, property_id: str, note: str, *, received: bool
) -> None:
    """`received`: colleagues on duty are told it at once."""
    note_id = new_id(now)
    row: dict[str, Any] = {
        "id": note_id,
        "property_id": property_id,
        "department": member.department,
        "staff_id": member.id,
        "note": seal(db, "handover_note.note", note_id, note),
        "created_at": now,
        "received_at": now if received else None,
    }
    db.execute(insert(HandoverNoteRow), row)


def receive_notes(db: Connection, now: datetime, member: StaffMember, property_id: str) -> list[HandoverNote]:
    """What colleagues left for the department, the oldest first: all that nobody has read, and the last day's."""
    values = {"property_id": property_id, "department": member.department, "staff_id": member.id}
    rows = _WAITING.all(db, {**values, "since": now - REMEMBERED})
    _RECEIVE.change(db, *({"note_id": row.id, "at": now} for row in rows))
    return [
        HandoverNote(row.id, row.name, unseal(db, "handover_note.note", row.id, row.note) or "", row.created_at)
        for row in reversed(rows)
    ]
