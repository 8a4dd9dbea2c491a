"""A file of bookings on the command line: the map it is read by, transactions of some hundred rows, the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app import utc_now
from crm.properties.houses import Property, properties
from crm.staff.audit import record
from crm.stays.bookings import StayState
from crm.stays.imports.kept import find_map, keep_map
from crm.stays.imports.mapping import ColumnMap, as_toml, header_fingerprints, read_map
from crm.stays.imports.run import REPEATED, Bookings, Import, Sum, Totals, open_bookings
from crm.stays.imports.sheets import MOST_BYTES, Sheet, as_csv
from crm.stays.imports.writing import Fate
from crm.store import Store
from handlers.imported import money, problem_told, problems_told, totals_told

MOST_MAP_BYTES = 100_000


def read_file(store: Store, file: Path, map_file: Path | None, key: str) -> tuple[Bookings, bool]:
    """The bookings, and whether somebody told us what the columns hold.

    Raises FileRefused, or ValueError and OSError with a line to be shown.
    """
    with store.reading() as db:
        houses = properties(db)
    chosen = [each for each in houses if each.key == key] if key else houses
    if not chosen:
        raise ValueError(f"--property: there is no {key!r}, only {', '.join(each.key for each in houses)}")
    with file.open("rb") as opened:
        sheet = Sheet(file.name, opened.read(MOST_BYTES + 1))
    told = known = _map_in(map_file)
    if known is None:
        with store.reading() as db:
            known = find_map(db, header_fingerprints(sheet))
    bookings = open_bookings(sheet, chosen, known, by_name=not key and len(houses) > 1)
    if bookings.by_name and "property" not in bookings.survey.layout.places:
        raise ValueError(f"--property: which house is it for? One of {', '.join(each.key for each in houses)}")
    if map_file and not map_file.exists():
        map_file.write_text(as_toml(bookings.survey.layout), "utf-8")
    return bookings, told is not None


def run(store: Store, bookings: Bookings, *, dry: bool, keep: bool, advance: Callable[[int], object]) -> Totals:
    """Each batch in a transaction of its own: broken off, it goes on where it was when it is started again."""
    work = Import(bookings, dry=dry)
    for batch in work.batches():
        with store.reading() if dry else store.transaction() as db:
            work.take(db, utc_now(), batch)
        advance(len(batch))
    if not dry:
        with store.transaction() as db:
            if keep:
                keep_map(db, utc_now(), bookings.survey.layout)
            subject = f"bookings:{bookings.source}:{work.totals.rows}"
            record(db, utc_now(), staff_id=None, action="import_bookings", subject=subject, property_id=_one(bookings))
    return work.totals


@dataclass(frozen=True, slots=True)
class Report:
    """What is told at the end."""

    name: str
    totals: Totals
    dry: bool

    def lines(self, most: int) -> list[str]:
        told = problems_told("en", self.totals, most)
        states = [f"  {state}: {_sum_told(found)}" for state, found in self._states().items()]
        head = f"{self.name}: nothing was written, this was a dry run" if self.dry else self.name
        return [*told, *([""] if told else []), head, totals_told("en", self.totals), *states]

    def data(self) -> dict[str, Any]:
        counts = {fate.value: self.totals.fates[fate] for fate in Fate}
        return {
            "dry_run": self.dry,
            "rows": self.totals.rows,
            **counts,
            "refused": self.totals.refused,
            "repeated": self.totals.fates[REPEATED],
            **_sum_data(self.totals.all),
            "states": {state: _sum_data(found) for state, found in self._states().items()},
            "problems": dict(self.totals.wrong),
        }

    def write_problems(self, path: Path) -> None:
        rows = [[str(each.row), each.column, each.value, problem_told("en", each)] for each in self.totals.problems]
        path.write_bytes(as_csv([["row", "column", "value", "problem"], *rows]))

    def _states(self) -> dict[str, Sum]:
        return {state.value: self.totals.states[state] for state in StayState if state in self.totals.states}


def _map_in(path: Path | None) -> ColumnMap | None:
    if path is None or not path.exists():
        return None
    if path.stat().st_size > MOST_MAP_BYTES:
        raise ValueError(f"--map: {path} is too large to be a map")
    return read_map(path.read_text("utf-8"))


def _one(bookings: Bookings) -> str | None:
    houses: list[Property] = list(bookings.houses)
    return houses[0].id if len(houses) == 1 else None


def _sum_told(found: Sum) -> str:
    revenue = [money(currency, cents) for currency, cents in sorted(found.revenue.items())]
    return " · ".join([f"{found.stays} stays", f"{found.nights} nights", *revenue])


def _sum_data(found: Sum) -> dict[str, Any]:
    """Amounts as text, to the cent; "" is the currency that nobody named."""
    revenue = {currency: money("", cents).replace(",", "") for currency, cents in sorted(found.revenue.items())}
    return {"stays": found.stays, "nights": found.nights, "revenue": revenue}
