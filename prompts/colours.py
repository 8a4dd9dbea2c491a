"""The house's one colour, bent until every text in it can be read: contrast at least 4.5 as in WCAG 2.2 AA."""

from __future__ import annotations

import re

Colour = tuple[int, int, int]

CONTRAST = 4.6  # a little more than 4.5, for rounding
PAPER, SHEET, INK = (250, 247, 241), (255, 253, 249), (43, 39, 35)
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def palette(accent: Colour, paper: Colour, sheet: Colour, ink: Colour, further: Colour) -> dict[str, Colour]:
    """What is written and drawn in, by name; `further` is where the colours move to be read: black by day."""
    mine = mix(sheet, accent, 0.14)
    return {
        "paper": paper,
        "sheet": sheet,
        "ink": ink,
        "quiet": readable(mix(ink, paper, 0.4), (paper, sheet, mine), further),
        "rule": mix(paper, ink, 0.14),
        "edge": mix(paper, ink, 0.55),
        "mine": mine,
        "accent": readable(accent, (paper, sheet, mine), further),
        "on-accent": sheet,
    }


def parse_colour(text: str) -> Colour:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError(f"accent must be a colour like #7a5c3e, not {text!r}")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (same) to 21 (black on white). Formula: WCAG 2.2, contrast ratio and relative luminance."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: Colour, backgrounds: tuple[Colour, ...], further: Colour) -> Colour:
    """The colour moved towards `further` just until it can be read on all of these."""
    for step in range(51):
        moved = mix(colour, further, step / 50)
        if all(contrast(moved, background) >= CONTRAST for background in backgrounds):
            return moved
    return further


def mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
