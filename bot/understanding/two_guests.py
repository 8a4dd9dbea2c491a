"""Two guests' names in one sentence: "is 张三 the same as Zhang San?", 合并客人张三和李四."""

from __future__ import annotations

import re
from functools import cache

from bot.understanding.finding import USED, Found, Heard
from bot.understanding.reading import fold
from bot.understanding.time_slots import Span
from prompts.words import LANGUAGES, table

LEAST_NAME, MOST_NAME = 2, 40  # characters
_AROUND = " \t\n，,。.;；:：!！?？\"'“”「」《》" + USED


def find_guests(heard: Heard) -> Found | None:
    """Both names as they are written: the first place that parts the sentence so that a name stands on either side."""
    start, end = _trimmed(heard.plain, 0, len(heard.plain))
    for match in _any("between").finditer(heard.plain, start, end):
        one, other = _trimmed(heard.plain, start, match.start()), _trimmed(heard.plain, match.end(), end)
        if all(LEAST_NAME <= last - first <= MOST_NAME for first, last in (one, other)):
            return Found([heard.raw[slice(*one)], heard.raw[slice(*other)]], [one, other])
    return None


def _trimmed(plain: str, start: int, end: int) -> Span:
    """Without the words that stand before and behind names."""
    while True:
        inner = plain[start:end]
        first = start + len(inner) - len(inner.lstrip(_AROUND))
        last = end - (len(inner) - len(inner.rstrip(_AROUND)))
        before, behind = _any("before").match(plain, first, last), None
        if not before:
            behind = next((each for each in _any("behind").finditer(plain, first, last) if each.end() == last), None)
        start, end = (before.end() if before else first), (behind.start() if behind else last)
        if (start, end) == (first, last) or start >= end:
            return start, max(start, end)


@cache
def _any(kind: str) -> re.Pattern[str]:
    said = {fold(each) for language in LANGUAGES for each in table(language, "doubles", "sentence")[kind]}
    longest_first = sorted(said, key=len, reverse=True)
    return re.compile(
        "|".join(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in longest_first)
    )
