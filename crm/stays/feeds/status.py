"""How each feed is: when it last told something, what was wrong last, and for a calendar when it is read next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, SQLModel

from crm.store import Connection, Prepared, Utc, insert_once, table

LONGEST_REASON = 300


class FeedRow(SQLModel, table=True):
    """`reason` is that of the last failure, by a name of ours or in words; `tell_at` when staff are told of it.

    `doubt` names the bookings that were missing at the last reading, where they were too many to be believed at once.
    """

    __tablename__ = "feed"

    name: str = Field(primary_key=True)
    next_at: datetime | None = Field(default=None, sa_type=Utc)
    last_success_at: datetime | None = Field(default=None, sa_type=Utc)
    failed_at: datetime | None = Field(default=None, sa_type=Utc)
    failing_since: datetime | None = Field(default=None, sa_type=Utc)
    tell_at: datetime | None = Field(default=None, sa_type=Utc, index=True)
    reason: str = ""
    etag: str = ""
    modified: str = ""
    digest: str = ""
    doubt: str = ""


feed_table = table(FeedRow)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is kept; of one that never told anything all is empty."""

    name: str
    next_at: datetime | None = None
    last_success_at: datetime | None = None
    failed_at: datetime | None = None
    failing_since: datetime | None = None
    reason: str = ""
    etag: str = ""
    modified: str = ""
    digest: str = ""
    doubt: str = ""


_NAMES = tuple(Feed.__dataclass_fields__)
_BY_NAMES = Prepared(
    select(*(feed_table.c[name] for name in _NAMES)).where(feed_table.c.name.in_(bindparam("names", expanding=True)))
)
_TAKEN_IN = Prepared(
    update(FeedRow).where(feed_table.c.name == bindparam("of")).values(last_success_at=bindparam("at"))
)
_REFUSED = Prepared(
    update(FeedRow)
    .where(feed_table.c.name == bindparam("of"))
    .values(failed_at=bindparam("at"), reason=bindparam("why"))
)


def feeds(db: Connection, names: Iterable[str]) -> dict[str, Feed]:
    """By name, in the order of the names."""
    wanted = list(names)
    known = {row.name: Feed(*row) for row in _BY_NAMES.all(db, {"names": wanted})} if wanted else {}
    return {name: known.get(name, Feed(name)) for name in wanted}


def note_taken_in(db: Connection, now: datetime, name: str) -> None:
    """It told something that was taken in."""
    _know(db, name)
    _TAKEN_IN.change(db, {"of": name, "at": now})


def note_refused(db: Connection, now: datetime, name: str, reason: str) -> None:
    """It told something that was not taken in."""
    _know(db, name)
    _REFUSED.change(db, {"of": name, "at": now, "why": reason[:LONGEST_REASON]})


def _know(db: Connection, name: str) -> None:
    row = {"name": name, "reason": "", "etag": "", "modified": "", "digest": "", "doubt": ""}
    insert_once(db, FeedRow, row, "name")
