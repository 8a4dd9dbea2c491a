"""What a house writes in Markdown is read in a chat without the marks."""

from __future__ import annotations

import pytest

from bot.markdown import as_plain_text

READ = {
    "# Wifi\n\nThe network is **Lakeside**, the *password* `welcome-home`.": (
        "Wifi\n\nThe network is Lakeside, the password welcome-home."
    ),
    "1. Metro\n2. Bus\n   - line 7\n   - line 9\n\nThen walk.": (
        "1. Metro\n2. Bus\n  · line 7\n  · line 9\n\nThen walk."
    ),
    "3. third\n4. fourth": "3. third\n4. fourth",
    "- 早餐\n- 晚餐": "· 早餐\n· 晚餐",
    "See [the map](https://example.com/map).": "See the map (https://example.com/map).",
    "[+86 100](tel:+86100) or <https://example.com>": "+86 100 (+86100) or https://example.com",
    "[https://example.com](https://example.com)": "https://example.com",
    "> Quiet after ten.": "Quiet after ten.",
    "```\nnetmask 255\n```": "netmask 255",
    "first line\nsecond line": "first line\nsecond line",
    "A & B, 2 * 3, snake_case, 5 < 6": "A & B, 2 * 3, snake_case, 5 < 6",
    "7:00 – 10:00，一楼。": "7:00 – 10:00，一楼。",
    "    indented": "indented",
    "\\*not a list\\*": "*not a list*",
    "<b>no HTML</b>": "<b>no HTML</b>",
    "": "",
}


@pytest.mark.parametrize(("written", "read"), READ.items())
def test_marks_are_read_not_shown(written: str, read: str) -> None:
    assert as_plain_text(written) == read


@pytest.mark.parametrize("text", ["*", "**", "[", "[x](", "- ", "1.", "`", ">", "#", "***x", "\\"])
def test_half_a_mark_harms_nothing(text: str) -> None:
    assert as_plain_text(text) in (text.strip(), "", "1.", "·")


def test_what_was_read_reads_the_same_again() -> None:
    plain = as_plain_text("# Getting here\n\n1. Metro\n2. Walk, see [the map](https://example.com)")
    assert as_plain_text(plain) == plain
