"""Messages the house did not understand, for people who teach it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select, text

from crm.conversations.accounts import account
from crm.conversations.messages import IS_MISSED, message, open_body
from crm.store import Connection, Prepared

NOT_UNDERSTOOD, UNANSWERED = "not_understood", "unanswered"

_MISSED = Prepared(
    select(message.c.id, message.c.body, message.c.reason, account.c.staff_id.is_not(None))
    .join(account, account.c.id == message.c.account_id)
    .where(text(IS_MISSED))
    .order_by(message.c.id.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class MissedMessage:
    """`reason`: not_understood, or unanswered when a question was understood and no entry answers it."""

    text: str
    reason: str
    by_staff: bool


def missed_messages(db: Connection, limit: int) -> list[MissedMessage]:
    """The latest first."""
    return [
        MissedMessage(open_body(db, message_id, body).text, reason, bool(by_staff))
        for message_id, body, reason, by_staff in _MISSED.all(db, {"limit": limit})
    ]
