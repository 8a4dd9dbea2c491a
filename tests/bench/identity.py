"""(g) Who is who: how surely records of one person are joined, what it costs, and whether that grows with the house."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from crm.encryption import new_keyring
from crm.identity import evidence
from crm.identity.facts import Facts
from crm.migrations import migrate
from crm.store import Store
from tests.bench.report import Row, Section
from tests.bench.size import Size
from tests.support.identity import compare_all, put, told_apart
from tests.support.people import Judgement, Profile, people

PRECISION = 0.999
FLAT = 1.25  # the cost of a newcomer in a large house by that in a small one
MOST_RATIO = 60.0  # a comparison of names, phones and papers by the bare look-up of its keys
SMALL, LARGE, NEW, ROUNDS = 2_000, 20_000, 1_000, 3  # records that are there, newcomers, and how often
NOTES = (
    "SQLite; made-up people with 2.3 records each (scripts, order, titles, slips, old phones, families with one phone,"
    " agencies), so that who is who is known. Counted are pairs of records.",
    "Cost: CPU time of comparing newcomers with everybody, all of it (keys, look-up, opening sealed fields, weighing,"
    " joining). Beside: bare sqlite3 asking for the same keys and reading the same rows, in the same run.",
)
BARE = (
    "SELECT k.guest_id, o.guest_id, g.name, g.phone, g.email, g.document, g.born, g.address FROM guest_key k"
    " JOIN guest_key o ON o.key = k.key JOIN guest g ON g.id = o.guest_id WHERE k.guest_id = ?"
)


def bench(_size: Size) -> Section:
    with _store() as store, store.transaction() as db:
        found = told_apart(db, people(3, SMALL))
    costs = [_cost(count) for count in (SMALL, LARGE)]
    return Section("(g) Who is who", [*_judged("made-up people", found), *_costs(costs)], NOTES)


def febrl(folder: Path) -> Section:
    """Of a folder of Febrl's files of persons: of each data set, how many were told apart."""
    rows: list[Row] = []
    for name, profiles in sorted(_data_sets(folder).items()):
        with _store() as store, store.transaction() as db:
            rows += _judged(f"{name}: {len(profiles):,} records", told_apart(db, profiles))
    note = "Names, birthday, address and soc_sec_id as the number of a document; the truth is in rec_id."
    return Section("(g) Who is who: Febrl", rows, [note])


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds for so many newcomers and so many weighed pairs in a house of this size; `bare` is plain SQL's."""

    count: int
    seconds: float
    pairs: int
    bare: float


class _store:  # noqa: N801 (used like a function)
    """An empty house in a folder of its own."""

    def __enter__(self) -> Store:
        self._folder = TemporaryDirectory(prefix="guanjia-bench-")
        self.path = Path(self._folder.name) / "guanjia.db"
        self._store = Store(f"sqlite:///{self.path}", new_keyring())
        migrate(self._store)
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()
        self._folder.cleanup()


def _cost(count: int) -> Cost:
    """The median of some rounds, each with newcomers of its own."""
    place = _store()
    with place as store:
        with store.transaction() as db:
            put(db, people(4, count)[:count])
            compare_all(db)
        rounds = [_round(store, place.path, seed) for seed in range(5, 5 + ROUNDS)]
    return Cost(
        count,
        median(each.seconds for each in rounds),
        round(median(each.pairs for each in rounds)),
        median(each.bare for each in rounds),
    )


def _round(store: Store, path: Path, seed: int) -> Cost:
    with store.transaction() as db:
        ids = put(db, people(seed, NEW)[:NEW])
    weighed = _Counting()
    with weighed, store.transaction() as db:
        began = process_time()
        compare_all(db)
        seconds = process_time() - began
    return Cost(NEW, seconds, weighed.count, min(_bare(path, ids) for _ in range(2)))


class _Counting:
    """How many pairs are weighed meanwhile."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> None:
        self._findings = evidence._findings

        def counted(one: Facts, other: Facts, names: evidence.Names) -> dict[str, str]:
            self.count += 1
            return self._findings(one, other, names)

        evidence._findings = counted

    def __exit__(self, *_: object) -> None:
        evidence._findings = self._findings


def _bare(path: Path, ids: Sequence[str]) -> float:
    with closing(sqlite3.connect(path)) as file:
        began = process_time()
        for each in ids:
            file.execute(BARE, (each,)).fetchall()
        return process_time() - began


def _judged(what: str, found: Judgement) -> Iterator[Row]:
    wrong = found.joined - found.rightly
    yield Row(
        f"{what}: right among joined",
        f"{found.precision:.4f}",
        f"{found.joined:,} pairs, {wrong} wrong",
        target=f">= {PRECISION}",
        is_met=found.precision >= PRECISION,
    )
    yield Row(
        f"{what}: joined among true", f"{found.recall:.3f}", f"{found.recall_with_proposals:.3f} with those proposed"
    )


def _costs(costs: Sequence[Cost]) -> Iterator[Row]:
    small = costs[0]
    for each in costs:
        ratio, growth = each.seconds / each.bare, each.seconds / small.seconds
        yield Row(
            f"{each.count:,} records there, {NEW:,} new",
            f"{each.seconds / NEW * 1000:.2f} ms each, {each.pairs / each.seconds:,.0f} candidates/s",
            f"bare {each.bare / NEW * 1000:.3f} ms each",
            f"{ratio:.1f}",
            f"<= {MOST_RATIO:.0f}",
            ratio <= MOST_RATIO,
        )
        if each is not small:
            yield Row(
                f"{each.count:,} by {small.count:,} records",
                f"{growth:.2f}",
                target=f"<= {FLAT}",
                is_met=growth <= FLAT,
            )


def _data_sets(folder: Path) -> dict[str, list[Profile]]:
    """By name; dataset4a and dataset4b are two halves of one."""
    found: dict[str, list[Profile]] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, skipinitialspace=True))
        if rows and "rec_id" in rows[0]:
            found.setdefault(re.sub(r"(?<=\d)[ab]$", "", path.stem), []).extend(map(_profile, rows))
    return found


def _profile(row: dict[str, str]) -> Profile:
    said = {name: (value or "").strip() for name, value in row.items()}
    match = re.match(r"rec-(\d+)", said["rec_id"])
    assert match, f"no rec-N-org or rec-N-dup-M: {said['rec_id']!r}"
    street = f"{said['street_number']} {said['address_1']}"
    home = ", ".join(filter(None, (street.strip(), said["address_2"], said["suburb"], said["postcode"], said["state"])))
    name = f"{said['given_name']} {said['surname']}".strip()
    return Profile(int(match[1]), name, "", "", said["soc_sec_id"], said["date_of_birth"], home)
