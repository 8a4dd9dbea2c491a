"""The queue of what is to be said; claims.py takes it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text, update

from crm.conversations.accounts import move_conversation
from crm.conversations.attachments import show
from crm.conversations.messages import (
    LIFETIME,
    RANK,
    Message,
    MessageState,
    NewMessage,
    message,
    seal_body,
)
from crm.store import Connection, Prepared, new_id

DEFAULT_RANK = 1


_QUEUE = Prepared(insert(Message))


def queue_messages(db: Connection, now: datetime, messages: Sequence[NewMessage]) -> list[str]:
    """Writes messages down to be sent from now on, in this order within each conversation; never sends. Returns ids."""
    if not messages:
        return []
    rows = [_row(db, now, each) for each in messages]
    _QUEUE.write(db, *rows)
    for row, new in zip(rows, messages, strict=True):
        show(db, row["id"], new.body.attachments)
    return [row["id"] for row in rows]


def suppress_queued(db: Connection, now: datetime, conversation_id: str, reason: str) -> None:
    """What is queued for a conversation will not be said, and the reason stays visible."""
    queued = (message.c.conversation_id == conversation_id, text("state = 'queued'"))
    db.execute(update(Message).where(*queued).values(state=MessageState.SUPPRESSED, reason=reason, settled_at=now))


def move_chat(db: Connection, conversation_id: str, address: str) -> None:
    """The platform gave the chat a new address: what is queued is said there."""
    there = move_conversation(db, conversation_id, address)
    queued = (message.c.conversation_id == conversation_id, text("state = 'queued'"))
    if there != conversation_id:
        db.execute(update(Message).where(*queued).values(conversation_id=there))


def _row(db: Connection, now: datetime, new: NewMessage) -> dict[str, Any]:
    message_id = new_id(now)
    return {
        "id": message_id,
        "conversation_id": new.conversation_id,
        "channel": new.channel,
        "direction": "out",
        "state": MessageState.QUEUED,
        "message_class": new.message_class,
        "rank": RANK.get(new.message_class, DEFAULT_RANK),
        "body": seal_body(db, message_id, new.body),
        "has_choices": bool(new.body.choices),
        "language": new.language,
        "about": new.about,
        "reply_to": new.reply_to,
        "created_at": now,
        "due_at": now,
        "expires_at": now + LIFETIME,
        "attempts": 0,
    }
