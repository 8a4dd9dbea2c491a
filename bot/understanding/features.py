"""What the classifier sees of texts: their words, pairs, kinds, runs of characters, and how alike two texts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.understanding.kinds import kinds_of
from bot.understanding.sounds import sounds

CHINESE_RUNS, LATIN_RUNS, SOUND_RUNS = range(1, 4), range(3, 5), range(2, 4)
MOST_WORDS = 200  # nobody says one thing in more
WORD_WEIGHT, RUN_WEIGHT = 2.0, 1.0
COMMON = 1 / 20  # what stands in more of the texts than this tells little and costs much

FEW = 50  # texts: so few are no reason to leave anything out

Text = Sequence[str]  # words; each Chinese character is one
Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
_STEP = np.uint64(0x100000001B3)  # of the rolling hash, which wraps around at 64 bits


@dataclass(frozen=True, slots=True, eq=False)
class Grams:
    """The different grams of some texts as numbers, odd for words, and which text each stands in; sorted by number."""

    numbers: Numbers
    owners: Places


def grams_of(texts: Sequence[Text]) -> Grams:
    """Words, pairs of words, kinds, and runs of characters: one to three Chinese ones, their sounds, or three or four.

    By their sound 浴金 is 浴巾: people type Chinese by its sound and choose the wrong characters.
    """
    words = [[_shape(word) for word in text[:MOST_WORDS]] for text in texts]
    spelled = [_spelled(text) for text in words]
    is_latin = np.array([each.isascii() for each in spelled], dtype=bool)
    codes = np.frombuffer("".join(spelled).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    of = np.repeat(np.arange(len(spelled)), [len(each) for each in spelled])
    found = [
        *_words(words),
        _kinds(words),
        *_runs(codes, of, is_latin, LATIN_RUNS),
        *_runs(codes, of, ~is_latin, CHINESE_RUNS),
        *_runs(sounds(codes), of, ~is_latin, SOUND_RUNS),
    ]
    numbers, owners = zip(*found, strict=True)
    return _distinct(np.concatenate(numbers), np.concatenate(owners))


def numbers_of(words: Sequence[str]) -> Numbers:
    """The numbers by which words stand among the grams."""
    return _whole(np.array([_number(word) for word in words], dtype=np.uint64))


def places_in(numbers: Numbers, wanted: Numbers) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Where each wanted number would stand among these, which are in order, and whether it does."""
    at = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    return at, numbers[at] == wanted


def _distinct(numbers: Numbers, owners: Places) -> Grams:
    order = np.lexsort((owners, numbers))
    numbers, owners = numbers[order], owners[order]
    fresh = np.ones(len(numbers), dtype=bool)
    fresh[1:] = (numbers[1:] != numbers[:-1]) | (owners[1:] != owners[:-1])
    return Grams(numbers[fresh], owners[fresh])


def _shape(word: str) -> str:
    """Which number it is says nothing of what is wanted, but how long it is: a room, an amount, a phone."""
    return "0" * min(len(word), 4) if word.isdigit() else word


def _words(texts: Sequence[Text]) -> list[tuple[Numbers, Places]]:
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    single = np.array([_number(word) for text in texts for word in text], dtype=np.uint64)
    inside = owners[1:] == owners[:-1]
    pairs = (single[:-1] * _STEP + single[1:])[inside]
    return [(_whole(single), owners), (_whole(pairs), owners[1:][inside])]


def _kinds(texts: Sequence[Text]) -> tuple[Numbers, Places]:
    found = [(_number(f"a kind: {kind}"), at) for at, text in enumerate(texts) for kind in kinds_of(text)]
    numbers, owners = zip(*found, strict=True) if found else ((), ())
    return _whole(np.array(numbers, dtype=np.uint64)), np.array(owners, dtype=np.int64)


def _whole(numbers: Numbers) -> Numbers:
    """Odd, which is the mark of whole words."""
    return numbers << np.uint64(1) | np.uint64(1)


