"""What happened to a stay and is still to be seen to: a guest has left or moved, so the room must be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import UniqueConstraint, bindparam, case, select, text, update
from sqlmodel import Field, SQLModel

from crm.properties.houses import room
from crm.stays.bookings import stay
from crm.store import Connection, Prepared, Utc, insert_once, new_id, partial_index, table


class StayEventKind(StrEnum):
    DEPARTED = "departed"
    MOVED = "moved"  # out of `room`, into another


_IS_WAITING = text("stay_event.handled_at IS NULL")


class StayEvent(SQLModel, table=True):
    """A departure once for a stay, however often it is taken back and happens again; each move by its `occasion`.

    `room` is the one that was left, where the stay goes on in another. `counts_from` is later where it failed.
    """

    __tablename__ = "stay_event"
    __table_args__ = (
        UniqueConstraint("stay_id", "kind", "occasion"),
        partial_index("ix_stay_event_waiting", "counts_from", where="handled_at IS NULL"),
    )

    id: str = Field(primary_key=True)
    stay_id: str = Field(foreign_key="stay.id")
    kind: str
    occasion: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    room: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    happened_at: datetime = Field(sa_type=Utc)
    counts_from: datetime = Field(sa_type=Utc)
    handled_at: datetime | None = Field(default=None, sa_type=Utc)


stay_event = table(StayEvent)


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to a stay; `room` as in the table."""

    stay_id: str
    kind: StayEventKind
    room: str
    id: str


_c = stay_event.c
_WAITING = Prepared(
    select(_c.id)
    .where(_c.counts_from <= bindparam("until"), _IS_WAITING)
    .order_by(_c.counts_from)
    .limit(bindparam("limit"))
)
_OF_PROPERTY = stay.c.property_id.concat("") == bindparam("property_id")  # few wait: no walk through all stays
_LEFT = Prepared(
    select(case((_c.room != "", _c.room), else_=room.c.number))
    .join(stay, stay.c.id == _c.stay_id)
    .outerjoin(room, room.c.id == stay.c.room_id)
    .where(_IS_WAITING, _OF_PROPERTY, _c.kind.in_(bindparam("kinds", expanding=True)))
)
_DEPARTED_AT = Prepared(
    select(_c.happened_at).where(_c.stay_id == bindparam("stay_id"), _c.kind == StayEventKind.DEPARTED.value)
)
_HANDLE = Prepared(
    update(StayEvent)
    .where(_c.id == bindparam("event_id"), _IS_WAITING)
    .values(handled_at=bindparam("now"))
    .returning(_c.stay_id, _c.kind, _c.room, _c.id)
)


def note_departure(db: Connection, now: datetime, stay_id: str) -> None:
    _note(db, now, stay_id, StayEventKind.DEPARTED)


def note_move(db: Connection, now: datetime, stay_id: str, room: str, occasion: str) -> None:
    """The stay goes on in another room than this one; `occasion` is the same however often it is told."""
    _note(db, now, stay_id, StayEventKind.MOVED, room=room, occasion=occasion)


def waiting_events(db: Connection, until: datetime, limit: int) -> Sequence[str]:
    """Ids of what happened by then, and for which nobody has done anything yet."""
    return _WAITING.scalars(db, {"until": until, "limit": limit})


def rooms_just_left(db: Connection, property_id: str, kinds: Iterable[str]) -> set[str]:
    """Numbers of the rooms of the house that somebody has left, and for which nobody has done anything yet."""
    found = _LEFT.scalars(db, {"property_id": property_id, "kinds": list(kinds)})
    return {number for number in found if number}


def find_departure_time(db: Connection, stay_id: str) -> datetime | None:
    """When the guest of this stay left."""
    at: datetime | None = _DEPARTED_AT.scalar(db, {"stay_id": stay_id})
    return at


def handle_event(db: Connection, now: datetime, event_id: str) -> Happened | None:
    """From now on it is seen to; None when a replica was faster."""
    row = _HANDLE.first(db, {"event_id": event_id, "now": now})
    return Happened(row.stay_id, StayEventKind(row.kind), row.room, row.id) if row else None


def put_off_event(db: Connection, now: datetime, event_id: str, by: timedelta) -> None:
    still = (_c.id == event_id, _c.handled_at.is_(None))
    db.execute(update(StayEvent).where(*still).values(counts_from=now + by))


def _note(
    db: Connection, now: datetime, stay_id: str, kind: StayEventKind, *, room: str = "", occasion: str = ""
) -> None:
    row = {"id": new_id(now), "stay_id": stay_id, "kind": kind, "occasion": occasion, "room": room}
    insert_once(db, StayEvent, {**row, "happened_at": now, "counts_from": now}, "stay_id,kind,occasion")
