"""Records are joined and parted again without loss, in whatever order, also after more was said and booked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.conversations.reachability import guest_recipients
from crm.encryption import new_keyring
from crm.errors import NotFound
from crm.guests.arriving import Known, Person, guests_for
from crm.guests.profile import (
    GuestSource,
    add_guest,
    guest,
    person_of,
    prefer_channel,
    try_set_elder_mode,
    verify_guest,
)
from crm.guests.survivors import get_records, guest_phone, records_of, values
from crm.identity.joins import TABLES, Join, join, joins_of, undo
from crm.service_requests.sharing import requests_of_guest
from crm.stays.bookings import find_current_stay
from crm.stays.named import find_stays_by_name
from crm.store import Store
from crm.tables import metadata
from tests.identity.desk import Desk

GUESTS = 4
PAIRS = st.tuples(st.integers(0, GUESTS - 1), st.integers(0, GUESTS - 1))
ACTS = st.one_of(
    st.tuples(st.just("join"), PAIRS),
    st.tuples(st.just("undo"), PAIRS),
    st.tuples(st.just("say"), PAIRS),
    st.tuples(st.just("chat"), PAIRS),
)


class Undone(Exception):
    """Rolls the transaction back."""


@pytest.fixture
def store(records_url: str) -> Iterator[Store]:
    store = Store(records_url, new_keyring())
    yield store
    store.close()


@contextmanager
def desk_of(store: Store, count: int = GUESTS) -> Iterator[Desk]:
    """Nothing of it is kept."""
    try:
        with store.transaction() as db:
            yield Desk(db, count)
            raise Undone
    except Undone:
        pass


def put_together(desk: Desk, one: str, other: str) -> Join | None:
    persons = (person_of(desk.db, each) for each in (one, other))
    return join(desk.db, desk.now, *persons, by=None, reasons={"phone": "same"})


def everything_is_where_it_belongs(desk: Desk, standing: dict[str, Join]) -> bool:
    """Each row stands under the person of the record that it is of; the records of a person are in one heap."""
    heads = dict(desk.db.execute(select(guest.c.id, func.coalesce(guest.c.joined_into, guest.c.id))).all())
    assert len(set(heads.values())) == len(heads) - len(standing)
    for each in TABLES:
        for whose, own in desk.db.execute(select(each.c.guest_id, each.c.own_guest_id)):
            assert whose == heads[own or whose], each.name
            assert own != whose, each.name
    return True


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(joined=st.lists(PAIRS, min_size=1, max_size=6), order=st.randoms(use_true_random=False))
def test_joined_and_parted_all_is_as_before(store: Store, joined: list[tuple[int, int]], order: object) -> None:
    with desk_of(store) as desk:
        before = desk.rows()
        pairs = [(desk.guests[one], desk.guests[other]) for one, other in joined]
        standing = [made for one, other in pairs if (made := put_together(desk, one, other))]
        if standing:
            assert desk.rows() != before, "nothing was joined"
        order.shuffle(standing)  # type: ignore[attr-defined]
        for each in standing:
            undo(desk.db, desk.now, each.id, None)
        assert desk.rows() == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(acts=[("join", (0, 1)), ("say", (0, 0)), ("join", (0, 2))])  # said while joined, and then joined further
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
def test_whatever_comes_meanwhile_stays_with_its_stay_and_chat(
    store: Store, acts: list[tuple[str, tuple[int, int]]]
) -> None:
    with desk_of(store) as desk:
        standing: dict[str, Join] = {}
        said: dict[str, list[int]] = {each: [] for each in desk.guests}
        for act, (first, second) in acts:
            one, other = desk.guests[first], desk.guests[second]
            if act == "join" and (made := put_together(desk, one, other)):
                standing[made.id] = made
            elif act == "undo" and standing:
                undo(desk.db, desk.now, sorted(standing)[first % len(standing)], None)
                del standing[sorted(standing)[first % len(standing)]]
            elif act == "say":
                said[one].append(desk.say(one))
            elif act == "chat":
                desk.chats[one] = desk.chat(one)
        for each in list(standing):
            undo(desk.db, desk.now, each, None)
        assert everything_is_where_it_belongs(desk, {})
        for guest_id, numbers in said.items():
            own = {each.number for each in requests_of_guest(desk.db, guest_id) if each.guest_id == guest_id}
            assert set(numbers) <= own, "a request went to somebody else"


def test_both_chats_go_on_while_joined_and_after(store: Store) -> None:
    with desk_of(store, 2) as desk:
        one, other = desk.guests
        before = {each: desk.speaker(each) for each in desk.guests}
        made = put_together(desk, one, other)
        assert made
        assert desk.speaker(one).guest_id == desk.speaker(other).guest_id == made.kept_id
        assert desk.say(one) != desk.say(other)  # each still of its own room: the desk looks
        assert len(requests_of_guest(desk.db, made.kept_id)) == 4
        assert len(guest_recipients(desk.db, desk.now, [made.kept_id])) == 1, "one person is told once"
        assert everything_is_where_it_belongs(desk, {made.id: made})
        undo(desk.db, desk.now, made.id, None)
        assert {each: desk.speaker(each) for each in desk.guests} == before
        assert [find_current_stay(desk.db, each).id for each in desk.guests] == list(desk.stays.values())  # type: ignore[union-attr]
        assert [len([e for e in requests_of_guest(desk.db, each) if e.guest_id == each]) for each in desk.guests] == [
            2,
            2,
        ]


def test_a_booking_of_a_joined_record_goes_back_with_it(store: Store) -> None:
    with desk_of(store, 2) as desk:
        one, other = desk.guests
        made = put_together(desk, one, other)
        assert made
        name = get_records(desk.db, [made.joined_id])[made.joined_id]
        (whose,) = guests_for(desk.db, desk.now, [Person(name.name, name.phone)])
        assert whose == Known(made.kept_id, made.joined_id)
        later = desk.book(made.joined_id)
        desk.stays[made.joined_id] = later
        chat = desk.chats[made.joined_id] = desk.chat(made.joined_id)
        undo(desk.db, desk.now, made.id, None)
        assert desk.speaker(made.joined_id).guest_id == made.joined_id
        assert chat.account_id
        assert guests_for(desk.db, desk.now, [Person(name.name, name.phone)]) == [Known(made.joined_id)]


def test_a_person_is_found_by_every_name_and_told_what_counts(store: Store) -> None:
    with desk_of(store, 0) as desk:
        old = add_guest(
            desk.db, desk.now, name="Zhang San", language="en", phone="13800000001", source=GuestSource.IMPORTED
        )
        new = add_guest(desk.db, desk.now, name="张三", language="zh", phone="13800000002", email="san@mail.example")
        stays = [desk.book(each) for each in (old, new)]
        made = join(desk.db, desk.now, old, new, by=None, reasons={})
        assert made
        assert made.kept_id == new, "what was said to a colleague counts more than an import"
        assert guest_phone(desk.db, new) == "13800000002"
        records = records_of(desk.db, [new])[new]
        assert values(records, "phone") == ["13800000002", "13800000001"]
        assert values(records, "name") == ["张三", "Zhang San"]
        for name in ("张三", "Zhang San"):
            found = find_stays_by_name(desk.db, [desk.home.id], name, desk.now.date())
            assert {each.id for each in found.stays} == set(stays), name


def test_who_was_verified_goes_on(store: Store) -> None:
    with desk_of(store, 2) as desk:
        one, other = desk.guests
        verify_guest(desk.db, one)
        made = put_together(desk, one, other)
        assert made
        assert (made.kept_id, made.joined_id) == (one, other)


def test_elder_mode_and_channel_go_over_and_come_back(store: Store) -> None:
    with desk_of(store, 2) as desk:
        one, other = desk.guests
        try_set_elder_mode(desk.db, one, True)
        prefer_channel(desk.db, one, "web")
        made = put_together(desk, one, other)
        assert made
        assert made.kept_id == other
        kept = get_records(desk.db, [other])[other]
        assert (kept.elder_mode, kept.preferred_channel) == (True, "web")
        prefer_channel(desk.db, other, "telegram")  # said since: it stays
        undo(desk.db, desk.now, made.id, None)
        records = get_records(desk.db, [one, other])
        assert [records[each].elder_mode for each in (one, other)] == [True, False]
        assert [records[each].preferred_channel for each in (one, other)] == ["web", "telegram"]


def test_a_join_is_undone_once(store: Store) -> None:
    with desk_of(store, 2) as desk:
        made = put_together(desk, *desk.guests)
        assert made
        assert put_together(desk, *desk.guests) is None
        assert joins_of(desk.db, made.kept_id) == [made]
        undo(desk.db, desk.now, made.id, None)
        assert joins_of(desk.db, made.kept_id) == []
        with pytest.raises(NotFound):
            undo(desk.db, desk.now, made.id, None)


def test_whatever_belongs_to_a_guest_goes_along() -> None:
    """A new table with a guest has to say whose its rows are."""
    about = {"newcomer", "guest_key", "guest_pair", "guest_join"}
    belonging = {
        each.name
        for each in metadata.sorted_tables
        if any(key.column.table is guest for key in each.foreign_keys) and each.name not in about
    }
    assert belonging == {each.name for each in TABLES}
    assert all("own_guest_id" in each.c for each in TABLES)