@lru_cache(maxsize=16_384)
def _number(word: str) -> int:
    return crc32(word.encode())


def _spelled(words: Text) -> str:
    """Words with a space around them, Chinese without."""
    spelled = " "
    for word in words:
        spelled = spelled.rstrip() + word if len(word) == 1 and not word.isascii() else f"{spelled}{word} "
    return spelled


def _runs(
    codes: Numbers, owners: Places, wanted: npt.NDArray[np.bool_], lengths: range
) -> list[tuple[Numbers, Places]]:
    """Runs of the characters of the wanted texts, by a rolling hash over all texts at once."""
    rolled, found = np.zeros(len(codes), dtype=np.uint64), []
    for length in range(1, min(lengths[-1], len(codes)) + 1):
        rolled = rolled[: len(codes) - length + 1] * _STEP + codes[length - 1 :]
        if length in lengths:
            of = owners[: len(rolled)]
            kept = (of == owners[length - 1 :]) & wanted[of]
            found.append(((rolled[kept] + np.uint64(length)) << np.uint64(1), of[kept]))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Texts as a sparse matrix, kept by columns: gram g stands in the texts `owners[starts[g]:starts[g + 1]]`."""

    numbers: Numbers
    weights: Floats
    starts: npt.NDArray[np.int32]
    owners: npt.NDArray[Any]  # two bytes each where there are not more texts
    lengths: Floats

    def has(self, word: str) -> bool:
        _, known = places_in(self.numbers, numbers_of([word]))
        return bool(known[0])

    def weight(self, grams: Grams) -> float:
        """Of those of a text's grams that stand in these texts; rare ones weigh more."""
        at, known = places_in(self.numbers, grams.numbers)
        return float((self.weights[at[known]] ** 2).sum())

    def likeness(self, grams: Grams, texts: int, *, strangers_count: bool = False) -> Floats:
        """The cosine, 0 to 1, of other texts (rows) to these; a gram weighs log(1 + texts / texts that have it).

        `strangers_count`: grams that stand in none of these make a text less like them.
        """
        at, known = places_in(self.numbers, grams.numbers)
        at, of = at[known], grams.owners[known]
        squares = self.weights[at] ** 2
        first, many = self.starts[at], self.starts[at + 1] - self.starts[at]
        places = np.arange(many.sum()) + np.repeat(first - np.cumsum(many) + many, many)
        cells = self.owners[places] + np.repeat(of * len(self.lengths), many)
        shared = np.bincount(cells, np.repeat(squares, many), minlength=texts * len(self.lengths))
        own = np.bincount(of, squares, minlength=texts)
        if strangers_count:
            own = own + np.bincount(
                grams.owners[~known], _kind_weights(grams.numbers[~known]) ** 2, minlength=texts
            ) * (np.log1p(len(self.lengths)) ** 2)
        lengths = np.sqrt(np.maximum(own, 1e-6))
        likeness: Floats = (shared.reshape(texts, -1) / (lengths[:, None] * self.lengths)).astype(np.float32)
        return likeness


def collect(grams: Grams, texts: int) -> Collection:
    numbers, starts = np.unique(grams.numbers, return_index=True)
    many = np.diff(starts, append=len(grams.numbers))
    kept = many <= max(texts * COMMON, FEW)
    owners = grams.owners[np.repeat(kept, many)]
    numbers, many = numbers[kept], many[kept]
    weights = np.log1p(texts / many) * _kind_weights(numbers)
    squares = np.bincount(owners, np.repeat(weights**2, many), minlength=texts)
    lengths = np.sqrt(np.maximum(squares, 1e-6)).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(many)])
    least = owners.astype(np.min_scalar_type(texts))
    return Collection(numbers, weights.astype(np.float32), starts.astype(np.int32), least, lengths)


def _kind_weights(numbers: Numbers) -> npt.NDArray[np.float64]:
    weights: npt.NDArray[np.float64] = np.where(numbers & np.uint64(1), WORD_WEIGHT, RUN_WEIGHT)
    return weights
