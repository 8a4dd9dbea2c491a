"""Feedback in the guest's own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, bindparam, insert, select
from sqlmodel import Field, SQLModel

from crm.encryption import seal, unseal
from crm.stays.bookings import StayInfo
from crm.store import Connection, Prepared, Utc, new_id, table


class FeedbackKind(StrEnum):
    COMPLAINT = "complaint"
    COMPLIMENT = "compliment"
    SUGGESTION = "suggestion"


class Feedback(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("inbound_id", "part"),
        Index("ix_feedback_of_property", "property_id", "kind", "created_at"),
    )

    id: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    guest_id: str | None = Field(default=None, foreign_key="guest.id", index=True)
    own_guest_id: str | None = None  # as of a stay
    stay_id: str | None = Field(default=None, foreign_key="stay.id")
    inbound_id: str
    part: int
    kind: str
    words: bytes
    room: str = ""
    created_at: datetime = Field(sa_type=Utc)


@dataclass(frozen=True, slots=True)
class Said:
    """What a guest said of the house, from which room if we know it."""

    words: str
    room: str
    created_at: datetime


_c = table(Feedback).c
_SINCE = Prepared(
    select(_c.id, _c.words, _c.room, _c.created_at)
    .where(
        _c.property_id == bindparam("property_id"),
        _c.kind == bindparam("kind"),
        _c.created_at >= bindparam("since"),
    )
    .order_by(_c.created_at)
)
_OF_GUEST = Prepared(
    select(_c.id)
    .where(
        _c.guest_id == bindparam("guest_id"),
        _c.kind == bindparam("kind"),
        _c.created_at >= bindparam("since"),
    )
    .limit(1)
)


def has_said(db: Connection, guest_id: str, kind: FeedbackKind, since: datetime) -> bool:
    """Whether this guest has given feedback of this kind since then."""
    return _OF_GUEST.scalar(db, {"guest_id": guest_id, "kind": kind, "since": since}) is not None


def feedback_since(db: Connection, property_id: str, kind: FeedbackKind, since: datetime) -> list[Said]:
    """Of this kind, the oldest first."""
    rows = _SINCE.all(db, {"property_id": property_id, "kind": kind, "since": since})
    return [Said(unseal(db, "feedback.words", row.id, row.words) or "", row.room, row.created_at) for row in rows]


def record_feedback(
    db: Connection,
    now: datetime,
    kind: FeedbackKind,
    words: str,
    *,
    property_id: str,
    stay: StayInfo | None,
    inbound_id: str,
    part: int,
) -> str:
    """Writes the words down, with the stay they are about when the speaker has one; returns the id."""
    feedback_id = new_id(now)
    row = {
        "id": feedback_id,
        "property_id": property_id,
        "guest_id": stay.guest_id if stay else None,
        "stay_id": stay.id if stay else None,
        "inbound_id": inbound_id,
        "part": part,
        "kind": kind,
        "words": seal(db, "feedback.words", feedback_id, words),
        "room": stay.room if stay else "",
        "created_at": now,
    }
    db.execute(insert(Feedback), row)
    return feedback_id
