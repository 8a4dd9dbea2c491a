"""Handoffs in which nobody speaks: the colleague is reminded, the desk hears it, the house answers the guest again."""

from __future__ import annotations

from datetime import datetime, timedelta

from crm.conversations.accounts import lock_conversation
from crm.conversations.handoff_steps import postpone, remind
from crm.conversations.handoffs import (
    Handoff,
    get_handoff,
    quiet_handoffs,
    unanswered_handoffs,
    unreminded_handoffs,
)
from crm.conversations.messages import MessageClass
from crm.conversations.recipients import recipient_in
from crm.staff.members import find_staff_member
from crm.store import Connection
from handlers import cards, handoffs
from handlers.parties import named, party_in
from handlers.turn import Button, Call, Moment, Reply, Timed
from prompts.words import say

REMINDED_AFTER = timedelta(minutes=5)
GIVEN_UP_AFTER = timedelta(minutes=10)


def handoff_work(quiet: timedelta) -> Timed:
    """`quiet`: so long after the last word of either side a handoff ends by itself."""

    def due(db: Connection, now: datetime, most: int) -> list[str]:
        found = [
            *unanswered_handoffs(db, now - GIVEN_UP_AFTER, most),
            *quiet_handoffs(db, now - quiet, most),
            *unreminded_handoffs(db, now - REMINDED_AFTER, most),
        ]
        return list(dict.fromkeys(found))[:most]

    return Timed("handoffs", due, lambda moment, key: _look(moment, key, quiet), postpone)


def _look(moment: Moment, key: str, quiet: timedelta) -> list[Reply]:
    """At one of them, which nobody else can change meanwhile."""
    lock_conversation(moment.db, get_handoff(moment.db, key).conversation_id)
    held = get_handoff(moment.db, key)
    if not held.is_taken:
        return []
    if find_staff_member(moment.db, held.staff_id or "") is None:
        return handoffs.returned(moment, held, "left")
    if held.answered_at is None and _is_past(held.taken_at, moment, GIVEN_UP_AFTER):
        return _given_up(moment, held)
    if _is_past(held.said_at, moment, quiet):
        return handoffs.ended(moment, held, "quiet", minutes=int(quiet.total_seconds() // 60))
    return _reminded(moment, held) if _is_past(held.waiting_since, moment, REMINDED_AFTER) else []


def _given_up(moment: Moment, held: Handoff) -> list[Reply]:
    told = handoffs.returned(moment, held, "unanswered")
    party = party_in(moment, held.conversation_id)
    return [*told, handoffs.told_colleague(moment, held, party, "unanswered")]


def _reminded(moment: Moment, held: Handoff) -> list[Reply]:
    assert held.staff_conversation_id is not None
    if not remind(moment.db, moment.now, held):
        return []
    there, colleague = moment.at_property(held.property_id), recipient_in(moment.db, held.staff_conversation_id)
    language = colleague.language
    text = say(
        language,
        "handoff.talk.reminder",
        who=named(language, party_in(moment, held.conversation_id)),
        since=cards.at(there, language, held.waiting_since or moment.now),
    )
    button = Button(cards.intent_label(language, "end_handoff"), Call("end_handoff", {"handoff": held.id}))
    return [Reply(text, [button], to=colleague, message_class=MessageClass.SERVICE)]


def _is_past(since: datetime | None, moment: Moment, after: timedelta) -> bool:
    return since is not None and since <= moment.now - after
