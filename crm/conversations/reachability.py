"""Where a guest can be reached now, and why not: each of their chats, with what the house may say there.

A guest who said so is reached in the chat they prefer, as long as it can be done; else where they wrote last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, or_, select

from crm.conversations.accounts import account, conversation
from crm.conversations.grants import TEMPLATE, grant
from crm.conversations.messages import MessageClass
from crm.conversations.recipients import CONSOLE, Recipient, recipient_in, recipient_of
from crm.guests.profile import guest
from crm.store import Connection, Prepared

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a platform lets us say: so many messages until then; `only` names the one class of them."""

    kind: str
    remaining: int
    until: datetime
    only: str


@dataclass(frozen=True, slots=True)
class Way:
    """A chat with somebody. `is_by_grant`: the house may only say there what is `allowed` now.

    `refuses_news`: the guest does not take the platform's notices any more.
    """

    to: Recipient
    heard_at: datetime | None
    unreachable_since: datetime | None
    is_preferred: bool
    is_by_grant: bool
    allowed: Sequence[Allowed] = ()
    refuses_news: bool = False

    def carries(self, message_class: MessageClass = MessageClass.SERVICE) -> bool:
        """Whether a message of this class can be sent there now."""
        if self.unreachable_since is not None:
            return False
        return not self.is_by_grant or any(each.only in ("", message_class) for each in self.allowed)


_WAY = (
    conversation.c.id,
    conversation.c.channel,
    conversation.c.last_inbound_at,
    account.c.language,
    account.c.name,
    account.c.staff_id,
    account.c.guest_id,
    account.c.unreachable_since,
    guest.c.elder_mode,
    guest.c.preferred_channel,
    grant.c.kind,
    grant.c.remaining,
    grant.c.expires_at,
    grant.c.holder,
    grant.c.only,
)
_here = conversation.alias("here")
_person = account.alias("person")
_OF_GUESTS = Prepared(
    select(*_WAY)
    .select_from(account)
    .join(conversation, conversation.c.account_id == account.c.id)
    .join(guest, guest.c.id == account.c.guest_id)
    .outerjoin(grant, grant.c.conversation_id == conversation.c.id)
    .where(account.c.guest_id.in_(bindparam("ids", expanding=True)))
)
_AROUND = Prepared(
    select(*_WAY, _here.c.id.label("asked_in"))
    .select_from(_here)
    .join(_person, _person.c.id == _here.c.account_id)
    .join(account, or_(account.c.id == _person.c.id, account.c.guest_id == _person.c.guest_id))
    .join(conversation, conversation.c.account_id == account.c.id)
    .outerjoin(guest, guest.c.id == account.c.guest_id)
    .outerjoin(grant, grant.c.conversation_id == conversation.c.id)
    .where(_here.c.id.in_(bindparam("conversation_ids", expanding=True)))
)


def ways_to(db: Connection, now: datetime, guest_ids: Sequence[str]) -> dict[str, list[Way]]:
    """All chats of each of these guests, the best one first; none for who has no chat."""
    found: dict[str, list[Way]] = {each: [] for each in guest_ids}
    for way in _ways(now, _OF_GUESTS.all(db, {"ids": list(guest_ids)}) if guest_ids else []):
        found[str(way.to.guest_id)].append(way)
    return {guest_id: sorted(ways, key=_rank) for guest_id, ways in found.items()}


def guest_recipients(db: Connection, now: datetime, guest_ids: Sequence[str]) -> list[Recipient]:
    """Where the house writes to each of these guests; who has left all their chats is left out."""
    best = (next(iter(ways), None) for ways in ways_to(db, now, guest_ids).values())
    return [way.to for way in best if way is not None and way.unreachable_since is None]


def told_in(db: Connection, now: datetime, asked_in: Sequence[str]) -> list[Recipient]:
    """Where news is told that was asked for in these conversations: once to each guest, whatever chats they have.

    That is the preferred chat or one of those where they asked, in this order, as far as they can be reached there.
    """
    best: dict[str, Recipient] = {}
    for ways in ways_around(db, now, asked_in):
        chosen = min(ways, key=lambda way: _rank_asked(way, asked_in))
        best.setdefault(chosen.to.person, _marked(chosen, ways))
    return list(best.values())


def ways_around(db: Connection, now: datetime, conversation_ids: Sequence[str]) -> list[list[Way]]:
    """Of the person of each conversation all their chats; only this one of somebody who is not linked to a stay."""
    rows = _AROUND.all(db, {"conversation_ids": list(conversation_ids)}) if conversation_ids else []
    by_place: dict[str, list[Any]] = {each: [] for each in dict.fromkeys(conversation_ids)}
    for row in rows:
        by_place[row.asked_in].append(row)
    return [_ways(now, some) or [_unknown(db, place)] for place, some in by_place.items()]


def is_reached(ways: Iterable[Way], conversation_id: str, message_class: MessageClass) -> bool:
    """Whether what is said there now arrives, be it in another chat: a reply is told nowhere else."""
    is_bound = message_class is MessageClass.REPLY
    return any(way.carries(message_class) for way in ways if not is_bound or way.to.conversation_id == conversation_id)


def _ways(now: datetime, rows: Sequence[Any]) -> list[Way]:
    """A row for each grant of a chat; one for a chat without any."""
    ways: dict[str, Way] = {}
    for row in rows:
        way = ways.get(row.id) or _way(row)
        # An open request is kept for the reply of the turn that it belongs to.
        if row.kind is not None and row.remaining > 0 and row.expires_at > now and not row.holder:
            allowed = Allowed(row.kind, row.remaining, row.expires_at, row.only)
            way = replace(way, allowed=sorted({*way.allowed, allowed}, key=lambda each: (each.until, each.kind)))
        if row.kind == TEMPLATE and row.remaining == 0:  # there are a million, unless the platform ends them
            way = replace(way, refuses_news=True)
        ways[row.id] = way
    return list(ways.values())


def _way(row: Any) -> Way:
    is_preferred = bool(row.preferred_channel) and row.preferred_channel == row.channel
    return Way(recipient_of(row), row.last_inbound_at, row.unreachable_since, is_preferred, row.kind is not None)


def _unknown(db: Connection, conversation_id: str) -> Way:
    """A conversation that belongs to nobody."""
    return Way(recipient_in(db, conversation_id), None, None, False, False)


def _rank(way: Way) -> tuple[Any, ...]:
    return (
        not (way.is_preferred and way.carries()),
        way.unreachable_since is not None,
        way.to.channel == CONSOLE,
        not way.carries(),
        -(way.heard_at or _LONG_AGO).timestamp(),
    )


def _rank_asked(way: Way, asked_in: Sequence[str]) -> tuple[Any, ...]:
    """Somebody who is gone from all chats where they asked is told in another one."""
    is_preferred, is_gone, *others = _rank(way)
    return (is_preferred, is_gone, way.to.conversation_id not in asked_in, *others)


def _marked(way: Way, ways: Sequence[Way]) -> Recipient:
    return replace(way.to, is_reached=is_reached(ways, way.to.conversation_id, MessageClass.SERVICE))
