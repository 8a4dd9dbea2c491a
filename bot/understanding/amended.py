"""What a colleague cancels or changes of a guest's request, told by its form: which one, and what is new of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.understanding.amendments import any_of, blanked, hinted, of_its_day, place_in, values_in
from bot.understanding.contract import Context, Understanding
from bot.understanding.finding import Heard
from bot.understanding.reading import Reading
from bot.understanding.slots import find_people, find_quantity, find_time
from bot.understanding.time_slots import Span
from bot.understanding.vocabulary import Hit, Kind, find_hits
from handlers.turn import Call

WITHDRAW, AMEND, OFFER = "withdraw_request", "amend_request", "make_offer"
_BOTH = (WITHDRAW, AMEND)
_ABOUT_ONE = (*_BOTH, OFFER)
# What is kept of a guess beside what is read here: a model knows the words of other languages.
_KEPT = {"classifier": ("reason", "note"), "model": ("reason", "note", "service", "number", "room", "quantity", "time")}
# "Guest changed her mind", "the guest has left": what these may be taken for is only a reason.
_MAY_BE_REASONS = frozenset({"find_guest", "revoke_staff", "greet", "thank", "farewell", "staff_help", OFFER})
_N = r"(?P<n>\d{1,6})(?![\d:.]|\s*(?:[点條条个份位人]|[ap]\.?m\b))"
_TARGETS = tuple(
    re.compile(each)
    for each in (
        rf"#\s*{_N}",
        rf"(?<![\d:.]){_N}\s*(?:号?单|号(?!房|楼))",
        rf"\b(?:request|ticket|job|order|number|no\.?)\s*{_N}",
        rf"\b(?:for|of|in|from)\s+(?:room\s+|the guest in\s+)?{_N}",
        rf"(?<![\d:.]){_N}",
    )
)
_NEXT = re.compile(rf"\s*(?:和|跟|与|、|,|，|&|\band\b)\s*(?:#|request\b|number\b)?\s*{_N}\s*(?:号?单|号(?!房|楼))?")
_OTHER = re.compile(r"\d{3,}|#\s*\d|\d\s*号")  # speaks of another room or request
_MARKED = re.compile(r"#|单|request|ticket|job|order|number|no\b")
_BECAUSE = re.compile(r"^(?:because|since|因为|由于)\s*", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?:(?!\bbecause\b|\bsince\b|因为|由于)[^,，;；。.!！\n])+|(?:because|since|因为|由于)[^,，;；。.!！\n]*"
)


@dataclass(frozen=True, slots=True)
class _Said:
    """Which requests are meant, each by a number or a room, and the services named; `heard` is what is left."""

    heard: Heard
    targets: tuple[dict[str, Any], ...]
    services: tuple[str, ...]

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The slots of one call for each; nothing where nobody can tell what is in which room."""
        if not self.services:
            return list(self.targets)
        if len(self.targets) > 1:
            return []
        where = self.targets[0] if self.targets else {}
        return [{**where, "service": code} for code in self.services]


def find_amended(given: Reading, context: Context) -> tuple[Call, ...]:
    """Nothing where anything else is said, asked or only offered: that is left to the other brains."""
    offered = {each.name for each in context.offered}
    if WITHDRAW not in offered or given.plain.rstrip().endswith("?"):
        return ()
    heard = Heard(given.plain, given.text, context.now, context.rooms)
    return _withdrawn(given, context, heard) or _amended(given, context, heard)


def services_named(given: Reading) -> list[tuple[str, Span]]:
    """What of the catalogue stands in it, and where; of two words in one place the longer."""
    hits = [hit for hit in find_hits(given.tokens, (), True) if hit.meaning.kind is Kind.SERVICE]
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.start)):
        if not any(other.start < hit.end and hit.start < other.end for other in kept):
            kept.append(hit)
    tokens = given.tokens
    kept.sort(key=lambda hit: hit.start)
    return [(hit.meaning.name, (tokens[hit.start].start, tokens[hit.end - 1].end)) for hit in kept]


def completed(found: Understanding, given: Reading, context: Context) -> Understanding:
    """What was only guessed, with which request it is about and what is new of it; only colleagues are offered that."""
    if not any(each.intent in _ABOUT_ONE for each in found.calls):
        return found
    heard = Heard(given.plain, given.text, context.now, context.rooms)
    found = replace(found, calls=tuple(_of_its_half(each, heard) for each in found.calls))
    if found.by == "pending" and context.question and context.question.asks == "note":
        return replace(found, calls=tuple(_told(each, heard) if each.intent == AMEND else each for each in found.calls))
    if found.by not in _KEPT:
        return found
    calls = [
        every
        for each in found.calls
        for every in (_of_request(each, given, context, heard, _KEPT[found.by]) if each.intent in _BOTH else [each])
    ]
    return replace(found, calls=tuple(calls))


def _of_its_half(call: Call, heard: Heard) -> Call:
    """ "12 only at 8": on which day and whether in the morning is known from the hour that was asked for."""
    if call.intent != OFFER or "time" not in call.slots:
        return call
    number = _first_target(heard)
    heard = heard.without([number.span()]) if number else heard  # "12号" is no day here
    return replace(call, slots=of_its_day(dict(call.slots), heard))


