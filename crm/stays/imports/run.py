"""A file of bookings from beginning to end: batches for transactions of a few hundred rows, totals, what was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crm.encryption import folded
from crm.guests.profile import Guest
from crm.properties.houses import Property
from crm.stays.bookings import Stay
from crm.stays.imports.booking import Booking, Problem
from crm.stays.imports.cells import quoted
from crm.stays.imports.mapping import ColumnMap, lay_out, with_findings
from crm.stays.imports.rows import RowReader
from crm.stays.imports.sheets import Sheet
from crm.stays.imports.survey import Survey, survey
from crm.stays.imports.writing import Fate, Judged, Keyed, judge, keyed, rooms_of, told_by, write
from crm.store import Connection, know_sizes, wait_alone

BATCH = 500
MOST_PROBLEMS = 20_000  # that are listed; the others are counted
YEN = ("Asia/Tokyo",)
REPEATED = "repeated"


@dataclass(slots=True)
class Sum:
    """Stays, their nights, and what they cost in hundredths by currency."""

    stays: int = 0
    nights: int = 0
    revenue: Counter[str] = field(default_factory=Counter)

    def add(self, booking: Booking) -> None:
        self.stays += 1
        self.nights += booking.nights
        if booking.price is not None:
            self.revenue[booking.currency] += booking.price


@dataclass(slots=True)
class Totals:
    """Of the rows read so far. What was refused is in none of the sums."""

    rows: int = 0
    refused: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    all: Sum = field(default_factory=Sum)
    states: dict[str, Sum] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def note(self, problems: Sequence[Problem]) -> None:
        for each in problems:
            self.wrong[each.why] += 1
            if len(self.problems) < MOST_PROBLEMS:
                self.problems.append(each)


@dataclass(frozen=True, slots=True)
class Bookings:
    """The rows of a file for the houses they may go to; the first is the one where the file names none we know."""

    sheet: Sheet
    survey: Survey
    houses: Sequence[Property]
    by_name: bool

    @property
    def source(self) -> str:
        return self.survey.layout.map.source


def open_bookings(
    sheet: Sheet, houses: Sequence[Property], known: ColumnMap | None, *, by_name: bool, date_order: str = ""
) -> Bookings:
    """By the map that is known for such files, else by guess. Raises FileRefused.

    `by_name`: a row goes to the house it names; else all go to the first. `date_order`: as somebody said.
    """
    layout = lay_out(sheet, known)
    if date_order:
        layout = with_findings(layout, date_order, layout.map.decimal)
    return Bookings(sheet, survey(sheet, layout), houses, by_name)


class Import:
    """Takes the bookings batch by batch; `dry`: only tells what would become of them."""

    def __init__(self, bookings: Bookings, *, dry: bool) -> None:
        self._of, self._dry = bookings, dry
        self._homes = {folded(said): each for each in bookings.houses for said in (each.key, each.name)}
        self._rooms: dict[str, Mapping[str, str]] = {}
        self._alike: dict[int, int] = {}
        self._rows_of: dict[int, tuple[int, ...]] = {}
        self._grown = BATCH // 2
        self.totals = Totals()
        odd = bookings.survey.odd_countries
        column = bookings.survey.layout.named("country")
        self.totals.note([Problem(0, column, f"{said} × {count}", "odd_country") for said, count in odd.items()])

    def batches(self) -> Iterator[list[Booking]]:
        """The rows that can be read; the others are counted and listed."""
        reader = RowReader(self._of.survey, yen="JPY" if self._of.houses[0].time_zone in YEN else "CNY")
        batch: list[Booking] = []
        for number, row in self._of.sheet.rows():
            if number <= self._of.survey.layout.header_row:
                continue
            self.totals.rows += 1
            booking = reader.read(number, row)
            self.totals.note(reader.problems)
            if booking is None:
                self.totals.refused += 1
            else:
                batch.append(booking)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def take(self, db: Connection, now: datetime, batch: Sequence[Booking]) -> None:
        """In the transaction of the caller, which no other import shares."""
        if not self._dry:
            wait_alone(db)
        for house, bookings in self._by_house(batch):
            rooms = self._rooms.setdefault(house.id, {}) or rooms_of(db, house)
            self._rooms[house.id] = rooms
            work = [each for booking in bookings if (each := self._keyed(db, house, booking))]
            judged = judge(db, now, house, work)
            for found in judged:
                self._count(found, rooms)
            if not self._dry:
                write(db, now, house, rooms, self._of.source, judged)
        if not self._dry and self.totals.fates[Fate.NEW] >= self._grown:
            self._grown = 2 * self.totals.fates[Fate.NEW]
            know_sizes(db, self.totals.fates[Fate.NEW], Guest, Stay)

    def _by_house(self, batch: Sequence[Booking]) -> list[tuple[Property, list[Booking]]]:
        homes: dict[str, tuple[Property, list[Booking]]] = {}
        for booking in batch:
            house: Property | None = self._of.houses[0]
            if self._of.by_name and booking.house:
                house = self._homes.get(folded(booking.house))
            if house is None:
                self._note(booking, "property", booking.house, "no_house", refused=True)
                self.totals.refused += 1
            else:
                homes.setdefault(house.id, (house, []))[1].append(booking)
        return list(homes.values())

    def _keyed(self, db: Connection, house: Property, booking: Booking) -> Keyed | None:
        """Under a name of its own in this file; None for a reference that is told twice in the same words.

        Rows of one reference that differ are its rooms. Rows that are alike and have none are stays of their own.
        """
        told = told_by(db, booking, self._of.source)
        if not booking.reference:
            alike = hash((house.id, booking.identity()))
            self._alike[alike] = part = self._alike.get(alike, 0) + 1
            return keyed(db, booking, self._of.source, told, part)
        name, content = hash((house.id, booking.reference)), hash(told)
        before = self._rows_of.get(name, ())
        if content in before:
            self._note(booking, "reference", booking.reference, "repeated")
            self.totals.fates[REPEATED] += 1
            return None
        self._rows_of[name] = (*before, content)
        if before:
            self._note(booking, "reference", booking.reference, "another_room")
        return keyed(db, booking, self._of.source, told, len(before) + 1)

    def _count(self, judged: Judged, rooms: Mapping[str, str]) -> None:
        booking, totals = judged.keyed.booking, self.totals
        totals.fates[judged.fate] += 1
        totals.all.add(booking)
        totals.states.setdefault(judged.state, Sum()).add(booking)
        if booking.room and booking.room not in rooms:
            self._note(booking, "room", booking.room, "no_room")
        if judged.kept:
            self._note(booking, "state", booking.state, "state_kept")

    def _note(self, booking: Booking, column: str, value: str, why: str, *, refused: bool = False) -> None:
        named = self._of.survey.layout.named(column)
        self.totals.note([Problem(booking.row, named, quoted(value), why, refused)])
