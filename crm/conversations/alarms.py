"""Alarms that guests have raised: who was called, who goes there, and when the clock calls again until one is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, false, func, insert, or_, select, text, update
from sqlmodel import Field, SQLModel

from crm.encryption import seal, unseal
from crm.staff.members import staff_member
from crm.store import Connection, Json, Prepared, Utc, insert_once, new_id, partial_index, table

HEARD_FOR = timedelta(minutes=30)  # so long the guest's words go to everybody who was called
REPEATED_AFTER = timedelta(minutes=2)
MOST_REPEATS = 2  # to those on duty, then to every account of the house

OPEN = "closed_at IS NULL"
_DUE = f"{OPEN} AND repeat_at IS NOT NULL"


class AlarmRow(SQLModel, table=True):
    """`property_id` is missing of a stranger: nobody knows which house they are in. `repeat_at` is when the clock
    calls again; nothing once somebody is on the way. The guest may stand it down, and only a colleague closes it.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        partial_index("ix_alarm_open", "heard_until", where=OPEN),
        partial_index("ix_alarm_unclosed", "raised_at", where=OPEN),
        partial_index("ix_alarm_due", "repeat_at", where=_DUE),
    )

    id: str = Field(primary_key=True)
    property_id: str | None = Field(default=None, foreign_key="property.id")
    conversation_id: str = Field(foreign_key="conversation.id")
    guest_id: str | None = Field(default=None, foreign_key="guest.id", index=True)
    own_guest_id: str | None = None  # as of a stay
    room: str = ""
    words: bytes
    kinds: list[str] = Field(sa_type=Json)
    raised_at: datetime = Field(sa_type=Utc)
    heard_until: datetime = Field(sa_type=Utc)
    repeats: int = 0
    repeat_at: datetime | None = Field(default=None, sa_type=Utc)
    stood_down_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_by: str | None = Field(default=None, foreign_key="staff_member.id")


class AlarmPage(SQLModel, table=True):
    """Somebody who was called, and where."""

    __tablename__ = "alarm_page"

    alarm_id: str = Field(primary_key=True, foreign_key="alarm.id")
    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id")
    is_coming: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


alarm = table(AlarmRow)
alarm_page = table(AlarmPage)


@dataclass(frozen=True, slots=True)
class Alarm:
    """As people speak of it; `closed_by` is a name."""

    id: str
    property_id: str | None
    conversation_id: str
    room: str
    words: str
    kinds: Sequence[str]
    raised_at: datetime
    heard_until: datetime
    repeats: int
    repeat_at: datetime | None
    stood_down_at: datetime | None
    closed_at: datetime | None
    closed_by: str

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


_c, _p = alarm.c, alarm_page.c
_IS_OPEN = text(f"alarm.{OPEN}")
_INFO = select(
    _c.id,
    _c.property_id,
    _c.conversation_id,
    _c.room,
    _c.words,
    _c.kinds,
    _c.raised_at,
    _c.heard_until,
    _c.repeats,
    _c.repeat_at,
    _c.stood_down_at,
    _c.closed_at,
    staff_member.c.name,
).outerjoin(staff_member, staff_member.c.id == _c.closed_by)
_BY_ID = Prepared(_INFO.where(_c.id == bindparam("alarm_id")))
_OF_GUEST = Prepared(
    _INFO.where(_IS_OPEN, or_(_c.conversation_id == bindparam("conversation_id"), _c.guest_id == bindparam("guest_id")))
    .order_by(_c.raised_at.desc())
    .limit(1)
)
_OF_HOUSES = _INFO.where(_IS_OPEN, or_(_c.property_id.is_(None), _c.property_id.in_(bindparam("ids", expanding=True))))
_IN_HOUSES = Prepared(_OF_HOUSES.order_by(_c.raised_at))
_DUE_NOW = Prepared(
    select(_c.id)
    .where(text(" AND ".join(f"alarm.{part}" for part in _DUE.split(" AND "))), _c.repeat_at <= bindparam("now"))
    .order_by(_c.repeat_at)
    .limit(bindparam("limit"))
)
_CALLED = Prepared(select(_p.conversation_id, _p.is_coming).where(_p.alarm_id == bindparam("alarm_id")))
_INSERT = Prepared(insert(AlarmRow))


def heard_in(conversation_id: Any, guest_id: Any, now: Any) -> ScalarSelect[Any]:
    """As part of a query: the open alarm of the guest of this conversation whose words are still passed on."""
    theirs = or_(_c.conversation_id == conversation_id, _c.guest_id == guest_id)
    query = select(_c.id).where(_IS_OPEN, _c.heard_until >= now, theirs).order_by(_c.raised_at.desc()).limit(1)
    return query.correlate_except(alarm).scalar_subquery()


def get_alarm(db: Connection, alarm_id: str) -> Alarm:
    return _alarm(db, _BY_ID.one(db, {"alarm_id": alarm_id}))


