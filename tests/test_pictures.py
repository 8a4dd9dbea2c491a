"""What is drawn can be read: real letters, inside the card, dark enough, whatever it is given."""

from __future__ import annotations

import io
import itertools
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from PIL.ImageFont import FreeTypeFont

from prompts.colours import contrast
from prompts.lettering import FONTS, MISSING, _font, font_of, width, wrapped, writable
from prompts.pictures import (
    MARGIN,
    SCALE,
    WIDE,
    Box,
    Card,
    Section,
    Text,
    colours_of,
    drawn,
    laid_out,
    packed,
    unpacked,
)
from prompts.words import LANGUAGES, _files

LONG_NAME = "欧阳诸葛慕容司马" * 4
SENTENCES = [
    "周六 8:00 前，客房部会把两条毛巾、一瓶水送到 302 房。",
    "Two towels and one bottle of water reach room 302 by Sat 8:00 am.",
    "W" * 200,
    "汉" * 300,
    "https://stay.example.com/?t=" + "g7Q" * 60,
    "",
    " ",
    "\n\n",
    "\u202e\u200b\x00",
    "👵🏻👴🏻 🌸",
    "ﷺ" * 20,
]
CARD = Card(
    title=f"302 · {LONG_NAME}",
    subtitle="今天到周六 · 3 晚",
    sections=[
        Section("⚠ 过敏", ["花生、虾"], warns=True),
        Section("未完成的请求", SENTENCES),
        Section("紧急电话", facts=[("急救", "120"), ("火警", "119"), ("报警", "110")]),
        Section("", facts=[("前台 " * 30, "+86 571 8888 0000 " * 5), ("x", "y")]),
    ],
    qr="https://stay.example.com/?t=g" + "x" * 32,
    caption="家人扫一扫，就在这里和我们说话",
)
EMPTY = Card(title="")


def opened(card: Card) -> Image.Image:
    return Image.open(io.BytesIO(drawn(packed(card)))).convert("RGB")


def ink(letter: str, font: FreeTypeFont) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


def text_marks(card: Card) -> list[Text]:
    return [mark for mark in laid_out(card)[0] if isinstance(mark, Text)]


def test_chinese_characters_are_no_boxes() -> None:
    font = _font(0, 40)
    letters = "王芳张偉請您毛巾湖畔居两条过敏花生鎮灣鳳珺玥祎堃喆"
    shapes = {letter: ink(letter, font) for letter in letters}
    box = ink("\U0010fffd", font)
    assert any(box[1]), "what the font lacks is a box with ink"
    assert box not in shapes.values()
    assert len(set(shapes.values())) == len(letters), "each looks different"


def test_the_picture_itself_shows_each_character_as_itself() -> None:
    pictures = {letter: opened(Card(title=letter)).tobytes() for letter in "王芳张偉请3aŁж" + MISSING}
    assert len(set(pictures.values())) == len(pictures)


def test_every_character_the_house_says_can_be_drawn() -> None:
    """What it only listens for may be anything: signs of thanks, dialects."""
    heard = {"phrases", "gratitude", "haste"}
    spoken = (
        str(words)
        for language in LANGUAGES
        for name, file in _files(language).items()
        for table in file.values()
        for key, words in table.items()
        if name not in ("listening", "kinds") and key not in heard
    )
    said = {letter for text in spoken for letter in text if not letter.isspace()}
    assert len(said) > 1_000
    assert {letter for letter in said if font_of(letter) is None} == set()


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Žižek",
        "Şebnem Çağlar",
        "Nguyễn Thị Hằng",
        "Иван Петров",
        "Αλέξανδρος",
        "たなか さくら",
        "陳鎮灣",
        "O’Neill",
    ],
)
def test_names_of_guests_have_their_letters(name: str) -> None:
    assert writable(name) == name


