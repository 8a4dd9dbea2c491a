"""Inbound messages: recorded once, waiting under their conversation's lease, handled or quarantined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, text, update

from crm.conversations.accounts import Conversation, Place, conversation
from crm.conversations.messages import (
    Attachment,
    AttachmentRow,
    Body,
    InboundMessage,
    Message,
    MessageClass,
    MessageState,
    message,
    open_body,
    seal_body,
)
from crm.encryption import seal_bytes
from crm.errors import LeaseLost
from crm.store import Connection, insert_once, new_id

CONVERSATION_LEASE = timedelta(seconds=15)
BATCH = 50


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that came with a message."""

    kind: str
    mime: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a conversation, and the question that is open there (a packed handlers.turn.Question)."""

    messages: Sequence[InboundMessage]
    question: dict[str, Any] | None


_IS_NEW = text("message.state = 'new'")
_WAITING = (
    select(message.c.id, message.c.account_id, message.c.body, message.c.created_at)
    .where(message.c.conversation_id == bindparam("conversation_id"), _IS_NEW)
    .order_by(message.c.id)
    .limit(BATCH)
)
_QUESTION = select(conversation.c.question).where(conversation.c.id == bindparam("conversation_id"))
_LEASE_FREE = or_(
    conversation.c.lease_owner.is_(None),
    conversation.c.lease_owner == bindparam("owner"),
    conversation.c.lease_until < bindparam("now"),
)
_TAKE_LEASE = (
    update(Conversation)
    .where(conversation.c.id == bindparam("conversation_id"), _LEASE_FREE)
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
)
_HEAR = _TAKE_LEASE.values(last_inbound_at=bindparam("now"))
_HELD = (
    select(conversation.c.id)
    .where(conversation.c.id == bindparam("conversation_id"), conversation.c.lease_owner == bindparam("owner"))
    .with_for_update()
)
_SETTLE = (
    update(Message)
    .where(message.c.id.in_(bindparam("ids", expanding=True)), _IS_NEW)
    .values(state=bindparam("to_state"), reason=bindparam("why"), settled_at=bindparam("now"))
)
_RELEASE = (
    update(Conversation)
    .where(conversation.c.id == bindparam("conversation_id"), conversation.c.lease_owner == bindparam("owner"))
    .values(lease_owner=None, lease_until=None)
)
_ABANDONED = (
    select(message.c.conversation_id)
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .where(_IS_NEW, message.c.created_at <= bindparam("before"), _LEASE_FREE)
    .group_by(message.c.conversation_id)
    .order_by(func.min(message.c.id))
    .limit(bindparam("limit"))
)


def record_inbound(
    db: Connection,
    now: datetime,
    place: Place,
    *,
    channel: str,
    dedupe_key: str,
    body: Body,
    raw: bytes,
    files: Sequence[NewFile] = (),
) -> str | None:
    """Writes the message down and returns its id, or None when the platform told it before."""
    message_id = new_id(now)
    attachments = [Attachment(new_id(now), each.kind, each.mime, each.name) for each in files]
    row = {
        "id": message_id,
        "conversation_id": place.conversation_id,
        "account_id": place.account_id,
        "channel": channel,
        "direction": "in",
        "state": MessageState.NEW,
        "message_class": MessageClass.REPLY,
        "rank": 0,
        "has_choices": False,
        "attempts": 0,
        "dedupe_key": dedupe_key,
        "body": seal_body(db, message_id, Body(body.text, (), attachments, body.button)),
        "raw": seal_bytes(db, "message.raw", message_id, raw) if raw else None,
        "created_at": now,
    }
    if not insert_once(db, Message, row, "dedupe_key"):
        return None
    if files:
        db.execute(
            insert(AttachmentRow), [_file_row(db, message_id, *pair) for pair in zip(attachments, files, strict=True)]
        )
    return message_id


def hear(db: Connection, now: datetime, conversation_id: str, owner: str) -> bool:
    """Notes that somebody spoke, and takes the conversation's lease when it is free; says whether this owner has it."""
    return _lease(db, _HEAR, now, conversation_id, owner)


def take_lease(db: Connection, now: datetime, conversation_id: str, owner: str) -> bool:
    return _lease(db, _TAKE_LEASE, now, conversation_id, owner)


def hold_lease(db: Connection, conversation_id: str, owner: str) -> None:
    """Locks the conversation for this transaction; raises LeaseLost when another process has taken it over."""
    if db.execute(_HELD, {"conversation_id": conversation_id, "owner": owner}).first() is None:
        raise LeaseLost(conversation_id)


def release_lease(db: Connection, conversation_id: str, owner: str) -> None:
    db.execute(_RELEASE, {"conversation_id": conversation_id, "owner": owner})


def set_question(db: Connection, conversation_id: str, question: dict[str, Any] | None) -> None:
    """Leaves this one question open in the conversation, or none."""
    db.execute(update(Conversation).where(conversation.c.id == conversation_id).values(question=question))


def load_waiting(db: Connection, conversation_id: str) -> Waiting:
    """The unanswered messages, oldest first, at most BATCH of them."""
    rows = db.execute(_WAITING, {"conversation_id": conversation_id}).all()
    if not rows:
        return Waiting((), None)
    messages = [InboundMessage(row.id, row.account_id, open_body(db, row.id, row.body), row.created_at) for row in rows]
    return Waiting(messages, db.execute(_QUESTION, {"conversation_id": conversation_id}).scalar())


def has_waiting(db: Connection, conversation_id: str) -> bool:
    return db.execute(_WAITING.limit(1), {"conversation_id": conversation_id}).first() is not None


def is_idle(db: Connection, conversation_id: str) -> bool:
    """Whether everything said in the conversation is answered, and every answer is out."""
    busy = text("message.state IN ('new', 'queued', 'sending')")
    query = select(message.c.id).where(message.c.conversation_id == conversation_id, busy).limit(1)
    return db.execute(query).first() is None


def settle_inbound(
    db: Connection,
    now: datetime,
    messages: Sequence[InboundMessage],
    state: MessageState = MessageState.HANDLED,
    reason: str = "",
) -> None:
    """Marks them answered; raises LeaseLost when one of them already was, so that no effect happens twice."""
    ids = [each.id for each in messages]
    done = db.execute(_SETTLE, {"ids": ids, "to_state": state, "why": reason, "now": now})
    if done.rowcount != len(ids):
        raise LeaseLost(ids[0])


def abandoned_conversations(
    db: Connection, now: datetime, owner: str, *, quiet: timedelta, limit: int = 100
) -> list[str]:
    """Conversations in which somebody waits and nobody (but perhaps this owner) is answering."""
    values = {"now": now, "owner": owner, "before": now - quiet, "limit": limit}
    return list(db.execute(_ABANDONED, values).scalars())


def _lease(db: Connection, statement: Any, now: datetime, conversation_id: str, owner: str) -> bool:
    values = {"conversation_id": conversation_id, "owner": owner, "now": now, "until": now + CONVERSATION_LEASE}
    return bool(db.execute(statement, values).rowcount)


def _file_row(db: Connection, message_id: str, attached: Attachment, file: NewFile) -> dict[str, Any]:
    return {
        "id": attached.id,
        "message_id": message_id,
        "kind": file.kind,
        "mime": file.mime,
        "name": file.name,
        "size": len(file.content),
        "content": seal_bytes(db, "attachment.content", attached.id, file.content),
    }
