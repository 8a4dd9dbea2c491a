"""Which kinds of thing a text speaks of: "shivering" and "see my breath" are both of the kind cold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from zlib import crc32

import numpy as np

from bot.understanding import kept, reading
from bot.understanding.reading import words
from prompts.words import LANGUAGES, kinds, lessons_digest

MOST_WORDS = 8  # of one entry; the longest has seven


def kinds_of(text: Sequence[str]) -> set[str]:
    """The names of the groups in prompts/<lang>/kinds.toml whose words stand in the text, the longest words first."""
    lexicon = _lexicon()
    found: set[str] = set()
    at = 0
    while at < len(text):
        for length in _LENGTHS[lexicon.begins.get(_key(text[at]), 0)]:
            named = lexicon.entries.get(_key(" ".join(text[at : at + length])))
            if named is not None:
                found.update(lexicon.names[named])
                at += length - 1
                break
        at += 1
    return found


def is_listed(word: str) -> bool:
    """Whether the word stands alone in some group."""
    return _key(word) in _lexicon().entries


@lru_cache(maxsize=16_384)
def _key(said: str) -> int:
    return crc32(said.encode())


# For each mark that words begin entries of so many words (bit 0: one), these numbers of words, the largest first.
_LENGTHS = [
    tuple(length for length in range(MOST_WORDS, 0, -1) if mark >> (length - 1) & 1) for mark in range(1 << MOST_WORDS)
]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Thousands of entries of all languages by the keys of their words, in little memory.

    `entries` name a row of `names`; `begins` mark how many words entries have that begin with this one.
    """

    entries: Mapping[int, int]
    names: Sequence[tuple[str, ...]]
    begins: Mapping[int, int]


@cache
def _lexicon() -> Lexicon:
    """Kept for the same lessons."""
    found = kept.recall(kept.name_of("kinds", [__file__, reading.__file__], lessons_digest()), _listed)
    keys, rows, firsts, marks = (found[each].tolist() for each in ("keys", "rows", "firsts", "marks"))
    names = [tuple(line.split()) for line in found["names"].tobytes().decode().splitlines()]
    return Lexicon(dict(zip(keys, rows, strict=True)), names, dict(zip(firsts, marks, strict=True)))


def _listed() -> kept.Arrays:
    """People mix languages within a sentence, so that the entries of all stand in one list."""
    entries: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for kind, spoken in kinds(language).items():
            for said in {" ".join(filter(None, words(each))) for each in spoken} - {""}:
                entries.setdefault(said, []).append(kind)
    begins: dict[str, int] = {}
    for first, *others in (said.split() for said in entries):
        begins[first] = begins.get(first, 0) | 1 << len(others)
    names = sorted({" ".join(each) for each in entries.values()})
    row = {each: at for at, each in enumerate(names)}
    return {
        "keys": np.array([_key(said) for said in entries], dtype=np.uint32),
        "rows": np.array([row[" ".join(each)] for each in entries.values()], dtype=np.uint16),
        "firsts": np.array([_key(first) for first in begins], dtype=np.uint32),
        "marks": np.array(list(begins.values()), dtype=np.uint8),
        "names": np.frombuffer("\n".join(names).encode(), dtype=np.uint8),
    }
