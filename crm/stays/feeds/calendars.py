"""A platform's calendar against the records: what is new, what has moved, and what is gone from it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select, update

from crm.calendar import local
from crm.encryption import lookup_hash
from crm.properties.houses import Property
from crm.stays.bookings import Stay, StayState, normal_code, stay
from crm.stays.events import note_departure
from crm.stays.imports import cells
from crm.stays.imports.booking import BY_DATE, UNSAID, Booking
from crm.stays.imports.rows import LONGEST_NAME, MOST_NIGHTS
from crm.stays.imports.writing import BY_DAYS, CODE_LENGTH, Fate, Judged, Keyed, judge, rooms_of, told_by, write
from crm.store import Connection, Prepared, wait_alone

LONGEST_UID = 120
FEW = 2  # so many bookings may go at once and be believed
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a calendar as days of its house; without days where they could not be read."""

    uid: str
    start: date | None
    end: date | None
    summary: str = ""
    text: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """`name` is its source; what it tells is for this room, and was sold on this channel."""

    name: str
    house: Property
    room: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one reading changed. `why` names what is to be doubted; `doubt` is then to be given to the next one."""

    new: int = 0
    changed: int = 0
    ended: int = 0
    why: str = ""
    doubt: str = ""


_AHEAD = Prepared(
    select(stay.c.id, stay.c.source_key).where(
        stay.c.property_id == bindparam("property_id"),
        stay.c.arrival > bindparam("today"),
        stay.c.source == bindparam("source"),
        stay.c.source_key.is_not(None),
        stay.c.state == StayState.BOOKED,
    )
)
_TOLD_BY_OTHERS = Prepared(
    select(stay.c.reservation_code).where(
        stay.c.property_id == bindparam("property_id"),
        stay.c.reservation_code.in_(bindparam("codes", expanding=True)),
        stay.c.source_key.is_not(None),
        stay.c.source != bindparam("source"),
    )
)
_CHANGED = ("told", "source", "source_key", "state", "arrival", "departure")
_CHANGE = Prepared(
    update(Stay).where(stay.c.id == bindparam("stay_id")).values({name: bindparam(f"new_{name}") for name in _CHANGED})
)
_END = Prepared(
    update(Stay)
    .where(stay.c.id == bindparam("stay_id"), stay.c.state == StayState.BOOKED)
    .values(state=StayState.CANCELLED, told=None)  # back in the calendar in the same words it is booked again
)


def take_calendar(db: Connection, now: datetime, calendar: Calendar, events: Sequence[Event], doubt: str) -> Seen:
    """What the calendar knows of a stay are its days: the rest of it is left to the house and other sources.

    A booking that is ahead and no longer told is cancelled, unless nothing is told at all, or most are missing for the
    first time; `doubt` is what the last reading left.
    """
    wait_alone(db)
    today = local(now, calendar.house.time_zone).date()
    ahead = {row.source_key: row.id for row in _AHEAD.all(db, _of(calendar, today=today))}
    if not events and ahead:
        return Seen(why="empty")
    told = {_key(calendar, each): each for each in events if not each.is_cancelled}
    bookings = {key: made for key, each in told.items() if (made := _booking(calendar, each, today))}
    new, changed = _write(db, now, calendar, bookings)
    # What is told, but blocked by now, was given back by its guest; what cannot be read is still there.
    still = {key for key, each in told.items() if key in bookings or each.start is None}
    gone = sorted(set(ahead) - still)
    named = sha256("\n".join(gone).encode()).hexdigest()
    if len(gone) > FEW and len(gone) * 2 > len(ahead) and named != doubt:
        return Seen(new, changed, why="shrunk", doubt=named)
    ended = _END.change(db, *({"stay_id": ahead[key]} for key in gone))
    return Seen(new, changed, ended)


def channel_of(host: str) -> str:
    """Where a calendar from this host was sold; "" when it is nobody we know."""
    return next((name for part, name in words()["channels"].items() if part in host), "")


@cache
def words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("calendars.toml").read_text(encoding="utf-8"))


def is_blocked(summary: str) -> bool:
    """Whether these are days nobody may book; whoever is said to have reserved them has, whatever they are called."""
    said = cells.plain(summary).casefold()
    return not _begins(said, words()["reserved"]) and any(_holds(said, each) for each in words()["blocked"])


def guest_in(summary: str) -> str:
    """Jane Doe of `Reserved - Jane Doe (HM12345678)`; "" where nobody is named."""
    said = cells.without_cards(cells.plain(summary))
    said = re.sub(r"\([^)]*\)", " ", said)
    leading = [*words()["reserved"], *words()["channels"].values()]
    while first := _begins(said.casefold(), leading):
        said = said[len(first) :].lstrip(" -–—:：|·,，#")
    is_code = any(re.search(each, said) for each in words()["codes"])
    return "" if is_code or not re.search(r"[^\W\d_]", said) else " ".join(said.split())[:LONGEST_NAME]


def code_in(event: Event) -> str:
    """The platform's number of the booking, by which its guest may find it."""
    text = f"{event.summary}\n{event.text}"
    found = next((match for each in words()["codes"] if (match := re.search(each, text))), None)
    return "" if found is None or cells.find_card(found[1]) else normal_code(found[1])


