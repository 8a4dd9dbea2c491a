"""What waits in a conversation to be answered, with all that a turn must know of it, in one question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, select, text

from crm.conversations.accounts import (
    SPEAKER_COLUMNS,
    Place,
    Speaker,
    account,
    conversation,
    make_speaker,
    with_stay,
)
from crm.conversations.alarms import heard_in
from crm.conversations.handoffs import in_front_of, taken_in
from crm.conversations.inbound import IS_NEW
from crm.conversations.messages import Choice, InboundMessage, message, open_body
from crm.conversations.questions import open_question
from crm.properties.knowledge import VERSION
from crm.store import Connection, Prepared

BATCH = 50


@dataclass(frozen=True, slots=True)
class Held:
    """The handoff of this turn: `is_here` of the guest who speaks, else the one in front of the colleague who does."""

    handoff_id: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a conversation, from whom, the question that is open there (a packed handlers.turn.Question), and
    the buttons of what was said last there: nobody means older ones when typing "2". `knowledge_version` grows whenever
    what houses tell about themselves changes. `held` is there while a guest and a colleague talk, `alarm` is the id of
    the guest's own while their words go to everybody who was called.
    """

    messages: Sequence[InboundMessage]
    speaker: Speaker
    question: dict[str, Any] | None
    choices: Sequence[Choice]
    knowledge_version: int
    held: Held | None = None
    alarm: str = ""


_said_last = message.alias("said_last")
_out = message.alias("said")
_LAST = (
    select(_out.c.id)
    .where(_out.c.conversation_id == bindparam("conversation_id"), _out.c.direction == "out")
    .order_by(_out.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_WAITING = Prepared(
    with_stay(
        select(
            message.c.id,
            message.c.account_id,
            message.c.body,
            message.c.created_at,
            conversation.c.question,
            _said_last.c.id.label("said_id"),
            _said_last.c.body.label("said_body"),
            VERSION.label("knowledge_version"),
            taken_in(bindparam("conversation_id")).label("taken"),
            in_front_of(account.c.staff_id).label("in_front"),
            heard_in(message.c.conversation_id, account.c.guest_id, message.c.created_at).label("alarm"),
            *SPEAKER_COLUMNS,
        )
        .select_from(message)
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .join(account, account.c.id == message.c.account_id)
        .outerjoin(_said_last, and_(_said_last.c.id == _LAST, _said_last.c.has_choices))
    )
    .where(message.c.conversation_id == bindparam("conversation_id"), IS_NEW)
    .order_by(message.c.id)
    .limit(BATCH)
)


_ANYTHING = Prepared(select(message.c.id).where(text("message.state IN ('new', 'queued', 'sending')")).limit(1))


def is_anything_waiting(db: Connection) -> bool:
    """Whether anybody anywhere is still to be answered or told something."""
    return _ANYTHING.first(db, {}) is not None


def find_waiting(db: Connection, conversation_id: str) -> Waiting | None:
    """The unanswered messages, oldest first, at most BATCH of them, and the speaker of the first; None without any."""
    rows = _WAITING.all(db, {"conversation_id": conversation_id})
    if not rows:
        return None
    messages = [InboundMessage(row[0], row[1], open_body(db, row[0], row[2]), row[3]) for row in rows]
    _, account_id, _, _, question, said_id, said_body, version, taken, in_front, alarm, *speaker_columns = rows[0]
    choices = open_body(db, said_id, said_body).choices if said_id else ()
    speaker = make_speaker(db, Place(conversation_id, account_id), speaker_columns)
    if speaker.staff is None:
        in_front = None  # also of somebody who does not work here any more
    held = Held(taken or in_front, is_here=bool(taken)) if taken or in_front else None
    asked = open_question(db, conversation_id, question)
    return Waiting(messages, speaker, asked, choices, int(version), held, alarm or "")
