"""Newcomers against everybody else, some at a time: joined where it is certain, proposed where it is likely.

First all of them get their keys, and only then any is compared: how many have a phone is known before it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from crm.calendar import zone
from crm.guests.newcomers import mark_keyed, newcomers, was_compared
from crm.guests.survivors import Record, get_records, records_of
from crm.identity.contacts import CHINA, country_of
from crm.identity.evidence import Evidence, Verdict, weigh
from crm.identity.facts import ALONE, Facts, facts_of, keys_of
from crm.identity.joins import Join, gather, join
from crm.identity.keys import MOST, blocks_of, sizes_of, write_keys
from crm.identity.pairs import PairState, pairs_of, propose
from crm.properties.houses import Property, properties
from crm.stays.bookings import StayState, stay
from crm.store import Connection, Prepared, wait_alone

KEYED_AT_ONCE, COMPARED_AT_ONCE = 100, 25  # guests of a piece: some tens of milliseconds
MOST_RECORDS = 12  # of a person; whoever has more is joined by a colleague only
ASKED_BEFORE = timedelta(days=2)  # an arrival

_OF_RECORDS = Prepared(
    select(stay.c.guest_id, stay.c.own_guest_id, stay.c.property_id, stay.c.state, stay.c.arrival, stay.c.departure)
    .where(stay.c.guest_id.in_(bindparam("ids", expanding=True)))
    .order_by(stay.c.id)
)
_STANDING = {StayState.IN_HOUSE: 0, StayState.BOOKED: 1}


@dataclass(frozen=True, slots=True)
class Done:
    """What became of some newcomers; `left`: there may be more."""

    looked_at: int = 0
    joins: Sequence[Join] = ()
    proposed: int = 0
    left: bool = False


def compare_some(db: Connection, now: datetime, most: int = COMPARED_AT_ONCE) -> Done:
    """A bounded piece of what waits; over all replicas one piece at a time."""
    wait_alone(db)
    ids = newcomers(db, KEYED_AT_ONCE if most > 1 else 1, is_keyed=False)
    if ids:
        _key(db, ids)
        return Done(len(ids), left=True)
    ids = newcomers(db, most, is_keyed=True)
    if not ids:
        return Done()
    piece = Piece(db, now, ids)
    for each in ids:
        piece.settle(each)
    was_compared(db, ids)
    return Done(len(ids), piece.joins, piece.proposed, left=True)


def skip_first(db: Connection) -> str | None:
    """Leaves the one alone with which the next piece begins; returns who it was."""
    ids = newcomers(db, 1, is_keyed=False) or newcomers(db, 1, is_keyed=True)
    was_compared(db, ids)
    return ids[0] if ids else None


def weigh_persons(db: Connection, mine: Sequence[Record], theirs: Sequence[Record]) -> Evidence:
    """The best that any record of the one has in common with any of the other."""
    houses = {each.id: each for each in properties(db)}
    stays = _stays_of(db, {each.person for each in (*mine, *theirs)})
    one, other = (
        [facts_of(each, _country(houses, stays.get(each.person, ()), each.id)) for each in some]
        for some in (mine, theirs)
    )
    return max((weigh(a, b) for a in one for b in other), key=lambda each: each.score)


class Piece:
    """Some newcomers, and all records that have a key in common with one of them, as they stand meanwhile."""

    def __init__(self, db: Connection, now: datetime, ids: Sequence[str]) -> None:
        self._db, self._now = db, now
        self._blocks = blocks_of(db, ids)
        around = {beside for blocks in self._blocks.values() for some in blocks.values() for beside in some}
        persons = {each.person for each in get_records(db, {*ids, *around}).values()}
        self._persons = records_of(db, persons)
        records = [each for some in self._persons.values() for each in some]
        self._person = {each.id: each.person for each in records}
        self._houses = {each.id: each for each in properties(db)}
        self._stays = _stays_of(db, persons)
        self._facts = {each.id: facts_of(each, self._country(each.id)) for each in records}
        self._names = self._count_names(ids)
        self._pairs = {frozenset((e.first_id, e.second_id)): e for e in pairs_of(db, self._person)}
        self.joins: list[Join] = []
        self.proposed = 0

    def settle(self, guest_id: str) -> None:
        """The likeliest first, because what is joined to whom tells what else is."""
        if self._person[guest_id] != guest_id:
            gather(self._db, guest_id, self._person[guest_id])
        beside = {each for some in self._blocks[guest_id].values() for each in some} - {guest_id}
        found = [(self._weigh(guest_id, each), each) for each in sorted(beside)]
        for evidence, other in sorted(found, key=lambda each: -each[0].score):
            if evidence.verdict is Verdict.UNLIKELY or self._person[guest_id] == self._person[other]:
                continue
            if self._is_decided(guest_id, other):
                continue
            if evidence.verdict is Verdict.CERTAIN and self._agree(guest_id, other):
                self._join(guest_id, other, evidence)
            else:
                self._propose(guest_id, other, evidence)

    def _weigh(self, one: str, other: str) -> Evidence:
        return weigh(self._facts[one], self._facts[other], lambda field, value: self._names.get((field, value), 0))

    def _count_names(self, ids: Sequence[str]) -> dict[tuple[str, str], int]:
        """How many names have a phone, an address or a paper: of the records at hand, which are all, or of a crowd."""
        names: dict[tuple[str, str], set[str]] = {}
        for each in self._facts.values():
            for field in ALONE.values():
                names.setdefault((field, getattr(each, field)), set()).add(each.sound)
        found = {said: len(some) for said, some in names.items()}
        said = {key: at for each in ids for key, at in _alone(self._db, self._facts[each]).items()}
        sizes = sizes_of(self._db, said)
        return found | {at: MOST for key, at in said.items() if sizes[key] > MOST}

    def _is_decided(self, one: str, other: str) -> bool:
        """Whether a colleague has said that any two of their records are different people."""
        said = (
            self._pairs.get(frozenset((mine.id, theirs.id)))
            for mine in self._persons[self._person[one]]
            for theirs in self._persons[self._person[other]]
        )
        return any(each is not None and each.state is PairState.DIFFERENT for each in said)

    def _agree(self, one: str, other: str) -> bool:
        """Nothing of either person contradicts anything of the other."""
        mine, theirs = (self._persons[self._person[each]] for each in (one, other))
        if len(mine) + len(theirs) > MOST_RECORDS:
            return False
        return not any(self._weigh(a.id, b.id).contradicts for a in mine for b in theirs)

    def _join(self, one: str, other: str, evidence: Evidence) -> None:
        ids = (self._person[one], self._person[other])
        made = join(self._db, self._now, *ids, by=None, reasons=evidence.findings)
        if made is None:
            return
        self.joins.append(made)
        both = [record for each in ids for record in self._persons.pop(each)]
        self._persons[made.kept_id] = both
        self._person.update(dict.fromkeys((each.id for each in both), made.kept_id))
        self._stays[made.kept_id] = [each for person in ids for each in self._stays.pop(person, ())]

    def _propose(self, one: str, other: str, evidence: Evidence) -> None:
        house, ask_from = self._asked_where([self._person[one], self._person[other]])
        propose(
            self._db,
            self._now,
            (one, other),
            score=evidence.score,
            reasons=evidence.findings,
            property_id=house.id if house else None,
            ask_from=ask_from,
        )
        self.proposed += 1

    def _asked_where(self, persons: Iterable[str]) -> tuple[Property | None, datetime | None]:
        """In the house where one of them is or arrives next, before that; else where one was last, and only listed."""
        stays = [each for person in persons for each in self._stays.get(person, ())]
        if not stays:
            return None, None
        ahead = [each for each in stays if each.state in _STANDING and each.departure >= self._now.date()]
        if not ahead:
            return self._houses[max(stays, key=lambda each: each.departure).property_id], None
        first = min(ahead, key=lambda each: (_STANDING[each.state], each.arrival))
        house = self._houses[first.property_id]
        if first.state == StayState.IN_HOUSE:
            return house, self._now
        midnight = datetime.combine(first.arrival, time(), zone(house.time_zone))
        return house, max(self._now, midnight - ASKED_BEFORE)

    def _country(self, guest_id: str) -> str:
        return _country(self._houses, self._stays.get(self._person[guest_id], ()), guest_id)


def _alone(db: Connection, facts: Facts) -> dict[str, tuple[str, str]]:
    """The keys that are a field's own, and of which field and value."""
    kinds = {key: ALONE[key[0]] for key in keys_of(db, facts) if key[0] in ALONE}
    return {key: (field, getattr(facts, field)) for key, field in kinds.items()}


def _key(db: Connection, ids: Sequence[str]) -> None:
    records: Mapping[str, Record] = get_records(db, ids)
    houses = {each.id: each for each in properties(db)}
    stays = _stays_of(db, {each.person for each in records.values()})
    facts: list[Facts] = [
        facts_of(each, _country(houses, stays.get(each.person, ()), each.id)) for each in records.values()
    ]
    write_keys(db, {each.id: keys_of(db, each) for each in facts})
    mark_keyed(db, ids)


def _stays_of(db: Connection, persons: Iterable[str]) -> dict[str, list[Any]]:
    ids = sorted(persons)
    found: dict[str, list[Any]] = {}
    for row in _OF_RECORDS.all(db, {"ids": ids}) if ids else []:
        found.setdefault(row.guest_id, []).append(row)
    return found


def _country(houses: Mapping[str, Property], stays: Sequence[Any], guest_id: str) -> str:
    """Of the house where the record was first booked in, else of the first house."""
    own = (each.property_id for each in stays if (each.own_guest_id or each.guest_id) == guest_id)
    house = houses.get(next(own, ""), next(iter(houses.values()), None))
    return country_of(house.phone, house.time_zone) if house else CHINA
