"""When nothing fits: which services and intents come nearest, to be offered as choices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from functools import cache
from itertools import pairwise
from math import log

from bot.understanding.reading import Token
from bot.understanding.vocabulary import Kind, rules

MOST = 3
ENOUGH = 4.0  # one word that hardly anything else is called by, or two rare ones
COMMON = 4


def nearest(tokens: Sequence[Token], offered: Container[str], with_services: bool) -> tuple[str, ...]:
    """Up to three names, best first: those whose phrases share the rarest words with the text."""
    scores: Counter[str] = Counter()
    for feature in set(_features([token.norm for token in tokens])):
        found = _names().get(feature, {})
        for name, is_service in found.items() if len(found) <= COMMON else ():
            if with_services if is_service else name in offered:
                alike = sum(kind is is_service for kind in found.values())
                scores[name] += log(1 + _total() / alike)  # type: ignore[assignment]
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    return tuple(name for name, score in best if score >= ENOUGH)


def _features(norms: Sequence[str]) -> Iterator[str]:
    """Latin words, and pairs of neighbouring Chinese characters."""
    idle = small_words()
    for norm in norms:
        if norm.isascii() and len(norm) > 1 and norm not in idle:
            yield norm
    for first, second in pairwise(norms):
        if first and second and not first.isascii() and not second.isascii():
            yield first + second


@cache
def _names() -> dict[str, dict[str, bool]]:
    names: dict[str, dict[str, bool]] = {}
    for pattern, meaning in rules():
        if meaning.kind in (Kind.INTENT, Kind.SERVICE):
            for sequence in pattern.sequences():
                for feature in _features(sequence):
                    names.setdefault(feature, {})[meaning.name] = meaning.kind is Kind.SERVICE
    return names


@cache
def _total() -> int:
    return len({name for names in _names().values() for name in names})


@cache
def small_words() -> frozenset[str]:
    """Words that say nothing of what is wanted."""
    return frozenset(
        word
        for pattern, meaning in rules()
        if meaning.kind in (Kind.FILLER, Kind.ASKS)
        for word in pattern.vocabulary()
    )
