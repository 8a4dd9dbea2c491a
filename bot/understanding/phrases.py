"""The brain without a network: phrases and slots become calls."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.understanding.amounts import find_amounts
from bot.understanding.days import impossible_days
from bot.understanding.details import Surroundings, intent_slots, request_slots, stretch_text
from bot.understanding.finding import Finder, Heard
from bot.understanding.joining import joined
from bot.understanding.patterns import weight_of
from bot.understanding.pieces import (
    WRAPPERS,
    Piece,
    Spotted,
    Stretch,
    choose,
    deny,
    is_question,
    is_refusal,
    pieces_of,
    stretches_of,
)
from bot.understanding.reading import Token
from bot.understanding.slots import DAY_FINDERS, find_credential, find_time, find_token
from bot.understanding.statements import spare_orders
from bot.understanding.time_slots import Span
from bot.understanding.vocabulary import Hit, Kind, Meaning, find_hits, service_words
from handlers.intents import INTENTS
from handlers.turn import Call, Intent

EMERGENCY = "emergency"
COMPLAIN = "complain"
FEEDBACK = frozenset({COMPLAIN, "compliment", "suggest"})
_TELLING = frozenset({"my_requests", "my_stay", "suggest"})
_MOST = 20
_STARTS = (Kind.INTENT, Kind.SERVICE, Kind.WANTS, Kind.ASKS, Kind.REFUSES, Kind.JOIN)
_OF_ALARMS = frozenset({Kind.HARMLESS, Kind.TRIFLE})
_ORDER, _CANCEL = "request_service", "cancel_request"


@dataclass(frozen=True, slots=True)
class Heeded:
    """Calls in the order of the text, the services only asked about, and how much of the text was explained.

    `known` are the tokens of all phrases and small words; `wanting`: a word such as "bring" or 要 stands there.
    `spotted` is what the calls were made of, `pieces` the clauses, `starts` where within them a wish may begin.
    """

    calls: tuple[Call, ...]
    asked_about: tuple[str, ...] = ()
    confidence: float = 0.0
    first_hit: int = 0
    known: frozenset[int] = frozenset()
    wanting: bool = False
    spotted: tuple[Spotted, ...] = ()
    pieces: tuple[Piece, ...] = ()
    starts: tuple[int, ...] = ()


def listen(around: Surroundings, offered: Mapping[str, Intent]) -> Heeded:
    """Calls among the offered intents; small talk only where nothing else was wanted."""
    tokens = around.reading.tokens
    with_services = _ORDER in offered or _CANCEL in offered
    hits = find_hits(tokens, offered, with_services)
    if raises_alarm(hits, tokens):
        return Heeded((Call(EMERGENCY, {"text": around.reading.text}),), confidence=1.0)
    hits = [hit for hit in hits if hit.meaning.kind not in _OF_ALARMS and hit.meaning.name != EMERGENCY]
    chosen, grammar = choose([*_marked(around, offered), *hits], tokens)
    pieces = pieces_of(tokens, chosen, grammar)
    spare_orders(pieces, offered)
    stretches, asked_about = _stretches(pieces, around, offered)
    calls = joined([call for stretch in stretches[:_MOST] for call in _calls(stretch, stretches, around, offered)])
    serious = [call for call in calls if call.intent not in WRAPPERS]
    kept = serious or calls[-1:]
    first = min((tokens[stretch.start].start for stretch in stretches), default=len(around.reading.text))
    known = frozenset(at for hit in (*chosen, *grammar) for at in range(hit.start, hit.end))
    sure = _confidence(known, around, several=len(kept) > 1) if kept else 0.0
    wanting = any(hit.meaning.kind is Kind.WANTS for hit in grammar)
    spotted = tuple(_spotted(stretch) for stretch in stretches)
    starts = tuple(sorted({hit.start for hit in hits if hit.meaning.kind in _STARTS}))
    return Heeded(tuple(kept), tuple(asked_about), sure, first, known, wanting, spotted, tuple(pieces), starts)


def _spotted(stretch: Stretch) -> Spotted:
    kind, name = stretch.wants
    service = name if kind is Kind.SERVICE else ""
    return Spotted(_CANCEL if stretch.refused else name, stretch.start, stretch.end, service)


def raises_alarm(hits: Sequence[Hit], tokens: Sequence[Token]) -> bool:
    """Whether emergency words stand there, and not in a harmless phrase such as "fire alarm test".

    A mere cry beside a trifle is a way of speaking: 救命这也太美了.
    """
    harmless = {at for hit in hits if hit.meaning.kind is Kind.HARMLESS for at in range(hit.start, hit.end)}
    is_trifle = any(hit.meaning.kind is Kind.TRIFLE for hit in hits)
    heard = (hit for hit in hits if hit.meaning.name == EMERGENCY and _stands(hit, tokens))
    alarms = [hit for hit in heard if not (is_trifle and hit.meaning.kind is Kind.CRIES)]
    return any(harmless.isdisjoint(range(hit.start, hit.end)) for hit in alarms)


def _stands(hit: Hit, tokens: Sequence[Token]) -> bool:
    """A phrase that has to be the whole message may be said over and over: fire! fire!"""
    said = {token.norm for token in tokens[hit.start : hit.end]}
    return not hit.whole or all(token.norm in said for token in tokens if token.norm)


def _marked(around: Surroundings, offered: Mapping[str, Intent]) -> Iterator[Hit]:
    """Credentials and tokens are recognised by their form, not by phrases."""
    heard = Heard(around.reading.plain, around.reading.text, around.now)
    for name, find in _by_form():
        found = find(heard) if name in offered else None
        if found:
            start, end = found.spans[0]
            at = [index for index, token in enumerate(around.reading.tokens) if start <= token.start < end]
            if at:
                yield Hit(Meaning(Kind.INTENT, name), at[0], at[-1] + 1, 1000)


@cache
def _by_form() -> list[tuple[str, Finder]]:
    readers = {"credential": find_credential, "token": find_token}
    slots = ((intent.name, slot.finder) for intent in INTENTS for slot in intent.slots)
    return [(name, readers[finder]) for name, finder in slots if finder in readers]


def _stretches(
    pieces: Sequence[Piece], around: Surroundings, offered: Mapping[str, Intent]
) -> tuple[list[Stretch], list[str]]:
    found: list[Stretch] = []
    asked_about: list[str] = []
    leading: list[Piece] = []
    for piece in pieces:
        _deny(piece, offered)
        if is_question(piece) or any(hit.meaning.name in _TELLING for hit in piece.hits):
            asked_about += _withdraw_questions(piece)
        fresh = [stretch for stretch in stretches_of(piece, around.reading.tokens) if stretch.wishes]
        if fresh:
            fresh[0].leading, leading = leading, []
            found += fresh
        elif found and _wishes(found):
            _attach(found, piece)
        else:
            leading.append(piece)
    return found, asked_about


def _deny(piece: Piece, offered: Mapping[str, Intent]) -> None:
    piece.hits = [
        kept for hit in piece.hits if (kept := deny(hit, piece, "complain")) is not None and _may_call(kept, offered)
    ]


def _may_call(hit: Hit, offered: Mapping[str, Intent]) -> bool:
    return hit.meaning.kind is Kind.SERVICE or hit.meaning.name in offered


def _withdraw_questions(piece: Piece) -> list[str]:
    """A question about a service orders nothing; asking why something is broken still reports it."""
    about = [hit for hit in piece.hits if hit.meaning.kind is Kind.SERVICE and not _is_fault(hit)]
    about = [hit for hit in about if not _wanted_beside(hit, piece)]
    piece.hits = [hit for hit in piece.hits if hit not in about]
    return [hit.meaning.name for hit in about]


def _wanted_beside(hit: Hit, piece: Piece) -> bool:
    """ "The wifi password and an extra pillow": after a whole question, "and" and a word of wanting begin a wish."""
    asked = {about.end for about in piece.of(Kind.ASKS)}
    joins = [join.end for join in piece.of(Kind.JOIN) if join.start in asked and join.start < hit.start]
    return any(joins[-1] <= want.start <= hit.start for want in piece.of(Kind.WANTS)) if joins else False


def _is_fault(hit: Hit) -> bool:
    return service_words()[hit.meaning.name].fault


def _wishes(found: Sequence[Stretch]) -> list[Stretch]:
    return [stretch for stretch in found if stretch.hits[0].meaning.name not in WRAPPERS]


def _attach(found: Sequence[Stretch], piece: Piece) -> None:
    """A clause without a wish of its own says more about the wish before it, or takes it back."""
    stretch = _wishes(found)[-1]
    if is_refusal(piece) and stretch.hits[0].meaning.kind is Kind.SERVICE:
        stretch.refused = True
    elif not is_question(piece):
        stretch.more.append(piece)


def _calls(
    stretch: Stretch, among: Sequence[Stretch], around: Surroundings, offered: Mapping[str, Intent]
) -> Iterator[Call]:
    kind, name = stretch.wants
    if kind is Kind.SERVICE:
        if stretch.refused and _CANCEL in offered:
            yield Call(_CANCEL, {"service": name})
        elif not stretch.refused and _ORDER in offered:
            yield Call(_ORDER, request_slots(stretch, offered[_ORDER], around))
        return
    intent = offered[name]
    if name in FEEDBACK:
        kinds = {other.wants for other in among if other.wants[1] in FEEDBACK}
        has_more = any(other.leading or other.more for other in among)  # whose clause it is, nobody can tell
        is_whole = len(kinds) == 1 or (name == COMPLAIN and has_more)
        text = around.reading.text if is_whole else stretch_text(stretch, around)
        yield Call(name, {slot.name: text for slot in intent.slots if slot.finder == "text"})
    elif (not stretch.refused or name in WRAPPERS) and not _misdated(intent, around):
        yield Call(name, intent_slots(stretch, intent, around))


def _misdated(intent: Intent, around: Surroundings) -> bool:
    """Arrivals of a day that does not exist are not those of today."""
    said = any(slot.finder in DAY_FINDERS for slot in intent.slots)
    return said and bool(impossible_days(around.reading.plain, around.now.date()))


def _hours(around: Surroundings) -> list[Span]:
    """Of each wish its own."""
    heard, spans = Heard(around.reading.plain, around.reading.text, around.now), list[Span]()
    while len(spans) < _MOST and (when := find_time(heard)):
        spans += when.spans
        heard = heard.without(when.spans)
    return spans


def _confidence(known: Container[int], around: Surroundings, *, several: bool) -> float:
    """Half for a phrase at all, the rest by how much of the text is explained; amounts explain themselves.

    So do the hours in a list of wishes; beside one wish an hour may be the news ("the wake-up at 7 instead").
    """
    tokens = [(at, token) for at, token in enumerate(around.reading.tokens) if token.norm]
    unknown = [token for at, token in tokens if at not in known]
    if not unknown:
        return 1.0
    counted = [span for _, span in find_amounts(around.reading.plain)]
    counted += _hours(around) if several else []
    left = [token for token in unknown if not any(start <= token.start < end for start, end in counted)]
    total, missing = (sum(weight_of(token) for token in some) for some in ([each for _, each in tokens], left))
    return round(1.0 - 0.5 * missing / total, 2)
