"""Fills the slots of a call from the stretch of text it was found in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.understanding import slots
from bot.understanding.ages import find_ages
from bot.understanding.finding import USED, Heard
from bot.understanding.known import Known
from bot.understanding.money import find_budget
from bot.understanding.names import within
from bot.understanding.pieces import WRAPPERS, Piece, Stretch
from bot.understanding.reading import Reading, Token
from bot.understanding.slots import DAY_FINDERS, FINDERS, FREE_TEXT, KEPT_WORDS, find_room, find_text, find_time
from bot.understanding.time_slots import Span, impossible, same_day
from bot.understanding.vocabulary import Hit, Kind, service_words
from crm.service_requests.needs import NEEDS
from handlers.turn import Intent

# These read digits that are no quantity, so they look first even where their value is not wanted.
LONGEST_COUNTED = 5  # letters after an amount in which the word stands that it counts: 2 taxis
_DIGIT_READERS = ("money", "ages", "time", "day", "room", "people")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the reader knows of the moment and the house, and what is named in the text: guests, things of the house."""

    reading: Reading
    now: datetime
    rooms: frozenset[str]
    known: tuple[Known, ...] = ()
    items: tuple[Span, ...] = ()

    def named(self, start: int, end: int) -> Span | None:
        """Where a guest is named between these places of the text."""
        spans = (each.span for each in self.known if start < each.end and each.start < end)
        return next(spans, None)


def request_slots(stretch: Stretch, intent: Intent, around: Surroundings) -> dict[str, Any]:
    """The service, what was said of it, and a note where more was said than a name."""
    code = stretch.hits[0].meaning.name
    service = service_words()[code]
    heard = _heard(_places(stretch, around), around, service.time_hint)
    slots, left = find_slots(heard, intent, {"service": code})
    slots |= _day_of_another(slots, heard, around) if "time" in slots else _shared_time(stretch, intent, around)
    slots = {name: value for name, value in slots.items() if not _is_idle(name, code, heard)}
    slots |= _named_room(around) if "room" not in slots else {}
    said_more = (
        service.fault
        or not slots.keys().isdisjoint(NEEDS)
        or any(hit.meaning.detailed for hit in stretch.hits)
        or _names_an_item(stretch, around)
        or _rest(stretch, left, around)
    )
    if said_more:
        slots |= _noted(intent, _span(stretch, around), around)
    return slots


def intent_slots(stretch: Stretch, intent: Intent, around: Surroundings) -> dict[str, Any]:
    """What a phrase marked, what finders see in its clause, and what is said after it."""
    hit = stretch.hits[0]
    tokens = around.reading.tokens
    captures = {name: _captured(name, tokens[at:end], around) for name, at, end in hit.captures}
    heard = _heard(_places(stretch, around), around, captures=captures)
    slots: dict[str, Any] = {}
    for slot in intent.slots:
        if slot.finder in captures:
            value = captures[slot.finder]
            found = find_room(replace(heard, asked=True)) if slot.finder == "room" else None
            found = found or FINDERS[slot.finder](_narrow(heard, value))
            slots |= {slot.name: found.value} if found else {slot.name: around.reading.text[slice(*value)]}
    heard = heard.without([captures[slot.finder] for slot in intent.slots if slot.finder in captures])
    slots, _ = find_slots(heard, intent, slots)
    after = (tokens[hit.end - 1].end, _span(stretch, around)[1])
    return slots | _noted(intent, after, around)


def _captured(name: str, tokens: Sequence[Token], around: Surroundings) -> Span:
    """Of what a phrase took for a name, the guest who is known, else what is a name by its looks, or no courtesy."""
    start, end = tokens[0].start, tokens[-1].end
    if name != "name":
        return start, end
    return around.named(start, end) or within(start, end, tokens, around.reading)


def find_slots(heard: Heard, intent: Intent, known: dict[str, Any]) -> tuple[dict[str, Any], Heard]:
    """The slots found beside the known ones, and the text without the words they were found in."""
    slots = dict(known)
    wanted = {slot.finder: slot.name for slot in intent.slots if slot.name not in known}
    strays = impossible(heard.plain, heard.now)
    heard = heard.without(strays)
    for finder, find in FINDERS.items():
        if strays and finder in ("time", "morning", *DAY_FINDERS):
            continue
        if finder in wanted or (finder in _DIGIT_READERS and "quantity" in wanted):
            found = find(heard)
            if found is None:
                continue
            if finder == "day" and finder not in wanted:
                continue
            if finder in wanted:
                slots[wanted[finder]] = found.value
            if finder not in ("role", "department"):
                heard = heard.without(found.spans)
    return slots, heard


def _shared_time(stretch: Stretch, intent: Intent, around: Surroundings) -> dict[str, Any]:
    """ "At 7 bring towels and a pillow": a time before the first of several things is meant for all of them."""
    first = stretch.piece.hits[0]
    own_time = first.meaning.kind is not Kind.SERVICE or service_words()[first.meaning.name].time_hint
    if own_time or first in stretch.hits or first.start == stretch.piece.start:
        return {}
    tokens = around.reading.tokens
    heard = _heard([(tokens[stretch.piece.start].start, tokens[first.start].start)], around)
    found = find_time(heard)
    when = {slot.name: found.value for slot in intent.slots if slot.finder == "time"} if found else {}
    return when | (_day_of_another(when, heard, around) if when else {})


