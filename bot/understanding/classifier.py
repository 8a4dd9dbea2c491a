"""What a text most likely means, learned at start from the example lines in prompts/: ridge regression over grams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.features import Collection, Floats, Text, collect, grams_of
from bot.understanding.reading import Token, read

RIDGE = 0.2
STEPS, CLOSE_ENOUGH = 40, 3e-3
SHORTEST_SLIP, LONG = 4, 8  # letters: one slip of the finger in a word, two in a long one


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """What each example line teaches about each name: the dual form of a linear map from grams to names."""

    names: tuple[str, ...]
    examples: Collection
    lessons: Floats  # lines x names
    words: tuple[str, ...]

    def rank(self, tokens: Sequence[Token]) -> list[tuple[str, float]]:
        """Every name with its score, best first; about 1 for what is certain, 0 for what it is not like."""
        scores = self.scores(tokens)
        return [(self.names[at], float(scores[at])) for at in np.argsort(-scores)]

    def scores(self, tokens: Sequence[Token]) -> Floats:
        """In the order of the names."""
        text = [_spelled(word, self.words) for word in _text(tokens)]
        return self.examples.likeness(grams_of([text]).numbers) @ self.lessons if text else np.zeros_like(self.lessons[0])


def train(lines: Mapping[str, Sequence[str]]) -> Classifier:
    """From the example lines of each name."""
    names = tuple(lines)
    texts = [_text(read(line).tokens) for name in names for line in lines[name]]
    labels = np.repeat(np.arange(len(names)), [len(lines[name]) for name in names])
    grams = grams_of(texts)
    examples = collect(grams, len(texts))
    sizes = np.bincount(grams.owners, minlength=len(texts))
    by_text = np.split(grams.numbers[np.argsort(grams.owners, kind="stable")], np.cumsum(sizes)[:-1])
    alike = np.stack([examples.likeness(numbers) for numbers in by_text])
    alike[np.diag_indices_from(alike)] += RIDGE
    lessons = _solved(alike, np.eye(len(names), dtype=np.float32)[labels])
    return Classifier(names, examples, lessons, tuple(sorted({word for text in texts for word in text if len(word) > 2})))


def _text(tokens: Sequence[Token]) -> Text:
    return [token.norm for token in tokens if token.norm]


@lru_cache(maxsize=8_192)
def _spelled(word: str, words: tuple[str, ...]) -> str:
    """The known word that was meant where this one is none: a letter too many, too few, wrong, or two swapped."""
    if len(word) < SHORTEST_SLIP or not word.isalpha() or not word.isascii() or word in words:
        return word
    near = process.extractOne(word, words, scorer=OSA.distance, score_cutoff=1 + (len(word) >= LONG))
    return near[0] if near and near[0][0] == word[0] else word


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Conjugate gradients, all columns at once (Hestenes and Stiefel 1952): far quicker than to factorise."""
    found = np.zeros_like(right)
    residual, direction = right.copy(), right.copy()
    size = (residual**2).sum(axis=0)
    for _ in range(STEPS):
        image = matrix @ direction
        step = size / np.maximum((direction * image).sum(axis=0), 1e-12)
        found += step * direction
        residual -= step * image
        size, before = (residual**2).sum(axis=0), size
        if np.sqrt(size.max()) < CLOSE_ENOUGH * np.sqrt(len(right)):
            break
        direction = residual + size / np.maximum(before, 1e-12) * direction
    return found
