"""What a process that died held: given free at once when its death is certain, else when the lease ends; and what
was said too late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import case, select, text, union, update

from crm.conversations.accounts import Conversation, conversation
from crm.conversations.grants import NO_GRANT
from crm.conversations.inboxes import Inbox, inbox
from crm.conversations.messages import AT_LEAST_ONCE, Message, MessageState, message
from crm.store import Connection


def end_leases(db: Connection, now: datetime, is_dead: Callable[[str], bool]) -> int:
    """Ends every lease of an owner that is certainly dead, for the next sweep to find; returns how many such owners."""
    sending = text("message.state = 'sending'")
    owners = union(
        select(message.c.lease_owner).where(sending),
        select(conversation.c.lease_owner).where(conversation.c.lease_owner.is_not(None)),
        select(inbox.c.lease_owner).where(inbox.c.lease_owner.is_not(None)),
    )
    dead = [owner for owner in db.execute(owners).scalars() if owner and is_dead(owner)]
    if dead:
        ended = {"lease_until": datetime.fromtimestamp(0, now.tzinfo)}
        db.execute(update(Message).where(sending, message.c.lease_owner.in_(dead)).values(**ended))
        db.execute(update(Conversation).where(conversation.c.lease_owner.in_(dead)).values(**ended))
        db.execute(update(Inbox).where(inbox.c.lease_owner.in_(dead)).values(**ended))
    return len(dead)


def sweep_outbox(db: Connection, now: datetime) -> None:
    """What a dead process left is queued again, or uncertain when it may go out only once; what is too old expires."""
    left = (text("state = 'sending'"), message.c.lease_until < now)
    again = message.c.message_class.in_(AT_LEAST_ONCE)
    free = {"lease_owner": None, "lease_until": None}
    db.execute(update(Message).where(*left, again).values(state=MessageState.QUEUED, due_at=now, **free))
    uncertain = {"state": MessageState.UNCERTAIN, "reason": "process_died", "settled_at": now, **free}
    db.execute(update(Message).where(*left, ~again).values(**uncertain))
    old = (text("state = 'queued'"), message.c.expires_at < now)
    why = case((message.c.reason == NO_GRANT, NO_GRANT), else_="too_late")
    db.execute(update(Message).where(*old).values(state=MessageState.EXPIRED, reason=why, settled_at=now))
