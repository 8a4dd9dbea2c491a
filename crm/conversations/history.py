"""A conversation as it is shown on a page: what was said by both sides, newest last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, text, union_all, update

from crm.conversations.accounts import conversation
from crm.conversations.messages import (
    Body,
    Message,
    MessageState,
    message,
    open_body,
)
from crm.store import Connection

SHOWN = (MessageState.SENDING.value, MessageState.SENT.value)


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a conversation; `is_inbound` when the person wrote it."""

    id: str
    is_inbound: bool
    body: Body
    language: str
    state: str
    at: datetime
    dedupe_key: str
    conversation_id: str
    channel: str


# What is not yet put into the reader's language is not shown before it is, or is sent as it stands.
_SHOWN = or_(
    message.c.direction == "in",
    and_(message.c.state.in_(SHOWN), or_(message.c.language != "", message.c.state == MessageState.SENT.value)),
)
_LINES = (
    select(
        message.c.id,
        message.c.direction,
        message.c.body,
        message.c.language,
        message.c.state,
        message.c.created_at,
        message.c.dedupe_key,
        message.c.conversation_id,
        conversation.c.channel,
    )
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .where(_SHOWN)
)
_waiting = message.alias("waiting")
_NEWEST = (
    select(
        conversation.c.address,
        func.max(message.c.id).label("newest"),
        select(func.count())
        .select_from(_waiting)
        .where(_waiting.c.conversation_id == conversation.c.id, text("waiting.state = 'new'"))
        .correlate(conversation)
        .scalar_subquery()
        .label("waiting"),
    )
    .join(message, message.c.conversation_id == conversation.c.id)
    .where(_SHOWN)
    .group_by(conversation.c.id, conversation.c.address)
)


def lines(
    db: Connection, channel: str, address: str, *, after: str = "", before: str = "", limit: int = 50
) -> list[Said]:
    """At most `limit` messages, oldest first: those after an id, else the last ones (before an id)."""
    query = _LINES.where(conversation.c.channel == channel, conversation.c.address == address).limit(limit)
    if after:
        rows = db.execute(query.where(message.c.id > after).order_by(message.c.id)).all()
    else:
        query = query.where(message.c.id < before) if before else query
        rows = db.execute(query.order_by(message.c.id.desc())).all()[::-1]
    return [_said(db, row) for row in rows]


def last_lines(db: Connection, conversation_ids: Sequence[str], limit: int) -> list[Said]:
    """The last of these conversations taken together, oldest first; events without words are left out."""
    last_of_each = [
        select(_LINES.where(message.c.conversation_id == each).order_by(message.c.id.desc()).limit(limit).subquery())
        for each in conversation_ids
    ]
    rows = sorted(db.execute(union_all(*last_of_each)).all(), key=lambda row: str(row.id))[-limit:]
    said = [_said(db, row) for row in rows]
    return [each for each in said if each.body != Body()]


def newest(db: Connection, channel: str, addresses: Sequence[str]) -> Mapping[str, str]:
    """For each address a stamp that changes whenever a message is added or answered there."""
    query = _NEWEST.where(conversation.c.channel == channel, conversation.c.address.in_(addresses))
    return {row.address: f"{row.newest} {row.waiting}" for row in db.execute(query)}


def mark_seen(db: Connection, now: datetime, channel: str, address: str, message_id: str) -> None:
    """The person has seen everything up to this message."""
    here = select(conversation.c.id).where(conversation.c.channel == channel, conversation.c.address == address)
    seen = and_(
        message.c.conversation_id.in_(here),
        message.c.direction == "out",
        message.c.id <= message_id,
        message.c.seen_at.is_(None),
    )
    db.execute(update(Message).where(seen).values(seen_at=now))


def _said(db: Connection, row: Any) -> Said:
    body = open_body(db, row.id, row.body)
    is_inbound = row.direction == "in"
    return Said(
        id=row.id,
        is_inbound=is_inbound,
        body=body,
        language=row.language,
        state=row.state,
        at=row.created_at,
        dedupe_key=row.dedupe_key or "",
        conversation_id=row.conversation_id,
        channel=row.channel,
    )
