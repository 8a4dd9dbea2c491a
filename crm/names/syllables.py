"""How Chinese characters sound, without tones. The table is made by `python -m tests.eval.syllables`.

It is ours, not a library's: what names sound like stands in the records, and must not change with a version.
"""

from __future__ import annotations

from array import array
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("syllables.txt")  # a line for each syllable: the syllable, a blank, its characters
FIRST, LAST = 0x3400, 0x9FFF  # of the characters in it


def syllable(character: str) -> str:
    """Of one character; nothing where we do not know how it sounds."""
    code = ord(character)
    if not FIRST <= code <= LAST:
        return ""
    spelled, places = _table()
    return spelled[places[code - FIRST]]


@cache
def _table() -> tuple[list[str], array[int]]:
    """The syllables, and for each character the place of its own: two bytes each, where a dict would take 2 MB."""
    spelled, places = [""], array("H", bytes(2 * (LAST - FIRST + 1)))
    for line in TABLE.read_text("utf-8").splitlines():
        sound, _, characters = line.partition(" ")
        for character in characters:
            places[ord(character) - FIRST] = len(spelled)
        spelled.append(sound)
    return spelled, places
