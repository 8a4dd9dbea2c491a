"""What a finder of details looks in, and what it gives back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.understanding.amounts import blank
from bot.understanding.time_slots import Span

USED = "\x00"
_LEFT = re.compile(rf"[^\W_{USED}]")


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of text to look in: folded `plain` and the `raw` spelling, position for position.

    `asked`: the text answers a question for this detail, so a bare number counts. `captures`: places a phrase marked.
    """

    plain: str
    raw: str
    now: datetime
    rooms: frozenset[str] = frozenset()
    time_hint: str = ""
    asked: bool = False
    captures: Mapping[str, Span] = field(default_factory=dict)

    def without(self, spans: list[Span]) -> Heard:
        """The same text with these places used up."""
        return replace(self, plain=blank(self.plain, spans)) if spans else self


@dataclass(frozen=True, slots=True)
class Found:
    value: Any
    spans: list[Span]


Finder = Callable[[Heard], Found | None]


def is_more_left(plain: str, *small: re.Pattern[str]) -> bool:
    """Whether a word stands there that is neither used up nor one of these."""
    for each in small:
        plain = each.sub(USED, plain)
    return bool(_LEFT.search(plain))
