"""A guest in the hands of a colleague, on whatever channel they write, and the questions asked of it.

handoff_steps.py changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, bindparam, func, select, text, union_all
from sqlmodel import Field, SQLModel

from crm.conversations.accounts import other_chats
from crm.staff.members import staff_member
from crm.store import Connection, Prepared, Utc, partial_index, table


class HandoffState(StrEnum):
    ASKED = "asked"
    TAKEN = "taken"
    ENDED = "ended"


_OPEN = "state IN ('asked', 'taken')"
_TAKEN = "state = 'taken'"
_UNREMINDED = f"{_TAKEN} AND waiting_since IS NOT NULL AND reminded_at IS NULL"
_UNANSWERED = f"{_TAKEN} AND answered_at IS NULL"


class HandoffRow(SQLModel, table=True):
    """`conversation_id` is where the guest wrote last, `staff_conversation_id` where the colleague wrote last.

    `front_at` is when the colleague last turned to it, `said_at` when either of them said a word, `waiting_since` the
    first word of the guest that the colleague has not answered, `answered_at` the colleague's first word.
    """

    __tablename__ = "handoff"
    __table_args__ = (
        partial_index("ix_handoff_open", "conversation_id", where=_OPEN, unique=True),
        partial_index("ix_handoff_asked", "property_id", "opened_at", where="state = 'asked'"),
        partial_index("ix_handoff_in_front", "staff_id", "front_at", where=_TAKEN),
        partial_index("ix_handoff_quiet", "said_at", where=_TAKEN),
        partial_index("ix_handoff_unreminded", "waiting_since", where=_UNREMINDED),
        partial_index("ix_handoff_unanswered", "taken_at", where=_UNANSWERED),
    )

    id: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    conversation_id: str = Field(foreign_key="conversation.id")
    state: str
    request_number: int | None = None  # of the request that a person come, where there is one
    staff_id: str | None = Field(default=None, foreign_key="staff_member.id")
    staff_conversation_id: str | None = Field(default=None, foreign_key="conversation.id")
    opened_at: datetime = Field(sa_type=Utc)
    taken_at: datetime | None = Field(default=None, sa_type=Utc)
    front_at: datetime | None = Field(default=None, sa_type=Utc)
    said_at: datetime | None = Field(default=None, sa_type=Utc)
    guest_said_at: datetime | None = Field(default=None, sa_type=Utc)
    waiting_since: datetime | None = Field(default=None, sa_type=Utc)
    reminded_at: datetime | None = Field(default=None, sa_type=Utc)
    answered_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    reason: str = ""


handoff = table(HandoffRow)


@dataclass(frozen=True, slots=True)
class Handoff:
    """A handoff as people speak of it; times as in the row, and who has it."""

    id: str
    property_id: str
    conversation_id: str
    state: HandoffState
    request_number: int | None
    staff_id: str | None
    staff_name: str
    staff_role: str
    staff_conversation_id: str | None
    opened_at: datetime
    taken_at: datetime | None
    front_at: datetime | None
    said_at: datetime | None
    guest_said_at: datetime | None
    waiting_since: datetime | None
    answered_at: datetime | None

    @property
    def is_taken(self) -> bool:
        return self.state is HandoffState.TAKEN


_c = handoff.c


def _due(is_due: str, since: Any) -> Prepared:
    """Those whose instant has come, the longest first; `is_due` is the index's own condition."""
    named = " AND ".join(f"handoff.{part}" for part in is_due.split(" AND "))
    query = select(_c.id).where(text(named), since <= bindparam("since"))
    return Prepared(query.order_by(since).limit(bindparam("limit")))


