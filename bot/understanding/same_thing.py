"""An amount that is said of a thing (牛奶要两杯, "make the milk two glasses"), and of which thing it is said."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.understanding.amounts import blank, find_amounts
from bot.understanding.contract import Context, Understanding
from bot.understanding.reading import fold
from handlers.turn import Call

_ORDER = "request_service"
_NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_OF_THE_THING = re.compile(
    rf"[^\s,，。我还再请]\s*(?:一共|总共)?(?:要|应该是|得是|改成|改为|是)\s*{_NUMBER}\s*[个份杯瓶碗条盘壶只块套张床件听罐双]"
    r"(?:才对|就行|就好|就够|吧|的|了|哦|啊|谢谢|[\s,，。.!])*$"
    r"|\bmake (?:the|my|our|that|those)\b|\b(?:should|shall|must) be\b|\bi meant\b|\bin all\b|\bin total\b"
)
_ON_TOP = re.compile(
    r"再|还要|另外|另加|加(?!糖|冰|热)|多(?:来|要|给)|\b(?:more|another|extra|additional|also|too|as well|plus)\b"
)
_BESIDE = re.compile(
    r"[要来给我们请麻烦帮上点份杯瓶碗条盘壶只块套张床件听罐双个的了吧啊呢一共总应该是得改成为送拿谢您好还有和再另外加多就行才对够]"
    r"|\b(?:make|the|my|our|that|those|please|pls|i|we|would|like|want|need|could|can|have|get|bring|send|me|us|you|to|of|a|an"
    r"|and|with|should|shall|must|be|meant|in|all|total|glass(?:es)?|cups?|bottles?|bowls?|plates?|portions?|pots?|pieces?"
    r"|orders?|more|another|extra|thanks?|also|hi|hello)\b|[^\w]|_"
)


def with_things(found: Understanding, context: Context) -> Understanding:
    """The same with `thing` in orders that are told in words, and `sets` where the amount is said of the thing."""
    if not any("quantity" in call.slots for call in found.calls):
        return found
    only = len(found.calls) == 1
    return replace(found, calls=tuple(_with(call, found.text if only else "", context) for call in found.calls))


def _with(call: Call, text: str, context: Context) -> Call:
    service = context.catalogue.get(str(call.slots.get("service")))
    if call.intent != _ORDER or service is None or not call.slots.get("quantity") or call.slots.get("more"):
        return call
    said = fold(str(call.slots.get("note") or text))
    slots: dict[str, Any] = {}
    if "note" in service.asks and (thing := _thing(said)):
        slots["thing"] = thing
    if _OF_THE_THING.search(said) and not _ON_TOP.search(said):
        slots["sets"] = True
    return replace(call, slots={**call.slots, **slots}) if slots else call


def _thing(said: str) -> str:
    """What is left without amounts and small words; nothing where it is several things."""
    left = _BESIDE.sub(" ", blank(said, [span for _, span in find_amounts(said)]).replace("\x00", " ")).split()
    return left[0] if len(left) == 1 and len(left[0]) > 1 else ""
