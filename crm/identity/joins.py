"""Joining the records of one person, and parting them again without loss: decision 30.

Each row that belongs to a guest keeps whose it was (`own_guest_id`) when it goes over to the record that goes on
(`guest_id`). What a person has is so found by one column, and parting them needs no memory of what was moved when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, bindparam, func, insert, null, or_, select, update
from sqlmodel import Field, SQLModel

from crm.conversations.accounts import account, conversation
from crm.conversations.alarms import alarm
from crm.errors import NotFound
from crm.feedback import Feedback
from crm.guests.newcomers import compare_again
from crm.guests.profile import Guest, guest
from crm.guests.survivors import Record, by_surety, records_of, rules
from crm.service_requests.requests import service_request
from crm.service_requests.sharing import RequestCompanion
from crm.stays.bookings import stay
from crm.store import Connection, Json, Prepared, Utc, new_id, partial_index, table

STANDING = "undone_at IS NULL"
companion, feedback = table(RequestCompanion), table(Feedback)

TABLES = (stay, account, service_request, companion, feedback, alarm)  # all that belongs to guests: a test holds to it
# Stays, accounts and companions are written down with whose they are. What comes of them after a join is not: by which
# column it is told whose it is, and by which one since when.
FOLLOWERS: tuple[tuple[Table, str, str], ...] = (
    (service_request, "stay_id", "opened_at"),
    (service_request, "conversation_id", "opened_at"),
    (feedback, "stay_id", "created_at"),
    (alarm, "conversation_id", "raised_at"),
)


class GuestJoin(SQLModel, table=True):
    """`joined_by` is nobody where the evidence was certain. `carried` is what the record that goes on took over, as
    [before, after].
    """

    __tablename__ = "guest_join"
    __table_args__ = (
        partial_index("ix_guest_join_standing", "joined_id", where=STANDING, unique=True),
        partial_index("ix_guest_join_kept", "kept_id", where=STANDING),
    )

    id: str = Field(primary_key=True)
    kept_id: str = Field(foreign_key="guest.id")
    joined_id: str = Field(foreign_key="guest.id")
    joined_at: datetime = Field(sa_type=Utc)
    joined_by: str | None = Field(default=None, foreign_key="staff_member.id")
    reasons: dict[str, str] = Field(sa_type=Json)
    carried: dict[str, Any] = Field(sa_type=Json)
    undone_at: datetime | None = Field(default=None, sa_type=Utc)
    undone_by: str | None = Field(default=None, foreign_key="staff_member.id")


guest_join = table(GuestJoin)
_j = guest_join.c


@dataclass(frozen=True, slots=True)
class Join:
    """A join that stands: this record was put under that one."""

    id: str
    kept_id: str
    joined_id: str
    joined_at: datetime
    joined_by: str | None
    reasons: Mapping[str, str]
    carried: Mapping[str, Any]


_STANDING = select(_j.id, _j.kept_id, _j.joined_id, _j.joined_at, _j.joined_by, _j.reasons, _j.carried).where(
    _j.undone_at.is_(None)
)


def _moving(each: Table) -> Prepared:
    own = func.coalesce(each.c.own_guest_id, each.c.guest_id)
    values = {"own_guest_id": own, "guest_id": bindparam("to_id")}
    return Prepared(update(each).where(each.c.guest_id == bindparam("from_id")).values(values))


_MOVES = tuple(map(_moving, TABLES))
_PUT_UNDER = Prepared(
    update(Guest)
    .where(or_(guest.c.id == bindparam("from_id"), guest.c.joined_into == bindparam("from_id")))
    .values(joined_into=bindparam("to_id"))
)
_ADD = Prepared(insert(GuestJoin))
_LOCK = Prepared(
    select(guest.c.id).where(guest.c.id.in_(bindparam("ids", expanding=True))).order_by(guest.c.id).with_for_update()
)


def goes_on(one: Sequence[Record], other: Sequence[Record]) -> tuple[str, str]:
    """Of two persons, by their records: whose record goes on, and whose is put under it."""
    best = by_surety([*one, *other])[0].person
    return (best, other[0].person) if best == one[0].person else (best, one[0].person)


def join(
    db: Connection, now: datetime, one: str, other: str, *, by: str | None, reasons: Mapping[str, str]
) -> Join | None:
    """Puts the two persons together; None when they are already, or one of them is no person of their own any more."""
    _lock(db, one, other)
    records = records_of(db, [one, other])
    if one == other or not all(any(each.id == person for each in records[person]) for person in (one, other)):
        return None
    kept, joined = goes_on(records[one], records[other])
    carried = _carry(db, records, kept, joined)
    _move(db, joined, kept)
    compare_again(db, joined)  # and then gather what somebody wrote down meanwhile
    _PUT_UNDER.write(db, {"from_id": joined, "to_id": kept})
    made = Join(new_id(now), kept, joined, now, by, dict(reasons), carried)
    _ADD.write(db, {name: getattr(made, name) for name in Join.__slots__})
    return made


def undo(db: Connection, now: datetime, join_id: str, by: str | None) -> Join:
    """Parts them again: what the record brought goes back with it, and what came since goes with its stay or chat.

    Raises NotFound when the join does not stand any more.
    """
    made = get_join(db, join_id)
    _lock(db, made.kept_id, made.joined_id)
    made = get_join(db, join_id)
    person = db.execute(select(guest.c.joined_into).where(guest.c.id == made.joined_id)).scalar_one()
    records = [made.joined_id, *_joined_below(db, made.joined_id)]
    for each in TABLES:
        back = and_(each.c.guest_id == person, each.c.own_guest_id.in_(records))
        own = func.nullif(each.c.own_guest_id, made.joined_id)
        db.execute(update(each).where(back).values(guest_id=made.joined_id, own_guest_id=own))
    keepers = _joined_above(db, made.joined_id)
    for each, by_column, since in FOLLOWERS:
        _take_along(db, each, by_column, since, made, keepers)
    db.execute(update(Guest).where(guest.c.id.in_(records[1:])).values(joined_into=made.joined_id))
    db.execute(update(Guest).where(guest.c.id == made.joined_id).values(joined_into=null()))
    _give_back(db, made)
    db.execute(update(GuestJoin).where(_j.id == made.id).values(undone_at=now, undone_by=by))
    return made


def gather(db: Connection, joined: str, person: str) -> None:
    """What was written down for a record in the very moment in which it was joined goes after the rest."""
    _move(db, joined, person)


def get_join(db: Connection, join_id: str) -> Join:
    row = db.execute(_STANDING.where(_j.id == join_id)).first()
    if row is None:
        raise NotFound(what=join_id)
    return Join(*row)


def joins_of(db: Connection, person: str) -> list[Join]:
    """Those by which the records of a person were put together, the latest first."""
    below = select(guest.c.id).where(guest.c.joined_into == person)
    found = db.execute(_STANDING.where(_j.joined_id.in_(below)).order_by(_j.joined_at.desc(), _j.id.desc()))
    return [Join(*row) for row in found]


def _lock(db: Connection, *guest_ids: str) -> None:
    """Nobody else joins them meanwhile, nor writes down anything of theirs."""
    if db.dialect.name == "postgresql":  # on SQLite nobody else writes meanwhile
        _LOCK.all(db, {"ids": list(guest_ids)})


def _move(db: Connection, joined: str, kept: str) -> None:
    for each in _MOVES:
        each.write(db, {"from_id": joined, "to_id": kept})


def _joined_below(db: Connection, joined: str) -> list[str]:
    """The records that were put under this one, and under those."""
    found: list[str] = []
    level = [joined]
    while level:
        level = list(db.execute(select(_j.joined_id).where(_j.kept_id.in_(level), _j.undone_at.is_(None))).scalars())
        found += level
    return found


def _joined_above(db: Connection, joined: str) -> list[str]:
    """The records this one was put under, up to the one that goes on."""
    found: list[str] = []
    query = select(_j.kept_id).where(_j.undone_at.is_(None))
    while kept := db.execute(query.where(_j.joined_id == (found[-1] if found else joined))).scalar():
        found.append(kept)
    return found


def _carry(db: Connection, records: Mapping[str, list[Record]], kept: str, joined: str) -> dict[str, Any]:
    """What the house does for the one it does for the person, unless the record that goes on says otherwise."""
    own, other = (next(each for each in records[person] if each.id == person) for person in (kept, joined))
    fields = rules()["carried"]
    taken = {
        name: [getattr(own, name), getattr(other, name)]
        for name in fields
        if getattr(other, name) and not getattr(own, name)
    }
    if taken:
        values = {name: after for name, (_, after) in taken.items()}
        db.execute(update(Guest).where(guest.c.id == kept).values(**values))
    return taken


def _give_back(db: Connection, made: Join) -> None:
    """What was taken over, unless it was changed since."""
    for name, (before, after) in made.carried.items():
        still = (guest.c.id == made.kept_id, guest.c[name] == after)
        db.execute(update(Guest).where(*still).values({name: before}))


def _take_along(db: Connection, each: Table, by_column: str, since: str, made: Join, keepers: Sequence[str]) -> None:
    """What came after the join, of the stays and chats that go back now: it was written down for one of the keepers."""
    parent = stay if by_column == "stay_id" else account
    theirs = parent.c.guest_id == made.joined_id
    if parent is stay:
        whose = select(stay.c.id, stay.c.own_guest_id).where(theirs).subquery()
    else:
        chats = select(conversation.c.id, account.c.own_guest_id).join(
            account, account.c.id == conversation.c.account_id
        )
        whose = chats.where(theirs).subquery()
    was_kept = or_(each.c.own_guest_id.is_(None), each.c.own_guest_id.in_(keepers))
    came = [each.c.guest_id == keepers[-1], was_kept, each.c[since] >= made.joined_at]
    came.append(each.c[by_column].in_(select(whose.c.id)))
    if by_column == "conversation_id" and "stay_id" in each.c:
        came.append(each.c.stay_id.is_(None))
    own = select(whose.c.own_guest_id).where(whose.c.id == each.c[by_column]).scalar_subquery()
    db.execute(update(each).where(*came).values(guest_id=made.joined_id, own_guest_id=own))
