"""Taking queued messages out: claimed under a lease, within the rates; settlements.py is how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, select, text, update

from crm.conversations.accounts import conversation
from crm.conversations.grants import Permission
from crm.conversations.messages import (
    AT_LEAST_ONCE,
    Body,
    Message,
    MessageClass,
    MessageState,
    message,
    open_body,
)
from crm.conversations.rates import Allowance, RateLimit
from crm.encryption import KeyringError
from crm.store import Connection, Prepared

SEND_LEASE = timedelta(seconds=30)
POSTPONED_FROM = 0.5  # seconds; a chat that must wait so long makes room for others in the next claim


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message this owner may send until the lease ends. `attempt` is the fence: a later claim has a higher one.

    Where the house speaks by grant, `grants` were spent for it, one for each send, and `also` are messages that go out
    with it, in its body.
    """

    id: str
    conversation_id: str
    account_id: str | None
    channel: str
    address: str
    body: Body
    language: str
    message_class: MessageClass
    attempt: int
    created_at: datetime
    grants: Sequence[Permission] = ()
    also: Sequence[Claimed] = ()

    @property
    def all(self) -> Sequence[Claimed]:
        return (self, *self.also)

    @property
    def strictest(self) -> MessageClass:
        """What holds for its words taken together: what may be said once only, else a reply, else what it is."""
        classes = [each.message_class for each in self.all]
        once = (each for each in classes if each not in AT_LEAST_ONCE)
        return next(once, MessageClass.REPLY if MessageClass.REPLY in classes else self.message_class)


@dataclass(frozen=True, slots=True)
class Claim:
    """The messages claimed, and the seconds until a rate limit lets more go (None when nothing waits for one)."""

    messages: Sequence[Claimed]
    wait: float | None = None


EARLIER = message.alias("earlier")  # of the same conversation, still to be said
IS_EARLIER = and_(
    EARLIER.c.conversation_id == message.c.conversation_id, text("earlier.state IN ('queued', 'sending')")
)
DUE = (
    select(
        message.c.id,
        message.c.conversation_id,
        conversation.c.account_id,
        message.c.channel,
        conversation.c.address,
        message.c.body,
        message.c.language,
        message.c.message_class,
        message.c.attempts,
        message.c.created_at,
    )
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .where(
        text("message.state = 'queued'"),
        message.c.channel == bindparam("channel"),
        message.c.due_at <= bindparam("now"),
        message.c.expires_at > bindparam("now"),
    )
    .order_by(message.c.rank, message.c.due_at)
    .limit(bindparam("limit"))
)
_DUE_ANYWHERE = DUE.where(~exists().where(IS_EARLIER, EARLIER.c.id < message.c.id)).with_for_update(
    of=message, skip_locked=True
)
_DUE_AT_ADDRESSES = Prepared(_DUE_ANYWHERE.where(conversation.c.address.in_(bindparam("addresses", expanding=True))))
_DUE = Prepared(_DUE_ANYWHERE)
_CLAIM = Prepared(
    update(Message)
    .where(message.c.id == bindparam("claimed_id"))
    .values(
        state=MessageState.SENDING.value,
        attempts=message.c.attempts + 1,
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
    )
)
_POSTPONE = Prepared(update(Message).where(message.c.id == bindparam("postponed_id")).values(due_at=bindparam("due")))


def claim_due(
    db: Connection,
    now: datetime,
    owner: str,
    *,
    channel: str,
    addresses: frozenset[str] | None,
    rates: Callable[[str], Sequence[RateLimit]],
    limit: int,
) -> Claim:
    """Takes due messages of a channel, at most one of each conversation, within its rate limits.

    `addresses` restricts the claim to conversations this process can reach. `rates` gives the limits of an address.
    """
    query, values = _DUE, {"channel": channel, "now": now, "limit": limit}
    if addresses is not None:
        query, values = _DUE_AT_ADDRESSES, {**values, "addresses": sorted(addresses)}
    due = [each for row in query.all(db, values) if (each := try_open(db, now, row))]
    if not due:
        return Claim(())
    limits = {each.id: rates(each.address) for each in due}
    allowance = Allowance(db, now, [limit for each in limits.values() for limit in each])
    waits = {each.id: allowance.try_spend(limits[each.id]) for each in due}
    allowance.save(db)
    _postpone(db, now, waits)
    taken = [each for each in due if waits[each.id] == 0.0]
    take(db, now, owner, taken)
    return Claim(taken, min((wait for wait in waits.values() if wait > 0), default=None))


def take(db: Connection, now: datetime, owner: str, claimed: Sequence[Claimed]) -> None:
    """They are this owner's to send until the lease ends."""
    lease = {"owner": owner, "until": now + SEND_LEASE}
    _CLAIM.write(db, *({"claimed_id": each.id, **lease} for each in claimed))


def _postpone(db: Connection, now: datetime, waits: Mapping[str, float]) -> None:
    long = {message_id: wait for message_id, wait in waits.items() if wait >= POSTPONED_FROM}
    rows = [{"postponed_id": each, "due": now + timedelta(seconds=wait)} for each, wait in long.items()]
    _POSTPONE.write(db, *rows)


def try_open(db: Connection, now: datetime, row: Any) -> Claimed | None:
    """None when it cannot be read: that one fails, and must not hold up all others."""
    try:
        return _claimed(db, row)
    except KeyringError:
        failed = {"state": MessageState.FAILED, "reason": "unreadable", "settled_at": now}
        db.execute(update(Message).where(message.c.id == row.id).values(**failed))
        return None


def _claimed(db: Connection, row: Any) -> Claimed:
    return Claimed(
        id=row.id,
        conversation_id=row.conversation_id,
        account_id=row.account_id,
        channel=row.channel,
        address=row.address,
        body=open_body(db, row.id, row.body),
        language=row.language,
        message_class=MessageClass(row.message_class),
        attempt=row.attempts + 1,
        created_at=row.created_at,
    )
