"""What becomes of a mass send: drafted, started once, carried by messages of the queue, over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, insert, select, text, update

from crm.broadcasts.mass_sends import MassSend, MassSendMessage, Send, SendState, Tell, To, mass_send
from crm.conversations.accounts import Conversation, conversation
from crm.conversations.messages import Body, Message, MessageClass, MessageState, NewMessage, message
from crm.conversations.outbox import queue_messages
from crm.encryption import seal
from crm.store import Connection, Prepared, insert_once, new_id

ADDRESS = "everybody"  # whom a message is for is looked up when it is sent

_c = mass_send.c
_STEP = Prepared(
    update(MassSend)
    .where(_c.id == bindparam("of"), _c.state == bindparam("before"))
    .values(state=bindparam("after"), started_at=bindparam("now"), look_at=bindparam("look"))
)
_OVER = Prepared(
    update(MassSend)
    .where(_c.id == bindparam("of"), _c.state != SendState.OVER.value)
    .values(
        state=SendState.OVER.value,
        reason=bindparam("why"),
        look_at=None,
        remind_at=None,
        tell=Tell.OVER.value,
        tell_at=bindparam("now"),
    )
)
_CHAT = Prepared(
    select(conversation.c.id).where(
        conversation.c.channel == bindparam("channel"), conversation.c.address == bindparam("address")
    )
)


def draft_send(
    db: Connection, now: datetime, property_id: str, author_id: str, words: str, to: To, people: int | None = None
) -> str:
    """Writes it down; who has not yet been counted, with `people` None, is counted by the bot. Returns its id."""
    send_id = new_id(now)
    row = {"property_id": property_id, "author_id": author_id, "created_at": now, "channel": to}
    state = SendState.COUNTING if people is None else SendState.COUNTED
    row |= {"people": people or 0, "look_at": now if people is None else None, "state": state}
    db.execute(insert(MassSend), row | {"id": send_id, "words": seal(db, "mass_send.words", send_id, words)})
    return send_id


def try_start(db: Connection, now: datetime, send: Send, look_at: datetime) -> bool:
    """False where it was started before, or is not counted yet."""
    step = {"of": send.id, "before": SendState.COUNTED, "after": SendState.STARTED}
    return _STEP.change(db, {**step, "now": now, "look": look_at}) == 1


def queue_batch(db: Connection, now: datetime, send: Send, words: str, language: str, people: int) -> str:
    """A message to so many of those it is for; returns its id."""
    new = NewMessage(sending_chat(db, now, send.channel), send.channel, language, Body(words))
    return queue_carrier(db, now, send, new, people)


def queue_carrier(db: Connection, now: datetime, send: Send, new: NewMessage, people: int = 1) -> str:
    """The message carries the send."""
    new = NewMessage(new.conversation_id, new.channel, new.language, new.body, MessageClass.BROADCAST)
    (message_id,) = queue_messages(db, now, [new])
    db.execute(insert(MassSendMessage), {"message_id": message_id, "send_id": send.id, "people": people})
    return message_id


def try_end(db: Connection, now: datetime, send: Send, reason: str, waiting: MessageState = MessageState.SENT) -> bool:
    """`waiting` is what becomes of a message that members have not all confirmed. False where it was over before."""
    if _OVER.change(db, {"of": send.id, "why": reason, "now": now}) == 0:
        return False
    ids = [each.id for each in send.batches]
    waits = (message.c.id.in_(ids), text("state = 'awaiting_confirmation'"))
    db.execute(update(Message).where(*waits).values(state=waiting, reason=reason, settled_at=now))
    return True


def sending_chat(db: Connection, now: datetime, channel: To) -> str:
    """The conversation with all of them at once, which is nobody's."""
    there = {"channel": channel, "address": ADDRESS}
    insert_once(db, Conversation, {"id": new_id(now), **there, "account_id": None}, "channel,address")
    return str(_CHAT.scalar(db, there))
