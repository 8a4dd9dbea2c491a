"""What did not reach a guest, or not where it was to, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text

from crm.conversations.accounts import account, conversation
from crm.conversations.consents import WITHDRAWN
from crm.conversations.fallback import TOLD_ELSEWHERE
from crm.conversations.grants import NO_GRANT
from crm.conversations.messages import IS_UNDELIVERED, MessageClass, MessageState, message, open_body
from crm.encryption import KeyringError
from crm.guests.profile import guest
from crm.properties.houses import room
from crm.stays.bookings import current_stay_id, stay
from crm.store import Connection, Prepared

MOVED = "moved"
_REASONS = {
    "blocked": "blocked",
    "unreadable": "unreadable",
    "attachment_missing": "attachment",
    "colleague_speaks": "colleague_speaks",
    TOLD_ELSEWHERE: TOLD_ELSEWHERE,
    WITHDRAWN: WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation of a guest; `unreachable_since` when the guest has blocked us there."""

    id: str
    channel: str
    unreachable_since: datetime | None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message to a guest that was not sent, or not certainly; `reason` as delivery wrote it down.

    What is still queued has been tried `attempts` times and is given up at `expires_at`.
    """

    id: str
    channel: str
    state: MessageState
    reason: str
    message_class: MessageClass
    about: str | None
    attempts: int
    created_at: datetime
    expires_at: datetime | None
    words: str

    @property
    def why(self) -> str:
        """One of the few words for it that people are told."""
        return why(self.state, self.reason, is_tried=self.attempts > 0)

    @property
    def was_heard(self) -> bool:
        """In another chat of the guest."""
        return self.why in (TOLD_ELSEWHERE, MOVED)


@dataclass(frozen=True, slots=True)
class Unreached:
    """A guest, with the room of their stay, and how many messages did not reach them."""

    guest_name: str
    room: str
    count: int


_CHATS = Prepared(
    select(conversation.c.id, conversation.c.channel, account.c.unreachable_since)
    .join(account, account.c.id == conversation.c.account_id)
    .where(account.c.guest_id == bindparam("guest_id"))
    .order_by(conversation.c.id)
)
_OUTBOUND = (
    select(
        message.c.id,
        message.c.channel,
        message.c.state,
        message.c.reason,
        message.c.message_class,
        message.c.about,
        message.c.attempts,
        message.c.created_at,
        message.c.expires_at,
        message.c.body,
    )
    .order_by(message.c.id.desc())
    .limit(bindparam("limit"))
)
_HERE = _OUTBOUND.where(message.c.conversation_id == bindparam("conversation_id"))
_GIVEN_UP = Prepared(_HERE.where(text(IS_UNDELIVERED)))
_UNDER_WAY = Prepared(_HERE.where(text("state IN ('queued', 'sending')")))
_MOVED = Prepared(_OUTBOUND.where(message.c.moved_from == bindparam("conversation_id"), text("state = 'sent'")))
_LAST_SENT = Prepared(
    select(message.c.settled_at)
    .where(message.c.conversation_id == bindparam("conversation_id"), text("state = 'sent'"))
    .order_by(message.c.id.desc())
    .limit(1)
)
_UNREACHED = Prepared(
    select(guest.c.name, room.c.number, func.count().label("count"))
    .select_from(message)
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .join(account, account.c.id == conversation.c.account_id)
    .join(stay, stay.c.id == current_stay_id(account.c.guest_id, account.c.own_guest_id))
    .join(guest, guest.c.id == stay.c.guest_id)
    .outerjoin(room, room.c.id == stay.c.room_id)
    .where(
        text(IS_UNDELIVERED.replace("state", "message.state")),
        message.c.reason != TOLD_ELSEWHERE,
        message.c.reason != WITHDRAWN,
        message.c.settled_at >= bindparam("since"),
        stay.c.property_id == bindparam("property_id"),
    )
    .group_by(guest.c.id, guest.c.name, room.c.number)
    .order_by(room.c.number, guest.c.name)
)


def why(state: MessageState, reason: str, *, is_tried: bool = False) -> str:
    """Of a message that was not sent where it was to be; what a platform said of a refusal is in the log."""
    match state:
        case MessageState.SENT:
            return MOVED
        case MessageState.QUEUED | MessageState.SENDING:
            return "waiting" if reason == NO_GRANT else "trying" if is_tried else "queued"
        case MessageState.EXPIRED:
            return "unanswered" if reason == NO_GRANT else "expired"
        case MessageState.UNCERTAIN:
            return "uncertain"
    return _REASONS.get(reason, "refused")


def chats_of(db: Connection, guest_id: str) -> list[Chat]:
    return [Chat(*row) for row in _CHATS.all(db, {"guest_id": guest_id})]


def undelivered(db: Connection, chats: Sequence[Chat], limit: int) -> list[Undelivered]:
    """The latest first, and of each chat at most so many of those given up, still under way, or sent elsewhere."""
    rows = [
        row
        for chat in chats
        for query in (_GIVEN_UP, _UNDER_WAY, _MOVED)
        for row in query.all(db, {"conversation_id": chat.id, "limit": limit})
    ]
    return [_undelivered(db, row) for row in sorted(rows, key=lambda row: str(row.id), reverse=True)[:limit]]


def find_last_sent(db: Connection, chats: Sequence[Chat]) -> datetime | None:
    """When something last went out to the guest."""
    sent = [_LAST_SENT.scalar(db, {"conversation_id": chat.id}) for chat in chats]
    return max((at for at in sent if at is not None), default=None)


def unreached_guests(db: Connection, property_id: str, since: datetime) -> list[Unreached]:
    """Guests who stay here or are to come, and were not reached by something that was given up since then."""
    rows = _UNREACHED.all(db, {"property_id": property_id, "since": since})
    return [Unreached(row.name, row.number or "", row.count) for row in rows]


def _undelivered(db: Connection, row: Any) -> Undelivered:
    return Undelivered(
        id=row.id,
        channel=row.channel,
        state=MessageState(row.state),
        reason=row.reason,
        message_class=MessageClass(row.message_class),
        about=row.about,
        attempts=row.attempts,
        created_at=row.created_at,
        expires_at=row.expires_at,
        words=_words(db, row),
    )


def _words(db: Connection, row: Any) -> str:
    """Nothing where they cannot be read: that may be why the message failed."""
    try:
        return open_body(db, row.id, row.body).text
    except KeyringError:
        return ""