def _told(call: Call, heard: Heard) -> Call:
    """The answer to "change it to what?": words go along only where they say more than what was found in them."""
    placed, alone = place_in(heard), heard.plain.strip()
    new, left = values_in(heard.without(placed[1] if placed else []))
    new |= {"place": placed[0]} if placed else {}
    new = {"place": alone} if alone in heard.rooms else new
    is_all = alone in heard.rooms or (bool(new) and not _clauses(left, (), "amending")[1])
    dropped = {"room", "note"} if is_all else {"room"}  # it is known which one is meant
    kept = {name: value for name, value in call.slots.items() if name not in dropped}
    return Call(AMEND, {**kept, **new})


def _of_request(call: Call, given: Reading, context: Context, heard: Heard, keep: Sequence[str]) -> list[Call]:
    """Where another room or request is spoken of beside, the colleague is asked which one is meant."""
    placed = place_in(heard) if call.intent == AMEND else None
    said = _target(given, context, heard.without(placed[1] if placed else []))
    new, left = values_in(hinted(said.heard, said.services))
    new = (new | ({"place": placed[0]} if placed else {})) if call.intent == AMEND else {}
    kept = {name: value for name, value in call.slots.items() if name in keep}
    which = [] if _OTHER.search(left.plain) else said.calls
    return [Call(call.intent, {**kept, **each, **new}) for each in which or [{}]]


def _withdrawn(given: Reading, context: Context, heard: Heard) -> tuple[Call, ...]:
    named = heard.without([span for _, span in services_named(given)])
    verbs = [match.span() for match in any_of("withdrawing", "cancels").finditer(named.plain)]
    if not verbs:
        return ()
    said = _target(given, context, heard.without(verbs))
    head, rest = _clauses(_without_amounts(said.heard), verbs, "withdrawing")
    if not head or _says_more(rest, given, context):
        return ()
    reason = {"reason": _BECAUSE.sub("", given.text[slice(*_around(rest))].strip())} if rest else {}
    return tuple(Call(WITHDRAW, {**each, **reason}) for each in said.calls)


def _amended(given: Reading, context: Context, heard: Heard) -> tuple[Call, ...]:
    changes, wants = (
        [match.span() for match in any_of("amending", kind).finditer(heard.plain)] for kind in ("changes", "wants")
    )
    verbs = [*changes, *wants]
    if not verbs or any_of("amending", "asks").search(heard.plain) or any_of("amending", "firm").search(heard.plain):
        return ()
    placed = place_in(heard)
    said = _target(given, context, heard.without([*verbs, *(placed[1] if placed else [])]))
    by_number, turns = any("number" in each for each in said.targets), any_of("amending", "turns").search(heard.plain)
    if len(said.services) > 1 or not (by_number or (changes and turns)):
        return ()  # what a room wants is new, and so are sheets to be changed at five
    new, left = values_in(hinted(said.heard, said.services))
    new |= {"place": placed[0]} if placed else {}
    head, rest = _clauses(left, changes or wants, "amending")
    if not new or not head or _says_more(rest, given, context):
        return ()
    note = {"note": given.text[slice(*_around(rest))].strip()} if rest else {}
    return tuple(Call(AMEND, {**each, **new, **note}) for each in said.calls)


def _target(given: Reading, context: Context, heard: Heard) -> _Said:
    """By numbers; a room only where it is known as one, or something in it is named."""
    named = services_named(given)
    heard = heard.without([span for _, span in named])
    match = _first_target(heard)
    targets, spans = [], []
    while match is not None:
        is_marked = bool(_MARKED.search(match.group()))
        targets.append(_number_or_room(match["n"], context, is_marked=is_marked, is_named=bool(named)))
        spans.append(match.span())
        match = _NEXT.match(heard.plain, match.end())
    services = tuple(dict.fromkeys(code for code, _ in named))
    return _Said(heard.without(spans), tuple(targets), services)


def _first_target(heard: Heard) -> re.Match[str] | None:
    return next(filter(None, (each.search(heard.plain) for each in _TARGETS)), None)


def _number_or_room(digits: str, context: Context, *, is_marked: bool, is_named: bool) -> dict[str, Any]:
    """A small house may have a room 3, and a request with that number."""
    is_room = not is_marked and sum((digits in context.rooms, len(digits) > 2, is_named)) > 1
    return {"room": digits} if is_room else {"number": int(digits)}


def _without_amounts(heard: Heard) -> Heard:
    for find in (find_time, find_people, find_quantity):
        found = find(heard)
        heard = heard.without(found.spans) if found else heard
    return heard


def _clauses(heard: Heard, verbs: Sequence[Span], file: str) -> tuple[bool, list[Span]]:
    """Whether the clause with the verb says nothing beside it; and the others that say something."""
    left = any_of(file, "beside").sub(blanked, heard.plain)
    told = [match.span() for match in _CLAUSE.finditer(left) if re.search(r"[^\W_\x00]", match.group())]
    is_head = not any(start <= verb[0] < end for start, end in told for verb in verbs)
    return is_head, told


def _says_more(rest: Sequence[Span], given: Reading, context: Context) -> bool:
    """Whether the clauses beside hold another wish, or speak of another room or request."""
    if any(_OTHER.search(given.plain, *each) for each in rest):
        return True
    names = {each.name for each in context.offered} - {WITHDRAW, AMEND, *_MAY_BE_REASONS}
    hits = [hit for hit in find_hits(given.tokens, names, False) if hit.meaning.kind is Kind.INTENT and not hit.whole]
    places = [given.tokens[hit.start].start for hit in hits]
    return any(start <= place < end for start, end in rest for place in places)


def _around(spans: Sequence[Span]) -> Span:
    return spans[0][0], spans[-1][1]
