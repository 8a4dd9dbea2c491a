"""Inbound messages: recorded once, waiting under their conversation's lease, handled or quarantined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, case, exists, func, or_, select, text, update

from crm.conversations.accounts import LOCKED, Conversation, Place, conversation, lock_conversation
from crm.conversations.attachments import Content, show, store_files
from crm.conversations.handoffs import taken_in
from crm.conversations.messages import (
    Body,
    InboundMessage,
    Message,
    MessageClass,
    MessageState,
    message,
    seal_body,
)
from crm.conversations.questions import seal_question
from crm.encryption import seal_bytes
from crm.errors import LeaseLost, VoiceChanged
from crm.store import Connection, Prepared, Utc, insert_once, new_id

CONVERSATION_LEASE = timedelta(seconds=15)

IS_NEW = text("message.state = 'new'")
_FIRST = Prepared(
    select(message.c.id)
    .where(message.c.conversation_id == bindparam("conversation_id"), IS_NEW)
    .order_by(message.c.id)
    .limit(1)
)
_LEASE_FREE = or_(
    conversation.c.lease_owner.is_(None),
    conversation.c.lease_owner == bindparam("owner"),
    conversation.c.lease_until < bindparam("now"),
)
_TAKE_LEASE = Prepared(
    update(Conversation)
    .where(conversation.c.id == bindparam("conversation_id"), _LEASE_FREE)
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
)
# Whoever holds the lease, the row is locked: the holder, about to release it, then waits and sees the new message.
_HEAR = Prepared(
    update(Conversation)
    .where(conversation.c.id == bindparam("conversation_id"))
    .values(
        last_inbound_at=bindparam("now"),
        lease_owner=case((_LEASE_FREE, bindparam("owner", type_=String)), else_=conversation.c.lease_owner),
        lease_until=case((_LEASE_FREE, bindparam("until", type_=Utc)), else_=conversation.c.lease_until),
    )
    .returning(conversation.c.lease_owner)
)
_HELD = Prepared(LOCKED.where(conversation.c.lease_owner == bindparam("owner")))
_SETTLED = (
    update(Message)
    .where(message.c.id == bindparam("message_id"), IS_NEW)
    .values(state=bindparam("to_state"), reason=bindparam("why"), settled_at=bindparam("now"))
)
_SETTLE = Prepared(_SETTLED)
_TAKE_UP = Prepared(
    _SETTLED.where(
        exists().where(
            conversation.c.id == message.c.conversation_id, conversation.c.lease_owner == bindparam("owner")
        ),
        func.coalesce(taken_in(message.c.conversation_id), text("''")) == bindparam("voice"),
    )
)
_VOICE = Prepared(select(taken_in(bindparam("conversation_id"))))
_RELEASE = Prepared(
    update(Conversation)
    .where(
        conversation.c.id == bindparam("conversation_id"),
        conversation.c.lease_owner == bindparam("owner"),
        ~exists().where(message.c.conversation_id == bindparam("conversation_id"), IS_NEW),
    )
    .values(lease_owner=None, lease_until=None)
)
_SET_QUESTION = Prepared(
    update(Conversation)
    .where(conversation.c.id == bindparam("conversation_id"))
    .values(question=bindparam("new_question"))
)
_ABANDONED = Prepared(
    select(message.c.conversation_id)
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .where(IS_NEW, message.c.created_at <= bindparam("before"), _LEASE_FREE)
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
    files: Sequence[Content] = (),
    state: MessageState = MessageState.NEW,
) -> str | None:
    """Writes the message down with its files and returns its id, or None when the platform told it before."""
    message_id = new_id(now)
    row = {
        "id": message_id,
        "conversation_id": place.conversation_id,
        "account_id": place.account_id,
        "channel": channel,
        "direction": "in",
        "state": state,
        "message_class": MessageClass.REPLY,
        "rank": 0,
        "has_choices": False,
        "attempts": 0,
        "dedupe_key": dedupe_key,
        "body": seal_body(db, message_id, body),
        "raw": seal_bytes(db, "message.raw", message_id, raw) if raw else None,
        "created_at": now,
    }
    if not insert_once(db, Message, row, "dedupe_key"):
        return None
    if files:
        attachments = store_files(db, now, files)
        show(db, message_id, attachments)
        with_files = seal_body(db, message_id, replace(body, attachments=attachments))
        db.execute(update(Message).where(message.c.id == message_id).values(body=with_files))
    return message_id


def hear(db: Connection, now: datetime, conversation_id: str, owner: str) -> bool:
    """Notes that somebody spoke, and takes the conversation's lease when it is free; says whether this owner has it."""
    return bool(_HEAR.scalar(db, _lease(now, conversation_id, owner)) == owner)


