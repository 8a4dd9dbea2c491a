"""What the classifier sees of a text: its words, pairs of words and runs of characters, and how alike two texts are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.understanding.reading import Token
from bot.understanding.vocabulary import correct

CHINESE_RUNS, LATIN_RUNS = range(1, 4), range(3, 5)
MOST_TOKENS = 200  # nobody says one thing in more
WORD_WEIGHT = 2.0

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


def grams_of(tokens: Sequence[Token]) -> Integers:
    """A number for each different gram; those of words and pairs of words are odd."""
    norms = [_shape(token.norm) for token in tokens[:MOST_TOKENS] if token.norm]
    pairs = (f"{first} {second}" for first, second in pairwise(norms))
    found = {crc32(word.encode()) * 2 + 1 for word in (*norms, *pairs)}
    found.update(crc32(run.encode()) * 2 for run in _runs(_spelled(norms)))
    return np.fromiter(sorted(found), dtype=np.int64, count=len(found))


def _shape(norm: str) -> str:
    """Which number it is says nothing of what is wanted, but three digits are a room and one is an amount."""
    return "0" * min(len(norm), 4) if norm.isdigit() else correct(norm)


def _spelled(norms: Sequence[str]) -> str:
    """Words with a space around them, Chinese without."""
    spelled = " "
    for norm in norms:
        spelled = spelled.rstrip() + norm if len(norm) == 1 and not norm.isascii() else f"{spelled}{norm} "
    return spelled


def _runs(spelled: str) -> Iterator[str]:
    lengths = LATIN_RUNS if spelled.isascii() else CHINESE_RUNS
    for length in lengths:
        for at in range(len(spelled) - length + 1):
            yield spelled[at : at + length]


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Texts as a sparse matrix, kept by columns: gram g stands in the texts `owners[starts[g]:starts[g + 1]]`."""

    grams: Integers
    weights: Floats
    starts: Integers
    owners: Integers
    lengths: Floats

    def likeness(self, grams: Integers) -> Floats:
        """The cosine, 0 to 1, to each text; grams weigh log(1 + texts / texts that have them)."""
        at = np.searchsorted(self.grams, grams)
        at = at[self.grams[np.minimum(at, len(self.grams) - 1)] == grams]
        squares = self.weights[at] ** 2
        first, many = self.starts[at], self.starts[at + 1] - self.starts[at]
        places = np.arange(many.sum()) + np.repeat(first - np.cumsum(many) + many, many)
        shared = np.bincount(self.owners[places], np.repeat(squares, many), minlength=len(self.lengths))
        return np.float32(1 / np.sqrt(max(squares.sum(), 1e-6))) * shared.astype(np.float32) / self.lengths


def collect(texts: Sequence[Integers]) -> Collection:
    """The texts, each as its grams."""
    every = np.concatenate(texts)
    owners = np.repeat(np.arange(len(texts)), [len(each) for each in texts])
    order = np.argsort(every, kind="stable")
    grams, starts = np.unique(every[order], return_index=True)
    starts = np.append(starts, len(every))
    weights = np.log1p(len(texts) / np.diff(starts)) * np.where(grams % 2, WORD_WEIGHT, 1.0)
    squares = np.bincount(owners[order], np.repeat(weights**2, np.diff(starts)), minlength=len(texts))
    lengths = np.sqrt(np.maximum(squares, 1e-6)).astype(np.float32)
    return Collection(grams, weights.astype(np.float32), starts, owners[order], lengths)
