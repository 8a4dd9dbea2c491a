"""A mass send: words for many at once, drafted by a colleague, counted, started by a button, and watched to its end.

What goes out are messages of the queue, each at most once: one task for all customers in WeCom, which members confirm;
or one for each ten thousand followers of the official account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, bindparam, select
from sqlmodel import Field, SQLModel

from crm.broadcasts.results import COUNTS, mass_send_result
from crm.conversations.messages import MessageState, message
from crm.encryption import unseal
from crm.store import Connection, Prepared, Utc, partial_index, table


class To(StrEnum):
    """Whom it is for, by the name of the channel."""

    CUSTOMERS = "wecom_customers"
    FOLLOWERS = "wechat_followers"


class SendState(StrEnum):
    COUNTING = "counting"
    COUNTED = "counted"  # its author may start it
    STARTED = "started"
    OVER = "over"


class Tell(StrEnum):
    """What is to be said next, to the author or to the members."""

    COUNTED = "counted"
    WAITING = "waiting"
    OVER = "over"


class MassSend(SQLModel, table=True):
    """`reason` tells why it came to nothing. It is looked at at `look_at`, the clock speaks of it at `tell_at`.

    Of one to followers, those up to the account `gathered_to` have their message; nothing more is to come once
    `is_gathered`.
    """

    __tablename__ = "mass_send"
    __table_args__ = (
        Index("ix_mass_send_started", "channel", "started_at"),
        partial_index("ix_mass_send_look", "channel", "look_at", where="look_at IS NOT NULL"),
        partial_index("ix_mass_send_tell", "tell_at", where="tell_at IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    author_id: str = Field(foreign_key="staff_member.id")
    channel: str
    words: bytes
    state: str
    people: int = 0
    reason: str = ""
    created_at: datetime = Field(sa_type=Utc)
    started_at: datetime | None = Field(default=None, sa_type=Utc)
    gathered_to: str = ""
    is_gathered: bool = False
    look_at: datetime | None = Field(default=None, sa_type=Utc)
    remind_at: datetime | None = Field(default=None, sa_type=Utc)
    reminders: int = 0
    tell: str = ""
    tell_at: datetime | None = Field(default=None, sa_type=Utc)


class MassSendMessage(SQLModel, table=True):
    """A message that carries it, to so many people."""

    __tablename__ = "mass_send_message"

    message_id: str = Field(primary_key=True, foreign_key="message.id")
    send_id: str = Field(foreign_key="mass_send.id", index=True)
    people: int = 0


class MassSendMember(SQLModel, table=True):
    """One member's part: how many customers, and once it is confirmed how many of them got it."""

    __tablename__ = "mass_send_member"

    send_id: str = Field(primary_key=True, foreign_key="mass_send.id")
    member: str = Field(primary_key=True)  # the user id in WeCom
    customers: int = 0
    is_confirmed: bool = False
    is_final: bool = False
    sent: int = 0
    not_a_friend: int = 0
    full: int = 0


mass_send = table(MassSend)
mass_send_member = table(MassSendMember)
mass_send_message = table(MassSendMessage)


@dataclass(frozen=True, slots=True)
class Part:
    """A member's part of a send."""

    member: str
    customers: int
    is_confirmed: bool
    is_final: bool
    sent: int
    not_a_friend: int
    full: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A message that carries a send; `status` and what follows is what the platform told of it, nothing before that."""

    id: str
    channel: str
    people: int
    state: MessageState
    reason: str
    external_id: str
    attempts: int
    created_at: datetime
    settled_at: datetime | None
    status: str
    total: int
    filtered: int
    sent: int
    errors: int


@dataclass(frozen=True, slots=True)
class Send:
    """A mass send with its messages, and of one to customers the parts of the members."""

    id: str
    property_id: str
    author_id: str
    channel: To
    words: str
    state: SendState
    people: int
    reason: str
    created_at: datetime
    started_at: datetime | None
    gathered_to: str
    is_gathered: bool
    remind_at: datetime | None
    reminders: int
    tell: str
    parts: Sequence[Part] = ()
    batches: Sequence[Batch] = ()

    @property
    def unconfirmed(self) -> list[Part]:
        return [each for each in self.parts if not each.is_confirmed]


_c, _m, _b, _r = mass_send.c, mass_send_member.c, mass_send_message.c, mass_send_result.c
_BY_ID = Prepared(select(mass_send).where(_c.id == bindparam("send_id")))
_STARTED = Prepared(
    select(mass_send)
    .where(_c.channel == bindparam("to"), _c.started_at >= bindparam("since"))
    .order_by(_c.started_at.desc())
)
_PARTS = Prepared(
    select(mass_send_member)
    .where(_m.send_id.in_(bindparam("ids", expanding=True)))
    .order_by(_m.customers.desc(), _m.member)
)
_BATCHES = Prepared(
    select(
        _b.send_id,
        message.c.id,
        message.c.channel,
        _b.people,
        message.c.state,
        message.c.reason,
        message.c.external_id,
        message.c.attempts,
        message.c.created_at,
        message.c.settled_at,
        _r.status,
        _r.total,
        _r.filtered,
        _r.sent,
        _r.errors,
    )
    .join(message, message.c.id == _b.message_id)
    .outerjoin(mass_send_result, _r.platform_id == message.c.external_id)
    .where(_b.send_id.in_(bindparam("ids", expanding=True)))
    .order_by(message.c.id)
)
_OWN = ("id", "property_id", "author_id", "people", "reason", "created_at", "started_at", "gathered_to", "is_gathered")


def find_send(db: Connection, send_id: str) -> Send | None:
    row = _BY_ID.first(db, {"send_id": send_id})
    return _opened(db, [row])[0] if row else None


def get_send(db: Connection, send_id: str) -> Send:
    (send,) = _opened(db, [_BY_ID.one(db, {"send_id": send_id})])
    return send


def sends_since(db: Connection, since: datetime, to: To) -> list[Send]:
    """Those that were started since then, the latest first."""
    return _opened(db, _STARTED.all(db, {"since": since, "to": to}))


def _opened(db: Connection, rows: Sequence[Any]) -> list[Send]:
    ids = [row.id for row in rows]
    parts: dict[str, list[Part]] = {each: [] for each in ids}
    batches: dict[str, list[Batch]] = {each: [] for each in ids}
    for row in _PARTS.all(db, {"ids": ids}) if ids else ():
        parts[row.send_id].append(Part(*(getattr(row, name) for name in Part.__slots__)))
    for row in _BATCHES.all(db, {"ids": ids}) if ids else ():
        batches[row.send_id].append(_batch(row))
    return [_send(db, row, parts[row.id], batches[row.id]) for row in rows]


def _batch(row: Any) -> Batch:
    told: dict[str, Any] = {name: getattr(row, name) or 0 for name in COUNTS}
    known: dict[str, Any] = {
        name: getattr(row, name) for name in Batch.__slots__ if name not in (*told, "state", "status")
    }
    return Batch(**known, **told, state=MessageState(row.state), status=row.status or "")


def _send(db: Connection, row: Any, parts: Sequence[Part], batches: Sequence[Batch]) -> Send:
    return Send(
        **{name: getattr(row, name) for name in (*_OWN, "remind_at", "reminders", "tell")},
        channel=To(row.channel),
        words=unseal(db, "mass_send.words", row.id, row.words) or "",
        state=SendState(row.state),
        parts=tuple(parts),
        batches=tuple(batches),
    )
