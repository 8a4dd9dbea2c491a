"""What another system tells of a booking against the records: the newest word holds, in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, bindparam, insert, select, update
from sqlmodel import Field, SQLModel

from crm.encryption import folded
from crm.properties.houses import Property, properties
from crm.stays.bookings import Stay, StayState, stay
from crm.stays.feeds.reading import NO_STAY, Reading, Source, Told, read, reference_of, version_of
from crm.stays.imports.booking import Problem
from crm.stays.imports.cells import quoted
from crm.stays.imports.writing import Fate, Judged, judge, keyed, rooms_of, told_by, write
from crm.store import Connection, Prepared, Utc, table, wait_alone


class ToldBooking(SQLModel, table=True):
    """What was told last of a booking; of one that was cancelled before it was told there is no stay."""

    __tablename__ = "told_booking"

    source_key: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    version: int = Field(sa_type=BigInteger)
    rooms: int
    told_at: datetime = Field(sa_type=Utc)


told_booking = table(ToldBooking)


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    OLDER = "older"
    NO_STAY = "no_stay"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a booking that was told. `problems` name what is wrong with it, or only doubtful."""

    reference: str
    outcome: Outcome
    problems: Sequence[Problem] = field(default=())


_LAST = Prepared(select(told_booking).where(told_booking.c.source_key == bindparam("key")))
_ADD = Prepared(insert(ToldBooking))
_RENEW = Prepared(
    update(ToldBooking)
    .where(told_booking.c.source_key == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in ("property_id", "version", "rooms", "told_at")})
)
_END = Prepared(
    update(Stay)
    .where(
        stay.c.property_id == bindparam("of"),
        stay.c.source_key.in_(bindparam("keys", expanding=True)),
        stay.c.source_key.is_not(None),
        stay.c.state == StayState.BOOKED,
    )
    .values(state=StayState.CANCELLED, told=None)  # told once more in the same words it is booked again
)


def take(db: Connection, now: datetime, source: Source, told: Sequence[Told]) -> list[Taken]:
    """Each by itself: one that cannot be taken keeps no other out. Nobody else takes bookings in meanwhile."""
    wait_alone(db)
    houses = properties(db)
    return [_take(db, now, houses, source, each) for each in told]


def _take(db: Connection, now: datetime, houses: Sequence[Property], source: Source, told: Told) -> Taken:
    reference, version = reference_of(db, told), version_of(now, told)
    if not reference:
        return _refused("", "reference", told.reference, "no_reference")
    if version is None:
        return _refused(reference, "version", told.version, "no_version")
    key = f"{source.name}:{reference}"
    last = _LAST.first(db, {"key": key})
    house = _house(houses, source, told.says("property"), last.property_id if last else "")
    if house is None:
        return _refused(reference, "property", told.says("property"), "no_house")
    found = read(source, house, told, reference)
    if found.is_refused:
        return Taken(reference, Outcome.REFUSED, found.problems)
    if last is not None and last.version > version:
        return Taken(reference, Outcome.OLDER)
    outcome = _write(db, now, house, source, found, key, last)
    rooms = max(len(found.bookings), last.rooms if last else 0)
    _remember(db, last, {"property_id": house.id, "version": version, "rooms": rooms, "told_at": now}, key)
    return Taken(reference, outcome, found.problems)


def _refused(reference: str, name: str, said: str, why: str) -> Taken:
    return Taken(reference, Outcome.REFUSED, [Problem(0, name, quoted(said), why, refused=True)])


def _house(houses: Sequence[Property], source: Source, said: str, last: str) -> Property | None:
    """By what the system calls it, else by its own key or name; where it names none, as before, or the only one."""
    if not said:
        return next((each for each in houses if each.id == last or len(houses) == 1), None)
    wanted = source.houses.get(said, said)
    return next((each for each in houses if folded(wanted) in (folded(each.key), folded(each.name))), None)


def _write(
    db: Connection, now: datetime, house: Property, source: Source, found: Reading, key: str, last: Any
) -> Outcome:
    """Its rooms, one after the other; those it had and has no longer are cancelled, unless their guest is here."""
    work = [
        keyed(db, booking, source.name, told_by(db, booking, source.name), part)
        for part, booking in enumerate(found.bookings, start=1)
    ]
    judged = judge(db, now, house, work) if work else []
    rooms = rooms_of(db, house)
    write(db, now, house, rooms, source.name, judged)
    found.problems.extend(_notes(judged, rooms))
    has_moved = last is not None and last.property_id != house.id
    kept = 0 if has_moved else len(work)
    keys = [_part(key, part) for part in range(kept + 1, (last.rooms if last else 0) + 1)]
    ended = _END.change(db, {"of": last.property_id, "keys": keys}) if keys else 0
    if found.over == NO_STAY and last is None:
        return Outcome.NO_STAY
    fates = {each.fate for each in judged}
    if fates == {Fate.NEW} and last is None:
        return Outcome.NEW
    return Outcome.CHANGED if ended or fates - {Fate.SAME} else Outcome.SAME


def _part(key: str, part: int) -> str:
    """As `keyed` names the rooms of a booking."""
    return key if part == 1 else f"{key} {part}"


def _notes(judged: Iterable[Judged], rooms: Iterable[str]) -> list[Problem]:
    notes = []
    for each in judged:
        booking = each.keyed.booking
        if booking.room and booking.room not in rooms:
            notes.append(Problem(0, "room", quoted(booking.room), "no_room"))
        if each.kept:
            notes.append(Problem(0, "state", booking.state, "state_kept"))
    return notes


def _remember(db: Connection, last: Any, row: dict[str, Any], key: str) -> None:
    if last is None:
        _ADD.change(db, {"source_key": key, **row})
    else:
        _RENEW.change(db, {"key": key, **{f"new_{name}": value for name, value in row.items()}})
