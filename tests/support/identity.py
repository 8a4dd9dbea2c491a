"""A house that is told of people and compares them, and how well it did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import insert, select

from crm.guests.newcomers import expect_comparison
from crm.guests.profile import Guest, guest, guest_row
from crm.identity.comparing import compare_some
from crm.identity.pairs import GuestPair
from crm.properties.houses import properties, put_property
from crm.store import Connection, table
from tests.support.people import Judgement, Profile, judge

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def told_apart(db: Connection, profiles: Sequence[Profile]) -> Judgement:
    """Puts the records into an empty house and compares all of them."""
    who = dict(zip(put(db, profiles), (each.who for each in profiles), strict=True))
    compare_all(db)
    persons = {row.id: row.joined_into or row.id for row in db.execute(select(guest.c.id, guest.c.joined_into))}
    pairs = table(GuestPair).c
    proposed = {
        frozenset((persons[one], persons[other])) for one, other in db.execute(select(pairs.first_id, pairs.second_id))
    }
    return judge(who, persons, proposed)


def put(db: Connection, profiles: Iterable[Profile]) -> list[str]:
    """The ids of the records, in their order."""
    if not properties(db):
        put_property(db, NOW, key="lakeside", name="Lakeside", time_zone="Asia/Shanghai", language="zh")
    rows = [
        guest_row(
            db,
            NOW,
            name=each.name,
            language="zh",
            phone=each.phone or None,
            email=each.email or None,
            document=each.document or None,
            born=each.born or None,
            address=each.address or None,
        )
        for each in profiles
    ]
    db.execute(insert(Guest), rows)
    expect_comparison(db, [row["id"] for row in rows])
    return [row["id"] for row in rows]


def compare_all(db: Connection) -> None:
    while compare_some(db, NOW).left:
        pass
