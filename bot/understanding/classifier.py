"""What a text most likely means, learned at start from the example lines in prompts/: ridge regression over grams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bot.understanding.features import Collection, Floats, Grams, Text, collect, grams_of
from bot.understanding.meanings import meanings
from bot.understanding.reading import Token, read

RIDGE = 0.14
MEANT = 0.28  # how much counts what is meant, beside the words themselves
BLOCK, ALIKE = 256, 255  # rows multiplied at a time, and how a likeness of 1 is written
BATCH = 48  # texts compared at a time, to keep the memory small
STEPS, CLOSE_ENOUGH = 30, 2e-2
_SPOKEN = frozenset("零〇一二三四五六七八九十百两俩半")
_UNITS = frozenset("点刻分小号月日楼天晚位人个条瓶张份杯件双间床只块盒包套层岁元年周")
NUMBER = "0"


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """What each example line teaches about each name: the dual form of a linear map from grams to names."""

    names: tuple[str, ...]
    examples: Collection
    meant: Floats  # lines x dimensions
    lessons: Floats  # lines x names

    def scores(self, parts: Sequence[Sequence[Token]]) -> Floats:
        """For each part (row) and name (column): about 1 for what is certain, 0 for what it is not like."""
        grams = grams_of([_text(tokens) for tokens in parts])
        likeness = self.examples.likeness(grams, len(parts))
        scores: Floats = _alike(likeness, meanings().of(grams, len(parts)) @ self.meant.T) @ self.lessons
        return scores

    def weight(self, tokens: Sequence[Token]) -> float:
        """How much the example lines can tell of it: two hundred for a common word or two, thousands for a sentence."""
        return self.examples.weight(grams_of([_text(tokens)]))

    def knows(self, word: str) -> bool:
        """Whether it stands in an example line."""
        return self.examples.has(word)


def train(lines: Mapping[str, Sequence[str]]) -> Classifier:
    """From the example lines of each name."""
    names = tuple(lines)
    texts = [_text(read(line).tokens) for name in names for line in lines[name]]
    labels = np.repeat(np.arange(len(names)), [len(lines[name]) for name in names])
    grams = grams_of(texts)
    examples, meant = collect(grams, len(texts)), meanings().of(grams, len(texts))
    # A byte for each pair: of thousands of lines this is the one large thing, and it is forgotten at once.
    alike = np.empty((len(texts), len(texts)), dtype=np.uint8)
    for at, batch in _batches(grams, len(texts)):
        many = min(BATCH, len(texts) - at)
        alike[at : at + many] = np.rint(_alike(examples.likeness(batch, many), meant[at : at + many] @ meant.T) * ALIKE)
    lessons = _solved(alike, np.eye(len(names), dtype=np.float32)[labels])
    return Classifier(names, examples, meant, lessons)


def _alike(likeness: Floats, nearness: Floats) -> Floats:
    """0 to 1, by the words and by what these mean: very alike counts more than twice what half alike does."""
    nearness = np.maximum(nearness, 0)
    by_words, by_meaning = likeness + likeness * likeness, nearness * nearness * nearness
    return by_words * np.float32((1 - MEANT) / 2) + by_meaning * np.float32(MEANT)


def _batches(grams: Grams, texts: int) -> Iterator[tuple[int, Grams]]:
    """The grams of some texts at a time, and which text is the first of them."""
    order = np.argsort(grams.owners, kind="stable")
    numbers, owners = grams.numbers[order], grams.owners[order]
    starts = range(0, texts, BATCH)
    ends = np.searchsorted(owners, [*starts, texts])
    for at, (start, end) in zip(starts, pairwise(ends), strict=True):
        yield at, Grams(numbers[start:end], owners[start:end] - at)


def _text(tokens: Sequence[Token]) -> Text:
    """The words; which number or hour it is says nothing of what is wanted, but that there is one does."""
    words: list[str] = []
    for at, token in enumerate(tokens):
        is_number = token.norm in _SPOKEN and _counts(tokens, at)
        if is_number and words and words[-1][0] == NUMBER:
            words[-1] += NUMBER
        elif token.norm:
            words.append(NUMBER if is_number else token.norm)
    return words


def _counts(tokens: Sequence[Token], at: int) -> bool:
    """Whether a Chinese numeral stands for a number: 三点, 两条, 三零二, not 一下."""
    beside = [tokens[place].norm for place in (at - 1, at + 1) if 0 <= place < len(tokens)]
    return any(each in _SPOKEN for each in beside) or (at + 1 < len(tokens) and tokens[at + 1].norm in _UNITS)


def _solved(alike: npt.NDArray[np.uint8], right: Floats) -> Floats:
    """(alike / ALIKE + RIDGE) found = right by conjugate gradients, all columns as one block (O'Leary 1980)."""
    found, residual = np.zeros_like(right), right.copy()
    direction, _ = np.linalg.qr(residual)
    for _ in range(STEPS):
        image = _times(alike, direction) + np.float32(RIDGE) * direction
        inner = direction.T @ image
        step = np.linalg.solve(inner, direction.T @ residual)
        found += direction @ step
        residual -= image @ step
        if np.sqrt((residual**2).mean(axis=0).max()) < CLOSE_ENOUGH:
            break
        direction, _ = np.linalg.qr(residual - direction @ np.linalg.solve(inner, image.T @ residual))
    return found


def _times(alike: npt.NDArray[np.uint8], columns: Floats) -> Floats:
    columns = columns / np.float32(ALIKE)
    blocks = (alike[at : at + BLOCK] for at in range(0, len(alike), BLOCK))
    return np.concatenate([block.astype(np.float32) @ columns for block in blocks])