def find_open_alarm(db: Connection, conversation_id: str, guest_id: str | None) -> Alarm | None:
    """Of the guest of this conversation, in whichever chat it was raised."""
    row = _OF_GUEST.first(db, {"conversation_id": conversation_id, "guest_id": guest_id or ""})
    return _alarm(db, row) if row else None


def open_alarms(db: Connection, property_ids: Sequence[str]) -> list[Alarm]:
    """Those of these houses, and of guests of whom nobody knows which house they are in."""
    return [_alarm(db, row) for row in _IN_HOUSES.all(db, {"ids": list(property_ids)})]


def due_alarms(db: Connection, now: datetime, limit: int) -> list[str]:
    """Ids of those that are to be repeated."""
    return _DUE_NOW.scalars(db, {"now": now, "limit": limit})


def called(db: Connection, known: Alarm) -> dict[str, bool]:
    """Conversations of everybody who was called, and whether they are on the way."""
    return {row[0]: bool(row[1]) for row in _CALLED.all(db, {"alarm_id": known.id})}


def raise_alarm(
    db: Connection,
    now: datetime,
    *,
    property_id: str | None,
    conversation_id: str,
    guest_id: str | None,
    room: str,
    words: str,
    kinds: Sequence[str],
) -> str:
    """Returns its id."""
    alarm_id = new_id(now)
    values = {"property_id": property_id, "conversation_id": conversation_id, "guest_id": guest_id, "room": room}
    _INSERT.write(db, {"id": alarm_id, **values, **_raised(db, now, alarm_id, words, kinds)})
    return alarm_id


def raise_again(db: Connection, now: datetime, known: Alarm, words: str, kinds: Sequence[str], room: str) -> None:
    """Something else has happened, or the same after all: nobody is on the way to that yet."""
    fresh = {"stood_down_at": None, "room": room}
    db.execute(update(AlarmRow).where(_c.id == known.id).values(**fresh, **_raised(db, now, known.id, words, kinds)))
    db.execute(update(AlarmPage).where(_p.alarm_id == known.id).values(is_coming=False))


def call(db: Connection, alarm_id: str, conversation_ids: Iterable[str]) -> None:
    """Those who hear of it hear from now on what the guest says."""
    for each in dict.fromkeys(conversation_ids):
        insert_once(db, AlarmPage, {"alarm_id": alarm_id, "conversation_id": each}, "alarm_id,conversation_id")


def stand_down(db: Connection, now: datetime, known: Alarm) -> None:
    """The guest says that nothing is the matter; colleagues look nevertheless."""
    values = {"stood_down_at": func.coalesce(_c.stood_down_at, bindparam("now", now, type_=Utc))}
    db.execute(update(AlarmRow).where(_c.id == known.id).values(**values))


def try_go(db: Connection, known: Alarm, conversation_id: str) -> bool:
    """The colleague of this conversation is on the way; False when they were already, or it is over."""
    if not _change(db, known, {"repeat_at": None}):
        return False
    call(db, known.id, [conversation_id])
    mine = (_p.alarm_id == known.id, _p.conversation_id == conversation_id, _p.is_coming.is_(False))
    return db.execute(update(AlarmPage).where(*mine).values(is_coming=True)).rowcount == 1


def try_repeat(db: Connection, now: datetime, known: Alarm) -> bool:
    """False when it was answered or closed meanwhile, or a replica has repeated it."""
    times = known.repeats + 1
    then = now + REPEATED_AFTER if times < MOST_REPEATS else None
    return _change(
        db, known, {"repeats": times, "repeat_at": then}, _c.repeats == known.repeats, _c.repeat_at.is_not(None)
    )


def try_close(db: Connection, now: datetime, known: Alarm, staff_id: str) -> bool:
    """False when somebody has closed it before."""
    return _change(db, known, {"closed_at": now, "closed_by": staff_id, "repeat_at": None})


def put_off_repeat(db: Connection, now: datetime, alarm_id: str) -> None:
    db.execute(update(AlarmRow).where(_c.id == alarm_id).values(repeat_at=now + timedelta(minutes=1)))


def _raised(db: Connection, now: datetime, alarm_id: str, words: str, kinds: Sequence[str]) -> dict[str, Any]:
    return {
        "words": seal(db, "alarm.words", alarm_id, words),
        "kinds": list(kinds),
        "raised_at": now,
        "heard_until": now + HEARD_FOR,
        "repeats": 0,
        "repeat_at": now + REPEATED_AFTER,
    }


def _change(db: Connection, known: Alarm, values: dict[str, Any], *still: Any) -> bool:
    return db.execute(update(AlarmRow).where(_c.id == known.id, _IS_OPEN, *still).values(**values)).rowcount == 1


def _alarm(db: Connection, row: Sequence[Any]) -> Alarm:
    values = list(row)
    values[4], values[12] = unseal(db, "alarm.words", row[0], row[4]) or "", row[12] or ""
    return Alarm(*values)
