"""Amounts, people, rooms and credentials in a stretch of text."""

from __future__ import annotations

from typing import Any

import pytest

from bot.understanding.finding import Heard
from bot.understanding.reading import fold
from bot.understanding.slots import FINDERS
from tests.understanding.speakers import NOW, ROOMS

FOUND = [
    ("quantity", "两条毛巾", 2),
    ("quantity", "2 bottles of water", 2),
    ("quantity", "a couple of pillows", 2),
    ("quantity", "俩枕头", 2),
    ("quantity", "半打水", 6),
    ("quantity", "half a dozen bottles", 6),
    ("quantity", "one more towel", 1),
    ("quantity", "十二个衣架", 12),
    ("quantity", "twelve hangers", 12),
    ("quantity", "twenty-five chairs", 25),
    ("quantity", "２ towels", 2),
    ("quantity", "two bath towels and three hand towels", 5),
    ("quantity", "把空调调到24度", None),
    ("quantity", "room 12 towels", None),
    ("quantity", "no one came", None),
    ("quantity", "稍等一下", None),
    ("people", "2 people", 2),
    ("people", "四位", 4),
    ("people", "a table for two", 2),
    ("people", "dinner for 4", 4),
    ("people", "two adults and 1 child", 3),
    ("people", "两大一小", 3),
    ("people", "for two nights", None),
    ("people", "等了两小时", None),
    ("room", "302", "302"),
    ("room", "room 999", "999"),
    ("room", "8808房", "8808"),
    ("room", "999", None),
    ("number", "#1042", 1042),
    ("numbers", "merge #12 and 13", [12, 13]),
    ("more", "two more towels", True),
    ("more", "再来两条毛巾", True),
    ("more", "two towels", None),
    ("more", "one more thing", None),
    ("rating", "4 stars", 4),
    ("rating", "五星", 5),
    ("rating", "满意", None),
    ("credential", "张三 1234", {"name": "张三", "digits": "1234"}),
    ("credential", "你好，我叫张三，手机尾号1234，想要两条毛巾", {"name": "张三", "digits": "1234"}),
    (
        "credential",
        "my name is Anna Maria Schmidt, last four digits 0042",
        {"name": "Anna Maria Schmidt", "digits": "0042"},
    ),
    ("credential", "code abc123", {"code": "ABC123"}),
    ("credential", "订单号：GJ202512", {"code": "GJ202512"}),
    ("credential", "room 1203", None),
    ("credential", "毛巾 1203", None),
    ("token", "/start abcdefgh", "abcdefgh"),
    ("token", "invite Tk29_dkslQ", "Tk29_dkslQ"),
    ("token", "invite housekeeping", None),
    ("token", "/start short", None),
    ("role", "as housekeeping manager", "manager"),
    ("department", "前台", "front_desk"),
]


@pytest.mark.parametrize(("finder", "text", "value"), FOUND)
def test_a_detail_is_found_or_rightly_not(finder: str, text: str, value: Any) -> None:
    found = FINDERS[finder](Heard(fold(text), text, NOW, ROOMS))
    assert (found.value if found else None) == value


def test_words_of_judgement_are_a_rating_only_when_asked() -> None:
    found = FINDERS["rating"](Heard("非常满意", "非常满意", NOW, asked=True))
    assert found is not None
    assert found.value == 5
