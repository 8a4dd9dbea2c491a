"""Letters in pictures: the shipped fonts, how wide words are, where a line is broken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

    from prompts.colours import Colour

FONTS = tuple(Path(__file__).with_name("fonts") / name for name in ("NotoSansSC-subset.otf", "NotoSans-subset.ttf"))
MISSING = "〓"  # what printers set for a character they have no type for
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]+")
_NEVER_FIRST = "，。、；：？！）】》”’…—·,.;:?!)]%°"
_NEVER_LAST = "（【《“‘([#"
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_OPENS, _CLOSES = f"[{re.escape(_NEVER_LAST)}]*", f"[{re.escape(_NEVER_FIRST)}]*"
_PIECE = re.compile(rf"{_OPENS}(?:(?:[\d:.,]+ ?)?[{_WIDE}]|[^\s{_WIDE}]+){_CLOSES}|\s+")


def writable(text: str) -> str:
    """The text as it can be drawn: nothing unseen, and 〓 for what no font has."""
    seen = _UNSEEN.sub("", unicodedata.normalize("NFC", text.replace("\t", " ")))
    return "".join(letter if font_of(letter) is not None else MISSING for letter in seen)


def width(text: str, size: int) -> float:
    """In pixels; `size` is the height of the letters."""
    return sum(_font(run, size).getlength(part) for run, part in _runs(text))


def wrapped(text: str, size: int, room: float) -> list[str]:
    """The lines of a writable text, each at most `room` pixels wide; only a word wider than that is cut."""
    pieces = list(_pieces(text, size, room))
    lines = _lines(pieces, room)
    # One character alone on the last line looks forlorn.
    return _lines(pieces, room - size) if len(lines) > 1 and len(lines[-1]) == 1 else lines


def write(on: ImageDraw, at: tuple[float, float], text: str, size: int, colour: Colour, stroke: float = 0) -> None:
    """Writes one line; `at` is its left end on the baseline, `stroke` makes it bolder."""
    left, baseline = at
    for run, part in _runs(text):
        font = _font(run, size)
        on.text((left, baseline), part, colour, font, anchor="ls", stroke_width=stroke, stroke_fill=colour)
        left += font.getlength(part)


@lru_cache(maxsize=20_000)
def font_of(letter: str) -> int | None:
    """Which of FONTS has it; None for what would be a box."""
    if letter.isspace():
        return 0
    return next(
        (number for number in range(len(FONTS)) if _picture(number, letter) != _picture(number, "\uffff")), None
    )


def _picture(number: int, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = _font(number, 24).getmask(letter)
    return mask.size, bytes(mask)


@cache
def _font(number: int, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(FONTS[number], size, layout_engine=ImageFont.Layout.BASIC)


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Stretches that one font has."""
    for number, letters in groupby(text, key=font_of):
        yield number or 0, "".join(letters)


def _lines(pieces: Sequence[tuple[str, float]], room: float) -> list[str]:
    lines, line, used = [], "", 0.0
    for piece, wide in pieces:
        if line and used + wide > room:
            lines.append(line.rstrip())
            line, used = "", 0.0
        if line or not piece.isspace():
            line, used = line + piece, used + wide
    return [*lines, line.rstrip()]


def _pieces(text: str, size: int, room: float) -> Iterator[tuple[str, float]]:
    """What stays together on a line, a word or one Chinese character with its punctuation, and how wide that is."""
    for piece in _PIECE.findall(text):
        rest, wide = piece, width(piece, size)
        while wide > room and len(rest) > 1:
            fits = next(end for end in range(len(rest) - 1, 0, -1) if end == 1 or width(rest[:end], size) <= room)
            yield rest[:fits], width(rest[:fits], size)
            rest = rest[fits:]
            wide = width(rest, size)
        yield rest, wide
