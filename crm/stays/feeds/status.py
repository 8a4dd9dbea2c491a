"""How each feed is: when it last told something, what was wrong last, and for a calendar when it is read next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, func, or_, select, update
from sqlmodel import Field, SQLModel

from crm.store import Connection, Prepared, Utc, insert_once, table

LONGEST_REASON = 300


class FeedRow(SQLModel, table=True):
    """`reason` is that of the last failure, by a name of ours or in words; `tell_at` when staff are told of it.

    `doubt` names the bookings that were missing at the last reading, where they were too many to be believed at once.
    """

    __tablename__ = "feed"

    name: str = Field(primary_key=True)
    property_id: str | None = Field(default=None, foreign_key="property.id")
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
    property_id: str | None = None
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
_CLAIM = Prepared(
    update(FeedRow)
    .where(
        feed_table.c.name == bindparam("of"),
        or_(feed_table.c.next_at.is_(None), feed_table.c.next_at <= bindparam("at")),
    )
    .values(next_at=bindparam("later"), property_id=bindparam("house"))
)
_UNCHANGED = Prepared(
    update(FeedRow)
    .where(feed_table.c.name == bindparam("of"))
    .values(last_success_at=bindparam("at"), failing_since=None, tell_at=None, reason="", doubt="")
)
_READ = Prepared(
    update(FeedRow)
    .where(feed_table.c.name == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in ("etag", "modified", "digest")})
)
_FAILED = Prepared(
    update(FeedRow)
    .where(feed_table.c.name == bindparam("of"))
    .values(
        failed_at=bindparam("at"),
        reason=bindparam("why"),
        doubt=bindparam("doubted"),
        tell_at=case((feed_table.c.failing_since.is_(None), bindparam("tell")), else_=feed_table.c.tell_at),
        failing_since=func.coalesce(feed_table.c.failing_since, bindparam("at")),
        etag="",
        modified="",
        digest="",
    )
)
_DUE = Prepared(
    select(feed_table.c.name)
    .where(feed_table.c.tell_at <= bindparam("now"), feed_table.c.name.in_(bindparam("names", expanding=True)))
    .order_by(feed_table.c.tell_at)
    .limit(bindparam("limit"))
)
_TELL = Prepared(
    update(FeedRow).where(feed_table.c.name == bindparam("of"), feed_table.c.tell_at.is_not(None)).values(tell_at=None)
)
_PUT_OFF = Prepared(update(FeedRow).where(feed_table.c.name == bindparam("of")).values(tell_at=bindparam("later")))


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


def try_claim(db: Connection, now: datetime, name: str, property_id: str, later: datetime) -> Feed | None:
    """A calendar that is due, for whoever was first; the next reading is `later`, whatever becomes of this one."""
    _know(db, name)
    if _CLAIM.change(db, {"of": name, "at": now, "later": later, "house": property_id}) != 1:
        return None
    return feeds(db, [name])[name]


def note_unchanged(db: Connection, now: datetime, name: str) -> None:
    """It was read, and says what it said."""
    _UNCHANGED.change(db, {"of": name, "at": now})


def note_read(db: Connection, now: datetime, name: str, etag: str, modified: str, digest: str) -> None:
    """It was read and all of it taken in; only now it may be asked for what has changed since."""
    _UNCHANGED.change(db, {"of": name, "at": now})
    kept = (("etag", etag), ("modified", modified), ("digest", digest))
    _READ.change(db, {"of": name, **{f"new_{key}": value[:LONGEST_REASON] for key, value in kept}})


def note_failed(db: Connection, now: datetime, name: str, reason: str, tell_at: datetime, doubt: str = "") -> None:
    """It was not read; if that goes on, staff are told then, and once."""
    _FAILED.change(db, {"of": name, "at": now, "why": reason[:LONGEST_REASON], "tell": tell_at, "doubted": doubt})


def due_failures(db: Connection, now: datetime, names: Sequence[str], limit: int) -> Sequence[str]:
    """Those of these calendars that have failed for long, and of which nobody was told."""
    return _DUE.scalars(db, {"now": now, "names": list(names), "limit": limit})


def try_tell(db: Connection, name: str) -> Feed | None:
    """A calendar that has failed for long; None when it was told of meanwhile, or is read again."""
    return feeds(db, [name])[name] if _TELL.change(db, {"of": name}) == 1 else None


def put_off_telling(db: Connection, now: datetime, name: str) -> None:
    _PUT_OFF.change(db, {"of": name, "later": now + timedelta(hours=1)})


def _know(db: Connection, name: str) -> None:
    row = {"name": name, "reason": "", "etag": "", "modified": "", "digest": "", "doubt": ""}
    insert_once(db, FeedRow, row, "name")
