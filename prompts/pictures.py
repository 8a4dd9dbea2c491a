"""Pictures made for chat: a card of a few sections, 360 px wide and drawn at twice that, as PNG.

What is to be drawn is written down as a Card and drawn when it is first needed, by whoever sends or shows it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from prompts.colours import BLACK, INK, PAPER, SHEET, Colour, palette, parse_colour
from prompts.lettering import width, wrapped, writable, write

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDE = 360  # px as the reader sees them; all measures below are in these
SCALE = 2
LARGER = 1.35  # for those who want large type
MARGIN, GAP, PADDING = 20, 16, 12
TITLE, BODY, NUMBER = 24, 17, 21  # no text is smaller than 16
LINE = 1.45  # line height
KEPT = 32  # pictures kept in memory, so that a page opened again does not draw them again


Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading, then facts: what it is and, larger, the value. `warns`: nobody may overlook it."""

    heading: str = ""
    lines: Sequence[str] = ()
    facts: Sequence[Fact] = ()
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """`qr` is the address of a QR code, with a caption below; `accent` the house's colour, #rrggbb."""

    title: str
    subtitle: str = ""
    sections: Sequence[Section] = ()
    qr: str = ""
    caption: str = ""
    accent: str = "#7a5c3e"
    large: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """One line of letters, left end and baseline."""

    left: float
    baseline: float
    text: str
    size: int
    colour: str
    stroke: float = 0


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float
    colour: str


Mark = Text | Box


def packed(card: Card) -> bytes:
    return json.dumps(asdict(card), ensure_ascii=False).encode()


def unpacked(card: bytes) -> Card:
    values = json.loads(card)
    sections = [
        Section(**{**each, "facts": [(name, value) for name, value in each["facts"]]}) for each in values["sections"]
    ]
    return Card(**{**values, "sections": sections})


@lru_cache(maxsize=KEPT)
def drawn(card: bytes) -> bytes:
    """The PNG of a packed card; takes some 30 ms of a processor, so never within a transaction."""
    from PIL import Image, ImageDraw

    marks, height = laid_out(unpacked(card))
    colours = colours_of(unpacked(card))
    image = Image.new("RGB", (WIDE * SCALE, round(height * SCALE)), colours["sheet"])
    pen = ImageDraw.Draw(image)
    for mark in marks:
        _put(pen, mark, colours)
    png = io.BytesIO()
    image.quantize(64, Image.Quantize.FASTOCTREE).save(png, "PNG")
    return png.getvalue()


def colours_of(card: Card) -> dict[str, Colour]:
    return palette(parse_colour(card.accent), PAPER, SHEET, INK, BLACK)


def laid_out(card: Card) -> tuple[list[Mark], float]:
    """Everything that is drawn, in the order of drawing, and how high the card becomes."""
    marks: list[Mark] = [Box(0, 0, WIDE, 6, "accent")]
    y: float = 6 + MARGIN
    for text, size, colour, stroke in ((card.title, TITLE, "ink", 0.35), (card.subtitle, BODY, "quiet", 0)):
        y = _paragraph(marks, text, y, _sized(card, size), colour, stroke)
    ruled = True
    for section in card.sections:
        y = _section(marks, card, section, y + GAP, ruled)
        ruled = not section.warns  # below a box of colour there is no line
    if card.qr:
        y = _code(marks, card, y + GAP)
    return marks, y + MARGIN


def _section(marks: list[Mark], card: Card, section: Section, top: float, ruled: bool) -> float:
    """Returns where it ends."""
    inset = PADDING if section.warns else 0
    inner: list[Mark] = []
    y = top + inset
    if ruled and not section.warns:
        marks.append(Box(MARGIN, top, WIDE - MARGIN, top + 1, "rule"))
        y += GAP
    y = _paragraph(inner, section.heading, y, _sized(card, BODY - 1), "accent", 0.2, inset)
    for line in section.lines:
        y = _paragraph(inner, line, y, _sized(card, BODY), "ink", 0.3 if section.warns else 0, inset) + 3
    for row in _rows(card, section.facts):
        y = _facts(inner, card, row, y + 4)
    if section.warns:
        y += inset
        marks += [Box(MARGIN, top, WIDE - MARGIN, y, "mine"), Box(MARGIN, top, MARGIN + 4, y, "accent")]
    marks += inner
    return y


