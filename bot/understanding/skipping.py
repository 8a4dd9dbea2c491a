"""For which day something is not wanted: "no cleaning tomorrow" is more than that none was ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.understanding.contract import Context, Understanding
from bot.understanding.finding import Heard
from bot.understanding.slots import find_day
from handlers.turn import Call

_CANCEL = "cancel_request"


def with_day(found: Understanding, plain: str, context: Context) -> Understanding:
    """The same with the day in each cancelling of what the house does daily by itself, and that it is `unwanted`.

    Who only waves a question away says nothing of what the house does by itself.
    """
    if found.by == "pending" or not any(call.intent == _CANCEL for call in found.calls):
        return found
    day = find_day(Heard(plain, found.text, context.now, context.rooms))
    told = {"unwanted": True, **({"day": day.value} if day else {})}
    return replace(found, calls=tuple(_with(call, told, context) for call in found.calls))


def _with(call: Call, told: Mapping[str, Any], context: Context) -> Call:
    service = context.catalogue.get(str(call.slots.get("service"))) if call.intent == _CANCEL else None
    return replace(call, slots={**call.slots, **told}) if service and service.is_daily else call
