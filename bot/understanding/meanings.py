"""What words mean: vectors that are near for "freezing" and "chilly", whichever an example line happens to use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from bot.understanding.features import Floats, Grams, Numbers, numbers_of, places_in
from prompts.words import MEANINGS


@dataclass(frozen=True, slots=True, eq=False)
class Meanings:
    """Of words, and of each Chinese character, in all languages; sorted by the numbers that features knows them by."""

    numbers: Numbers
    vectors: npt.NDArray[np.int8]  # words x dimensions

    def of(self, grams: Grams, texts: int) -> Floats:
        """Of each text (row) the sum of what its words mean, of length 1; zeros where none of them is known."""
        at, known = places_in(self.numbers, grams.numbers)
        sums = np.zeros((texts, self.vectors.shape[1]), dtype=np.float32)
        np.add.at(sums, grams.owners[known], self.vectors[at[known]].astype(np.float32))
        meant: Floats = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.float32(1e-6))
        return meant


def is_common(word: str) -> bool:
    """Whether it is among the words we know the meaning of."""
    _, (known,) = places_in(meanings().numbers, numbers_of([word]))
    return bool(known)


@cache
def meanings() -> Meanings:
    """As they are kept beside the example lines; how they were made is told in tests/eval/meanings.py."""
    with np.load(MEANINGS, allow_pickle=False) as stored:
        words, vectors = stored["words"].tobytes().decode().splitlines(), stored["vectors"]
    numbers = numbers_of(words)
    order = np.argsort(numbers)
    return Meanings(numbers[order], vectors[order])
