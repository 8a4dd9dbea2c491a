"""Bookings of a file against the records: what is new, changed or the same, a few questions for hundreds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from crm.calendar import local, zone
from crm.encryption import folded, lookup_hash
from crm.guests.arriving import Known, Person, guests_for
from crm.guests.profile import guest
from crm.properties.houses import Property, room
from crm.stays.bookings import Stay, StayState, stay
from crm.stays.events import note_departure, note_move
from crm.stays.imports.booking import BY_DATE, UNSAID, Booking
from crm.store import Connection, Prepared, new_id

CODE_LENGTH = 10
BY_DAYS = "days:"  # begins the keys of sources that know little more of a stay than its days
OVER = (StayState.DEPARTED, StayState.NO_SHOW, StayState.CANCELLED)


class Fate(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Keyed:
    """A booking with what it is called in the records. `told` is the hash of all it says."""

    booking: Booking
    key: str
    told: str
    code: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a booking. `state` is the stay's afterwards; `kept`: what it says of the state came too late.

    `room_id` is the room the stay has so far.
    `whose` is known of a stay that is of the same guest as before.
    """

    keyed: Keyed
    fate: Fate
    state: StayState
    stay_id: str = ""
    whose: Known | None = None
    was: str = ""
    code: str = ""
    kept: bool = False
    room_id: str | None = None


_KNOWN_COLUMNS = (
    stay.c.id,
    stay.c.source_key,
    stay.c.told,
    stay.c.state,
    stay.c.guest_id,
    stay.c.own_guest_id,
    guest.c.folded_name,
    stay.c.reservation_code,
    stay.c.room_id,
)
_OF_HOUSE = select(*_KNOWN_COLUMNS).join(guest, guest.c.id == func.coalesce(stay.c.own_guest_id, stay.c.guest_id))
_BY_KEY = Prepared(
    _OF_HOUSE.where(
        stay.c.property_id == bindparam("property_id"),
        stay.c.source_key.in_(bindparam("keys", expanding=True)),
        stay.c.source_key.is_not(None),
    )
)
_BY_CODE = Prepared(
    _OF_HOUSE.where(
        stay.c.property_id == bindparam("property_id"), stay.c.reservation_code.in_(bindparam("codes", expanding=True))
    )
)
_TAKEN = SimpleNamespace(source_key="")
_ROOMS = Prepared(select(room.c.number, room.c.id).where(room.c.property_id == bindparam("property_id")))
_ADD = Prepared(insert(Stay))
_TOLD = (
    *("told", "source", "source_key", "guest_id", "own_guest_id", "room_id", "state", "arrival", "departure"),
    *("adults", "children", "price", "currency", "booked_at", "channel", "country"),
)
_CHANGE = Prepared(
    update(Stay).where(stay.c.id == bindparam("stay_id")).values({name: bindparam(f"new_{name}") for name in _TOLD})
)


def told_by(db: Connection, booking: Booking, source: str) -> str:
    """The hash of all that a booking says."""
    return lookup_hash(db, "booking", repr((source, *booking.content())))


def keyed(db: Connection, booking: Booking, source: str, told: str, part: int) -> Keyed:
    """`part` counts the rooms of one reference, or the rows that are alike where there is none, from 1."""
    if booking.reference:
        name = f"{source}:{booking.reference}"
        if part == 1:
            return Keyed(booking, name, told, booking.reference)
        return Keyed(booking, f"{name} {part}", told, f"{booking.reference}-{part}")  # no reference has a space
    digest = lookup_hash(db, "booking", repr((source, booking.identity(), part)))
    return Keyed(booking, f"{source}:={digest[:40]}", told, f"F{digest[:CODE_LENGTH]}".upper())


def rooms_of(db: Connection, house: Property) -> dict[str, str]:
    """The ids of a house's rooms by number."""
    return {row.number: row.id for row in _ROOMS.all(db, {"property_id": house.id})}


def judge(db: Connection, now: datetime, house: Property, batch: Sequence[Keyed]) -> list[Judged]:
    """What would become of each; their keys are all different."""
    known = {row.source_key: row for row in _BY_KEY.all(db, {"property_id": house.id, "keys": [e.key for e in batch]})}
    codes = [each.code for each in batch if each.key not in known]
    rows = _BY_CODE.all(db, {"property_id": house.id, "codes": codes}) if codes else []
    by_code = {row.reservation_code: row for row in rows}
    judged: list[Judged] = []
    for each in batch:  # a code is free once only
        found = known.get(each.key)
        judged.append(_judged(now, house, each, found, by_code.get(each.code)))
        if found is None:
            by_code[each.code] = _TAKEN
    return judged


