"""What a text most likely means, learned at start from the example lines in prompts/: ridge regression over grams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.features import Collection, Floats, Text, collect, grams_of
from bot.understanding.reading import Token, read

RIDGE = 0.2
BLOCK, ALIKE = 256, 255  # rows multiplied at a time, and how a likeness of 1 is written
BATCH = 24  # texts compared at a time, to keep the memory small
STEPS, CLOSE_ENOUGH = 30, 2e-2
_SPOKEN = frozenset("零〇一二三四五六七八九")
SHORTEST_SLIP, LONG = 4, 8  # letters: one slip of the finger in a word, two in a long one


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """What each example line teaches about each name: the dual form of a linear map from grams to names."""

    names: tuple[str, ...]
    examples: Collection
    lessons: Floats  # lines x names
    words: frozenset[str]

    def scores(self, parts: Sequence[Sequence[Token]]) -> Floats:
        """For each part (row) and name (column): about 1 for what is certain, 0 for what it is not like."""
        texts = [[_spelled(word, self) for word in _text(tokens)] for tokens in parts]
        scores: Floats = self.examples.likeness(grams_of(texts), len(texts)) @ self.lessons
        return scores


def train(lines: Mapping[str, Sequence[str]]) -> Classifier:
    """From the example lines of each name."""
    names = tuple(lines)
    texts = [_text(read(line).tokens) for name in names for line in lines[name]]
    labels = np.repeat(np.arange(len(names)), [len(lines[name]) for name in names])
    grams = grams_of(texts)
    examples = collect(grams, len(texts))
    # A byte for each pair: of thousands of lines this is the one large thing, and it is forgotten at once.
    alike = np.empty((len(texts), len(texts)), dtype=np.uint8)
    for at, batch in _batches(texts):
        alike[at : at + len(batch)] = np.rint(examples.likeness(grams_of(batch), len(batch)) * ALIKE)
    lessons = _solved(alike, np.eye(len(names), dtype=np.float32)[labels])
    return Classifier(
        names, examples, lessons, frozenset(word for text in texts for word in text if word.isascii() and len(word) > 2)
    )


def _batches(texts: Sequence[Text]) -> Iterator[tuple[int, Sequence[Text]]]:
    return ((at, texts[at : at + BATCH]) for at in range(0, len(texts), BATCH))


def _text(tokens: Sequence[Token]) -> Text:
    """The words; digits spoken one by one are a number."""
    words: list[str] = []
    for token in tokens:
        if token.norm in _SPOKEN and words and set(words[-1]) <= _SPOKEN:
            words[-1] += token.norm
        elif token.norm:
            words.append(token.norm)
    return [
        word
        for each in words
        for word in (["0" * len(each)] if len(each) > 2 and set(each) <= _SPOKEN else _apart(each))
    ]


def _apart(word: str) -> Text:
    return list(word) if set(word) <= _SPOKEN else [word]


@lru_cache(maxsize=8_192)
def _spelled(word: str, classifier: Classifier) -> str:
    """The known word that was meant where this one is none: a letter too many, too few, wrong, or two swapped."""
    if len(word) < SHORTEST_SLIP or not word.isalpha() or not word.isascii() or word in classifier.words:
        return word
    near = process.extractOne(word, sorted(classifier.words), scorer=OSA.distance, score_cutoff=1 + (len(word) >= LONG))
    return near[0] if near and near[0][0] == word[0] else word


def _solved(alike: npt.NDArray[np.uint8], right: Floats) -> Floats:
    """(alike / ALIKE + RIDGE) found = right by conjugate gradients, all columns at once (Hestenes and Stiefel 1952)."""
    found = np.zeros_like(right)
    residual, direction = right.copy(), right.copy()
    size = (residual**2).sum(axis=0)
    for _ in range(STEPS):
        image = _times(alike, direction) + np.float32(RIDGE) * direction
        step = size / np.maximum((direction * image).sum(axis=0), 1e-12)
        found += step * direction
        residual -= step * image
        size, before = (residual**2).sum(axis=0), size
        if np.sqrt(size.max()) < CLOSE_ENOUGH * np.sqrt(len(right)):
            break
        direction = residual + size / np.maximum(before, 1e-12) * direction
    return found


def _times(alike: npt.NDArray[np.uint8], columns: Floats) -> Floats:
    columns = columns / np.float32(ALIKE)
    blocks = (alike[at : at + BLOCK] for at in range(0, len(alike), BLOCK))
    return np.concatenate([block.astype(np.float32) @ columns for block in blocks])
