"""What a question to the house is about, in whichever words, and what of it is asked: a time, a place, a price."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.understanding.kinds import is_listed
from bot.understanding.nearest import small_words
from bot.understanding.reading import read, words
from bot.understanding.spelling import word_counts
from prompts.words import LANGUAGES, table

EVERYDAY = 15  # as often as this an English word stands in the example lines, whatever they are about
MOST_WORDS = 8  # of one entry in subjects.toml; longer ones are not looked for
_DIGIT = re.compile(r"\d")

Said = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """The subjects in their order, with the words that name them; what is asked of them; the telling words beside."""

    subjects: tuple[tuple[str, Said], ...] = ()
    aspects: Said = ()
    rest: Said = ()

    @property
    def names(self) -> Said:
        return tuple(name for name, _ in self.subjects)

    def is_part_of(self, other: Asked) -> bool:
        """Whether the other question asks all that this one does."""
        return all(
            set(one) <= set(two) for one, two in ((self.names, other.names), (self.aspects, other.aspects))
        ) and (set(self.rest) <= set(other.rest))


def asked_in(text: str) -> Asked:
    tokens = [token.norm for token in read(text).tokens if token.norm]
    subjects, taken = _found(tokens, _subjects())
    aspects, of_aspects = _found(tokens, _aspects())
    idle = taken | of_aspects | _found(tokens, _asking())[1]
    rest = tuple(word for at, word in enumerate(tokens) if at not in idle and _is_telling(word))
    return Asked(tuple(subjects.items()), tuple(aspects), rest)


def subjects_of(text: str) -> frozenset[str]:
    return frozenset(_found([token.norm for token in read(text).tokens if token.norm], _subjects())[0])


def told_in(text: str) -> frozenset[str]:
    """Of which aspects a text says something."""
    found = _found([token.norm for token in read(text).tokens if token.norm], _told())[0]
    return frozenset([*found, *(["time"] if _DIGIT.search(text) else [])])


def _is_telling(word: str) -> bool:
    """Everyday words, of no kind of thing, tell nothing of what is asked."""
    if word in small_words() or word.isdigit():
        return False
    return is_listed(word) or word_counts()[word] < EVERYDAY


def _found(tokens: Sequence[str], known: dict[Said, list[str]]) -> tuple[dict[str, Said], set[int]]:
    """The names of what stands in the text, with its words, the longest ones first; and the places of these words."""
    names: dict[str, Said] = {}
    places: set[int] = set()
    at = 0
    while at < len(tokens):
        longest = min(MOST_WORDS, len(tokens) - at)
        length = next((each for each in range(longest, 0, -1) if tuple(tokens[at : at + each]) in known), 0)
        if length:
            said = tuple(tokens[at : at + length])
            names |= {name: said for name in known[said] if name not in names}
            places |= set(range(at, at + length))
        at += max(length, 1)
    return names, places


@cache
def _subjects() -> dict[Said, list[str]]:
    return _compiled((name, said) for found in _tables("subjects") for name, said in found.items())


@cache
def _aspects() -> dict[Said, list[str]]:
    return _compiled((name, said["asked"]) for found in _tables("aspects") for name, said in found.items())


@cache
def _told() -> dict[Said, list[str]]:
    return _compiled((name, said["told"]) for found in _tables("aspects") for name, said in found.items())


@cache
def _asking() -> dict[Said, list[str]]:
    return _compiled(("asking", found["words"]) for found in _tables("asking"))


def _tables(name: str) -> Iterator[dict[str, Any]]:
    return (table(language, "subjects", name) for language in LANGUAGES)


def _compiled(spoken: Iterable[tuple[str, Sequence[str]]]) -> dict[Said, list[str]]:
    """In all languages at once: people mix them, and an entry may be written in another."""
    known: dict[Said, list[str]] = {}
    for name, said in spoken:
        for each in said:
            known.setdefault(tuple(filter(None, words(each))), []).append(name)
    return {said: names for said, names in known.items() if said}
