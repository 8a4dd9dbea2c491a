"""Who has agreed to be written to with news and offers: each in a chat of theirs, and until they say that it is enough.

Nobody agrees by being silent. What a guest has ended ends in all their chats, and what is queued for them with it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, or_, select, text, update
from sqlmodel import Field, SQLModel

from crm.conversations.accounts import account, conversation
from crm.conversations.messages import IS_OPEN, Message, MessageClass, MessageState, message
from crm.store import Connection, Prepared, Utc, insert_once, table

OFFERS = "offers"
WITHDRAWN = "withdrawn"  # the reason of what is not said any more
UNASKED = (MessageClass.OFFER, MessageClass.BROADCAST)


class Consent(SQLModel, table=True):
    """What was agreed to in a chat, and by which message; `ended_at` once it is withdrawn."""

    topic: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True, foreign_key="account.id")
    agreed_at: datetime | None = Field(default=None, sa_type=Utc)
    agreed_by: str = ""  # the id of the message that said so
    ended_at: datetime | None = Field(default=None, sa_type=Utc)


consent = table(Consent)

IS_AGREED = (consent.c.agreed_at.is_not(None), consent.c.ended_at.is_(None))
_OWN = (consent.c.topic == OFFERS, consent.c.account_id == bindparam("of"))
_AGREE = Prepared(
    update(Consent).where(*_OWN).values(agreed_at=bindparam("now"), agreed_by=bindparam("said_in"), ended_at=None)
)
_END = Prepared(update(Consent).where(*_OWN).values(ended_at=bindparam("now")))
_HAS_AGREED = Prepared(
    select(consent.c.account_id)
    .join(conversation, conversation.c.account_id == consent.c.account_id)
    .where(conversation.c.id == bindparam("chat"), consent.c.topic == OFFERS, *IS_AGREED)
)
_ENDED = Prepared(
    select(account.c.external_id)
    .join(consent, consent.c.account_id == account.c.id)
    .where(consent.c.topic == OFFERS, consent.c.ended_at.is_not(None), account.c.channel == bindparam("channel"))
)
_me = account.alias("me")
_MINE = Prepared(
    select(account.c.id)
    .join(_me, or_(_me.c.id == account.c.id, _me.c.guest_id == account.c.guest_id))
    .where(_me.c.id == bindparam("of"))
    .order_by(account.c.id)
)


def agree(db: Connection, now: datetime, account_id: str, inbound_id: str) -> None:
    """From now on, in the chat of this account."""
    said = {"of": account_id, "now": now, "said_in": inbound_id}
    if not _AGREE.change(db, said):
        row = {"topic": OFFERS, "account_id": account_id, "agreed_at": now, "agreed_by": inbound_id, "ended_at": None}
        insert_once(db, Consent, row, "topic,account_id")


def withdraw(db: Connection, now: datetime, account_id: str) -> None:
    """In all chats of whoever has this account, whether they had agreed or not; what waits there is not said."""
    accounts = _MINE.scalars(db, {"of": account_id})
    for each in accounts:
        if not _END.change(db, {"of": each, "now": now}):
            row = {"topic": OFFERS, "account_id": each, "agreed_at": None, "agreed_by": "", "ended_at": now}
            insert_once(db, Consent, row, "topic,account_id")
    chats = select(conversation.c.id).where(conversation.c.account_id.in_(accounts))
    waits = (message.c.conversation_id.in_(chats), text(IS_OPEN), text("state = 'queued'"))
    unsaid = {"state": MessageState.SUPPRESSED, "reason": WITHDRAWN, "settled_at": now}
    db.execute(update(Message).where(*waits, message.c.message_class.in_(UNASKED)).values(**unsaid))


def ended_on(db: Connection, channel: str) -> set[str]:
    """Whoever wants no more of it, by their ids on a channel."""
    return set(_ENDED.scalars(db, {"channel": channel}))


def has_agreed(db: Connection, conversation_id: str) -> bool:
    """Whoever this chat is with."""
    return _HAS_AGREED.scalar(db, {"chat": conversation_id}) is not None
