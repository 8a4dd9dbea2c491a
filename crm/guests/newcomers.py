"""Guests whom nobody has compared with the others yet: written down with them, worked off by the clock."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, false, insert, select, text, update
from sqlmodel import Field, SQLModel

from crm.store import Connection, Prepared, insert_once, partial_index, table


class Newcomer(SQLModel, table=True):
    """`is_keyed`: what others may have in common with the guest is written down; all are, before any is compared."""

    __table_args__ = (partial_index("ix_newcomer_unkeyed", "guest_id", where="NOT is_keyed"),)

    guest_id: str = Field(primary_key=True, foreign_key="guest.id")
    is_keyed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


newcomer = table(Newcomer)
_ADD = Prepared(insert(Newcomer))
_ANY = Prepared(select(newcomer.c.guest_id).limit(1))
_KEYED = Prepared(
    update(Newcomer).where(newcomer.c.guest_id.in_(bindparam("ids", expanding=True))).values(is_keyed=bindparam("yes"))
)


def expect_comparison(db: Connection, guest_ids: Iterable[str]) -> None:
    """Of guests that have just been written down."""
    _ADD.write(db, *({"guest_id": each, "is_keyed": False} for each in guest_ids))


def compare_again(db: Connection, guest_id: str) -> None:
    """Something is known of them now that may tell who they are."""
    insert_once(db, Newcomer, {"guest_id": guest_id, "is_keyed": False}, "guest_id")


def mark_keyed(db: Connection, guest_ids: Iterable[str]) -> None:
    if ids := list(guest_ids):
        _KEYED.change(db, {"ids": ids, "yes": True})


def was_compared(db: Connection, guest_ids: Iterable[str]) -> None:
    db.execute(delete(Newcomer).where(newcomer.c.guest_id.in_(list(guest_ids))))


def is_anybody_new(db: Connection) -> bool:
    return _ANY.first(db, {}) is not None


def newcomers(db: Connection, limit: int, *, is_keyed: bool) -> list[str]:
    """The first of them; those without keys have an index of their own."""
    wanted = text(f"{'' if is_keyed else 'NOT '}newcomer.is_keyed")
    query = select(newcomer.c.guest_id).where(wanted).order_by(newcomer.c.guest_id).limit(limit)
    return list(db.execute(query).scalars())
