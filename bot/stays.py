"""Stays by hand, on the command line: a guest is expected, arrives, leaves or does not come."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot.app import utc_now
from bot.config import Settings
from bot.stay_lines import draw, handed_over, link_of, state_of, who_where
from crm.calendar import local
from crm.encryption import folded
from crm.guests.profile import add_guest, find_guests_by_phone, guest_name, set_language
from crm.properties.houses import Property, find_room_id, get_property, properties, room_numbers
from crm.stays.bookings import (
    StayInfo,
    StayState,
    current_stays,
    find_stays_by_code,
    get_stay,
    normal_code,
)
from crm.stays.links import LIFETIME, create_stay_link
from crm.stays.steps import add_stay, cancel, check_in, check_out
from crm.store import Connection, Store, wait_alone
from prompts.words import LANGUAGES

LETTERS, DIGITS = "ACDEFHJKMNPQRTVWXY", "23456789"  # none that looks like another
CODE_LENGTH = 6
MOST_CHARACTERS = 100
MOST_DAYS = 5 * 366  # a stay that ends later is a slip of the pen
NEVER = datetime.min.replace(tzinfo=UTC)
BEFORE = {"check-in": "booked", "check-out": "in house", "cancel": "booked"}


class StayRefused(ValueError):
    """What was typed cannot be written down; the message names it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed; days are as typed, ISO 8601."""

    name: str
    room: str
    until: str
    since: str = ""
    phone: str = ""
    language: str = ""
    adults: int = 1
    children: int = 0
    code: str = ""
    house: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Lines for the reader, and those about which the reader should think twice."""

    lines: list[str]
    notes: list[str]
    token: str = ""  # of the link of a new stay, for codes that are good until then
    until: datetime = NEVER


def new_stay(store: Store, settings: Settings, wish: Wish, png: Path | None) -> Said:
    """Writes guest and stay down; nothing is written when the picture cannot be. Raises StayRefused."""
    now = utc_now()
    with store.transaction() as db:
        wait_alone(db)
        house = _house_of(db, settings, wish.house)
        today = local(now, house.time_zone).date()
        arrival, departure = _days(wish, today)
        state = StayState.IN_HOUSE if arrival <= today else StayState.BOOKED
        code = _code(db, wish.code)
        if wish.room not in room_numbers(db, house):
            raise StayRefused(f"--room: {house.key} has no room {wish.room!r}")
        guest_id = _guest(db, now, settings, wish)
        stays = current_stays(db, house.id)
        if state is StayState.IN_HOUSE:
            _check_free(stays, wish.room)
        stay_id = add_stay(
            db,
            now,
            property_id=house.id,
            guest_id=guest_id,
            room_id=find_room_id(db, house, wish.room),
            reservation_code=code,
            state=state,
            arrival=arrival,
            departure=departure,
            adults=wish.adults,
            children=wish.children,
        )
        stay = get_stay(db, stay_id)
        leaves = datetime.combine(departure + timedelta(days=2), time(), UTC)  # in every zone the day is over by then
        token = create_stay_link(db, now, stay_id, max(LIFETIME, leaves - now))
        if png:
            _draw(link_of(settings, token), png)
    unreachable = [] if settings.web.public_url else ["web.public_url is not set: the link works on this machine only."]
    return Said(handed_over(settings, stay, token), [*_clashes(stay, stays), *unreachable], token, leaves)


def take_step(store: Store, step: str, code: str, house: str) -> Said:
    """check-in, check-out or cancel. Raises StayRefused."""
    notes = []
    with store.transaction() as db:
        wait_alone(db)
        stay = _stay_of(db, code, house)
        if step == "check-in" and stay.state == StayState.BOOKED:
            notes = _check_arrival(db, stay)
        if not _moved(db, step, stay):
            raise StayRefused(f"{step}: {who_where(stay)} is {state_of(stay)}, not {BEFORE[step]}")
        stay = get_stay(db, stay.id)
    return Said([f"{who_where(stay)}: {state_of(stay)}"], notes)


def _moved(db: Connection, step: str, stay: StayInfo) -> bool:
    if step == "check-out":
        return check_out(db, utc_now(), stay.id)
    return check_in(db, stay.id) if step == "check-in" else cancel(db, stay.id)


def _house_of(db: Connection, settings: Settings, key: str) -> Property:
    keys = [each.key for each in settings.properties]
    if (key and key not in keys) or (not key and len(keys) > 1):
        raise StayRefused(f"--property: {f'there is no property {key!r}, only' if key else 'one of'} {', '.join(keys)}")
    return next(each for each in properties(db) if each.key == (key or keys[0]))


