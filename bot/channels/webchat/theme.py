"""The colours of the page, from the house's one colour, by day and by night."""

from __future__ import annotations

from prompts.colours import BLACK, INK, PAPER, SHEET, WHITE, Colour, palette, parse_colour

NIGHT_PAPER, NIGHT_SHEET, NIGHT_INK = (27, 25, 22), (38, 35, 31), (236, 230, 220)


def theme_css(accent: str) -> str:
    """The variables chat.css is written in; `accent` is #rrggbb."""
    colour = parse_colour(accent)
    day = _variables(palette(colour, PAPER, SHEET, INK, BLACK))
    night = _variables(palette(colour, NIGHT_PAPER, NIGHT_SHEET, NIGHT_INK, WHITE))
    return f":root {{\n{day}}}\n\n@media (prefers-color-scheme: dark) {{\n:root {{\n{night}}}\n}}\n"


def _variables(colours: dict[str, Colour]) -> str:
    return "".join(f"  --{name}: #{r:02x}{g:02x}{b:02x};\n" for name, (r, g, b) in colours.items())
