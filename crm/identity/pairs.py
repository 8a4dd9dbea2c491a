"""Two records that are likely of one person: a colleague is asked once, and what was decided is remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, text, update
from sqlmodel import Field, SQLModel

from crm.guests.profile import guest
from crm.store import Connection, Json, Prepared, Utc, insert_once, partial_index, table

MOST_LISTED = 200


class PairState(StrEnum):
    LIKELY = "likely"
    JOINED = "joined"
    DIFFERENT = "different"


_TO_ASK = "state = 'likely' AND asked_at IS NULL AND ask_from IS NOT NULL"


class GuestPair(SQLModel, table=True):
    """`first_id` sorts before `second_id`. `ask_from` is when a colleague should be asked, where anybody should."""

    __tablename__ = "guest_pair"
    __table_args__ = (
        partial_index("ix_guest_pair_to_ask", "ask_from", where=_TO_ASK),
        partial_index("ix_guest_pair_likely", "property_id", "score", where="state = 'likely'"),
    )

    first_id: str = Field(primary_key=True, foreign_key="guest.id")
    second_id: str = Field(primary_key=True, foreign_key="guest.id", index=True)
    property_id: str | None = Field(default=None, foreign_key="property.id")
    state: str
    score: int
    reasons: dict[str, str] = Field(sa_type=Json)
    found_at: datetime = Field(sa_type=Utc)
    ask_from: datetime | None = Field(default=None, sa_type=Utc)
    asked_at: datetime | None = Field(default=None, sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    settled_by: str | None = Field(default=None, foreign_key="staff_member.id")


guest_pair = table(GuestPair)
_c = guest_pair.c
_first, _second = guest.alias("first"), guest.alias("second")
_FIRST_PERSON = func.coalesce(_first.c.joined_into, _first.c.id)
_SECOND_PERSON = func.coalesce(_second.c.joined_into, _second.c.id)


@dataclass(frozen=True, slots=True)
class Pair:
    """`one` and `other` are the persons the two records are kept under now, the same once they are joined."""

    first_id: str
    second_id: str
    one: str
    other: str
    property_id: str | None
    state: PairState
    score: int
    reasons: Mapping[str, str]
    asked_at: datetime | None
    settled_by: str | None

    @property
    def key(self) -> str:
        return f"{self.first_id} {self.second_id}"


_INFO = (
    select(
        _c.first_id,
        _c.second_id,
        _FIRST_PERSON.label("one"),
        _SECOND_PERSON.label("other"),
        _c.property_id,
        _c.state,
        _c.score,
        _c.reasons,
        _c.asked_at,
        _c.settled_by,
    )
    .join(_first, _first.c.id == _c.first_id)
    .join(_second, _second.c.id == _c.second_id)
)
_ONE = Prepared(_INFO.where(_c.first_id == bindparam("first_id"), _c.second_id == bindparam("second_id")))
_OF_RECORDS = Prepared(
    _INFO.where(
        or_(
            _c.first_id.in_(bindparam("ids", expanding=True)),
            _c.second_id.in_(bindparam("same_ids", expanding=True)),
        )
    )
)
_DUE = Prepared(
    select(_c.first_id, _c.second_id)
    .where(text(" AND ".join(f"guest_pair.{part}" for part in _TO_ASK.split(" AND "))), _c.ask_from <= bindparam("now"))
    .order_by(_c.ask_from)
    .limit(bindparam("limit"))
)
_LISTED = _INFO.where(
    text("guest_pair.state = 'likely'"),
    _c.property_id.in_(bindparam("ids", expanding=True)),
    _FIRST_PERSON != _SECOND_PERSON,
).order_by(_c.score.desc(), _c.found_at.desc())
_WAITING = Prepared(
    select(func.count()).where(
        text("guest_pair.state = 'likely'"),
        _c.property_id == bindparam("property_id"),
        _c.asked_at >= bindparam("since"),
    )
)
_IS_IT = and_(_c.first_id == bindparam("of_first"), _c.second_id == bindparam("of_second"))
_LATER = Prepared(update(GuestPair).where(_IS_IT).values(ask_from=bindparam("new_from")))
_ASKED = Prepared(update(GuestPair).where(_IS_IT, _c.asked_at.is_(None)).values(asked_at=bindparam("at")))


def propose(
    db: Connection,
    now: datetime,
    ids: tuple[str, str],
    *,
    score: int,
    reasons: Mapping[str, str],
    property_id: str | None,
    ask_from: datetime | None,
) -> None:
    """Writes down that the two may be one person; what was asked or decided before stays."""
    first_id, second_id = sorted(ids)
    row = {"first_id": first_id, "second_id": second_id, "state": PairState.LIKELY, "found_at": now}
    told = {"property_id": property_id, "score": score, "reasons": dict(reasons), "ask_from": ask_from}
    if not insert_once(db, GuestPair, {**row, **told}, "first_id,second_id"):
        still = (_c.first_id == first_id, _c.second_id == second_id, text("state = 'likely'"), _c.asked_at.is_(None))
        db.execute(update(GuestPair).where(*still).values(**told))


def decide(db: Connection, now: datetime, ids: tuple[str, str], state: PairState, by: str | None) -> None:
    """What a colleague said of the two, whether they had been proposed or not."""
    first_id, second_id = sorted(ids)
    settled = {"state": state, "settled_at": now, "settled_by": by}
    row = {"first_id": first_id, "second_id": second_id, "score": 0, "reasons": {}, "found_at": now, **settled}
    if not insert_once(db, GuestPair, row, "first_id,second_id"):
        here = (_c.first_id == first_id, _c.second_id == second_id)
        db.execute(update(GuestPair).where(*here).values(**settled))


def find_pair(db: Connection, one: str, other: str) -> Pair | None:
    first_id, second_id = sorted((one, other))
    row = _ONE.first(db, {"first_id": first_id, "second_id": second_id})
    return _pair(row) if row else None


def pairs_of(db: Connection, guest_ids: Iterable[str]) -> list[Pair]:
    """All that is known of these records."""
    ids = sorted(set(guest_ids))
    return [_pair(row) for row in _OF_RECORDS.all(db, {"ids": ids, "same_ids": ids})] if ids else []


def likely_pairs(db: Connection, property_ids: Sequence[str]) -> list[Pair]:
    """Undecided ones of these houses, the likeliest first, one for each two persons."""
    once: dict[frozenset[str], Pair] = {}
    for row in db.execute(_LISTED.limit(MOST_LISTED), {"ids": list(property_ids)}):
        pair = _pair(row)
        once.setdefault(frozenset((pair.one, pair.other)), pair)
    return list(once.values())


def due_pairs(db: Connection, now: datetime, limit: int) -> list[str]:
    """Keys of those of which a colleague should be asked by now."""
    return [f"{row[0]} {row[1]}" for row in _DUE.all(db, {"now": now, "limit": limit})]


def unanswered_count(db: Connection, property_id: str, since: datetime) -> int:
    """How many the people of a house were asked since then and have not answered."""
    return int(_WAITING.scalar(db, {"property_id": property_id, "since": since}))


def ask_later(db: Connection, pair: Pair, at: datetime | None) -> None:
    """None: not by itself any more; it stays in the list."""
    _LATER.change(db, {"of_first": pair.first_id, "of_second": pair.second_id, "new_from": at})


def try_ask(db: Connection, now: datetime, pair: Pair) -> bool:
    """False when it was asked before."""
    return _ASKED.change(db, {"of_first": pair.first_id, "of_second": pair.second_id, "at": now}) == 1


def _pair(row: Any) -> Pair:
    reasons = row.reasons if isinstance(row.reasons, dict) else {}
    values = {name: getattr(row, name) for name in Pair.__slots__ if name not in ("state", "reasons")}
    return Pair(**values, state=PairState(row.state), reasons=reasons)
