"""Slips of the finger are put right before anybody reads on; names, numbers and words that exist are left alone."""

from __future__ import annotations

import pytest

from bot.understanding.reading import read
from bot.understanding.spelling import corrected


def meant(text: str) -> str:
    return " ".join(token.norm for token in corrected(read(text)).tokens if token.norm)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("two towles pls", "two towel pls"),
        ("i need a taix", "i need a taxi"),
        ("snd soap", "send soap"),
        ("the wfi is down", "the wifi is down"),
        ("TOOTHBRUHS", "toothbrush"),
        ("taxitomorrow morning", "taxi tomorrow morning"),
        ("浴金两条", "浴 巾 两 条"),
        ("我要叫形", "我 要 叫 醒"),
    ],
)
def test_a_slip_is_put_right(typed: str, words: str) -> None:
    assert meant(typed) == words


@pytest.mark.parametrize(
    "typed",
    [
        "a cold towel",
        "could you lend me a lamp",  # "lend" and "lamp" exist
        "we met Tim Taxa here",  # a name
        "302 and 303",
        "房间好吗",
        "xyzzyq",
        "",
    ],
)
def test_what_may_be_meant_as_it_is_stays(typed: str) -> None:
    assert meant(typed) == " ".join(token.norm for token in read(typed).tokens if token.norm)


def test_places_in_the_text_stay_where_they_were() -> None:
    text = "pls snd taixs to 302, 浴金两条"
    reading = corrected(read(text))
    assert reading.text == text
    assert len(reading.plain) == len(read(text).plain)
    assert [text[token.start : token.end] for token in reading.tokens if token.norm == "302"] == ["302"]
    assert all(0 <= token.start < token.end <= len(text) for token in reading.tokens)
