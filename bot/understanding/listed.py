"""Which of the things listed in prompts/<lang>/duty.toml somebody names: a role, a department."""

from __future__ import annotations

import re
from functools import cache

from bot.understanding.reading import fold
from bot.understanding.time_slots import Span
from prompts.words import LANGUAGES, table


def find_listed(plain: str, name: str, file: str = "duty") -> tuple[str, Span] | None:
    """The first thing of this list that stands in the text, and where."""
    for code, pattern in _list(name, file):
        match = pattern.search(plain)
        if match:
            return code, match.span()
    return None


@cache
def _list(name: str, file: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    spoken: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for code, said in table(language, file, name).items():
            spoken.setdefault(code, []).extend(said)
    return tuple((code, _any_of(said)) for code, said in spoken.items())


def _any_of(said: list[str]) -> re.Pattern[str]:
    options = (rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in map(fold, said))
    return re.compile("|".join(options))
