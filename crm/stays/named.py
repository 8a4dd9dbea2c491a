"""Stays of guests by their names, however these are spelled: as they are written, as they sound, or nearly so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, or_, select, union

from crm.encryption import folded
from crm.guests.profile import PERSON, guest
from crm.names import sound
from crm.names.likeness import most_alike
from crm.stays.bookings import STAY_INFO, StayInfo, StayState, stay, stay_info
from crm.store import Connection, Prepared

MOST_NAMESAKES, MOST_GUESTS = 50, 500  # stays shown of a name, and guests of that name looked at
MOST_PRESENT, MOST_ALIKE = 2_000, 6  # stays looked through for a surname or a likeness, and names offered for it
MOST_KNOWN = 20  # guests a message may name
SOON, LATELY = timedelta(days=7), timedelta(days=7)  # who arrives, and who left
REMEMBERED = timedelta(days=30)  # how long a message may name somebody who left

_ORDER = {StayState.IN_HOUSE: 0, StayState.BOOKED: 1}
_MINE = stay.c.property_id.in_(bindparam("property_ids", expanding=True))
# The same, but no reason to walk through all stays of the houses: it is the name that finds them.
_AMONG_MINE = stay.c.property_id.concat("").in_(bindparam("property_ids", expanding=True))


def _of_guests(named: Any) -> Prepared:
    guests = select(PERSON).where(named).limit(MOST_GUESTS)
    state = case(_ORDER, value=stay.c.state, else_=2)
    stays = STAY_INFO.where(stay.c.guest_id.in_(guests), _AMONG_MINE)
    return Prepared(stays.order_by(state, guest.c.folded_name, stay.c.departure.desc()).limit(MOST_NAMESAKES))


_BEGINNING = _of_guests(and_(guest.c.folded_name >= bindparam("prefix"), guest.c.folded_name < bindparam("beyond")))
_SOUNDING = _of_guests(guest.c.name_sound == bindparam("sound"))
_PRESENT_IDS = union(
    select(stay.c.id).where(_MINE, stay.c.state == StayState.IN_HOUSE),
    select(stay.c.id).where(
        _MINE,
        stay.c.arrival.between(bindparam("lately"), bindparam("soon")),
        stay.c.state == StayState.BOOKED,
    ),
    select(stay.c.id).where(
        _MINE,
        stay.c.departure.between(bindparam("lately"), bindparam("soon")),
        stay.c.state == StayState.DEPARTED,
    ),
)
_PRESENT = Prepared(STAY_INFO.where(stay.c.id.in_(_PRESENT_IDS)).limit(MOST_PRESENT))
_IS_GUEST = exists().where(
    stay.c.guest_id == PERSON,
    stay.c.state.in_((StayState.IN_HOUSE, StayState.BOOKED, StayState.DEPARTED)),
    stay.c.departure >= bindparam("since"),
    _AMONG_MINE,
)
_KNOWN = Prepared(
    select(guest.c.name)
    .where(
        or_(
            guest.c.folded_name.in_(bindparam("written", expanding=True)),
            guest.c.name_sound.in_(bindparam("sounds", expanding=True)),
        ),
        _IS_GUEST,
    )
    .limit(MOST_KNOWN)
)


@dataclass(frozen=True, slots=True)
class Namesakes:
    """`sure`: what was written is part of the name of each; else they only sound or look like it, and may be asked."""

    stays: Sequence[StayInfo]
    sure: bool = True


def find_stays_by_name(db: Connection, property_ids: Sequence[str], name: str, today: date) -> Namesakes:
    """In house first. The very name goes before names that begin or sound so; a surname alone finds who is here."""
    name = sound.bare(name)
    nickname = sound.nickname_of(name)
    is_nickname = nickname and not _beginning(db, property_ids, name)  # 小林 may also be the surname of 小林健
    return _namesakes(db, property_ids, nickname if is_nickname else name, today)


def known_names(
    db: Connection, property_ids: Sequence[str], written: Sequence[str], sounds: Sequence[str], today: date
) -> list[str]:
    """Of guests of these houses, here, expected or lately gone: those so written (folded) or with these sounds."""
    keys = {"written": list(written), "sounds": list(sounds)}
    values = {**keys, "property_ids": list(property_ids), "since": today - REMEMBERED}
    return list(dict.fromkeys(_KNOWN.scalars(db, values))) if written or sounds else []


def _namesakes(db: Connection, property_ids: Sequence[str], name: str, today: date) -> Namesakes:
    said = sound.parts(name)
    if not said:  # whoever is called 😀 is found as they are written
        return Namesakes(_beginning(db, property_ids, name))
    sounding = _sounding(db, property_ids, name)
    same = [each for each in sounding if not sound.contradicts(each.guest_name, name)]
    if same and len(said) > 1:
        return Namesakes(same)
    beginning = _beginning(db, property_ids, name)
    if len(said) > 1 and (beginning or sounding):
        return _judged(name, [*beginning, *sounding])
    present = _present(db, property_ids, today)
    holding = [each for each in present if _holds(each.guest_name, name, said)]
    return (
        _judged(name, [*beginning, *sounding, *holding]) if beginning or sounding or holding else _alike(name, present)
    )


def _holds(guest_name: str, name: str, said: Sequence[str]) -> bool:
    return folded(guest_name).startswith(folded(name)) or set(said) <= set(sound.parts(guest_name))


def _judged(name: str, stays: Iterable[StayInfo]) -> Namesakes:
    distinct = {each.id: each for each in stays}.values()
    sure = [each for each in distinct if not sound.contradicts(each.guest_name, name)]
    found = sorted(sure or distinct, key=lambda each: _ORDER.get(StayState(each.state), 2))
    return Namesakes(found[:MOST_NAMESAKES], sure=bool(sure))


def _alike(name: str, present: Sequence[StayInfo]) -> Namesakes:
    names = most_alike(name, (each.guest_name for each in present), MOST_ALIKE)
    of = {each: at for at, each in enumerate(names)}
    alike = sorted((each for each in present if each.guest_name in of), key=lambda each: of[each.guest_name])
    return Namesakes(alike[:MOST_NAMESAKES], sure=False)


def _beginning(db: Connection, property_ids: Sequence[str], name: str) -> list[StayInfo]:
    """Compared without case, width and white space."""
    prefix = folded(name)
    return _list(db, _BEGINNING, property_ids, prefix=prefix, beyond=prefix + chr(0x10FFFF)) if prefix else []


def _sounding(db: Connection, property_ids: Sequence[str], name: str) -> list[StayInfo]:
    found = _list(db, _SOUNDING, property_ids, sound=sound.name_sound(name))
    return [each for each in found if sound.sounds_like(each.guest_name, name)]


def _present(db: Connection, property_ids: Sequence[str], today: date) -> list[StayInfo]:
    return _list(db, _PRESENT, property_ids, lately=today - LATELY, soon=today + SOON)


def _list(db: Connection, query: Prepared, property_ids: Sequence[str], **values: Any) -> list[StayInfo]:
    return [stay_info(row) for row in query.all(db, {"property_ids": list(property_ids), **values})]
