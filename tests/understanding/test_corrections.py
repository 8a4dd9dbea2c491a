"""What is taken back and what is meant instead; rooms as people say them; names of people."""

from __future__ import annotations

import pytest

from bot.understanding.names import find_person_name
from bot.understanding.reading import fold
from bot.understanding.rooms import find_room_words
from tests.understanding.speakers import hear, wishes

CORRECTIONS = [
    ("no, 7:30", "change_request@12-03 19:30 either_half=True"),
    ("make it 8 pm", "change_request@12-03 20:00"),
    ("three pillows, not two", "change_request*3"),
    ("要三个枕头,不是两个", "change_request*3"),
    ("不对，改成七点半", "change_request@12-03 19:30 either_half=True"),
    ("不是302是320", "change_request room=320"),
    ("I mean room 305", "change_request room=305"),
    ("毛巾改成三条", "change_request*3"),
    ("叫醒改到七点半", "change_request@12-04 07:30"),
    ("make the towels three", "change_request*3"),
    ("change the taxi to 8 pm", "change_request@12-03 20:00"),
    ("change the taxi to 6:15", "change_request@12-03 18:15 either_half=True"),
    ("actually make it 3 towels", "change_request*3"),
    ("9 pm then", "change_request@12-03 21:00"),
    ("what about 1 pm then", "change_request@12-04 13:00"),
]
NO_CORRECTIONS = [
    ("no towels please", "-towels"),
    ("不用了", "thank"),
    ("no thanks", "thank"),
    ("two towels please", "towels*2"),
    ("床单换成干净的", "bedding"),
    ("change the sheets at 4 pm", "bedding@12-03 16:00"),
    ("make it two more towels", "towels*2"),
]
ROOMS = [
    ("who is in 716", True, "716"),
    ("幺幺零八住的哪位", True, "1108"),
    ("三零二现在有人吗", True, "302"),
    ("三百零八号房是谁", True, "308"),
    ("room three oh two", False, "302"),
    ("is somebody in two one four", True, "214"),
    ("towels to 302 please", False, "302"),
    ("1509，空调坏了", False, "1509"),
    ("A12 谁住", True, "A12"),
    ("3号楼610，两床被子", False, "610"),
    ("500 towels", False, None),
    ("318 Nanjing Road please", False, None),
    ("一共302元", False, None),
    ("flight MU 583", False, None),
    ("20 people for dinner", False, None),
]
NAMES = [
    ("which room is Zhang San in", "Zhang San"),
    ("look up Mrs Miller", "Miller"),
    ("查一下李建国住哪间", "李建国"),
    ("王女士到了没", "王"),
    ("who arrives on Friday", None),
]


@pytest.mark.parametrize(("text", "understood"), CORRECTIONS + NO_CORRECTIONS)
def test_a_correction_changes_and_a_refusal_does_not(text: str, understood: str) -> None:
    assert wishes(hear(text)) == understood


@pytest.mark.parametrize(("text", "asked", "room"), ROOMS)
def test_a_room_is_found_as_it_is_said(text: str, asked: bool, room: str | None) -> None:
    found = find_room_words(fold(text), frozenset(), asked)
    assert (found.room if found else None) == room


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_name_is_found(text: str, name: str | None) -> None:
    span = find_person_name(fold(text), text)
    assert (text[slice(*span)] if span else None) == name
