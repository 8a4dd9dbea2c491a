"""Everything we listen for, compiled once from prompts/ and found in one pass over a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from bot.understanding.patterns import Capture, Pattern, compile_phrase
from bot.understanding.reading import Token
from prompts.words import LANGUAGES, phrases, services, table


class Kind(StrEnum):
    INTENT = "intent"
    SERVICE = "service"
    REFUSES = "before"
    REFUSED = "after"
    EXEMPT = "exempt"
    AFFIRMS = "affirm"
    DENIES = "denial"
    BREAK = "break"
    JOIN = "join"
    CORRECTS = "correction"
    ASKS = "about"
    FILLER = "words"
    POLITE = "polite"
    SETTLED = "settled"
    PRAISED = "praised"
    MENDED = "mended"
    ENQUIRES = "enquired"
    WANTS = "wanting"
    HARMLESS = "harmless"
    CRIES = "cries"
    TRIFLE = "trifles"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for.

    `detailed` phrases say what exactly and are kept in the note. `only_name`: no wish by itself, but it can be refused.
    """

    kind: Kind
    name: str = ""
    detailed: bool = False
    only_name: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found between two token positions."""

    meaning: Meaning
    start: int
    end: int
    weight: int
    captures: tuple[Capture, ...] = ()
    whole: bool = False

    @property
    def wants(self) -> tuple[Kind, str]:
        return self.meaning.kind, self.meaning.name


@dataclass(frozen=True, slots=True)
class Service:
    """What the reader must know of a service beside its phrases."""

    code: str
    fault: bool
    time_hint: str
    instead_of: str
    for_people: bool  # how many they are belongs to it
    counted: str  # a pattern of what its amounts count, where not everything said beside it does


Rule = tuple[Pattern, Meaning]


def find_hits(tokens: Sequence[Token], intents: Iterable[str], with_services: bool) -> list[Hit]:
    """Every phrase in the message, overlapping ones too, of these intents, the services and the grammar words."""
    norms = tuple(token.norm for token in tokens)
    said, wanted = frozenset(norms), _kept(frozenset(intents))
    found = []
    for at, norm in enumerate(norms):
        for pattern, meaning in _rules(norm, wanted, with_services):
            if pattern.needs and pattern.needs.isdisjoint(said):
                continue
            match = pattern.match(norms, at)
            if match:
                found.append(Hit(meaning, match.start, match.end, match.weight, match.captures, pattern.whole))
    return found


@cache
def service_words() -> Mapping[str, Service]:
    """Of all that is asked for; nobody asks for what the house opens by itself."""
    found = {code: [services(language)[code] for language in LANGUAGES] for code in services(LANGUAGES[0])}
    return {code: _service(code, entries) for code, entries in found.items() if "phrases" in entries[0]}


def _service(code: str, entries: Sequence[Mapping[str, Any]]) -> Service:
    first = entries[0]
    return Service(
        code,
        fault=bool(first.get("fault")),
        time_hint=str(first.get("time_hint", "")),
        instead_of=str(first.get("instead_of", "")),
        for_people="people" in first.get("question", {}),
        counted="|".join(each["counted"] for each in entries if "counted" in each),
    )


def is_known(word: str) -> bool:
    """Whether any phrase uses this word."""
    return word in known_words()


@cache
def known_words() -> frozenset[str]:
    """All words of phrases."""
    return frozenset(word for pattern, _ in rules() for word in pattern.vocabulary())


@cache
def rules() -> tuple[Rule, ...]:
    """All phrases of all languages: people mix them within a sentence."""
    return tuple(rule for language in LANGUAGES for rule in _rules_of(language))


@lru_cache(maxsize=16_384)
def _rules(norm: str, intents: frozenset[str], with_services: bool) -> tuple[Rule, ...]:
    """All of these that may begin with this word."""
    index = _index()
    keys = (norm, "#", "*") if norm.isdigit() else (norm, "*")
    rules = (rule for key in keys for rule in index.get(key, ())) if norm else ()
    return tuple(rule for rule in rules if _is_wanted(rule[1], intents, with_services))


def _is_wanted(meaning: Meaning, intents: frozenset[str], with_services: bool) -> bool:
    if meaning.kind is Kind.INTENT:
        return meaning.name in intents
    return with_services or meaning.kind is not Kind.SERVICE


@lru_cache(maxsize=64)
def _kept(intents: frozenset[str]) -> frozenset[str]:
    """The same object for the same names, which is quickly found again."""
    return intents


@cache
def _index() -> dict[str, list[Rule]]:
    index: dict[str, list[Rule]] = {}
    for rule in rules():
        for word in set(rule[0].first_words()):
            index.setdefault(word, []).append(rule)
    return index


def _rules_of(language: str) -> Iterator[Rule]:
    catalogue = services(language)
    for intent, spoken in phrases(language).items():
        if intent not in catalogue:
            yield from _compiled(spoken, Meaning(Kind.INTENT, intent))
    for code, entry in catalogue.items():
        yield from _compiled(entry.get("phrases", []), Meaning(Kind.SERVICE, code))
        yield from _compiled(entry.get("details", []), Meaning(Kind.SERVICE, code, detailed=True))
        yield from _compiled(entry.get("names", []), Meaning(Kind.SERVICE, code, only_name=True))
    urgent = table(language, "emergency", "emergency")
    for meaning in (Meaning(Kind.HARMLESS), Meaning(Kind.TRIFLE), Meaning(Kind.CRIES, "emergency")):
        yield from _compiled(urgent[meaning.kind], meaning)
    for name in ("negation", "connectors", "questions", "statements", "fillers"):
        for kind, spoken in listening(language, name).items():
            if kind != "cancel":
                yield from _compiled(spoken, Meaning(Kind(kind)))


def listening(language: str, name: str) -> dict[str, Any]:
    return table(language, "listening", name)


def _compiled(spoken: Sequence[str], meaning: Meaning) -> Iterator[Rule]:
    return ((compile_phrase(phrase), meaning) for phrase in spoken)
