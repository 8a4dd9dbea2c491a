"""Our small reader of points in time: 明天下午三点, 半小时后, next Friday 7:30, 25 to 7; always in the house's zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.understanding.days import DayFound, find_day_words, impossible_days
from bot.understanding.numbers import EN_NUMBER, NUMBER, ZH_NUMBER, number

Span = tuple[int, int]

_MINUTES = (
    r"\d{2}(?!\d)分?|[零〇][一二三四五六七八九]分?|[二三四五]?十[一二三四五六七八九]?分?|(?:\d|[一二三四五六七八九])分"
)
_EARLIEST = {"morning": 1, "day": 7, "evening": 11}  # of the twelve hours a bare "N点" may mean
_NUM, _ZH = NUMBER, rf"(?:\d{{1,2}}|{ZH_NUMBER})"
_EN = rf"(?:\d{{1,2}}|{EN_NUMBER})"
_PART = re.compile(
    "(?P<night>凌晨|半夜|深夜)|(?P<morning>清晨|清早|早上|早晨|一早|上午|大早|(?<=[明今])早|(?<=[天])早(?!餐|饭|点)"
    r"|\b(?:in the |this )?morning\b)|(?P<noon>中午|正午|(?<=[明今天])午(?!餐|饭|后))"
    r"|(?P<afternoon>下午|午后|\b(?:in the |this )?afternoon\b)"
    r"|(?P<evening>傍晚|晚上|夜里|夜晚|今夜|(?<=[明今])晚|(?<=[天])晚(?!餐|饭|点|一)"
    r"|\b(?:in the |this )?evening\b|\btonight\b|\b(?:at |tomorrow |the )night\b)"
)
_NOT_A_CLOCK = "(?![心餐菜单头赞击火评子名建意吃外]|什么|东西|想法|要求)"
_COUNTED = (
    "people|persons?|guests|of us|adults|kids|bottles?|towels?|minutes?|mins?|hours?|hrs?|days?|nights?"
    "|percent|%|degrees|star"
)
_DAY_WORDS = (
    "tomorrow|tmrw?|today|tonight|this (?:morning|afternoon|evening)|in the (?:morning|afternoon|evening)"
    "|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)
_CLOCKS = (
    re.compile(rf"差(?P<minus>{_ZH})分(?:钟)?(?:到)?(?P<h>{_ZH})点"),
    re.compile(rf"(?P<h>{_ZH})点差(?P<minus>{_ZH})分"),
    re.compile(rf"(?P<h>{_ZH})(?:点|时(?!间|候|差))(?:钟|整)?(?:过)?(?:(?P<half>半)|(?P<quarters>[一三123])刻|(?P<m>{_MINUTES})(?!钟))?"
               + _NOT_A_CLOCK),
    re.compile(r"(?<![\d:.])(?P<h>\d{1,2})[:.h](?P<m>[0-5]\d) ?(?P<ap>[ap]\.?m\b\.?)"),
    re.compile(r"(?<![\d:.¥$€])(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)(?!\d)"),
    re.compile(r"(?<![\d:.#])(?P<h>[01]?\d|2[0-3])(?P<m>[0-5]\d) ?"
               r"(?:(?P<ap>[ap]\.?m\b\.?)|(?=hours?\b|tomorrow|in the morning|tonight))"),
    re.compile(r"(?:at|by|before|until|till|to|around|@) (?P<h>[01]?\d|2[0-4])[.h](?P<m>[0-5]\d)\b"),
    re.compile(rf"\b(?P<h>{_EN}) ?(?P<ap>[ap]\.?m\b\.?)"),
    re.compile(rf"\bhalf (?:past )?(?P<h>{_EN}\b)(?P<half>)(?! (?:hour|dozen))"),
    re.compile(rf"\b(?:(?P<quarter>a quarter|quarter)|(?P<m>{_EN})(?: min(?:ute)?s?)?) (?:past|after) (?P<h>{_EN})\b"),
    re.compile(rf"\b(?:(?P<to_quarter>a quarter|quarter)|(?P<minus>{_EN})(?: min(?:ute)?s?)?) (?:to|before|till)"
               rf" (?P<h>{_EN})\b(?! (?:people|guests|persons))"),
    re.compile(rf"\b(?P<h>{_EN}) (?:o'? ?clock)\b"),
    re.compile(rf"\b(?:at|by|around|about|before|until|till|@) ?(?P<h>{_EN})\b(?![:%.]\d| ?(?:{_COUNTED}))"
               r"(?: (?P<word_m>fifteen|thirty|forty[- ]five|twenty|ten|fifty|forty))?"),
    re.compile(rf"\b(?:tomorrow|tmrw?|today|tonight|morning|afternoon|evening|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
               rf",? (?P<h>{_EN})(?= *(?:$|[,.;!?\n]|please|pls|thanks|for))"),
    re.compile(rf"\b(?P<h>{_EN}) "
               r"(?=(?:tomorrow|tonight|this evening|in the (?:morning|afternoon|evening)|at night)\b)"),
    re.compile(r"\b(?P<h>[01]?\d|2[0-3])h(?P<m>[0-5]\d)\b"),
    re.compile(r"(?<=[天早晚号日一二三四五六上午]) ?(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)(?!\d)"),
    re.compile(rf"(?<![\d.:#])(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d) ?(?=(?:on )?(?:{_DAY_WORDS})\b)"),
    re.compile(rf"\b(?:{_DAY_WORDS}) (?:at )?(?P<h>[01]?\d|2[0-4])[.h](?P<m>[0-5]\d)\b"),
    re.compile(rf"(?<![\d.])(?P<h>[01]?\d|2[0-4])\.(?P<m>[0-5]\d)(?= (?:{_DAY_WORDS})\b)"),
    re.compile(r"\b(?P<h>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
               r" (?P<word_m>fifteen|thirty|forty[- ]five|twenty|ten|fifty|forty)\b"
               r"(?![- ](?:one|two|three|four|five|six|seven|eight|nine))"),
    re.compile(r"\b(?:at|by|around|before) (?P<h>1?\d|2[0-3])(?P<m>[0-5][05])\b(?! ?(?:road|street|avenue))"),
    re.compile(r"\b(?P<h>\d{1,2})ish\b"),
    re.compile(r"(?P<noon>\bnoon\b|\bmid-?day\b|正午|中午)|(?P<midnight>\bmidnight\b|午夜|零点)"),
)  # fmt: skip
_BARE = re.compile(rf"^\D{{0,12}}?(?P<h>{_NUM})(?:[ :.]?(?P<m>[0-5]\d))?\D{{0,12}}$")
_UNIT = "(?P<unit>分钟|分|刻钟|小时|钟头|钟|天|minutes?|mins?|min|hours?|hrs?|hr|days?)"
_LATER = (
    re.compile(rf"(?:(?P<n>{_ZH}|半)个?(?P<and_half>半)?(?P<zh_half>多)?){_UNIT}(?P<tail_half>半)?(?:之后|以后|后|内|之内)"),
    re.compile(rf"(?<!点)再?过(?:(?P<n>{_ZH}|半)个?(?P<and_half>半)?){_UNIT}"),
    re.compile(rf"\b(?:in|within|after) (?:(?:about|around) )?(?P<n>{_EN}|an?|half an?|a quarter of an|a couple of)"
               rf"(?P<and_half> and a half)? {_UNIT}(?P<tail_half> and a half)?\b"),
    re.compile(rf"\b(?P<n>{_EN}|an?|half an?|a quarter of an|a couple of)(?P<and_half> and a half)? {_UNIT}"
               r" (?:from now|later)\b"),
)  # fmt: skip
_NOW = re.compile(
    r"现在|马上|立刻|立即|尽快|越快越好|\b(?:right )?now\b|\basap\b|\bright away\b|\bimmediately\b|\bas soon as"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """`exact`: the half of the day was said (7 pm, 19:00), so no hint may move it."""

    hour: int
    minute: int
    exact: bool
    span: Span


def find_moment(plain: str, now: datetime, hint: str = "", asked: bool = False) -> tuple[datetime, list[Span]] | None:
    """A point in time with the places its words stand; `asked` allows a bare "7" or "now" as an answer."""
    if impossible_days(plain, now.date()):
        return None
    later = _later(plain, now)
    if later and not (later[2] == "days" and _clock(plain)):
        return later[:2]
    clock = _clock(plain) or (_bare(plain) if asked else None)
    if clock is None:
        soon = _NOW.search(plain) if asked else None
        return (now, [soon.span()]) if soon else None
    try:
        return _on_the_day(plain, clock, now, hint)
    except (ValueError, OverflowError):
        return None


def impossible(plain: str, now: datetime) -> list[Span]:
    """Places of a day or an hour that does not exist, with the clock that stands beside such a day."""
    days = impossible_days(plain, now.date())
    clock = next(_clocks(plain), None)
    return [*days, clock.span()] if clock and (days or _moment(clock) is None) else days


def day_words(plain: str, now: datetime) -> str:
    """The words that name a day and a part of it: "tomorrow morning"."""
    day, part = find_day_words(plain, now.date()), _PART.search(plain)
    return " ".join(([plain[day.start : day.end]] if day else []) + ([part.group()] if part else []))


def _on_the_day(plain: str, clock: Moment, now: datetime, hint: str) -> tuple[datetime, list[Span]] | None:
    day, part = find_day_words(plain, now.date()), _PART.search(plain)
    if day and day.day < now.date():
        return None
    moment = _with_part(clock, part.lastgroup or "") if part else clock
    spans = [clock.span, *([(day.start, day.end)] if day else []), *([part.span()] if part else [])]
    for candidate in _candidates(moment, day, now, hint):
        asleep = candidate.hour < 6 and 6 <= now.hour < 20 and not moment.exact and hint in ("", "evening")
        if candidate > now and not asleep:
            return candidate, spans
    return (candidate, spans) if day else None


def _candidates(moment: Moment, day: DayFound | None, now: datetime, hint: str) -> Iterator[datetime]:
    """Readings of the clock from the likeliest on; the first one still to come is meant."""
    offsets = [0] if day and not day.weekly else [0, 7] if day else [0, 1]
    first = day.day if day else now.date()
    for offset in offsets:
        on = first + timedelta(days=offset)
        for hour in _hours(moment, on > now.date() and day is not None, hint):
            yield datetime.combine(on, time(hour % 24, moment.minute), now.tzinfo) + timedelta(days=hour // 24)


def _hours(moment: Moment, on_another_day: bool, hint: str) -> tuple[int, ...]:
    hour = moment.hour
    if moment.exact or hour > 12 or hour == 0:
        return (hour,)
    if hint in _EARLIEST:
        return (hour,) if hour >= _EARLIEST[hint] else (hour + 12,)
    if on_another_day:
        small_hours = hour < 5 or (hour == 5 and not moment.minute)
        return (hour + 12,) if small_hours and hint != "clock" else (hour,)
    return (hour, hour + 12) if hour < 12 else (12, 24)


def _with_part(clock: Moment, part: str) -> Moment:
    hour = clock.hour
    if clock.exact or hour > 12:
        return clock
    if (part == "night" and hour == 12) or (part == "evening" and hour == 12):
        hour = 0 if part == "night" else 24
    elif part == "evening":
        hour = hour + 24 if hour < 4 else hour + 12
    elif (part == "afternoon" and hour < 12) or (part == "noon" and hour < 10):
        hour += 12
    return Moment(hour, clock.minute, True, clock.span)


def _clock(plain: str) -> Moment | None:
    match = next(_clocks(plain), None)
    return _moment(match) if match else None


def _clocks(plain: str) -> Iterator[re.Match[str]]:
    for pattern in _CLOCKS:
        match = pattern.search(plain)
        if match and not _only_a_little(match, plain):
            yield match


def _moment(match: re.Match[str]) -> Moment | None:
    said = {name: value for name, value in match.groupdict().items() if value is not None}
    if "noon" in said or "midnight" in said:
        return Moment(12 if "noon" in said else 24, 0, True, match.span())
    hour, minute = number(said["h"]), _minute(said)
    if hour > 24 or minute > 59:
        return None
    if minute < 0:
        hour, minute = (hour - 1 if hour > 1 else hour + 11), minute + 60
    half = said.get("ap", "")[:1]
    if half and 0 < hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return Moment(hour, minute, bool(half) or hour == 0 or said["h"].startswith("0"), match.span())


def _minute(said: dict[str, str]) -> int:
    if "half" in said:
        return 30
    if "quarters" in said:
        return {"一": 15, "1": 15, "2": 30}.get(said["quarters"], 45)
    if "quarter" in said or "to_quarter" in said:
        return 15 if "quarter" in said else -15
    if "minus" in said:
        return -number(said["minus"])
    minute = said.get("m") or said.get("word_m")
    return number(minute.rstrip("分")) if minute else 0


def _only_a_little(match: re.Match[str], plain: str) -> bool:
    """一点 is "a little" unless a day, a part of the day or more of the clock stands beside it."""
    return match.group() == "一点" and not (_PART.search(plain) or find_day_words(plain, date(2024, 1, 1)))


def _bare(plain: str) -> Moment | None:
    match = _BARE.match(plain.strip())
    if not match:
        compact = re.fullmatch(r"\D{0,12}(?P<h>\d{1,2})(?P<m>[0-5]\d)\D{0,12}", plain.strip())
        match = compact
    moment = _moment(match) if match else None
    return replace(moment, span=(match.start("h"), max(match.end("h"), match.end("m")))) if match and moment else None


def _later(plain: str, now: datetime) -> tuple[datetime, list[Span], str] | None:
    for pattern in _LATER:
        match = pattern.search(plain)
        if match:
            amount = _amount(match)
            unit = match["unit"]
            size = "days" if unit[0] in "天d" else "hours" if unit[0] in "小钟h" else "minutes"
            minutes = amount * 15 if unit == "刻钟" else amount
            return now + timedelta(**{size: minutes}), [match.span()], size
    return None


def _amount(match: re.Match[str]) -> float:
    said = match["n"]
    if said.startswith(("half", "半")):
        amount = 0.5
    elif said in ("a", "an"):
        amount = 1
    else:
        amount = {"a quarter of an": 0.25, "a couple of": 2}.get(said) or float(number(said))
    groups = match.groupdict()
    return amount + (0.5 if groups.get("and_half") or groups.get("tail_half") else 0)
