"""The first transaction of a turn: what a platform told is written down, and only then it hears that we have it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.channels.base import Inbound, InboundKind
from bot.settling import BLOCKED
from crm.broadcasts.followers import note_result
from crm.conversations.accounts import Place, locate, set_reachable
from crm.conversations.attachments import Content
from crm.conversations.fallback import leave_chat, take_back
from crm.conversations.grants import give_grants
from crm.conversations.inbound import hear, record_inbound
from crm.conversations.messages import Body, MessageState
from crm.conversations.outbox import move_chat
from crm.store import Connection


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that is now stored, and whether this process may answer it."""

    place: Place
    is_leased: bool


def record(db: Connection, now: datetime, owner: str, default_language: str, inbound: Inbound) -> Arrival | None:
    """None when there is nothing (new) to answer."""
    if inbound.kind is InboundKind.MASS_SENT:  # nobody has said it
        note_result(db, now, inbound.text, inbound.reason, inbound.counts)
        return None
    place = locate(
        db,
        now,
        channel=inbound.channel,
        address=inbound.address,
        sender_id=inbound.sender_id,
        is_group=inbound.is_group,
        name=inbound.sender_name,
        language=inbound.language or default_language,
    )
    if inbound.kind is InboundKind.MIGRATED:
        move_chat(db, place.conversation_id, inbound.text)
        return None
    # A group hears of nobody's stay: what is said there is kept, and answered only once communities can do it well.
    is_silent = inbound.is_group or inbound.kind in (InboundKind.GRANT, InboundKind.BLOCKED)
    is_new = _is_written_down(db, now, place, inbound, MessageState.HANDLED if is_silent else MessageState.NEW)
    if inbound.kind is InboundKind.BLOCKED:
        if is_new:  # told again, it may be older than their coming back
            leave_chat(db, now, place.conversation_id, place.account_id)
            take_back(db, now, place.conversation_id, inbound.text, BLOCKED)
        return None
    if inbound.kind is InboundKind.UNDELIVERED:
        give_grants(db, now, owner, place.conversation_id, inbound.grants)
        take_back(db, now, place.conversation_id, inbound.text, inbound.reason)
        return None
    if place.is_unreachable:
        if not is_new:  # said before they left
            return None
        set_reachable(db, place.account_id, None)
    arrival = Arrival(place, hear(db, now, place.conversation_id, owner)) if is_new and not is_silent else None
    # The platform tells a thing again because nobody answered in time: its request is open anew, but nothing else is.
    grants = [each for each in inbound.grants if is_new or each.is_here]
    give_grants(db, now, owner, place.conversation_id, grants)
    return arrival


def _is_written_down(db: Connection, now: datetime, place: Place, inbound: Inbound, state: MessageState) -> bool:
    """False when the platform told it before."""
    message_id = record_inbound(
        db,
        now,
        place,
        channel=inbound.channel,
        dedupe_key=f"{inbound.channel}:{inbound.dedupe_key}",
        body=Body(text=inbound.text, button=inbound.button),
        raw=inbound.raw,
        files=[Content(file.kind, file.mime, file.name, file.content) for file in inbound.files],
        state=state,
    )
    return message_id is not None