def _days(wish: Wish, today: date) -> tuple[date, date]:
    arrival = _day("--from", wish.since) if wish.since else today
    departure = _day("--until", wish.until)
    if departure <= arrival:
        raise StayRefused(f"--until: {departure} is not after the arrival, {arrival}")
    if departure < today:
        raise StayRefused(f"--until: {departure} is over, today is {today}")
    if (departure - today).days > MOST_DAYS:
        raise StayRefused(f"--until: {departure} is more than five years away")
    return arrival, departure


def _day(option: str, typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise StayRefused(f"{option}: {typed!r} is no day, write it like 2026-11-28") from None


def _code(db: Connection, typed: str) -> str:
    """The code as typed, when the chat will know it for one, else a new one."""
    code = normal_code(typed)
    if not typed:
        while not (_has_both(code) and not find_stays_by_code(db, code)):
            code = "".join(secrets.choice(LETTERS + DIGITS) for _ in range(CODE_LENGTH))
    elif not re.fullmatch(r"(?=.*[0-9])[A-Z0-9][A-Z0-9-]{3,19}", code):
        raise StayRefused(f"--code: {typed!r} is not 4 to 20 letters, digits and hyphens with a digit among them")
    elif find_stays_by_code(db, code):
        raise StayRefused(f"--code: {code} belongs to another stay")
    return code


def _has_both(code: str) -> bool:
    """A letter and a digit: so the chat tells it from a word and from a room."""
    return any(each in LETTERS for each in code) and any(each in DIGITS for each in code)


def _guest(db: Connection, now: datetime, settings: Settings, wish: Wish) -> str:
    """The known guest with this name and phone, else a new one."""
    name = wish.name.strip()
    if not name or not name.isprintable() or len(name) > MOST_CHARACTERS:
        raise StayRefused(f"--name: 1 to {MOST_CHARACTERS} characters that can be shown")
    if wish.language not in ("", *LANGUAGES):
        raise StayRefused(f"--language: one of {', '.join(LANGUAGES)}")
    phone = wish.phone.strip()
    if phone and not re.fullmatch(r"\+?(?:[ ().-]*[0-9]){4,20}", phone):
        raise StayRefused(f"--phone: {wish.phone!r} is no phone number")
    known = find_guests_by_phone(db, phone) if phone else []
    same = next((each for each in known if folded(guest_name(db, each)) == folded(name)), None)
    if same is None:
        return add_guest(
            db, now, name=name, language=wish.language or settings.conversation.language, phone=phone or None
        )
    if wish.language:
        set_language(db, same, wish.language)
    return same


def _draw(link: str, png: Path) -> None:
    if png.suffix.lower() != ".png":
        raise StayRefused(f"--png: {png} does not end in .png")
    try:
        draw(link, png)
    except OSError as error:
        raise StayRefused(f"--png: {png} cannot be written: {error.strerror}") from None


def _check_free(stays: list[StayInfo], room: str) -> None:
    for each in stays:
        if each.is_in_house and each.room == room:
            way_out = f"first `guanjia stay check-out {each.reservation_code}`"
            raise StayRefused(f"Room {room} is taken by {who_where(each)}: {way_out}")


def _check_arrival(db: Connection, stay: StayInfo) -> list[str]:
    today = local(utc_now(), get_property(db, stay.property_id).time_zone).date()
    if not stay.room:
        raise StayRefused(f"check-in: {who_where(stay)} has no room: cancel it and add it again with --room")
    if stay.departure < today:
        raise StayRefused(f"check-in: {who_where(stay)} is over, today is {today}")
    stays = current_stays(db, stay.property_id)
    _check_free(stays, stay.room)
    early = [f"{stay.guest_name} was expected on {stay.arrival}."] if stay.arrival > today else []
    return [*early, *_clashes(stay, stays)]


def _stay_of(db: Connection, code: str, house: str) -> StayInfo:
    keys = {each.id: each.key for each in properties(db)}
    found = [each for each in find_stays_by_code(db, code) if house in ("", keys[each.property_id])]
    if not found:
        raise StayRefused(f"No stay has the code {code!r}{f' in {house!r}' if house else ''}")
    if len(found) > 1:
        raise StayRefused(f"--property: {code} is a code in {', '.join(keys[each.property_id] for each in found)}")
    return found[0]


def _clashes(stay: StayInfo, stays: list[StayInfo]) -> list[str]:
    """Other stays in its room on its days, and other stays of its guest in house: allowed, but worth a thought."""
    others = [each for each in stays if each.id != stay.id]
    promised = [
        f"Room {stay.room} is also promised to {who_where(each)}."
        for each in others
        if each.room == stay.room and each.arrival < stay.departure and stay.arrival < each.departure
    ]
    twice = [
        f"{stay.guest_name} is also in house as {who_where(each)}: the chat takes requests for one room only."
        for each in others
        if each.guest_id == stay.guest_id and each.is_in_house and stay.is_in_house
    ]
    return promised + twice
