"""What follows from the outcome of a send: the state, when it is tried again, and what else is written down with it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.channels.base import MaybeSent, Moved, NoGrant, NotSent, Refused, Unreachable
from crm.conversations.claims import Claimed
from crm.conversations.fallback import leave_chat
from crm.conversations.grants import end_grant, give_back, spent_late
from crm.conversations.messages import MessageState, NewMessage
from crm.conversations.outbox import move_chat, queue_messages
from crm.conversations.settlements import Settlement, settle
from crm.errors import StoreUnavailable
from crm.store import Connection

log = structlog.get_logger("delivery")

LONGEST_BACKOFF = 15.0  # somebody is waiting; a platform that wants more time says so with its 429
BLOCKED, MOVED, NO_ANSWER = "blocked", "moved", "no_answer"


def settlement_of(claimed: Claimed, error: Exception, now: datetime) -> Settlement:
    """Of a message whose sending raised this. Grants that were not needed for it are given back."""
    again = _again(claimed, error, now)
    unspent = claimed.grants[1:]
    match error:
        case NotSent():
            return replace(again, unspent=claimed.grants)
        case MaybeSent() | TimeoutError():
            return replace(again, unspent=unspent, is_unsure=True)
        case Refused():
            return Settlement(claimed, MessageState.FAILED, again.reason, unspent=claimed.grants)
        case NoGrant():
            return replace(again, over=next(iter(claimed.grants), None), unspent=unspent)
        case Unreachable():
            return Settlement(claimed, MessageState.FAILED, BLOCKED)
        case Moved():
            return Settlement(claimed, MessageState.QUEUED, MOVED, error.address, now)
        case StoreUnavailable():
            return again
    log.error("a channel broke its contract", channel=claimed.channel, message=claimed.id, exc_info=error)
    return replace(again, reason=type(error).__name__)


def write_down(db: Connection, now: datetime, owner: str, settlements: Sequence[Settlement]) -> None:
    settle(db, now, owner, settlements)
    for each in settlements:
        claimed, chat = each.claimed, each.claimed.conversation_id
        if each.over is not None:
            end_grant(db, each.over)
        give_back(db, each.unspent)
        spent_late(db, each.used)
        if each.rest is not None:
            rest = NewMessage(chat, claimed.channel, claimed.language, each.rest, claimed.strictest)
            queue_messages(db, now, [rest])
        if each.reason == BLOCKED:  # what is left to be said goes elsewhere, too
            failed = [said.id for said in claimed.all] if each.state is MessageState.FAILED else []
            leave_chat(db, now, chat, claimed.account_id, failed)
        if each.reason == MOVED:
            move_chat(db, chat, each.external_id)


def _again(claimed: Claimed, error: Exception, now: datetime) -> Settlement:
    backoff = min(LONGEST_BACKOFF, 2.0 ** (claimed.attempt - 1)) * random.uniform(0.5, 1.0)  # noqa: S311
    seconds = error.retry_after if isinstance(error, NotSent) and error.retry_after else backoff
    due_at = now + timedelta(seconds=seconds)
    return Settlement(claimed, MessageState.QUEUED, str(error) or NO_ANSWER, due_at=due_at)
