"""The conversation log. It carries the state of every message, and is the queue of what is to be said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, bindparam, select
from sqlmodel import Field, SQLModel

from crm.encryption import seal, unseal
from crm.store import Connection, Prepared, Utc, partial_index, table


class MessageState(StrEnum):
    NEW = "new"
    HANDLED = "handled"
    QUARANTINED = "quarantined"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    UNCERTAIN = "uncertain"
    AWAITING_CONFIRMATION = "awaiting_confirmation"


class MessageClass(StrEnum):
    """Replies and service news are sent at least once, all others at most once."""

    REPLY = "reply"
    SERVICE = "service"
    CARE = "care"
    OFFER = "offer"
    BROADCAST = "broadcast"


AT_LEAST_ONCE = (MessageClass.REPLY, MessageClass.SERVICE)
RANK = {MessageClass.REPLY: 0, MessageClass.SERVICE: 0}  # whoever is talking is served before what was planned
LIFETIME = timedelta(hours=24)


# It names no column that questions compare with a bound value: SQLite would plan each of them anew at every value.
IS_MISSED = "reason IN ('not_understood', 'unanswered')"
IS_OPEN = "state IN ('queued', 'sending')"
IS_UNDELIVERED = "state IN ('failed', 'suppressed', 'expired', 'uncertain')"


class Message(SQLModel, table=True):
    """One thing said, by either side. `body` seals text, buttons and attachments; `raw` what the platform sent."""

    __table_args__ = (
        Index("ix_message_of_conversation", "conversation_id", "id"),
        # With the state in it SQLite prefers it to the index of the whole conversation, however long that is.
        partial_index("ix_message_new", "conversation_id", "state", "id", where="state = 'new'"),
        partial_index("ix_message_queued", "channel", "rank", "due_at", where="state = 'queued'"),
        partial_index("ix_message_open", "conversation_id", "id", where=IS_OPEN),
        partial_index("ix_message_sending", "lease_until", where="state = 'sending'"),
        partial_index("ix_message_awaiting", "id", where="state = 'awaiting_confirmation'"),
        partial_index("ix_message_missed", "id", where=IS_MISSED),
        partial_index("ix_message_undelivered", "conversation_id", "id", where=IS_UNDELIVERED),
        partial_index("ix_message_undelivered_since", "settled_at", where=IS_UNDELIVERED),
        partial_index("ix_message_moved", "moved_from", "id", where="moved_from IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    account_id: str | None = Field(default=None, foreign_key="account.id")
    channel: str
    direction: str
    state: str
    message_class: str
    rank: int = 0
    dedupe_key: str | None = Field(default=None, unique=True)
    body: bytes
    has_choices: bool = False
    raw: bytes | None = None
    language: str = ""  # nothing while it is still to be put into the language of whoever hears it
    about: str | None = Field(default=None, index=True)  # the service request it concerns
    reply_to: str | None = None
    moved_from: str | None = None  # the conversation of the same guest where it could not be said
    created_at: datetime = Field(sa_type=Utc)
    due_at: datetime | None = Field(default=None, sa_type=Utc)
    expires_at: datetime | None = Field(default=None, sa_type=Utc)
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    attempts: int = 0
    external_id: str = ""
    reason: str = ""
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    seen_at: datetime | None = Field(default=None, sa_type=Utc)


message = table(Message)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message; its bytes are in attachments.py."""

    id: str
    kind: str
    mime: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button as stored: pressing it makes the call `intent(slots)`."""

    label: str
    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says: text, buttons and attachments; inbound also the token of the button pressed.

    `into` is the language it is still to be put into before it is sent; `large`: whoever reads it wants large type;
    `asks_consent`: whoever reads it may agree to be written to later.
    """

    text: str = ""
    choices: Sequence[Choice] = ()
    attachments: Sequence[Attachment] = ()
    button: str = ""
    into: str = ""
    large: bool = False
    asks_consent: bool = False


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """An inbound message that waits to be answered."""

    id: str
    account_id: str
    body: Body
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewMessage:
    """An outbound message to be queued."""

    conversation_id: str
    channel: str
    language: str
    body: Body
    message_class: MessageClass = MessageClass.REPLY
    about: str | None = None
    reply_to: str | None = None


_BODY = Prepared(
    select(message.c.body).where(
        message.c.id == bindparam("message_id"), message.c.conversation_id == bindparam("conversation_id")
    )
)


def choice_token(message_id: str, index: int) -> str:
    """What a button carries through the platform; it tells nothing and works in its own conversation only."""
    return f"{message_id}:{index}"


def find_choice(db: Connection, conversation_id: str, token: str) -> Choice | None:
    """The choice behind a pressed button, however old; None when no such button was shown in this conversation."""
    message_id, _, index = token.partition(":")
    sealed = _BODY.scalar(db, {"message_id": message_id, "conversation_id": conversation_id})
    choices = open_body(db, message_id, sealed).choices if sealed else ()
    return choices[int(index)] if index.isdecimal() and int(index) < len(choices) else None


def seal_body(db: Connection, message_id: str, body: Body) -> bytes:
    parts = {
        "text": body.text,
        "choices": [{"label": each.label, "intent": each.intent, "slots": each.slots} for each in body.choices],
        "attachments": [asdict(each) for each in body.attachments],
        "button": body.button,
        "into": body.into,
        "large": body.large,
        "asks_consent": body.asks_consent,
    }
    packed = {key: value for key, value in parts.items() if value}
    sealed = seal(db, "message.body", message_id, _ENCODE(packed))
    assert sealed is not None
    return sealed


def open_body(db: Connection, message_id: str, sealed: bytes) -> Body:
    packed = _DECODE(unseal(db, "message.body", message_id, sealed) or "{}")
    return Body(
        text=packed.get("text", ""),
        choices=tuple(Choice(**choice) for choice in packed.get("choices", ())),
        attachments=tuple(Attachment(**attachment) for attachment in packed.get("attachments", ())),
        button=packed.get("button", ""),
        into=packed.get("into", ""),
        large=packed.get("large", False),
        asks_consent=packed.get("asks_consent", False),
    )


def pack(value: Any) -> Any:
    """A slot value as JSON can hold it; instants keep their zone's offset."""
    return json.loads(_ENCODE(value))


def unpack(value: Any) -> Any:
    return _DECODE(json.dumps(value))


def pack_files(files: Sequence[Attachment]) -> list[list[str]]:
    """Files as a slot or a column can hold them."""
    return [[each.id, each.kind, each.mime, each.name] for each in files]


def unpack_files(packed: Sequence[Sequence[str]] | None) -> list[Attachment]:
    """The same files again; none of nothing."""
    return [Attachment(*each) for each in packed or ()]


def _pack(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a slot cannot hold {type(value).__name__}")


def _unpack(value: dict[str, Any]) -> Any:
    if "$instant" in value:
        return datetime.fromisoformat(value["$instant"])
    if "$date" in value:
        return date.fromisoformat(value["$date"])
    return value


_ENCODE = json.JSONEncoder(ensure_ascii=False, default=_pack).encode
_DECODE = json.JSONDecoder(object_hook=_unpack).decode