def take_lease(db: Connection, now: datetime, conversation_id: str, owner: str) -> bool:
    return _TAKE_LEASE.change(db, _lease(now, conversation_id, owner)) == 1


def hold_lease(db: Connection, conversation_id: str, owner: str) -> None:
    """Locks the conversation for this transaction; raises LeaseLost when another process has taken it over."""
    if _HELD.first(db, {"conversation_id": conversation_id, "owner": owner}) is None:
        raise LeaseLost(conversation_id)


def take_up(
    db: Connection,
    now: datetime,
    conversation_id: str,
    owner: str,
    messages: Sequence[InboundMessage],
    state: MessageState = MessageState.HANDLED,
    reason: str = "",
    voice: str = "",
) -> None:
    """Locks the conversation for this transaction and marks its messages answered, all of them or none.

    `voice` is the handoff by which a colleague spoke there when they were read. Raises VoiceChanged when it is not so
    any more, LeaseLost when another process has taken it over or answered one of them: no effect happens twice.
    """
    lock_conversation(db, conversation_id)
    settled = {"owner": owner, "to_state": state, "why": reason, "now": now, "voice": voice}
    if _TAKE_UP.change(db, *({"message_id": each.id, **settled} for each in messages)) != len(messages):
        is_changed = (_VOICE.scalar(db, {"conversation_id": conversation_id}) or "") != voice
        raise VoiceChanged(conversation_id) if is_changed else LeaseLost(conversation_id)


def try_release_lease(db: Connection, conversation_id: str, owner: str) -> bool:
    """Gives the conversation up, unless something waits in it. Only after `hold_lease` or `take_up`."""
    return _RELEASE.change(db, {"conversation_id": conversation_id, "owner": owner}) == 1


def set_question(db: Connection, conversation_id: str, question: dict[str, Any] | None) -> None:
    """Leaves this one question open in the conversation, or none; sealed, for it may tell of somebody's health."""
    _SET_QUESTION.write(
        db, {"conversation_id": conversation_id, "new_question": seal_question(db, conversation_id, question)}
    )


def is_idle(db: Connection, conversation_id: str) -> bool:
    """Whether everything said in the conversation is answered, and every answer is out."""
    busy = text("message.state IN ('new', 'queued', 'sending')")
    query = select(message.c.id).where(message.c.conversation_id == conversation_id, busy).limit(1)
    return db.execute(query).first() is None


def quarantine_first(db: Connection, now: datetime, conversation_id: str, reason: str) -> None:
    """Sets the oldest waiting message aside without opening it."""
    first = _FIRST.scalar(db, {"conversation_id": conversation_id})
    _SETTLE.change(db, {"message_id": first, "to_state": MessageState.QUARANTINED, "why": reason, "now": now})


def abandoned_conversations(
    db: Connection, now: datetime, owner: str, *, quiet: timedelta, limit: int = 100
) -> list[str]:
    """Conversations in which somebody waits and nobody (but perhaps this owner) is answering."""
    values = {"now": now, "owner": owner, "before": now - quiet, "limit": limit}
    return _ABANDONED.scalars(db, values)


def _lease(now: datetime, conversation_id: str, owner: str) -> dict[str, Any]:
    return {"conversation_id": conversation_id, "owner": owner, "now": now, "until": now + CONVERSATION_LEASE}
