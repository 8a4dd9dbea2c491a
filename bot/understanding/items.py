"""Things a house has by name (a dish, a tour, a device): read as a thing of their kind that everybody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from bot.understanding.reading import Reading, Token, words
from crm.properties.catalogue import Catalogue
from prompts.words import LANGUAGES, services

Words = tuple[str, ...]
Names = Sequence[tuple[Words, Words]]  # of items that begin alike: the name, and the words it is read as


def items_of(catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """Each with the service it is asked for with."""
    return tuple((item, each.code) for each in catalogue.values() for item in each.items)


def find_items(reading: Reading, items: Sequence[tuple[str, str]]) -> list[tuple[int, int, Words]]:
    """Which tokens name one of these (how it is called, its service), and what to read instead; the longest first."""
    index = _index(tuple(items)) if items else {}
    said = tuple(token.norm for token in reading.tokens)
    return list(_found(said, index)) if not index.keys().isdisjoint(said) else []


def with_items(reading: Reading, found: Sequence[tuple[int, int, Words]]) -> Reading:
    """The same reading with known words in place of the items; texts and places stay."""
    tokens = list(reading.tokens)
    for start, end, known in reversed(found):
        tokens[start:end] = stand_in(known, tokens[start].start, tokens[end - 1].end)
    return Reading(reading.text, reading.plain, tuple(tokens)) if found else reading


def places_of(reading: Reading, found: Sequence[tuple[int, int, Words]]) -> tuple[tuple[int, int], ...]:
    """Where in the text they are named."""
    return tuple((reading.tokens[start].start, reading.tokens[end - 1].end) for start, end, _ in found)


def stand_in(norms: Words, start: int, end: int) -> list[Token]:
    """Tokens of these words in a place that is at least as long as there are words."""
    places = [start, *range(start + 1, start + len(norms)), end]
    return [Token(norm, *place) for norm, place in zip(norms, pairwise(places), strict=True)]


def _found(said: Words, index: Mapping[str, Names]) -> Iterator[tuple[int, int, Words]]:
    at = 0
    while at < len(said):
        named = (each for each in index.get(said[at], ()) if said[at : at + len(each[0])] == each[0])
        name, known = next(named, ((), ()))
        if name:
            yield at, at + len(name), known
        at += max(1, len(name))


@lru_cache(maxsize=4)
def _index(items: tuple[tuple[str, str], ...]) -> Mapping[str, Names]:
    """By their first words; a name in Chinese characters is read as a Chinese word."""
    found: dict[str, list[tuple[Words, Words]]] = {}
    for called, service in items:
        name = tuple(norm for norm in words(called) if norm)
        if name:
            language = LANGUAGES[1] if called.isascii() else LANGUAGES[0]
            found.setdefault(name[0], []).append((name, tuple(words(services(language)[service]["item"]))))
    return {first: sorted(names, key=lambda each: -len(each[0])) for first, names in found.items()}
