"""A colleague has something else than was asked for: 包间满了，只有大厅, "no salmon, but cod is possible"."""

from __future__ import annotations

import re
from typing import Any

from bot.understanding.contract import Context
from bot.understanding.corrections import of_either_half
from bot.understanding.finding import Heard
from bot.understanding.reading import Reading
from bot.understanding.slots import FREE_TEXT, find_time
from handlers.turn import Call

OFFER, _DECLINE = "make_offer", "decline_request"
_NUMBER = re.compile(
    r"\s*(?:(?:nr|no|number|request)\.?\s*)?#?\s*(?P<number>\d{1,6})\s*"
    r"(?:[号单]|[:,，]|(?=\s)(?! *(?:is|are|was|am|pm|o'clock|people|more)\b)"
    r"|(?=[\u3400-\u9fff])(?!点|人|位|个|份|间|楼))[:,，\s]*"
)
_GONE_ZH = (
    r"(?:满(?:座|员|客)?了?|没(?:有|位|货|空)?了?|卖[完光]了?|售罄了?|售完了?|[订定约][满完光]了?|用[完光]了?|坏了|停了"
    r"|排不开|不够|不供应|不开放?|缺货|断货)"
)
_HAS_ZH = (
    r"(?:还有|倒是?有|(?:可以|能)(?:换|做|给|安排|用|改|上|送|坐|订)|换成|改成"
    r"|(?:可以|也?(?<!不)行|能)(?=[吗的]?\s*(?:$|[.!?。])))"
)
_GONE_EN = (
    r"\b(?:full(?:y booked)?|booked(?: out| up)?|sold out|gone|taken|finished|(?:not |un)available|closed|off the menu"
    r"|(?:run |ran )?out(?: of [a-z -]{2,30}?)?|no more [a-z -]{2,30}?"
    r"|(?<!say )no (?!answer|one\b|reply|need|problem|rush|hurry)[a-z -]{2,30}?(?: left)?)"
)
_HAS_EN = (
    r"\b(?:possible|available|left|instead|would (?:work|do)|is (?:free|ok|fine|there)|can (?:do|offer|make|give))\b"
)
_SAID = re.compile(
    rf"{_GONE_ZH}[^,，.;。；\n]{{0,12}}?(?:[,，.;。；\s]*(?:但是?|不过|现在)?(?P<zh>(?:只|仅)(?:有|剩|能|可以|余).+)"
    rf"|[,，.;。；\s]+(?P<zh_has>[^\n]{{0,40}}?{_HAS_ZH}.*))"
    rf"|{_GONE_EN}\s*(?:[,.;:-]\s*|\b(?:but|and|so|now)\b\s*)+(?P<en>(?:there is |we have |it is |but )*only\b.{{3,}}"
    rf"|[^\n]{{0,60}}?{_HAS_EN}.*)",
    re.DOTALL,
)


# Another question of a colleague, or news of their own.
_NO_OFFER = re.compile(r"(?<!可以)(?<!行)(?<!好)[吗么]\s*[?？]?\s*$|还有.*[?？]\s*$|我(?!们)")


def find_other_offer(reading: Reading, context: Context) -> Call | None:
    """The offer in the colleague's own words, with the request's number and an hour where they name one.

    It may answer why something cannot be done; any other words that were asked for are what they are.
    """
    question = context.question
    if question and question.asks in FREE_TEXT and question.call.intent != _DECLINE:
        return None
    match = _NUMBER.match(reading.plain)
    start = match.end() if match else 0
    said = _SAID.search(reading.plain, start)
    if said is None or _NO_OFFER.search(reading.plain):
        return None
    slots: dict[str, Any] = {"words": reading.text[start:].strip()}
    if match and start:
        slots["number"] = int(match["number"])
    elif question and "number" in question.call.slots:
        slots["number"] = question.call.slots["number"]
    return Call(OFFER, slots | _hour(said.group(said.lastgroup or 0), reading, context))


def _hour(words: str, reading: Reading, context: Context) -> dict[str, Any]:
    heard = Heard(words, words, context.now, context.rooms)
    found = find_time(heard)
    return of_either_half({"time": found.value}, heard) if found else {}