_IS_OPEN, _IS_TAKEN = text(f"handoff.{_OPEN}"), text(f"handoff.{_TAKEN}")
_INFO = select(
    _c.id,
    _c.property_id,
    _c.conversation_id,
    _c.state,
    _c.request_number,
    _c.staff_id,
    staff_member.c.name.label("staff_name"),
    staff_member.c.role.label("staff_role"),
    _c.staff_conversation_id,
    _c.opened_at,
    _c.taken_at,
    _c.front_at,
    _c.said_at,
    _c.guest_said_at,
    _c.waiting_since,
    _c.answered_at,
).outerjoin(staff_member, staff_member.c.id == _c.staff_id)
_BY_ID = Prepared(_INFO.where(_c.id == bindparam("handoff_id")))
_HERE: BindParameter[str] = bindparam("conversation_id")
_OPEN_WITH = Prepared(
    _INFO.where(_c.conversation_id.in_(union_all(select(_HERE), other_chats(_HERE))), _IS_OPEN)
    .order_by((_c.conversation_id == _HERE).desc(), _c.opened_at.desc())
    .limit(1)
)
_ASKED_IN = _INFO.where(
    _c.property_id == bindparam("property_id"),
    text("handoff.state = 'asked'"),
    _c.opened_at >= bindparam("since", type_=Utc),
)
_HELD = Prepared(_INFO.where(_c.staff_id == bindparam("staff_id"), _IS_TAKEN).order_by(_c.front_at.desc()))
_QUIET = _due(_TAKEN, _c.said_at)
_UNREMINDED_SINCE = _due(_UNREMINDED, _c.waiting_since)
_UNANSWERED_SINCE = _due(_UNANSWERED, _c.taken_at)


def taken_in(conversation_id: Any) -> ColumnElement[str]:
    """As part of a query: the handoff by which a colleague speaks with whoever is in this conversation, here or in
    another chat of the same guest; NULL while the house does.
    """
    taken = select(_c.id).where(_IS_OPEN, _IS_TAKEN).correlate_except(handoff)
    here = taken.where(_c.conversation_id == conversation_id)
    elsewhere = taken.where(_c.conversation_id.in_(other_chats(conversation_id))).limit(1)
    return func.coalesce(here.scalar_subquery(), elsewhere.scalar_subquery())


def in_front_of(staff_id: Any) -> ScalarSelect[str]:
    """As part of a query: the handoff to which this colleague's words go."""
    held = select(_c.id).where(_c.staff_id == staff_id, _IS_TAKEN).order_by(_c.front_at.desc()).limit(1)
    return held.scalar_subquery()


def get_handoff(db: Connection, handoff_id: str) -> Handoff:
    return _handoff(_BY_ID.one(db, {"handoff_id": handoff_id}))


def find_open_handoff(db: Connection, conversation_id: str) -> Handoff | None:
    """Of the guest of this conversation, whichever of their chats it is in."""
    row = _OPEN_WITH.first(db, {"conversation_id": conversation_id})
    return _handoff(row) if row else None


def asked_handoffs(db: Connection, property_id: str, since: datetime) -> list[Handoff]:
    """Guests who have asked for a person since then, the longest first."""
    query = _ASKED_IN.order_by(_c.opened_at)
    return [_handoff(row) for row in db.execute(query, {"property_id": property_id, "since": since})]


def held_by(db: Connection, staff_id: str) -> list[Handoff]:
    """What the colleague has taken, the one in front first."""
    return [_handoff(row) for row in _HELD.all(db, {"staff_id": staff_id})]


def quiet_handoffs(db: Connection, since: datetime, limit: int) -> list[str]:
    """Ids of those in which nobody has said a word since then."""
    return _QUIET.scalars(db, {"since": since, "limit": limit})


def unreminded_handoffs(db: Connection, since: datetime, limit: int) -> list[str]:
    """Ids of those in which the guest has waited since then, and the colleague was not reminded of it."""
    return _UNREMINDED_SINCE.scalars(db, {"since": since, "limit": limit})


def unanswered_handoffs(db: Connection, since: datetime, limit: int) -> list[str]:
    """Ids of those that were taken by then, without a word from whoever took them."""
    return _UNANSWERED_SINCE.scalars(db, {"since": since, "limit": limit})


def _handoff(row: Sequence[Any]) -> Handoff:
    values = list(row)
    values[3], values[6], values[7] = HandoffState(values[3]), values[6] or "", values[7] or ""
    return Handoff(*values)