def _rows(card: Card, facts: Sequence[Fact]) -> list[Sequence[Fact]]:
    """Facts stand beside each other where all of them are short enough, else each in a row of its own."""
    column = (WIDE - 2 * MARGIN) / max(1, len(facts)) - PADDING
    sizes = (_sized(card, BODY - 1), _sized(card, NUMBER))
    widest = max(
        (width(writable(part), size * SCALE) for each in facts for part, size in zip(each, sizes, strict=True)),
        default=0,
    )
    return [facts] if facts and widest <= column * SCALE else [[each] for each in facts]


def _facts(marks: list[Mark], card: Card, row: Sequence[Fact], top: float) -> float:
    ends = [top]
    for at, (name, value) in enumerate(row):
        inset = at * (WIDE - 2 * MARGIN) / len(row)
        y = _paragraph(marks, name, top, _sized(card, BODY - 1), "quiet", 0, inset)
        ends.append(_paragraph(marks, value, y - 2, _sized(card, NUMBER), "ink", 0.2, inset))
    return max(ends)


def _paragraph(
    marks: list[Mark], text: str, top: float, size: int, colour: str, stroke: float, inset: float = 0
) -> float:
    """Wraps a text between the margins and returns where it ends; nothing takes no room."""
    if not text:
        return top
    left = MARGIN + inset
    room = (WIDE - MARGIN - left) * SCALE
    for line in (line for part in text.split("\n") for line in wrapped(writable(part), size * SCALE, room)):
        marks.append(Text(left, top + size * 1.12, line, size, colour, stroke))
        top += size * LINE
    return top


def _code(marks: list[Mark], card: Card, top: float) -> float:
    """A QR code as wide as half the card, dark on light with its quiet zone, and the caption below."""
    import segno

    matrix = segno.make(card.qr, error="m", micro=False).matrix
    dot = int(WIDE * 0.55 * SCALE / len(matrix)) / SCALE  # whole pixels, or a camera sees grey
    left = round((WIDE - dot * len(matrix)) / 2)
    marks.append(Box(MARGIN, top, WIDE - MARGIN, top + 1, "rule"))
    top += GAP + 4 * dot
    for row, cells in enumerate(matrix):
        for start, end in _dark(cells):
            box = (left + start * dot, top + row * dot, left + end * dot, top + (row + 1) * dot)
            marks.append(Box(*box, "ink"))
    return _paragraph(marks, card.caption, top + (len(matrix) + 4) * dot, _sized(card, BODY - 1), "quiet", 0)


def _dark(cells: Sequence[int]) -> Iterator[tuple[int, int]]:
    """From where to where a row is dark."""
    start = None
    for at, cell in enumerate([*cells, 0]):
        if cell and start is None:
            start = at
        elif not cell and start is not None:
            yield start, at
            start = None


def _sized(card: Card, size: int) -> int:
    return round(size * LARGER) if card.large else size


def _put(pen: ImageDraw, mark: Mark, colours: dict[str, Colour]) -> None:
    if isinstance(mark, Box):
        left, top, right, bottom = (round(each * SCALE) for each in (mark.left, mark.top, mark.right, mark.bottom))
        pen.rectangle((left, top, right - 1, bottom - 1), colours[mark.colour])
        return
    at = (mark.left * SCALE, mark.baseline * SCALE)
    write(pen, at, mark.text, mark.size * SCALE, colours[mark.colour], mark.stroke * SCALE)