def test_what_no_font_has_is_shown_as_missing() -> None:
    assert writable("𠮷田") == MISSING + "田"
    assert writable("김민지") == MISSING * 3
    assert writable("A\u200b\u202eB\x00") == "AB"
    assert MISSING in {mark.text for mark in text_marks(Card(title="𠮷"))}


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("room", [40.0, 640.0])
def test_wrapped_lines_are_as_wide_as_the_room_and_lose_nothing(text: str, room: float) -> None:
    said = writable(text)
    lines = wrapped(said, 34, room)
    assert all(width(line, 34) <= room or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(said.split())


def test_no_line_begins_with_a_closing_mark_nor_ends_with_an_opening_one() -> None:
    said = "早餐（七点到十点），一楼“湖景”餐厅。" * 6
    for room in range(150, 700, 23):
        for line in wrapped(said, 34, room):
            assert line[0] not in "，。）”"
            assert line[-1] not in "（“"


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("card", [CARD, EMPTY], ids=["full", "empty"])
def test_everything_stays_inside_the_card(card: Card, large: bool) -> None:
    card = replace(card, large=large)
    image = opened(card)
    assert image.width == WIDE * SCALE
    sheet = image.getpixel((2, image.height - 2))
    margin = (MARGIN - 2) * SCALE
    below_the_bar = 8 * SCALE
    for side in (
        (0, below_the_bar, margin, image.height),
        (image.width - margin, below_the_bar, image.width, image.height),
    ):
        assert {colour for _, colour in image.crop(side).getcolors(1_000) or ()} == {sheet}
    last = image.crop((0, image.height - 8 * SCALE, image.width, image.height))
    assert {colour for _, colour in last.getcolors(1_000) or ()} == {sheet}


def test_lines_do_not_run_into_each_other() -> None:
    for card in (CARD, replace(CARD, large=True)):
        marks = sorted(text_marks(card), key=lambda mark: mark.baseline)
        for one, other in itertools.pairwise(marks):
            assert other.baseline == one.baseline or other.baseline - one.baseline >= min(one.size, other.size) * 1.05


@pytest.mark.parametrize("accent", ["#2f6b5e", "#7a5c3e", "#ffff00", "#ffffff", "#000000", "#ff8800"])
def test_every_text_is_large_and_dark_enough(accent: str) -> None:
    card = replace(CARD, accent=accent)
    colours = colours_of(card)
    assert all(mark.size >= 16 for mark in text_marks(card))
    assert all(mark.size >= 21 for mark in text_marks(replace(card, large=True)))
    for mark in text_marks(card):
        assert contrast(colours[mark.colour], colours["sheet"]) >= 4.5
        assert contrast(colours[mark.colour], colours["mine"]) >= 4.5
    darkest = min(sum(colour) for _, colour in opened(card).getcolors(100_000) or ())  # type: ignore[arg-type]
    assert darkest <= sum(colours["ink"]) + 12


def test_the_qr_code_is_whole_pixels_with_a_quiet_zone() -> None:
    marks, _ = laid_out(CARD)
    dots = [mark for mark in marks if isinstance(mark, Box) and mark.colour == "ink"]
    first = min(dots, key=lambda mark: (mark.top, mark.left))
    dot = first.bottom - first.top
    assert dot * SCALE == int(dot * SCALE)
    assert dot >= 3
    above = max(mark.bottom for mark in marks if isinstance(mark, Box) and mark.bottom <= first.top)
    assert first.top - above >= 4 * dot
    assert min(mark.left for mark in dots) - MARGIN >= 4 * dot


def test_a_card_comes_out_of_the_records_as_it_went_in() -> None:
    def plain(card: Card) -> Any:
        return packed(card)

    assert plain(unpacked(packed(CARD))) == plain(CARD)
    assert drawn(packed(unpacked(packed(CARD)))) == drawn(packed(CARD))


def test_a_picture_is_small_enough_for_any_chat() -> None:
    assert len(drawn(packed(CARD))) < 300_000


def test_the_fonts_are_small_and_their_licence_is_beside_them() -> None:
    folder = FONTS[0].parent
    assert sum(font.stat().st_size for font in FONTS) < 4_000_000
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text("utf-8")


def test_pillow_is_loaded_with_the_first_picture_and_not_before() -> None:
    told = "import sys, handlers.intents, prompts.pictures; assert not {'PIL', 'segno'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0
