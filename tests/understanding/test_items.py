"""What a house has by name - its dishes, tours and devices - is understood by its name, in every language and place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.understanding.contract import Context
from bot.understanding.recogniser import understand
from bot.understanding.tools import tools_for
from crm.properties.catalogue import house_catalogue, shipped_catalogue
from tests.understanding.speakers import GUEST, NOW, ROOMS, wishes

ITEMS = {
    "food_order": {"items": ["laksa", "Hainanese chicken rice", "云吞面"]},
    "amenities": {"items": ["yoga mat"]},
    "excursion": {"items": ["dragon boat tour"]},
    "maintenance": {"items": ["jacuzzi"]},
}
CONTEXT = Context(GUEST, NOW, "zh", ROOMS, catalogue=house_catalogue(ITEMS))
SAID = [
    ("one laksa please", "food_order*1 note=one laksa"),
    ("兩份雲吞麵", "food_order*2 note=兩份雲吞麵"),
    (
        "two hainanese chicken rice and a yoga mat",
        "food_order*2 note=two hainanese chicken rice + amenities note=a yoga mat",
    ),
    (
        "book the dragon boat tour for 2 tomorrow at 9",
        "excursion for 2@12-04 09:00 note=book the dragon boat tour for 2 tomorrow at 9",
    ),
    ("jacuzzi not working", "maintenance note=jacuzzi not working"),
    ("how much is the laksa", "ask_house question=how much is the laksa"),
    ("laksa", "food_order note=laksa"),
]


@pytest.mark.parametrize(("text", "understood"), SAID)
def test_a_thing_of_the_house_is_asked_for_by_its_name(text: str, understood: str) -> None:
    assert wishes(understand(text, CONTEXT), "note", "question") == understood


def test_another_house_does_not_know_it() -> None:
    assert understand("one laksa please", replace(CONTEXT, catalogue=shipped_catalogue())).calls == ()


def test_five_hundred_names_and_a_long_message_are_read() -> None:
    dishes = {"food_order": {"items": [f"dish number{at} of the house" for at in range(500)]}}
    text = "dish " * 900 + "dish number499 of the house please"
    assert understand(text, replace(CONTEXT, catalogue=house_catalogue(dishes))).text == text


def test_a_model_is_told_of_it() -> None:
    (order,) = (tool for tool in tools_for(CONTEXT) if tool["function"]["name"] == "request_service")
    assert "laksa: food_order" in str(order["function"]["parameters"]["properties"]["service"])
