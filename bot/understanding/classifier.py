"""What a text most likely means, learned at start from the example lines in prompts/: ridge regression over grams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.features import Collection, Floats, collect, grams_of
from bot.understanding.reading import Token, read

RIDGE = 0.15
STEPS, CLOSE_ENOUGH = 60, 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """What each example line teaches about each name: the dual form of a linear map from grams to names."""

    names: tuple[str, ...]
    examples: Collection
    lessons: Floats  # lines x names

    def rank(self, tokens: Sequence[Token]) -> list[tuple[str, float]]:
        """Every name with its score, best first; about 1 for what is certain, 0 for what it is not like."""
        scores = self.examples.likeness(grams_of(tokens)) @ self.lessons
        return [(self.names[at], float(scores[at])) for at in np.argsort(-scores)]


def train(lines: Mapping[str, Sequence[str]]) -> Classifier:
    """From the example lines of each name."""
    names = tuple(lines)
    labels = [at for at, name in enumerate(names) for _ in lines[name]]
    texts = [grams_of(read(line).tokens) for name in names for line in lines[name]]
    examples = collect(texts)
    alike = np.stack([examples.likeness(text) for text in texts])
    alike[np.diag_indices_from(alike)] += RIDGE
    return Classifier(names, examples, _solved(alike, np.eye(len(names), dtype=np.float32)[labels]))


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
