"""When the guest will arrive, told and not asked: "we arrive around 9 pm", 我们大概晚上九点到."""

from __future__ import annotations

import re

from bot.understanding.amounts import blank
from bot.understanding.contract import Context
from bot.understanding.finding import Heard, is_more_left
from bot.understanding.reading import Reading
from bot.understanding.slots import find_time
from handlers.turn import Call

TELL_ARRIVAL = "tell_arrival"
LATE, EARLY = 21, 6  # hours of the evening and the morning between which somebody arrives late
NOON, FROM = 12, 14  # from which rooms are usually ready
_ASKED_OF_HOUSE = ("late arrival", "深夜到店", "可以晚到吗")
_ARRIVES = re.compile(
    r"\b(?:arriv\w*|be (?:there|with you|at (?:the|your) (?:hotel|house|place|inn))"
    r"|get (?:there|in|to (?:the|your) hotel)|getting (?:there|in)|reach (?:the|your) (?:hotel|place)"
    r"|check(?:ing)?[ -]?in|eta)\b|到店|抵店|到酒店|入住|抵达|才?到(?=$|[,，。.!！\s]|了|吧|哦|的)"
)
_ASKS = re.compile(
    r"[?？吗]|\b(?:can|could|may|possible|early|earlier|before|please let|ready|want|need|like|room)\b"
    r"|可以|能|可唔可以|提前|提早|早点|早一点|房|想|希望|几点|什么时候|之前"
)
_BESIDE = re.compile(
    r"\b(?:i|i'll|i'm|we|we'll|we're|us|our|my|the|it|will|shall|should|would|is|are|am|be|to|a|an|at|by|in|on|of|so|and"
    r"|but|about|around|approximately|roughly|probably|maybe|perhaps|only|not|until|till|late|later|delayed|running"
    r"|expected|estimated|time|hour|hours|now|actually|sorry|hi|hello|good|dear|please|note|fyi|there|you|with|your"
    r"|hotel|house|just|know|plan|planning|going|hope|think|or|then|today|tonight|tomorrow|instead|rather|change|changed"
    r"|correction|than|planned|make|that)\b"
    r"|我们?|咱们?|俺们?|今天|今晚|今夜|明天|明晚|后天|当天|大概|大约|差不多|可能|应该|估计|预计|要|会|得|才|就|在|左右|前后"
    r"|的时候|时间|是|改|成|了|到|晚点|晚一点|晚些|晚|路上|堵车|飞机|航班|火车|延误|您好|你好|麻烦|请|备注|一下|告诉|说|跟|您"
    r"|你们?|先|对了|不好意思|抱歉|哦|啊|吧|呢|的|也许|酒店|店|办理?|更正|不是"
)
_MOVES_IN = re.compile(r"\bcheck(?:ing)?[ -]?in\b|入住")
_IN_THE_EVENING = re.compile(r"晚|夜|\blate\b|\blater\b|\btonight\b")
_IN_THE_MORNING = re.compile(r"早|上午|中午|\bam\b|\ba\.m|morning|noon")


def arrival_told(reading: Reading, context: Context) -> tuple[Call, ...]:
    """With the entry of the house that tells of late arrivals, where it will be late."""
    plain = reading.plain
    if context.question is not None or all(intent.name != TELL_ARRIVAL for intent in context.offered):
        return ()
    if not _ARRIVES.search(plain) or _ASKS.search(plain):
        return ()
    heard = Heard(plain, reading.text, context.now, context.rooms, "evening")
    when = find_time(heard)
    if when is None or is_more_left(blank(plain, when.spans), _ARRIVES, _BESIDE):
        return ()
    at = when.value
    if _IN_THE_EVENING.search(plain) and EARLY <= at.hour < NOON and not _IN_THE_MORNING.search(plain):
        at = at.replace(hour=at.hour + NOON)
    if EARLY <= at.hour < FROM and _MOVES_IN.search(plain):
        return ()  # who moves in at eight wants the room at eight
    is_late = not EARLY <= at.hour < LATE
    return (Call(TELL_ARRIVAL, {"time": at, **(_entries(context) if is_late else {})}),)


def _entries(context: Context) -> dict[str, list[str]]:
    if not context.entries:
        return {}
    from bot.understanding.house_entries import find_sure_entries  # numpy comes with the first message

    found = (find_sure_entries(asked, context.entries) for asked in _ASKED_OF_HOUSE)
    return {"entries": list(next(filter(None, found), ()))}
