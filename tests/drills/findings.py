"""What a drill finds afterwards: in the records, and at what the guests heard."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sqlalchemy import select

from crm.conversations.accounts import conversation
from crm.conversations.messages import message, open_body
from crm.errors import StoreUnavailable
from crm.service_requests.requests import service_request
from crm.store import Connection, Store
from tests.drills.site import Site

Asked = list[tuple[int, int]]  # (chat, number that marks the wish), in the order of each chat

_BUSY = select(message.c.id).where(message.c.state.in_(["new", "queued", "sending"])).limit(1)
_MESSAGES = (
    select(
        conversation.c.channel,
        conversation.c.address,
        message.c.id,
        message.c.direction,
        message.c.state,
        message.c.message_class,
        message.c.about,
        message.c.reply_to,
        message.c.body,
    )
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .order_by(message.c.id)
)
_REQUESTS = (
    select(conversation.c.address, service_request.c.id, service_request.c.quantity)
    .join(conversation, conversation.c.id == service_request.c.conversation_id)
    .order_by(service_request.c.number)
)


@dataclass
class Findings:
    """`wrong` is empty when the drill went well."""

    lost: int = 0
    duplicates: int = 0
    effects: int = 0
    out_of_order: int = 0
    wrong: list[str] = field(default_factory=list)


async def wait_for_quiet(site: Site, store: Store, seconds: float) -> None:
    """Until the platform has delivered everything, and everything is answered."""
    deadline = monotonic() + seconds
    while site.telegram.pending or _is_busy(store):
        if monotonic() > deadline:
            raise AssertionError(f"not quiet after {seconds:.0f} s: {await asyncio.to_thread(_states, store)}")
        await asyncio.sleep(0.2)


def examine(site: Site, store: Store, asked: Asked) -> Findings:
    """Every wish stored once, carried out once, answered at least once and in order, and told to staff once."""
    with store.reading() as db:
        rows, requests = db.execute(_MESSAGES).all(), db.execute(_REQUESTS).all()
        texts = {row.id: open_body(db, row.id, row.body).text for row in rows if row.direction == "out"}
    found = Findings()
    _check_stored(found, rows, asked)
    _check_effects(found, requests, asked)
    _check_answers(found, site, rows, texts)
    cards = Counter(row.about for row in rows if row.channel == "web" and row.state == "sent")
    if set(cards) != {row.id for row in requests} or any(count != 1 for count in cards.values()):
        found.wrong.append(f"{len(requests)} requests but {cards.total()} cards for {len(cards)} of them")
    return found


def _check_stored(found: Findings, rows: Any, asked: Asked) -> None:
    inbound = [row for row in rows if row.direction == "in"]
    if len(inbound) != len(asked):
        found.wrong.append(f"{len(asked)} updates but {len(inbound)} inbound messages")
    found.lost += max(0, len(asked) - len(inbound))
    if unhandled := Counter(row.state for row in rows if row.state not in ("handled", "sent")):
        found.wrong.append(f"messages in other states: {dict(unhandled)}")


def _check_effects(found: Findings, requests: Any, asked: Asked) -> None:
    found.effects = len(requests)
    wished, done = Counter(asked), Counter((int(row.address), row.quantity) for row in requests)
    if wished != done:
        found.wrong.append(f"never carried out: {list(wished - done)[:5]}, too often: {list(done - wished)[:5]}")
    by_chat: defaultdict[str, list[int]] = defaultdict(list)
    for row in requests:
        by_chat[row.address].append(row.quantity)
    found.out_of_order += sum(numbers != sorted(numbers) for numbers in by_chat.values())


def _check_answers(found: Findings, site: Site, rows: Any, texts: dict[str, str]) -> None:
    """A turn's reply names the last message it answers: each inbound is answered by the first reply from there on."""
    for guest in site.guests:
        mine = [row for row in rows if row.address == str(guest.id)]
        replies = [row for row in mine if row.direction == "out" and row.reply_to]
        heard = [sent.text for sent in site.telegram.sent_to(guest.id)]
        unsaid = {row.reply_to for row in replies if texts[row.id] not in heard}
        last = max((row.reply_to for row in replies), default="")
        found.lost += sum(row.direction == "in" and (row.id > last or row.id in unsaid) for row in mine)
        found.duplicates += len(heard) - len(set(heard))
        first_heard = [text for text in dict.fromkeys(heard) if text in texts.values()]
        found.out_of_order += first_heard != [texts[row.id] for row in replies if texts[row.id] in heard]


def _is_busy(store: Store) -> bool:
    try:
        with store.reading() as db:
            return db.execute(_BUSY).first() is not None
    except StoreUnavailable:  # our own connection was cut with all others
        return True


def _states(store: Store) -> dict[str, int]:
    def count(db: Connection) -> dict[str, int]:
        return dict(Counter(f"{row.channel} {row.direction} {row.state}" for row in db.execute(_MESSAGES)))

    with store.reading() as db:
        return count(db)
