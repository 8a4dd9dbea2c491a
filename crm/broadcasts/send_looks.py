"""When the house looks at a mass send, what it found, and what of it is still to be said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update

from crm.broadcasts.mass_sends import (
    MassSend,
    MassSendMember,
    Send,
    SendState,
    Tell,
    To,
    mass_send,
    mass_send_member,
)
from crm.calendar import clock_instant, local
from crm.store import Connection, Prepared, insert_once

LEASE = timedelta(minutes=2)  # whoever looks is done by then, or dead
PUT_OFF = timedelta(minutes=10)
REMINDED_EVERY = timedelta(hours=8)  # never above three in 24 hours, which is what the platform allows
FIRST_LOOK = timedelta(seconds=2)  # at what delivery made of it
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(minutes=30)  # between two looks
WAKES, SLEEPS = 9, 21  # hours by the clock of the house

_c, _m = mass_send.c, mass_send_member.c
_DUE = Prepared(
    select(_c.id)
    .where(_c.look_at.is_not(None), _c.look_at <= bindparam("now"), _c.channel == bindparam("to"))
    .order_by(_c.look_at)
    .limit(bindparam("limit"))
)
_TAKE = Prepared(
    update(MassSend).where(_c.id == bindparam("of"), _c.look_at <= bindparam("now")).values(look_at=bindparam("until"))
)
_COUNTED = Prepared(
    update(MassSend)
    .where(_c.id == bindparam("of"), _c.state == SendState.COUNTING.value)
    .values(
        state=SendState.COUNTED.value,
        people=bindparam("count"),
        look_at=None,
        tell=Tell.COUNTED.value,
        tell_at=bindparam("now"),
    )
)
_LOOK = Prepared(
    update(MassSend).where(_c.id == bindparam("of"), _c.look_at.is_not(None)).values(look_at=bindparam("at"))
)
_REMIND = Prepared(
    update(MassSend)
    .where(_c.id == bindparam("of"), _c.reminders == bindparam("before"))
    .values(
        reminders=_c.reminders + 1,
        remind_at=bindparam("again"),
        tell=Tell.WAITING.value,
        tell_at=bindparam("now"),
    )
)
_TELL_DUE = Prepared(
    select(_c.id)
    .where(_c.tell_at.is_not(None), _c.tell_at <= bindparam("now"))
    .order_by(_c.tell_at)
    .limit(bindparam("limit"))
)
_TOLD = Prepared(
    update(MassSend).where(_c.id == bindparam("of"), _c.tell_at <= bindparam("now")).values(tell="", tell_at=None)
)
_NOTE_PART = Prepared(
    update(MassSendMember)
    .where(_m.send_id == bindparam("of"), _m.member == bindparam("who"))
    .values(
        customers=bindparam("of_all"),
        is_confirmed=bindparam("confirmed"),
        is_final=bindparam("final"),
        sent=bindparam("got"),
        not_a_friend=bindparam("lost"),
        full=bindparam("had_enough"),
    )
)


def when_awake(at: datetime, time_zone: str) -> datetime:
    """Then, or in the morning that follows."""
    here = local(at, time_zone)
    if WAKES <= here.hour < SLEEPS:
        return at
    day = here.date() + timedelta(days=1 if here.hour >= SLEEPS else 0)
    return clock_instant(day, WAKES * 60, time_zone)


def pause_of(send: Send, now: datetime, shortest: timedelta = SHORTEST) -> timedelta:
    """The longer it goes on, the less often it is looked at."""
    return min(LONGEST, max(shortest, (now - (send.started_at or send.created_at)) / 8))


def due_looks(db: Connection, now: datetime, limit: int, to: To) -> list[str]:
    return _DUE.scalars(db, {"now": now, "limit": limit, "to": to})


def try_take_look(db: Connection, now: datetime, send_id: str) -> bool:
    """False where another process looks."""
    return _TAKE.change(db, {"of": send_id, "now": now, "until": now + LEASE}) == 1


def look_again(db: Connection, send_id: str, at: datetime) -> None:
    """Unless it is over, or waits for its author."""
    _LOOK.change(db, {"of": send_id, "at": at})


def put_off_look(db: Connection, now: datetime, send_id: str) -> None:
    look_again(db, send_id, now + PUT_OFF)


def note_counted(db: Connection, now: datetime, send: Send, people: int, by_member: Mapping[str, int]) -> None:
    """Once: who counted too slowly finds that another did it, and perhaps that it was started."""
    if _COUNTED.change(db, {"of": send.id, "count": people, "now": now}):
        for member, count in by_member.items():
            _put_part(db, send, member, count)


def note_part(
    db: Connection, send: Send, member: str, *, customers: int, is_confirmed: bool, outcomes: Mapping[str, int]
) -> None:
    """`outcomes` by their names: sent, not_a_friend, full; as long as some are `waiting` it is not the last word."""
    _put_part(db, send, member, customers)
    is_final = is_confirmed and not outcomes.get("waiting")
    counts = {"got": "sent", "lost": "not_a_friend", "had_enough": "full"}
    values = {key: outcomes.get(name, 0) for key, name in counts.items()}
    _NOTE_PART.change(
        db, {"of": send.id, "who": member, "of_all": customers, "confirmed": is_confirmed, "final": is_final, **values}
    )


def keep_parts(db: Connection, send: Send, members: Collection[str]) -> None:
    """Those whose customers all became another's task have no part in it."""
    gone = [each.member for each in send.parts if each.member not in members]
    if gone:
        db.execute(delete(MassSendMember).where(_m.send_id == send.id, _m.member.in_(gone)))


def set_first_reminder(db: Connection, send: Send, at: datetime) -> None:
    """When the members first hear of it from us."""
    db.execute(update(MassSend).where(_c.id == send.id, _c.remind_at.is_(None)).values(remind_at=at))


def try_take_reminder(db: Connection, now: datetime, send: Send, again_at: datetime) -> bool:
    """From now on they count as reminded; False where somebody was faster."""
    taken = {"of": send.id, "before": send.reminders, "again": again_at, "now": now}
    return _REMIND.change(db, taken) == 1


def due_tells(db: Connection, now: datetime, limit: int) -> list[str]:
    return _TELL_DUE.scalars(db, {"now": now, "limit": limit})


def try_take_tell(db: Connection, now: datetime, send_id: str) -> bool:
    """False where another process says it."""
    return _TOLD.change(db, {"of": send_id, "now": now}) == 1


def put_off_tell(db: Connection, now: datetime, send_id: str) -> None:
    db.execute(update(MassSend).where(_c.id == send_id).values(tell_at=now + PUT_OFF))


def _put_part(db: Connection, send: Send, member: str, customers: int) -> None:
    row = {"send_id": send.id, "member": member, "customers": customers, "is_confirmed": False, "is_final": False}
    insert_once(db, MassSendMember, {**row, "sent": 0, "not_a_friend": 0, "full": 0}, "send_id,member")
