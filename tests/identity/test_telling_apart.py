"""Records of thousands of people, several of each: who is joined, who is proposed, and who is left alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from crm.encryption import new_keyring
from crm.guests.profile import add_guest, guest
from crm.identity.comparing import compare_some
from crm.identity.pairs import GuestPair
from crm.properties.houses import put_property
from crm.store import Connection, Store, table
from tests.support.people import Judgement, Profile, judge, people

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PEOPLE = 2_500
# Of the true pairs a fifth have nothing in common but the name: these are for a colleague who knows better.
LEAST_PRECISION, LEAST_RECALL, LEAST_WITH_PROPOSALS = 0.999, 0.60, 0.70


def told_apart(db: Connection, profiles: list[Profile]) -> Judgement:
    put_property(db, NOW, key="lakeside", name="Lakeside", time_zone="Asia/Shanghai", language="zh")
    who = {}
    for each in profiles:
        guest_id = add_guest(
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
        who[guest_id] = each.who
    while compare_some(db, NOW).left:
        pass
    persons = {row.id: row.joined_into or row.id for row in db.execute(select(guest.c.id, guest.c.joined_into))}
    pairs = table(GuestPair).c
    proposed = {
        frozenset((persons[one], persons[other])) for one, other in db.execute(select(pairs.first_id, pairs.second_id))
    }
    return judge(who, persons, proposed)


@pytest.mark.parametrize("seed", [1, 2])
def test_of_joined_pairs_hardly_any_is_wrong(sqlite_records_url: str, seed: int) -> None:
    store = Store(sqlite_records_url, new_keyring())
    profiles = people(seed, PEOPLE)
    assert 2.1 < len(profiles) / len({each.who for each in profiles}) < 2.5
    with store.transaction() as db:
        found = told_apart(db, profiles)
    store.close()
    assert found.true > 2_000
    assert found.precision >= LEAST_PRECISION, found
    assert found.recall >= LEAST_RECALL, found
    assert found.recall_with_proposals >= LEAST_WITH_PROPOSALS, found
