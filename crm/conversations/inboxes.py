"""How far we have read what a platform keeps for us to fetch; one process reads at a time.

A call (the platform says that there is something new) is written down before anybody reads, so whoever is about to
stop sees it and reads once more: none falls between two processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, update
from sqlmodel import Field, SQLModel

from crm.store import Connection, Prepared, Utc, insert_once, table

LEASE = timedelta(seconds=15)  # renewed with each page


class Inbox(SQLModel, table=True):
    __tablename__ = "inbox"

    name: str = Field(primary_key=True)  # channel and account
    position: str = ""
    calls: int = 0
    calls_read: int = 0
    read_at: datetime | None = Field(default=None, sa_type=Utc)
    created_at: datetime = Field(sa_type=Utc)
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Utc)


@dataclass(frozen=True, slots=True)
class Reading:
    """The right to read on from `position`. What is older than `since` was said before the house listened."""

    position: str
    calls: int
    since: datetime


inbox = table(Inbox)

_NAMED = inbox.c.name == bindparam("of_name")
_HELD = inbox.c.lease_owner == bindparam("owner")
_FREE = {"lease_owner": None, "lease_until": None}

_CALL = Prepared(update(Inbox).where(_NAMED).values(calls=inbox.c.calls + 1))
_BEGIN = Prepared(
    update(Inbox)
    .where(
        _NAMED,
        or_(inbox.c.lease_owner.is_(None), _HELD, inbox.c.lease_until < bindparam("now")),
        or_(inbox.c.calls != inbox.c.calls_read, inbox.c.read_at.is_(None), inbox.c.read_at <= bindparam("before")),
    )
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
    .returning(inbox.c.position, inbox.c.calls, inbox.c.created_at)
)
_MOVE_ON = Prepared(
    update(Inbox).where(_NAMED, _HELD).values(position=bindparam("new_position"), lease_until=bindparam("until"))
)
_END = Prepared(
    update(Inbox)
    .where(_NAMED, _HELD, inbox.c.calls == bindparam("calls_seen"))
    .values(calls_read=bindparam("calls_seen"), read_at=bindparam("now"), **_FREE)
)
_RELEASE = Prepared(update(Inbox).where(_NAMED, _HELD).values(**_FREE))


def note_call(db: Connection, now: datetime, name: str) -> None:
    """The platform has something new for us."""
    _open(db, now, name)
    _CALL.change(db, {"of_name": name})


def try_begin(db: Connection, now: datetime, name: str, owner: str, *, idle: timedelta) -> Reading | None:
    """None when another process reads, or when nobody has called and it was read within `idle`."""
    _open(db, now, name)
    row = _BEGIN.first(db, {"of_name": name, "owner": owner, "now": now, "before": now - idle, "until": now + LEASE})
    return Reading(*row) if row else None


def move_on(db: Connection, now: datetime, name: str, owner: str, position: str) -> bool:
    """All before this position is in our records. False: another process has taken over, and its position counts."""
    moved = {"of_name": name, "owner": owner, "new_position": position, "until": now + LEASE}
    return _MOVE_ON.change(db, moved) == 1


def try_end(db: Connection, now: datetime, name: str, owner: str, calls: int) -> bool:
    """Nothing more was there. False when there was another call meanwhile: then read on."""
    return _END.change(db, {"of_name": name, "owner": owner, "calls_seen": calls, "now": now}) == 1


def give_up(db: Connection, name: str, owner: str) -> None:
    """Another process may try, now."""
    _RELEASE.change(db, {"of_name": name, "owner": owner})


def _open(db: Connection, now: datetime, name: str) -> None:
    insert_once(db, Inbox, {"name": name, "position": "", "calls": 0, "calls_read": 0, "created_at": now}, "name")
