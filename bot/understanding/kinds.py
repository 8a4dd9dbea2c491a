"""Which kinds of thing a text speaks of: "shivering" and "see my breath" are both of the kind cold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.understanding.reading import words
from prompts.words import LANGUAGES, table


def kinds_of(text: Sequence[str]) -> set[str]:
    """The names of the groups in prompts/<lang>/kinds.toml whose words stand in the text, the longest words first."""
    found: set[str] = set()
    at = 0
    while at < len(text):
        for length in _lengths().get(text[at], ()):
            kinds = _lexicon().get(tuple(text[at : at + length]))
            if kinds:
                found.update(kinds)
                at += length - 1
                break
        at += 1
    return found


def is_listed(word: str) -> bool:
    """Whether the word stands alone in some group."""
    return (word,) in _lexicon()


@cache
def _lexicon() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Words of all languages: people mix them within a sentence."""
    lexicon: dict[tuple[str, ...], tuple[str, ...]] = {}
    for language in LANGUAGES:
        for kind, spoken in table(language, "kinds", "kinds").items():
            for said in {tuple(words(each)) for each in spoken} - {()}:
                lexicon[said] = (*lexicon.get(said, ()), kind)
    return lexicon


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """By the first word, how many words may follow, longest first."""
    lengths: dict[str, set[int]] = {}
    for said in _lexicon():
        lengths.setdefault(said[0], set()).add(len(said))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
