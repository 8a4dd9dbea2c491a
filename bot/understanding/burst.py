"""Several messages in a row, each a wish by itself: a line of its own is not weighed against the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.understanding.contract import Context, Understanding

MOST_LINES = 5
ORDER = "request_service"


def wishes_by_line(
    text: str, context: Context, understand: Callable[[str, Context], Understanding]
) -> Understanding | None:
    """All lines together, where each orders so many of another thing; None where they may belong together."""
    lines = [line for line in text.split("\n") if line.strip()]
    if context.question or not 2 <= len(lines) <= MOST_LINES or not all(map(_has_number, lines)):
        return None
    each = [understand(line, context) for line in lines]
    calls = [call for found in each for call in found.calls]
    things = {call.slots.get("service") for call in calls}
    if not len(lines) == len(calls) == len(things) or any(call.intent != ORDER for call in calls):
        return None
    if any("quantity" not in call.slots for call in calls):
        return None
    last = each[-1]
    return replace(last, text=text, calls=tuple(calls), confidence=min(found.confidence for found in each))


def _has_number(line: str) -> bool:
    return any(each.isdigit() or each in "一二两三四五六七八九十" for each in line)
