"""Whether an amount is said of a thing, and of which."""

from __future__ import annotations

import pytest

from tests.understanding.speakers import hear


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ("牛奶要两杯", "牛奶"),
        ("啤酒要三瓶就行", "啤酒"),
        ("make the milk two glasses", "milk"),
        ("the milk should be two glasses", "milk"),
    ],
)
def test_an_amount_of_the_thing(said: str, thing: str) -> None:
    (call,) = hear(said).calls
    assert (call.slots["thing"], call.slots["sets"]) == (thing, True)


@pytest.mark.parametrize(
    ("said", "thing"), [("要两杯牛奶", "牛奶"), ("two glasses of milk", "milk"), ("牛奶一杯", "牛奶")]
)
def test_an_order_may_be_either(said: str, thing: str) -> None:
    (call,) = hear(said).calls
    assert call.slots["thing"] == thing
    assert "sets" not in call.slots


@pytest.mark.parametrize("said", ["再要两杯牛奶", "two more glasses of milk", "一份炒饭和两杯牛奶", "我要两条毛巾"])
def test_more_and_several_things_are_neither(said: str) -> None:
    for call in hear(said).calls:
        assert not {"thing", "sets"} & set(call.slots)
