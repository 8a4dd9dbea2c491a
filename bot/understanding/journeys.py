"""The number of a flight or a train, told by itself: it belongs to the transfer that was asked for."""

from __future__ import annotations

import re

from bot.understanding.amounts import blank
from bot.understanding.contract import Context
from bot.understanding.finding import Heard, is_more_left
from bot.understanding.reading import Reading
from bot.understanding.slots import find_time
from bot.understanding.vocabulary import service_words
from crm.service_requests.needs import in_one_note
from handlers.turn import Call

TRANSFER = "airport_transfer"
_ORDER, _CHANGE, _WORDS = "request_service", "change_request", "words"
_SIGN = re.compile(r"\b(?:flights?|trains?|plane)\b|航班|班机|飞机|车次|高铁|动车|火车|列车")
_NUMBER = re.compile(r"(?<![a-z\d])(?:[a-z]{2}|\d[a-z]|[a-z]\d|[gdcktzyls])[ -]?\d{1,4}(?![a-z\d])")
_BESIDE = re.compile(
    r"\b(?:i|i'm|we|we're|my|our|the|it|it's|is|are|am|a|an|number|no|nr|on|at|by|with|from|to|for|flying|taking|coming"
    r"|arriving|arrives?|landing|lands?|departing|departs?|leaving|leaves|takes off|delayed|late|changed|now|hi|hello"
    r"|please|note|and|fyi|by the way|btw|here|forgot|say|in|of|terminal|t\d)\b"
    r"|我们?|咱们?|的|是|为|号码?|坐|乘|搭|了|到达?|落地|抵达|起飞|出发|从|在|您好|你好|麻烦|请|备注|补充|一下|对了|忘了说"
    r"|司机|航站楼|飞|点|左右|大概|晚点|延误|改|换|成"
)


def journey_told(reading: Reading, context: Context) -> tuple[Call, ...]:
    """What of it goes to the order that is asked about, else changes what is under way."""
    plain = reading.plain
    number = _NUMBER.search(plain) if _SIGN.search(plain) else None
    if number is None or all(intent.name != _CHANGE for intent in context.offered):
        return ()
    if re.search(r"[?？]|吗", plain) or _says_more(plain, number.span(), context):
        return ()
    question = context.question
    if question is None:
        return (Call(_CHANGE, {"service": TRANSFER, "note": reading.text}),)
    call = question.call
    if call.intent != _ORDER or call.slots.get("service") not in (TRANSFER, service_words()[TRANSFER].instead_of):
        return ()
    words = in_one_note((str(call.slots.get(_WORDS, "")), reading.text))
    return (Call(_ORDER, {**call.slots, _WORDS: words}),)


def _says_more(plain: str, number: tuple[int, int], context: Context) -> bool:
    heard = Heard(blank(plain, [number]), plain, context.now, context.rooms)
    when = find_time(heard)
    return is_more_left(blank(heard.plain, when.spans if when else []), _SIGN, _BESIDE)
