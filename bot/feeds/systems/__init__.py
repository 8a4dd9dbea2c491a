"""How each system tells a booking: which of its words stands where, as data; one file for each system."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from crm.stays.feeds.reading import Source, Told
from crm.stays.imports.mapping import normal

LONGEST_WORD = 1_000
MOST_BOOKINGS = 500  # in one message
_PRICES = ("price", "price_per_night")  # that of the whole booking is its first room's, so that sums stay right


@dataclass(frozen=True, slots=True)
class System:
    """`proof` is how it shows who it is. `bookings`, `rooms` and `fields` name places; the first that is there counts.

    a.b is b in a; a+b is both, with a dash between; "" is the message itself.
    """

    name: str
    proof: str
    bookings: Sequence[str]
    rooms: Sequence[str]
    fields: Mapping[str, Sequence[str]]
    states: Mapping[str, str]
    countries: Mapping[str, str]


@cache
def system(name: str) -> System:
    told = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))
    states = {normal(said): meant for said, meant in told.get("states", {}).items()}
    lists = (told["bookings"], told["rooms"], told["fields"])
    return System(name, told["proof"], *lists, states=states, countries=told.get("countries", {}))


def read_json(text: str) -> Any:
    """Numbers as they are written, to the cent. Raises ValueError."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("too deep") from None


def bookings_in(of: System, source: Source, message: Any) -> list[Told]:
    """Raises ValueError where there is none, or more than anybody sends at once."""
    places = (_at(message, path) for path in of.bookings)
    found = next((each for each in places if isinstance(each, (dict, list))), None)
    listed: list[Any] = found if isinstance(found, list) else [found]
    if not listed or not all(isinstance(each, dict) for each in listed):
        raise ValueError("no booking found in it")
    if len(listed) > MOST_BOOKINGS:
        raise ValueError(f"more than {MOST_BOOKINGS} bookings")
    return [_told(of, source, each) for each in listed]


def _told(of: System, source: Source, booking: Mapping[str, Any]) -> Told:
    said = _words(of, source, booking)
    found = next((found for path in of.rooms if (found := _at(booking, path))), None) or [{}]
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("rooms is no list of rooms")
    shared = {name: word for name, word in said.items() if name not in _PRICES}
    rooms = [{**(shared if at else said), **_words(of, source, room)} for at, room in enumerate(found)]
    return Told(said.get("reference", ""), said.get("version", ""), rooms)


def _words(of: System, source: Source, thing: Mapping[str, Any]) -> dict[str, str]:
    said = {name: _first(of, source, thing, name) for name in of.fields}
    return {name: word for name, word in said.items() if word}


def _first(of: System, source: Source, thing: Mapping[str, Any], name: str) -> str:
    """What stands in the first of its places; of a state or a room the first that means something to us."""
    found = [word for path in of.fields[name] if (word := _word(thing, path))]
    known: Mapping[str, str] = {"room": source.rooms}.get(name, {})
    meant = [word for word in found if word in known or (name == "state" and normal(word) in source.states)]
    return (meant or found or [""])[0]


def _word(thing: Any, path: str) -> str:
    words = [_text(_at(thing, each))[:LONGEST_WORD] for each in path.split("+")]
    return "-".join(words) if all(words) else ""


def _at(thing: Any, path: str) -> Any:
    for name in filter(None, path.split(".")):
        thing = thing.get(name) if isinstance(thing, dict) else None
    return thing


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return ""
    return str(value)


def _no_number(said: str) -> None:
    raise ValueError(f"{said} is no number")
