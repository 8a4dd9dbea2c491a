"""Another way to a guest: what cannot be said in one of their chats is said in another, and never in both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_, select, text, update

from crm.conversations.accounts import account, conversation, set_reachable
from crm.conversations.grants import end_grants, grant
from crm.conversations.messages import IS_OPEN, Message, MessageClass, MessageState, message
from crm.conversations.outbox import suppress_queued
from crm.conversations.recipients import CONSOLE
from crm.guests.profile import guest
from crm.store import Connection, Prepared

TOLD_ELSEWHERE = "told_elsewhere"

_here = account.alias("here")
_there = account.alias("there")
_chat = conversation.alias("chat")
_twin = message.alias("twin")
_is_by_grant = exists().where(grant.c.conversation_id == _chat.c.id)
_is_granted = exists().where(
    grant.c.conversation_id == _chat.c.id,
    grant.c.remaining > 0,
    grant.c.expires_at > bindparam("now"),
    or_(grant.c.only == "", grant.c.only == message.c.message_class),
)
# What was asked here is answered here: a reply alone is never told anywhere else.
_ELSEWHERE = (
    select(
        message.c.id,
        _chat.c.id.label("chat_id"),
        _chat.c.channel,
        exists()
        .where(
            _twin.c.conversation_id == _chat.c.id,
            _twin.c.about == message.c.about,
            _twin.c.created_at == message.c.created_at,
            text("twin.state IN ('queued', 'sending', 'sent')"),
        )
        .label("is_told"),
    )
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .join(_here, _here.c.id == conversation.c.account_id)
    .join(_there, and_(_there.c.guest_id == _here.c.guest_id, _there.c.id != _here.c.id))
    .join(_chat, _chat.c.account_id == _there.c.id)
    .join(guest, guest.c.id == _there.c.guest_id)
    .where(
        message.c.message_class != MessageClass.REPLY,
        _there.c.unreachable_since.is_(None),
        _chat.c.channel != CONSOLE,
        or_(~_is_by_grant, _is_granted),
    )
    .order_by(message.c.id, _chat.c.channel != guest.c.preferred_channel, _chat.c.last_inbound_at.desc().nulls_last())
)
_OF_MESSAGES = Prepared(_ELSEWHERE.where(message.c.id.in_(bindparam("ids", expanding=True))))
_QUEUED_IN = Prepared(
    select(message.c.id).where(
        message.c.conversation_id == bindparam("conversation_id"), text(IS_OPEN), text("state = 'queued'")
    )
)
_TAKE_BACK = Prepared(
    update(Message)
    .where(
        message.c.conversation_id == bindparam("at"),
        message.c.external_id == bindparam("platform_id"),
        text("state = 'sent'"),
    )
    .values(state=MessageState.FAILED, reason=bindparam("why"), settled_at=bindparam("now"))
    .returning(message.c.id)
)
_MOVE = Prepared(
    update(Message)
    .where(message.c.id == bindparam("moved_id"))
    .values(
        conversation_id=bindparam("to_chat"),
        moved_from=message.c.conversation_id,
        channel=bindparam("to_channel"),
        state=bindparam("to_state"),
        reason=bindparam("why"),
        due_at=bindparam("now"),
        settled_at=bindparam("settled"),
    )
)


def elsewhere(db: Connection, now: datetime, message_ids: Sequence[str]) -> set[str]:
    """Queues these messages in the preferred other chat of their guest, or the one where they were last heard.

    Returns the ids of those that have one. What everybody who asked was told is not told twice to somebody with two
    chats.
    """
    best: dict[str, Any] = {}
    if message_ids:
        for row in _OF_MESSAGES.all(db, {"ids": list(message_ids), "now": now}):
            best.setdefault(row.id, row)
    _MOVE.write(
        db,
        *(
            {
                "moved_id": each.id,
                "to_chat": each.chat_id,
                "to_channel": each.channel,
                "to_state": MessageState.SUPPRESSED if each.is_told else MessageState.QUEUED,
                "why": TOLD_ELSEWHERE if each.is_told else "",
                "now": now,
                "settled": now if each.is_told else None,
            }
            for each in best.values()
        ),
    )
    return set(best)


def take_back(db: Connection, now: datetime, conversation_id: str, external_id: str, reason: str) -> None:
    """The platform tells that what it had taken did not arrive after all: it is said elsewhere, or shown as failed."""
    values = {"at": conversation_id, "platform_id": external_id, "why": reason, "now": now}
    elsewhere(db, now, _TAKE_BACK.scalars(db, values) if external_id else [])


def leave_chat(
    db: Connection, now: datetime, conversation_id: str, account_id: str | None, failed: Sequence[str] = ()
) -> None:
    """The person does not want to hear from us here: what waits is said elsewhere, or not at all.

    `failed` are the ids of messages that found it out.
    """
    if account_id:
        set_reachable(db, account_id, now)
    end_grants(db, conversation_id)
    elsewhere(db, now, [*failed, *_QUEUED_IN.scalars(db, {"conversation_id": conversation_id})])
    suppress_queued(db, now, conversation_id, "blocked")