def _begins(said: str, among: Iterable[str]) -> str:
    """With which of these words it begins, and then does not go on."""
    known = (each.casefold() for each in among)
    return next((each for each in known if re.match(rf"{re.escape(each)}(?![a-z0-9])", said)), "")


def _holds(said: str, phrase: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){re.escape(phrase)}(?![a-z0-9])", said) is not None


def _of(calendar: Calendar, **more: Any) -> dict[str, Any]:
    return {"property_id": calendar.house.id, "source": calendar.name, **more}


def _key(calendar: Calendar, event: Event) -> str:
    uid = cells.plain(event.uid) or f"{event.start}/{event.end}"
    return f"{BY_DAYS}{calendar.name}:{uid if len(uid) <= LONGEST_UID else sha256(uid.encode()).hexdigest()}"


def _booking(calendar: Calendar, event: Event, today: date) -> Booking | None:
    if event.start is None or event.end is None or event.end < today or is_blocked(event.summary):
        return None
    if not 0 <= (event.end - event.start).days <= MOST_NIGHTS:
        return None
    return Booking(
        row=0,
        house="",
        reference=code_in(event),
        state=BY_DATE,
        arrival=event.start,
        departure=event.end,
        name=guest_in(event.summary) or UNSAID,
        phone="",
        email="",
        room=calendar.room,
        room_type="",
        adults=1,
        children=0,
        price=None,
        currency="",
        booked_at=None,
        channel=calendar.channel,
        country="",
    )


def _write(db: Connection, now: datetime, calendar: Calendar, bookings: dict[str, Booking]) -> tuple[int, int]:
    codes = [each.reference for each in bookings.values() if each.reference]
    others = set(_TOLD_BY_OTHERS.scalars(db, _of(calendar, codes=codes))) if codes else set()
    work = [_keyed(db, calendar, key, each) for key, each in bookings.items() if each.reference not in others]
    rooms = rooms_of(db, calendar.house)
    judged = [
        each for at in range(0, len(work), AT_ONCE) for each in judge(db, now, calendar.house, work[at : at + AT_ONCE])
    ]
    new = [each for each in judged if each.fate is Fate.NEW]
    changed = [each for each in judged if each.fate is Fate.CHANGED]
    write(db, now, calendar.house, rooms, calendar.name, new)
    _CHANGE.write(db, *(_changed(calendar, each) for each in changed))
    for each in changed:
        if each.state is StayState.DEPARTED and each.was == StayState.IN_HOUSE:
            note_departure(db, now, each.stay_id)
    return len(new), len(changed)


def _keyed(db: Connection, calendar: Calendar, key: str, booking: Booking) -> Keyed:
    code = booking.reference or f"F{lookup_hash(db, 'booking', key)[:CODE_LENGTH]}".upper()
    return Keyed(booking, key, told_by(db, booking, calendar.name), code)


def _changed(calendar: Calendar, each: Judged) -> dict[str, Any]:
    booking = each.keyed.booking
    return {
        "stay_id": each.stay_id,
        "new_told": each.keyed.told,
        "new_source": calendar.name,
        "new_source_key": each.keyed.key,
        "new_state": each.state,
        "new_arrival": booking.arrival,
        "new_departure": booking.departure,
    }