def _day_of_another(slots: Mapping[str, Any], heard: Heard, around: Surroundings) -> dict[str, Any]:
    """An hour alone is of the day that was named before it, for another wish."""
    start = len(heard.plain) - len(heard.plain.lstrip(USED))
    found = same_day(around.reading.plain[:start], heard.plain[start:], around.now, heard.time_hint) if start else None
    return {"time": found} if found and slots["time"] is not None else {}


def _is_idle(name: str, code: str, heard: Heard) -> bool:
    """Who carries what in the car, and for whom the slippers are, is no number of cars or slippers."""
    service = service_words()[code]
    if name == "people":
        return not service.for_people
    found = slots.find_quantity(heard) if name == "quantity" and service.counted else None
    return found is not None and not any(
        re.search(service.counted, heard.plain[start : end + LONGEST_COUNTED]) for start, end in found.spans
    )


def _named_room(around: Surroundings) -> dict[str, Any]:
    """A room named anywhere in the message is meant for all of it; hours are no rooms."""
    heard = _heard([], around)
    found = find_room(heard)
    when = find_time(heard) if found else None
    if when:
        found = find_room(heard.without(when.spans))
    return {"room": found.value} if found else {}


def stretch_text(stretch: Stretch, around: Surroundings) -> str:
    return around.reading.text[slice(*_span(stretch, around))].strip()


def _names_an_item(stretch: Stretch, around: Surroundings) -> bool:
    start, end = _span(stretch, around)
    return any(start <= place < end for place, _ in around.items)


def _noted(intent: Intent, span: Span, around: Surroundings) -> dict[str, Any]:
    named = [slot.name for slot in intent.slots if slot.finder in FREE_TEXT - KEPT_WORDS - {"text"}]
    found = find_text(_narrow(_heard([], around), span)) if named else None
    return dict.fromkeys(named, found.value) if found else {}


def _narrow(heard: Heard, span: Span) -> Heard:
    start, end = span
    return Heard(heard.plain[start:end], heard.raw[start:end], heard.now, heard.rooms, asked=True)


def _heard(
    places: Iterable[Span], around: Surroundings, hint: str = "", captures: dict[str, Span] | None = None
) -> Heard:
    """The text with everything outside these places blanked; positions stay."""
    plain = around.reading.plain
    shown = [USED] * len(plain)
    for start, end in places:
        shown[start:end] = plain[start:end]
    for start, end in (*find_ages(plain), *find_budget(plain)[1]) if places else ():
        if any(each != USED for each in shown[start:end]):  # "kids 3 and 5" and "$50" are never cut in two
            shown[start:end] = plain[start:end]
    text = "".join(shown) if places else plain
    return Heard(text, around.reading.text, around.now, around.rooms, hint, captures=captures or {})


def _places(stretch: Stretch, around: Surroundings) -> list[Span]:
    tokens = around.reading.tokens
    parts: list[tuple[int, int]] = [(piece.start, piece.end) for piece in (*stretch.leading, *stretch.more)]
    parts.append((stretch.start, stretch.end))
    return [(_signed(tokens[start].start, around), tokens[end - 1].end) for start, end in parts if end > start]


def _signed(start: int, around: Surroundings) -> int:
    """The minus of a number belongs to it."""
    return start - 1 if start and around.reading.plain[start - 1] == "-" else start


def _span(stretch: Stretch, around: Surroundings) -> Span:
    """From the first word of the wish to the last of its details, without courtesies at either end."""
    tokens, end = around.reading.tokens, stretch.end
    for piece in stretch.more:
        end = max(end, piece.end)
    start = stretch.start
    idle = _courtesies([stretch.piece, *stretch.more])
    joins = _at(stretch.piece.of(Kind.JOIN))
    while start < end and start in idle | joins:
        start += 1
    while end > start and (end - 1 in idle or not tokens[end - 1].norm):
        end -= 1
    return (tokens[start].start, tokens[end - 1].end) if end > start else (tokens[start - 1].end, tokens[start - 1].end)


def _courtesies(pieces: Sequence[Piece]) -> set[int]:
    hits = [hit for piece in pieces for hit in (*piece.of(Kind.POLITE), *piece.hits)]
    kept = [hit for hit in hits if hit.meaning.kind is Kind.POLITE or hit.meaning.name in WRAPPERS]
    return _at(kept)


def _rest(stretch: Stretch, left: Heard, around: Surroundings) -> bool:
    """Whether something meaningful was said beside the service, its details and small words."""
    pieces = [stretch.piece, *stretch.more]
    small = _at(hit for piece in pieces for hit in piece.grammar) | _courtesies(pieces) | _at(stretch.hits)
    places = [(stretch.start, stretch.end), *((piece.start, piece.end) for piece in stretch.more)]
    tokens = around.reading.tokens
    said = [
        token
        for start, end in places
        for token in tokens[start:end]
        if token.norm and USED not in left.plain[token.start : token.end]
    ]
    positions = {token.start for at, token in enumerate(tokens) if at in small}
    words = [token for token in said if token.start not in positions and not token.norm.isdigit()]
    return sum(1 if len(token.norm) == 1 else 2 for token in words) >= 2


def _at(hits: Iterable[Hit]) -> set[int]:
    return {at for hit in hits for at in range(hit.start, hit.end)}