def write(
    db: Connection, now: datetime, house: Property, rooms: Mapping[str, str], source: str, judged: Sequence[Judged]
) -> None:
    """Writes down what is new or changed."""
    work = [each for each in judged if each.fate is not Fate.SAME]
    unknown = [each for each in work if each.whose is None]
    people = [_person(each.keyed.booking, house) for each in unknown]
    ids = dict(zip((each.keyed.key for each in unknown), guests_for(db, now, people) if people else (), strict=True))
    settled = [replace(each, whose=each.whose or ids[each.keyed.key]) for each in work]
    new = [each for each in settled if each.fate is Fate.NEW]
    changed = [each for each in settled if each.fate is Fate.CHANGED]
    _ADD.write(db, *(_new_row(now, house, rooms, source, each) for each in new))
    _CHANGE.write(db, *(_change(house, rooms, source, each) for each in changed))
    for each in changed:
        if each.state is StayState.DEPARTED and each.was == StayState.IN_HOUSE:
            note_departure(db, now, each.stay_id)
        if left := _room_left(rooms, each):
            note_move(db, now, each.stay_id, left, each.keyed.told)


def _room_left(rooms: Mapping[str, str], each: Judged) -> str:
    """The number of the room a guest who is in house was moved out of; "" where they stay where they are."""
    into = rooms.get(each.keyed.booking.room)
    if each.was != StayState.IN_HOUSE or each.state is not StayState.IN_HOUSE or not into or into == each.room_id:
        return ""
    return next((number for number, room_id in rooms.items() if room_id == each.room_id), "")


def state_of(now: datetime, house: Property, booking: Booking) -> StayState:
    """What it says; a booking that nobody ended has been stayed once its days are over."""
    said = StayState.BOOKED if booking.state == BY_DATE else StayState(booking.state)
    today = local(now, house.time_zone).date()
    return StayState.DEPARTED if said is StayState.BOOKED and booking.departure < today else said


def _judged(now: datetime, house: Property, each: Keyed, known: Any, same_code: Any) -> Judged:
    says = state_of(now, house, each.booking)
    if known is None and same_code is not None and each.booking.reference and _gives_way(same_code.source_key):
        known = same_code  # written down by hand, or told of by a calendar, under the same code
    if known is None:
        code = each.code if same_code is None else f"{each.code}-{each.told[:6].upper()}"
        return Judged(each, Fate.NEW, says, code=code)
    was = StayState(known.state)
    if known.told == each.told:
        return Judged(each, Fate.SAME, was, known.id, Known(known.guest_id, known.own_guest_id), was)
    state = _next_state(was, says)
    is_same_guest = each.booking.name == UNSAID or known.folded_name == folded(each.booking.name)
    whose = Known(known.guest_id, known.own_guest_id) if is_same_guest else None
    kept = state is not says and says is not StayState.BOOKED
    return Judged(each, Fate.CHANGED, state, known.id, whose, was, kept=kept, room_id=known.room_id)


def _gives_way(source_key: str | None) -> bool:
    return source_key is None or source_key.startswith(BY_DAYS)


def _next_state(was: StayState, says: StayState) -> StayState:
    """A guest who is here was not cancelled, and who has left does not come back: then the house knows better."""
    if was is StayState.IN_HOUSE:
        return says if says is StayState.DEPARTED else was
    return was if was is StayState.DEPARTED else says


def _person(booking: Booking, house: Property) -> Person:
    more = (booking.document, booking.born, booking.address)
    return Person(booking.name, booking.phone, booking.email, *more, language=house.language)


def _values(house: Property, rooms: Mapping[str, str], source: str, each: Judged) -> dict[str, Any]:
    booking, whose = each.keyed.booking, each.whose
    at = booking.booked_at
    assert whose
    return {
        "told": each.keyed.told,
        "source": source,
        "source_key": each.keyed.key,
        "guest_id": whose.guest_id,
        "own_guest_id": whose.own_id,
        "room_id": rooms.get(booking.room) if booking.room else each.room_id,  # who names none moves nobody
        "state": each.state,
        "arrival": booking.arrival,
        "departure": booking.departure,
        "adults": booking.adults,
        "children": booking.children,
        "price": booking.price,
        "currency": booking.currency,
        "booked_at": at.replace(tzinfo=zone(house.time_zone)).astimezone(UTC) if at else None,
        "channel": booking.channel,
        "country": booking.country,
    }


def _new_row(now: datetime, house: Property, rooms: Mapping[str, str], source: str, each: Judged) -> dict[str, Any]:
    """The ids of the same moment keep the order of the rows."""
    row = {"id": new_id(now), "property_id": house.id, "reservation_code": each.code, "expected_time": ""}
    return {**row, "created_at": now, **_values(house, rooms, source, each)}


def _change(house: Property, rooms: Mapping[str, str], source: str, each: Judged) -> dict[str, Any]:
    values = {f"new_{name}": value for name, value in _values(house, rooms, source, each).items()}
    return {"stay_id": each.stay_id, **values}
