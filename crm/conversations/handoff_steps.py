"""What happens to a handoff: asked for, taken, spoken in, given back, ended; at most one is open in a conversation.

Whoever takes one has locked all chats of the guest before (`lock_chats`), whoever else opens, gives back or ends one
its conversation (`lock_conversation`), so that no turn of theirs answers meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, text, update

from crm.conversations.handoffs import (
    Handoff,
    HandoffRow,
    HandoffState,
    find_open_handoff,
    get_handoff,
    handoff,
)
from crm.staff.members import StaffMember
from crm.store import Connection, Prepared, Utc, new_id

_c = handoff.c
_IS_TAKEN = text("handoff.state = 'taken'")
_INSERT = Prepared(insert(HandoffRow))
_SAID = update(HandoffRow).where(_c.id == bindparam("handoff_id"), _IS_TAKEN)
_GUEST_SAID = Prepared(
    _SAID.values(
        said_at=bindparam("now"),
        guest_said_at=bindparam("now"),
        waiting_since=func.coalesce(_c.waiting_since, bindparam("now", type_=Utc)),
    )
)
_COLLEAGUE_SAID = Prepared(
    _SAID.where(_c.staff_id == bindparam("by")).values(
        said_at=bindparam("now"),
        front_at=bindparam("now"),
        answered_at=func.coalesce(_c.answered_at, bindparam("now", type_=Utc)),
        staff_conversation_id=bindparam("at"),
        waiting_since=None,
        reminded_at=None,
    )
)


def ask(db: Connection, now: datetime, property_id: str, conversation_id: str, request_number: int | None) -> None:
    """The guest wants a person; whoever has asked before waits from now on for this request."""
    known = find_open_handoff(db, conversation_id)
    values = {"property_id": property_id, "request_number": request_number, "opened_at": now}
    if known is None:
        row = {"id": new_id(now), "conversation_id": conversation_id, "state": HandoffState.ASKED}
        _INSERT.write(db, {**row, **values})
    elif not known.is_taken:
        _change(db, known, values, _c.state == HandoffState.ASKED)


def take(
    db: Connection, now: datetime, member: StaffMember, at: str, *, conversation_id: str, property_id: str
) -> Handoff | None:
    """Puts it into the member's hands, who is in the conversation `at`; None when a colleague has it."""
    known = find_open_handoff(db, conversation_id)
    if known is not None and known.is_taken:
        return None
    taken = _taken(now, member, at)
    if known is not None:
        _change(db, known, taken, _c.state == HandoffState.ASKED)
        return get_handoff(db, known.id)
    place = {"property_id": property_id, "conversation_id": conversation_id, "opened_at": now}
    handoff_id = new_id(now)
    _INSERT.write(db, {"id": handoff_id, **place, **taken})
    return get_handoff(db, handoff_id)


def take_from(db: Connection, now: datetime, member: StaffMember, at: str, held: Handoff) -> bool:
    """From the colleague who has it; False when that is somebody else by now."""
    return _change(db, held, _taken(now, member, at), _IS_TAKEN, _c.staff_id == held.staff_id)


def turn_to(db: Connection, now: datetime, member: StaffMember, at: str, held: Handoff) -> bool:
    """What the member says next goes there; False when they have it no longer."""
    return _change(db, held, {"front_at": now, "staff_conversation_id": at}, _IS_TAKEN, _c.staff_id == member.id)


def follow(db: Connection, held: Handoff, conversation_id: str) -> bool:
    """The guest writes in another of their chats, and is answered there; False where they do not, or may not."""
    if held.conversation_id == conversation_id:
        return False
    other = handoff.alias("other")
    is_free = ~exists().where(other.c.conversation_id == conversation_id, text("other.state IN ('asked', 'taken')"))
    return _change(db, held, {"conversation_id": conversation_id}, _c.state == held.state, is_free)


def guest_said(db: Connection, now: datetime, held: Handoff) -> None:
    _GUEST_SAID.change(db, {"handoff_id": held.id, "now": now})


def colleague_said(db: Connection, now: datetime, member: StaffMember, at: str, held: Handoff) -> bool:
    """False when the member has it no longer: then nothing may be said."""
    return _COLLEAGUE_SAID.change(db, {"handoff_id": held.id, "now": now, "by": member.id, "at": at}) == 1


def remind(db: Connection, now: datetime, held: Handoff) -> bool:
    """Once for each time the guest waits; False when there is nothing to be reminded of."""
    return _change(db, held, {"reminded_at": now}, _IS_TAKEN, _c.waiting_since.is_not(None), _c.reminded_at.is_(None))


def let_go(db: Connection, now: datetime, held: Handoff) -> bool:
    """The guest waits for somebody again; False when that colleague has it no longer."""
    free = {"staff_id": None, "staff_conversation_id": None, "front_at": None, "answered_at": None}
    values = {"state": HandoffState.ASKED, "opened_at": now, **free}
    return _change(db, held, values, _IS_TAKEN, _c.staff_id == held.staff_id)


def end(db: Connection, now: datetime, known: Handoff, reason: str) -> bool:
    """False when it is over, or in other hands."""
    values = {"state": HandoffState.ENDED, "ended_at": now, "reason": reason}
    return _change(db, known, values, _c.state == known.state, _c.staff_id.is_not_distinct_from(known.staff_id))


def postpone(db: Connection, now: datetime, handoff_id: str) -> None:
    """What the clock could not do with it waits as long again."""
    later = {"said_at": now, "reminded_at": now, "taken_at": now}
    db.execute(update(HandoffRow).where(_c.id == handoff_id).values(**later))


def _change(db: Connection, known: Handoff, values: dict[str, Any], *still: Any) -> bool:
    return db.execute(update(HandoffRow).where(_c.id == known.id, *still).values(**values)).rowcount == 1


def _taken(now: datetime, member: StaffMember, at: str) -> dict[str, Any]:
    times = dict.fromkeys(("taken_at", "front_at", "said_at", "waiting_since"), now)
    fresh = {"reminded_at": None, "answered_at": None, "guest_said_at": None}
    return {"state": HandoffState.TAKEN, "staff_id": member.id, "staff_conversation_id": at, **times, **fresh}
