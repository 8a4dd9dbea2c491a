"""Corrections of what was just asked for: "no, 7:30", "make the towels three", 不是302是320, 改成七点半."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.understanding.amounts import find_amounts
from bot.understanding.details import Surroundings, find_slots
from bot.understanding.finding import Heard
from bot.understanding.phrases import Heeded
from bot.understanding.slots import find_room, find_time
from bot.understanding.vocabulary import service_words
from handlers.turn import Call, Intent

CHANGE = "change_request"
_ALL = 0.95  # of a message, as far as phrases explain it: there is no second wish beside the change
_NUMBER = r"(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|[一二两三四五六七八九十俩])"
_TAKEN_BACK = re.compile(
    r"\b(?:instead of|rather than|not)\b[^,.;!?]*?(?=$|[,.;!?]|\bbut\b)"
    r"|\bfrom\b(?=[^,.;!?]*\bto\b)[^,.;!?]*?(?=\bto\b)"
    r"|不是[^,，。;；!?！？]*?(?=[,，。]|而?是|$)|(?:而不是|不要)[^,，。;；!?！？]*"
    r"|^[^,，。;；!?！？]*(?:改成|改到|改为|换成|换到|推迟到|提前到|挪到|调到|延到|推到)"
)
_INSTEAD = re.compile(
    rf"\b(?:not|instead of|rather than) (?:at |for |the )?{_NUMBER}|(?:而?不是|不要){_NUMBER}"
    rf"|不是.{{0,6}}{_NUMBER}.{{0,4}}是"
)
_CHANGED = re.compile(
    rf"\bmake (?:the|my|our|those|that)(?: (?!at\b)[a-z-]+){{1,3}} {_NUMBER}(?!\w)(?! (?:pieces|more))"
    rf"|\bmake (?:it|that) {_NUMBER} (?!more\b|pieces\b|[ap]\.?m\b)[a-z]"
    rf"|\bchange (?:the|my|our)(?: [a-z-]+){{1,3}} to {_NUMBER}"
    rf"|(?:改成|改为|改到|换成|减到|减成|加到|增加到){_NUMBER}(?!家|间|个房)"
)
_ONLY_CHANGED = re.compile(  # from the first word to the last
    r"\W*(?:(?:please|can you|could you|sorry|actually)\W+)*change (?:the|my|our)(?: [a-z-]+){1,3} to"
    r" (?:(?! and )[^,;!?])+\W*"
)
_BEGINS = re.compile(
    r"\W*(?:no(?: wait)?|sorry|wait|actually|i mean|i meant|make (?:it|that)|correction|rather|哦?不对?|不是|错了"
    r"|说错了|更正|应该是|改成|改到|改为|还是)(?=[\W\d]|是|[一二两三四五六七八九十]|$| )"
)
_ENDS = re.compile(r"\b(?:then|instead)\W*$")
_HALF = re.compile(
    r"[ap]\.?m\b|morning|afternoon|evening|night|noon|早|晚|上午|下午|凌晨|中午|夜|(?:1[3-9]|2[0-3])[:点]|0\d:"
)
_ROOM = re.compile(r"(?<![\d:])\d{3,4}(?![\d:])|[零〇一二三四五六七八九]{3,4}")
_SMALL = re.compile(
    r"\b(?:no|wait|sorry|actually|i|mean|meant|make|it|that|correction|rather|at|please|for|the|am|pm|to|be|should|instead|of|not|room|then|what|how|about|ok|okay|so)\b"
    r"|哦|不|对|是|错|了|说|更正|应该|改|成|到|为|还|吧|请|麻烦|谢谢|点|半|分|房|间|号|早上|下午|晚上|上午|明天|今天|个|位|人|条"
)


def correction(around: Surroundings, heeded: Heeded, offered: Mapping[str, Intent]) -> Call | None:
    """The change that is meant; None when the text corrects nothing."""
    if CHANGE not in offered:
        return None
    plain = around.reading.plain
    codes = {call.slots.get("service") for call in heeded.calls if call.intent == "request_service"}
    is_all = heeded.confidence >= _ALL or _ONLY_CHANGED.fullmatch(plain)
    changed = codes and is_all and _CHANGED.search(plain)
    instead = (changed or _INSTEAD.search(plain)) and len(codes) <= 1
    if not instead and (codes or not (_BEGINS.match(plain) or _ENDS.search(plain))):
        return None
    heard = kept(Heard(plain, around.reading.text, around.now, around.rooms))
    if codes:
        heard = replace(heard, time_hint=service_words()[str(next(iter(codes)))].time_hint)
    known: dict[str, Any] = {"service": next(iter(codes))} if codes else {}
    slots, _ = find_slots(heard, offered[CHANGE], known)
    if "quantity" not in slots and not known and (bare := find_amounts(heard.plain)):
        slots["quantity"] = bare[0][0]
    slots = of_either_half(slots, replace(heard, time_hint=""))
    if "time" not in slots and _ROOM.search(plain) and (room := find_room(replace(heard, asked=True))):
        slots = {**{name: value for name, value in slots.items() if name != "quantity"}, "room": room.value}
    told = slots.keys() - {"service"}
    return Call(CHANGE, slots) if told and (instead or _says_no_more(heard)) else None


def of_either_half(slots: dict[str, Any], heard: Heard) -> dict[str, Any]:
    """An hour of either half of the day is marked, where the service does not tell: what is changed says which."""
    is_either = "time" in slots and heard.time_hint in ("", "clock") and not _HALF.search(heard.plain)
    return {**slots, "either_half": True} if is_either else slots


def kept(heard: Heard) -> Heard:
    """The text without what it takes back."""
    return heard.without([match.span() for match in _TAKEN_BACK.finditer(heard.plain)])


def _says_no_more(heard: Heard) -> bool:
    """Whether beside hours, amounts and rooms only small words are left: a longer text has a wish of its own."""
    for find in (find_time, find_room):
        found = find(heard)
        heard = heard.without(found.spans) if found else heard
    plain = heard.without([span for _, span in find_amounts(heard.plain)]).plain
    return not re.search(r"[^\W\d\x00]", _SMALL.sub(" ", plain))
