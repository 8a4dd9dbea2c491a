"""What happened to a stay and is still to be seen to: a guest has left, so that the room must be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import UniqueConstraint, bindparam, select, text, update
from sqlmodel import Field, SQLModel

from crm.store import Connection, Prepared, Utc, insert_once, new_id, partial_index, table


class StayEventKind(StrEnum):
    DEPARTED = "departed"


_IS_WAITING = text("stay_event.handled_at IS NULL")


class StayEvent(SQLModel, table=True):
    """Once for a stay, however often it is taken back and happens again. `counts_from` is later where it failed."""

    __tablename__ = "stay_event"
    __table_args__ = (
        UniqueConstraint("stay_id", "kind"),
        partial_index("ix_stay_event_waiting", "kind", "counts_from", where="handled_at IS NULL"),
    )

    id: str = Field(primary_key=True)
    stay_id: str = Field(foreign_key="stay.id")
    kind: str
    happened_at: datetime = Field(sa_type=Utc)
    counts_from: datetime = Field(sa_type=Utc)
    handled_at: datetime | None = Field(default=None, sa_type=Utc)


stay_event = table(StayEvent)

_c = stay_event.c
_WAITING = Prepared(
    select(_c.stay_id)
    .where(_c.kind == bindparam("kind"), _c.counts_from <= bindparam("until"), _IS_WAITING)
    .order_by(_c.counts_from)
    .limit(bindparam("limit"))
)
_HAPPENED = Prepared(select(_c.happened_at).where(_c.stay_id == bindparam("stay_id"), _c.kind == bindparam("kind")))
_HANDLE = Prepared(
    update(StayEvent)
    .where(_c.stay_id == bindparam("of_stay"), _c.kind == bindparam("of_kind"), _IS_WAITING)
    .values(handled_at=bindparam("now"))
)


def note_event(db: Connection, now: datetime, stay_id: str, kind: StayEventKind) -> None:
    row = {"id": new_id(now), "stay_id": stay_id, "kind": kind, "happened_at": now, "counts_from": now}
    insert_once(db, StayEvent, row, "stay_id,kind")


def waiting_stays(db: Connection, kind: StayEventKind, until: datetime, limit: int) -> Sequence[str]:
    """Ids of stays to which it happened by then, and for which nobody has done anything yet."""
    return _WAITING.scalars(db, {"kind": kind, "until": until, "limit": limit})


def find_event_time(db: Connection, stay_id: str, kind: StayEventKind) -> datetime | None:
    """When it happened to this stay."""
    at: datetime | None = _HAPPENED.scalar(db, {"stay_id": stay_id, "kind": kind})
    return at


def handle_event(db: Connection, now: datetime, stay_id: str, kind: StayEventKind) -> bool:
    """From now on it is seen to; False when a replica was faster."""
    return _HANDLE.change(db, {"of_stay": stay_id, "of_kind": kind, "now": now}) == 1


def put_off_event(db: Connection, now: datetime, stay_id: str, kind: StayEventKind, by: timedelta) -> None:
    still = (_c.stay_id == stay_id, _c.kind == kind, _c.handled_at.is_(None))
    db.execute(update(StayEvent).where(*still).values(counts_from=now + by))
