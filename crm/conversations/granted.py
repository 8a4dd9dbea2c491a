"""Taking queued messages out where the house may speak only by grant: what waits for one person goes out together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_, text, update

from crm.conversations.accounts import conversation
from crm.conversations.claims import DUE, EARLIER, IS_EARLIER, Claim, Claimed, take, try_open
from crm.conversations.fallback import elsewhere
from crm.conversations.grants import NO_GRANT, Permission, permissions, spend
from crm.conversations.messages import AT_LEAST_ONCE, Body, Message, message
from crm.conversations.rates import Allowance, RateLimit
from crm.store import Connection, Prepared

LAST_MOMENT = timedelta(seconds=1.2)  # an open request is kept for the turn's own reply until then
ELSEWHERE_AFTER = timedelta(minutes=2)  # what may not be said here by then is said in another chat of the guest
ROWS_FOR_EACH = 4  # messages looked at for each conversation that may be claimed

_is_to_be_tried_again = and_(
    EARLIER.c.id < message.c.id, EARLIER.c.due_at > bindparam("now"), EARLIER.c.reason != NO_GRANT
)
_DUE = Prepared(
    DUE.add_columns(message.c.reason, message.c.expires_at, conversation.c.lease_owner, conversation.c.lease_until)
    .where(~exists().where(IS_EARLIER, or_(text("earlier.state = 'sending'"), _is_to_be_tried_again)))
    # The conversation too, without waiting for it: whoever gives it a grant does so before or after this claim.
    .with_for_update(of=[message, conversation], skip_locked=True, key_share=True)
)
_PUT_OFF = Prepared(
    update(Message)
    .where(message.c.id == bindparam("waiting_id"), text("state = 'queued'"))
    .values(due_at=bindparam("due"), reason=NO_GRANT)
)


def claim_granted(
    db: Connection,
    now: datetime,
    owner: str,
    *,
    channel: str,
    rates: Callable[[str], Sequence[RateLimit]],
    parts: Callable[[Body], int],
    limit: int,
) -> Claim:
    """Takes due messages for which a grant can be spent, within the channel's rate limits, all of a chat as one.

    `parts` says how many sends a body needs. What has no grant waits for one, later in another chat of the guest.
    """
    rows = _DUE.all(db, {"channel": channel, "now": now, "limit": limit * ROWS_FOR_EACH})
    if not rows:
        return Claim(())
    may = permissions(db, now, {row.conversation_id for row in rows})
    limits = {row.address: rates(row.address) for row in rows}
    allowance = Allowance(db, now, [each for some in limits.values() for each in some])
    taken: list[Claimed] = []
    waits: list[float] = []
    put_off: list[Any] = []
    for conversation_id, waiting in _by_conversation(rows):
        usable = _usable(now, owner, waiting[0], may[conversation_id])
        if isinstance(usable, float):
            waits.append(usable)
            continue
        sendable = [row for row in waiting if _for(usable, row.message_class)]
        put_off += [row for row in waiting if row not in sendable]
        if not sendable or len(taken) == limit:
            continue
        if wait := allowance.wait(limits[sendable[0].address]):
            waits.append(wait)
            continue
        claimed = _together(db, now, sendable, usable, parts)
        if claimed is None:
            put_off += sendable
            continue
        allowance.try_spend(limits[claimed.address])
        taken.append(claimed)
    allowance.save(db)
    spend(db, [each for claimed in taken for each in claimed.grants])
    take(db, now, owner, [each for claimed in taken for each in claimed.all])
    _wait_for_grant(db, now, put_off)
    return Claim(taken, min(waits, default=None))


def _by_conversation(rows: Sequence[Any]) -> Iterator[tuple[str, list[Any]]]:
    """In the order in which they were written down, what was planned last."""
    ordered = sorted(rows, key=lambda row: (row.conversation_id, row.message_class not in AT_LEAST_ONCE, row.id))
    for conversation_id, some in groupby(ordered, key=lambda row: str(row.conversation_id)):
        yield conversation_id, list(some)


def _usable(now: datetime, owner: str, row: Any, valid: Sequence[Permission]) -> list[Permission] | float:
    """What this owner may spend; or the seconds to leave the conversation alone, because somebody is answering it."""
    held = [each for each in valid if each.holder]
    if any(each.holder != owner for each in held):
        return LAST_MOMENT.total_seconds()
    is_being_answered = row.lease_owner is not None and row.lease_until is not None and row.lease_until > now
    left = min((each.expires_at - now - LAST_MOMENT for each in held), default=timedelta(0))
    if is_being_answered and left > timedelta(0):
        return left.total_seconds()
    return list(valid)


def _for(usable: Sequence[Permission], message_class: str) -> list[Permission]:
    """What is good for anything; only without it what is good for this class alone."""
    free = [each for each in usable if not each.only]
    return free or [each for each in usable if each.only == message_class][:1]


def _together(
    db: Connection, now: datetime, rows: Sequence[Any], usable: Sequence[Permission], parts: Callable[[Body], int]
) -> Claimed | None:
    """The first of them with what may go along, and as many grants as that needs and there are.

    None where nothing can be said: a grant for one class of messages carries words alone.
    """
    opened = [each for row in rows if (each := try_open(db, now, row))]
    if not opened:
        return None
    first = opened[0]
    good = _for(usable, first.message_class)
    if good[0].only and not first.body.text:
        return None
    bundle = [first] if good[0].only else _bundle(opened, is_certain=all(each.holder for each in good))
    # The one with buttons leads, because they carry its id.
    lead = next((each for each in bundle if each.body.choices), first)
    also = tuple(each for each in bundle if each is not lead)
    body = _joined([each.body for each in bundle])
    needed = 1 if good[0].only else parts(body)
    sends = [each for each in good for _ in range(min(each.remaining, needed))]
    return replace(lead, body=body, also=also, grants=tuple(sends[:needed]))


def _bundle(opened: Sequence[Claimed], *, is_certain: bool) -> list[Claimed]:
    """What is read well in one piece: replies and news without a translation still to come, and one set of buttons.

    What may be said once only goes along where it is certain whether it was said: in an open request.
    """
    bundle: list[Claimed] = []
    for each in opened:
        has_buttons = any(other.body.choices for other in bundle) and bool(each.body.choices)
        is_once = not is_certain and {each.message_class, opened[0].message_class} - set(AT_LEAST_ONCE)
        if bundle and (each.body.into or bundle[0].body.into or has_buttons or is_once):
            break
        bundle.append(each)
    return bundle


def _joined(bodies: Sequence[Body]) -> Body:
    if len(bodies) == 1:
        return bodies[0]
    return Body(
        text="\n\n".join(each.text for each in bodies if each.text),
        choices=next((each.choices for each in bodies if each.choices), ()),
        attachments=[file for each in bodies for file in each.attachments],
        large=any(each.large for each in bodies),
        asks_consent=any(each.asks_consent for each in bodies),
    )


def _wait_for_grant(db: Connection, now: datetime, rows: Sequence[Any]) -> None:
    """First for a while, then elsewhere; where there is nowhere else, until the guest writes or it is too late."""
    again = elsewhere(db, now, [row.id for row in rows if row.reason == NO_GRANT])
    later = [
        {"waiting_id": row.id, "due": row.expires_at if row.reason == NO_GRANT else now + ELSEWHERE_AFTER}
        for row in rows
        if row.id not in again
    ]
    _PUT_OFF.write(db, *later)
