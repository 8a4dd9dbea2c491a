"""Whom a mass send of the official account reaches: who follows it, has agreed to be written to, and had no four yet.

They are read by the page, in the order of their accounts, and each page becomes one message. Who had how many this
month is counted by what we sent: what else the account sends is known to the platform alone, which filters by it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, bindparam, delete, exists, func, insert, select, text, update
from sqlmodel import Field, SQLModel

from crm.broadcasts.mass_sends import (
    Batch,
    MassSend,
    MassSendMessage,
    Send,
    SendState,
    To,
    mass_send,
    mass_send_message,
)
from crm.broadcasts.results import try_note_result
from crm.broadcasts.send_steps import queue_batch, queue_carrier, sending_chat
from crm.conversations.accounts import account, conversation, lock_conversation
from crm.conversations.consents import IS_AGREED, OFFERS, consent
from crm.conversations.messages import Body, Message, NewMessage, message
from crm.store import Connection, Prepared, Utc, table

ACCOUNTS = "wechat"  # the channel on which followers talk with us
A_MONTH = 4
MOST_AT_ONCE = 10_000  # in one message; two is the least
ASKED_AGAIN = timedelta(seconds=70)  # the platform wants a minute between two with the same number
KNOWN_FOR = timedelta(hours=20)  # of the 24 hours within which the platform refuses what it was sent before
MOST_TRIES = 5


class MassSendRecipient(SQLModel, table=True):
    """Somebody a send is for, once, with whatever accounts; `message_id` carries it to them."""

    __tablename__ = "mass_send_recipient"
    __table_args__ = (
        Index("ix_mass_send_recipient_of_account", "account_id", "sent_at"),
        Index("ix_mass_send_recipient_of_message", "message_id"),
    )

    send_id: str = Field(primary_key=True, foreign_key="mass_send.id")
    person: str = Field(primary_key=True)  # the guest, or the account of who is not known to be one
    account_id: str = Field(foreign_key="account.id")
    message_id: str = Field(foreign_key="message.id")
    sent_at: datetime = Field(sa_type=Utc)


@dataclass(frozen=True, slots=True)
class Audience:
    """How many a send would reach, and how many not: they had theirs this month, or have not agreed."""

    people: int
    full: int
    not_agreed: int


recipient = table(MassSendRecipient)

_person = func.coalesce(account.c.guest_id, account.c.id)
_had = (
    select(func.count())
    .select_from(recipient)
    .join(message, message.c.id == recipient.c.message_id)
    .where(
        recipient.c.account_id == account.c.id,
        recipient.c.sent_at >= bindparam("since"),
        text("message.state NOT IN ('failed', 'expired', 'suppressed')"),
    )
    .correlate(account)
    .scalar_subquery()
)
_REACHED = (account.c.channel == ACCOUNTS, account.c.unreachable_since.is_(None), account.c.staff_id.is_(None))
_AGREED = (
    select(account.c.id, _person.label("person"), account.c.language)
    .select_from(consent)
    .join(account, account.c.id == consent.c.account_id)
    .where(consent.c.topic == OFFERS, *IS_AGREED, *_REACHED)
)
_PAGE = Prepared(
    _AGREED.where(
        consent.c.account_id > bindparam("after"),
        _had < A_MONTH,
        ~exists().where(recipient.c.send_id == bindparam("of"), recipient.c.person == _person),
    )
    .order_by(consent.c.account_id)
    .limit(bindparam("limit"))
)
_agreed, _open = _AGREED.subquery(), _AGREED.where(_had < A_MONTH).subquery()
_COUNTS = Prepared(
    select(
        select(func.count(_open.c.person.distinct())).scalar_subquery().label("people"),
        select(func.count(_agreed.c.person.distinct())).scalar_subquery().label("agreed"),
        select(func.count(_person.distinct())).where(*_REACHED).scalar_subquery().label("followers"),
    )
)
_OF_MESSAGE = Prepared(
    select(account.c.id, account.c.external_id, account.c.language)
    .select_from(recipient)
    .join(account, account.c.id == recipient.c.account_id)
    .join(consent, consent.c.account_id == account.c.id)
    .where(recipient.c.message_id == bindparam("of"), consent.c.topic == OFFERS, *IS_AGREED, *_REACHED)
    .order_by(account.c.id)
)
_ADD = Prepared(insert(MassSendRecipient))
_GATHERED = Prepared(
    update(MassSend)
    .where(mass_send.c.id == bindparam("of"))
    .values(gathered_to=bindparam("to"), is_gathered=bindparam("done"))
)
_WAKE = Prepared(
    update(MassSend)
    .where(
        mass_send.c.look_at > bindparam("now"),
        mass_send.c.channel == To.FOLLOWERS.value,
        mass_send.c.state == SendState.STARTED.value,
        mass_send.c.is_gathered.is_(True),
    )
    .values(look_at=bindparam("now"))
)
_ASK_AGAIN = Prepared(
    update(Message)
    .where(message.c.id == bindparam("of"), text("state = 'uncertain'"))
    .values(state="queued", due_at=bindparam("due"), settled_at=None)
)
_CHAT = Prepared(
    select(conversation.c.id).where(conversation.c.account_id == bindparam("of"), conversation.c.channel == ACCOUNTS)
)


def count_followers(db: Connection, since: datetime) -> Audience:
    """`since` is when the month began."""
    row = _COUNTS.one(db, {"since": since})
    return Audience(row.people, row.agreed - row.people, row.followers - row.agreed)


def gather_page(db: Connection, now: datetime, send: Send, since: datetime, words: str, language: str) -> bool:
    """Queues it for the next ten thousand; False when there are no more."""
    lock_conversation(db, sending_chat(db, now, To.FOLLOWERS))  # two sends at once are still two of somebody's four
    asked = {"of": send.id, "after": send.gathered_to, "since": since, "limit": MOST_AT_ONCE}
    rows = _PAGE.all(db, asked)
    people = {row.person: row for row in reversed(rows)}
    if people:
        message_id = (
            queue_batch(db, now, send, words, language, len(people))
            if len(people) > 1
            else _queue_alone(db, now, send, words, rows[0])
        )
        row = {"send_id": send.id, "message_id": message_id, "sent_at": now}
        _ADD.write(db, *({**row, "person": person, "account_id": each.id} for person, each in people.items()))
    is_done = len(rows) < MOST_AT_ONCE
    _GATHERED.change(db, {"of": send.id, "to": rows[-1].id if rows else send.gathered_to, "done": is_done})
    return not is_done


def openids_of(db: Connection, message_id: str) -> list[str]:
    """Whom a message is for, without those who have left or withdrawn since it was queued."""
    return [row.external_id for row in _OF_MESSAGE.all(db, {"of": message_id})]


def send_alone(db: Connection, now: datetime, send: Send, batch: Batch, words: str) -> None:
    """Of a message's people but one is left, and it takes two: it is said in that one's own chat."""
    rows: Sequence[Any] = _OF_MESSAGE.all(db, {"of": batch.id})
    if len(rows) == 1:
        message_id = _queue_alone(db, now, send, words, rows[0])
        there = (recipient.c.message_id == batch.id, recipient.c.account_id == rows[0].id)
        db.execute(update(MassSendRecipient).where(*there).values(message_id=message_id))
    db.execute(delete(MassSendMessage).where(mass_send_message.c.message_id == batch.id))


def try_ask_again(db: Connection, now: datetime, batch: Batch) -> bool:
    """What may have arrived is sent once more while the platform knows it by its number, and refuses to repeat it."""
    if batch.channel != To.FOLLOWERS or batch.attempts >= MOST_TRIES or now - batch.created_at > KNOWN_FOR:
        return False
    return _ASK_AGAIN.change(db, {"of": batch.id, "due": now + ASKED_AGAIN}) == 1


def note_result(db: Connection, now: datetime, platform_id: str, status: str, counts: Mapping[str, int]) -> None:
    """Whoever waits for it looks at once."""
    if platform_id and try_note_result(db, now, platform_id, status, counts):
        _WAKE.change(db, {"now": now})


def _queue_alone(db: Connection, now: datetime, send: Send, words: str, person: Any) -> str:
    chat = str(_CHAT.scalar(db, {"of": person.id}))
    return queue_carrier(db, now, send, NewMessage(chat, ACCOUNTS, person.language, Body(words)))
