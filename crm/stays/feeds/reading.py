"""A booking in the words of another system, read by the rules for a row of a file; the same is wrong with both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crm.calendar import local
from crm.encryption import lookup_hash
from crm.properties.houses import Property
from crm.stays.bookings import StayState, normal_code
from crm.stays.imports import cells
from crm.stays.imports.booking import Booking, Problem
from crm.stays.imports.mapping import ColumnMap, Layout, meanings, normal
from crm.stays.imports.rows import RowReader
from crm.stays.imports.survey import Survey
from crm.store import Connection

NO_STAY = "none"  # what is told is no booking: an inquiry, a room that is closed
MOST_ROOMS = 50  # of one booking
LONGEST_REFERENCE = 60
_FIELDS = (
    *("property", "state", "arrival", "departure", "nights", "guest", "given_name", "family_name", "phone", "email"),
    *("room", "room_type", "adults", "children", "babies", "people", "price", "price_per_night", "currency"),
    *("booked_at", "channel", "country"),
)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_AHEAD = timedelta(days=1)  # a clock that is wrong by more would make every later word of the booking an older one
_YEN = ("Asia/Tokyo",)

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """A system that tells bookings, and what its words mean. `houses` and `rooms`: what it calls ours."""

    name: str
    states: Words = field(default_factory=dict)
    countries: Words = field(default_factory=dict)
    houses: Words = field(default_factory=dict)
    rooms: Words = field(default_factory=dict)
    currency: str = ""
    date_order: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A booking in the words of its system: by field, once for each of its rooms. `version` is a number or a moment."""

    reference: str
    version: str
    rooms: Sequence[Words]

    def says(self, name: str) -> str:
        """What all of its rooms share."""
        return next((room[name] for room in self.rooms if room.get(name)), "")


@dataclass(slots=True)
class Reading:
    """What was read of it: its rooms, or none of them where only that it is `over` was told."""

    bookings: list[Booking] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    over: str = ""

    @property
    def is_refused(self) -> bool:
        return any(each.refused for each in self.problems)


def reference_of(db: Connection, told: Told) -> str:
    """As it is called here; a number that may be a card's is replaced by its hash. "" where it has none."""
    said = cells.plain(told.reference)
    if cells.find_card(said):
        return f"C{lookup_hash(db, 'booking', said)[:12]}".upper()
    return normal_code(said)[:LONGEST_REFERENCE]


def version_of(now: datetime, told: Told) -> int | None:
    """What grows with each change of a booking: a count, or microseconds. None where it is missing or nonsense."""
    said = cells.plain(told.version)
    if re.fullmatch(r"\d{1,17}", said):
        return int(said)
    try:
        at = datetime.fromisoformat(said)
        at = at.replace(tzinfo=at.tzinfo or UTC)
        return None if at > now + _AHEAD else int(at.timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        return None


def state_said(source: Source, said: str) -> str:
    """A state of stays, by_date, `none`, or "" for a word nobody knows."""
    return source.states.get(normal(said)) or meanings("states").get(normal(said), "")


def read(source: Source, house: Property, told: Told, reference: str) -> Reading:
    """A booking that is over need not say when it was to begin."""
    state = state_said(source, told.says("state"))
    if state == NO_STAY or (state == StayState.CANCELLED and not told.says("arrival")):
        return Reading(over=state)
    found = Reading()
    if not 0 < len(told.rooms) <= MOST_ROOMS:
        found.problems.append(Problem(0, "rooms", str(len(told.rooms)), "no_rooms", refused=True))
        return found
    for room in told.rooms:
        booking = _booking(source, house, {**room, "reference": reference}, found.problems)
        if booking is not None:
            found.bookings.append(booking)
    return found


def _booking(source: Source, house: Property, said: Words, problems: list[Problem]) -> Booking | None:
    words = {name: said[name] for name in ("reference", *_FIELDS) if name in said}
    if words.get("room") in source.rooms:
        words["room"] = source.rooms[words["room"]]
    for name in ("arrival", "departure", "booked_at"):
        words[name] = _by_clock_of(house, words.get(name, ""))
        if cells.numeric_day(cells.plain(words[name])) and not source.date_order:
            problems.append(Problem(0, name, cells.quoted(words[name]), "unclear_day", refused=True))
            return None
    reader = RowReader(_as_survey(source, words), yen="JPY" if house.time_zone in _YEN else "CNY")
    booking = reader.read(0, list(words.values()))
    problems.extend(reader.problems)
    return booking


def _by_clock_of(house: Property, said: str) -> str:
    """A moment with a zone is another day elsewhere; what has none is of the house already."""
    if not _MOMENT.fullmatch(said.strip()):
        return said
    try:
        at = datetime.fromisoformat(said.strip())
    except ValueError:
        return said
    return local(at, house.time_zone).replace(tzinfo=None).isoformat(" ", "seconds") if at.tzinfo else said


def _as_survey(source: Source, words: Words) -> Survey:
    values = {"state": source.states, "country": {normal(code): meant for code, meant in source.countries.items()}}
    known = ColumnMap({}, source.name, source.currency, source.date_order, ".", values)
    header = list(words)
    return Survey(Layout(known, 0, header, {name: at for at, name in enumerate(header)}))
