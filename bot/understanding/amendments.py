"""What is new of a request that a colleague changes: the hour, how many, where it is to be brought; in their words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from bot.understanding.amounts import find_bare
from bot.understanding.corrections import of_either_half
from bot.understanding.finding import USED, Heard
from bot.understanding.reading import fold
from bot.understanding.slots import find_day, find_people, find_quantity, find_time
from bot.understanding.time_slots import Span
from bot.understanding.vocabulary import service_words
from prompts.words import LANGUAGES, table

_PLACE = re.compile(r"\s*(?:room\s*|number\s*)?(?P<room>[a-z]?\d{2,4}[a-z]?)(?![\d:])\s*(?:号房|房间|房|号)?")


def values_in(heard: Heard) -> tuple[dict[str, Any], Heard]:
    """The new hour, number of people, number of things."""
    slots: dict[str, Any] = {}
    if when := find_time(heard):
        slots |= of_its_day({"time": when.value}, heard)
        heard = heard.without(when.spans)
    for name, find in (("people", find_people), ("quantity", find_quantity)):
        if found := find(heard):
            slots[name] = found.value
            heard = heard.without(found.spans)
    return (slots, heard) if slots else _bare(heard)


def of_its_day(slots: dict[str, Any], heard: Heard) -> dict[str, Any]:
    """An hour without a day, or of either half of it, is marked: what is changed says which."""
    day = find_day(heard)
    return of_either_half(slots, heard) | ({"day": day.value} if day else {})


def hinted(heard: Heard, services: Sequence[str]) -> Heard:
    """As the service that is named speaks of hours."""
    return replace(heard, time_hint=service_words()[services[0]].time_hint if services else "")


def place_in(heard: Heard) -> tuple[str, list[Span]] | None:
    """The room it is to be brought to: what follows a word of moving there."""
    words = any_of("amending", "moved").finditer(heard.plain)
    places = [(match, room) for match in words if (room := _PLACE.match(heard.plain, match.end()))]
    if not places:
        return None
    return places[0][1]["room"].upper(), [(match.start(), room.end()) for match, room in places]


def blanked(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _bare(heard: Heard) -> tuple[dict[str, Any], Heard]:
    """A number that is all that is left: change 12 to three."""
    left = any_of("amending", "beside").sub(blanked, heard.plain).replace(USED, " ")
    found, start = find_bare(left), len(left) - len(left.lstrip())
    if found is None:
        return {}, heard
    heard = heard.without([(start + found[1][0], start + found[1][1])])
    hour = replace(heard, plain=f"{found[0]}:00") if any_of("amending", "hours").search(fold(heard.raw)) else None
    when = find_time(hour) if hour else None  # postpone 12 to nine
    return (of_either_half({"time": when.value}, heard) if when else {"quantity": found[0]}), heard


@cache
def any_of(file: str, kind: str) -> re.Pattern[str]:
    """In what is between "不要" and "了", what was recognised may stand."""
    said = sorted(set(_words(file, kind)), key=len, reverse=True)
    spoken = (rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in said)
    return re.compile("|".join(spoken).replace("…", rf"[{USED}\s]*"))


def _words(file: str, kind: str) -> Iterator[str]:
    return (fold(each) for language in LANGUAGES for each in table(language, file, "sentence")[kind])
