"""Words of like meaning are near, in and across languages; what is unknown means nothing; the kept file is sound."""

from __future__ import annotations

import numpy as np
import pytest

from bot.understanding.features import grams_of, numbers_of
from bot.understanding.meanings import meanings
from bot.understanding.reading import read
from prompts.words import MEANINGS


def nearness(one: str, other: str) -> float:
    texts = [[token.norm for token in read(text).tokens] for text in (one, other)]
    first, second = meanings().of(grams_of(texts), 2)
    return float(first @ second)


@pytest.mark.parametrize(
    ("said", "meant", "other"),
    [
        ("it is chilly in here", "the room is freezing", "the room is noisy"),
        ("my infant needs somewhere to sleep", "a bed for the baby", "a table for lunch"),
        ("房里冷得发抖", "屋子太冻了", "屋子太脏了"),
        ("我要毛巾", "towels please", "a taxi please"),
    ],
)
def test_what_is_meant_alike_is_nearer(said: str, meant: str, other: str) -> None:
    assert nearness(said, meant) > nearness(said, other) + 0.1


def test_unknown_words_mean_nothing_and_no_text_is_too_short() -> None:
    assert nearness("qwxzy", "towels") == 0.0
    assert nearness("", "") == 0.0
    assert nearness("towels", "towels") == pytest.approx(1.0)


def test_a_word_has_the_number_it_has_among_the_grams() -> None:
    numbers = set(grams_of([["check", "out"]]).numbers.tolist())
    assert numbers.issuperset(numbers_of(["check", "out"]).tolist())


def test_the_file_holds_each_word_once_and_is_small() -> None:
    known = meanings()
    assert len(np.unique(known.numbers)) == len(known.numbers) == len(known.vectors)
    assert MEANINGS.stat().st_size < 6_000_000
