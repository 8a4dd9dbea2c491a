"""Our small reader of points in time: 明天下午三点, 半小时后, next Friday 7:30, 25 to 7; always in the house's zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.understanding.clocks import Moment, Span, find_clock, first_clock, moment_of
from bot.understanding.days import DayFound, find_day_words, impossible_days
from bot.understanding.numbers import EN_NUMBER, NUMBER, ZH_NUMBER, number

__all__ = ["Moment", "Span", "day_words", "find_moment", "impossible", "same_day"]

_EARLIEST = {"morning": 1, "day": 7, "evening": 11}  # of the twelve hours a bare "N点" may mean
# Any text with a time has one of these; written out letter by letter, as that is what the regex engine finds fastest.
_MAY_HOLD_A_TIME = re.compile(
    "0|1|2|3|4|5|6|7|8|9|零|〇|一|二|两|俩|仨|三|四|五|六|七|八|九|十|半|中午|正午|午夜"
    "|noon|midday|mid-day|midnight|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirt"
    "|forty|fifty|sixty|ninety|hour|half|minute|quarter|couple"
)
_PART = re.compile(
    "(?P<small>凌晨)|(?P<night>半夜|深夜)"
    "|(?P<morning>清晨|清早|早上(?!好)|早晨|一早|上午(?!好)|大早|(?<=[明今])早|(?<=天)早(?!餐|饭|点|一)"
    rf"|(?<![\w])早(?= ?(?:\d{{1,2}}|{ZH_NUMBER})点)|(?<!good )\b(?:in the |this )?morning\b)"
    r"|(?P<noon>中午|正午|晌午|(?<=[明今天])午(?!餐|饭|后))"
    r"|(?P<afternoon>下午(?!好)|午后|(?<!good )\b(?:in the |this )?afternoon\b)"
    r"|(?P<dark>夜里|夜晚|\b(?:at |the )nigh?te?\b)"
    r"|(?P<evening>傍晚|黄昏|晚上(?!好)|今夜|(?<=[明今])晚|(?<=天)晚(?!餐|饭|点|一)|(?<=[周期拜][一二三四五六日])晚(?!餐|饭|点|一)"
    rf"|晚(?=[2-9]点|1[0-2]点|\d{{1,2}}:)|\b(?:in the |this )?(?<!good )evening\b|\bton(?:ight|ite)\b"
    r"|(?:(?<=day )|(?<=tomorrow )|(?<=tmr )|(?<=sat )|(?<=fri ))(?:night|nite)\b)",
    re.ASCII,
)
_MEAL = re.compile(
    r"(?P<morning>早饭|早餐|\bbreakfast)|(?P<day>午饭|午餐|\blunch|\bbrunch)|(?P<evening>晚饭|晚餐|晚宴|夜宵|宵夜|\bdinner|\bsupper)"
)
_BARE = re.compile(rf"\D{{0,12}}?(?P<h>{NUMBER})(?:[ :.]?(?P<m>[0-5]\d))?\D{{0,12}}")
_BARE_COMPACT = re.compile(r"\D{0,12}(?P<h>\d{1,2})(?P<m>[0-5]\d)\D{0,12}")
_ZH_COUNT = rf"(?:\d{{1,3}}(?:\.\d{{1,2}})?|{ZH_NUMBER}|[俩半])"
_EN_COUNT = (
    rf"\d{{1,3}}(?:\.\d{{1,2}})?|{EN_NUMBER}|an?|half an?|half|(?:a )?quarter of an|three[- ]quarters of an"
    "|a couple of|a couple|couple of"
)
_UNIT = "(?P<unit>分钟|分|刻钟|小时|钟头|钟|天|minutes?|mins?|hours?|hrs?|hr|h|days?)"
_ZH_MORE = rf"(?:(?:零|又|加)?(?P<n2>{_ZH_COUNT})个?(?P<unit2>分钟|分|刻钟|刻))?"
_EN_MORE = rf"(?P<and_quarter> and a quarter)?(?:,?(?: and)? (?P<n2>\d{{1,2}}|{EN_NUMBER}) (?P<unit2>minutes?|mins?))?"
_LATER = (
    re.compile(
        rf"(?:(?P<n>{_ZH_COUNT})个?(?P<and_half>半)?多?){_UNIT}(?P<tail_half>半)?{_ZH_MORE}(?:之后|以后|后|内|之内)"
    ),
    re.compile(
        rf"(?:(?<![点超经])再?过|再等我?|等我?)(?:(?P<n>{_ZH_COUNT})个?(?P<and_half>半)?){_UNIT}(?P<tail_half>半)?{_ZH_MORE}"
        "(?!多?了|还|都)"
    ),
    re.compile(
        r"\b(?:in|within|after) (?:(?:about|around|approximately|like|maybe|say|another|the next) )*"
        rf"(?P<n>{_EN_COUNT})(?P<and_half> and a half)? ?{_UNIT}(?P<tail_half> and a half)?{_EN_MORE}"
        r"\b(?!'?s? (?:walk|drive))"
    ),
    re.compile(
        rf"\b(?P<n>{_EN_COUNT})(?P<and_half> and a half)? ?{_UNIT}(?P<tail_half> and a half)? (?:from now|later)\b"
    ),
)
_LATER_WORDS = ("后", "内", "过", "等", "in ", "after ", "later", "from now")
_WORDED = {"a": 1, "an": 1, "半": 0.5, "half": 0.5, "half a": 0.5, "half an": 0.5}
_WORDED |= {"a quarter of an": 0.25, "quarter of an": 0.25, "three quarters of an": 0.75, "three-quarters of an": 0.75}
_WORDED |= {"a couple of": 2, "a couple": 2, "couple of": 2}
_NOW = re.compile(
    r"现在|马上|立刻|立即|尽快|越快越好|\b(?:right )?now\b|\basap\b|\bright away\b|\bimmediately\b|\bas soon as"
)


def find_moment(plain: str, now: datetime, hint: str = "", asked: bool = False) -> tuple[datetime, list[Span]] | None:
    """A point in time with the places its words stand; `asked` allows a bare "7" or "now" as an answer."""
    if not asked and not _MAY_HOLD_A_TIME.search(plain):
        return None
    found = _find(plain, now, hint, asked)
    return None if found and impossible_days(plain, now.date()) else found


def impossible(plain: str, now: datetime) -> list[Span]:
    """Places of a day or an hour that does not exist, with the clock and the part of the day beside such a day."""
    days = impossible_days(plain, now.date())
    clock = first_clock(plain) if days or _MAY_HOLD_A_TIME.search(plain) else None
    if clock is None or not (days or moment_of(clock) is None):
        return days
    return [*days, clock.span(), *(part.span() for part in _PART.finditer(plain))]


def day_words(plain: str, now: datetime) -> str:
    """The words that name a day and a part of it: "tomorrow morning"."""
    day, part = find_day_words(plain, now.date()), _PART.search(plain)
    return " ".join(([plain[day.start : day.end]] if day else []) + ([part.group()] if part else []))


def same_day(earlier: str, plain: str, now: datetime, hint: str = "") -> datetime | None:
    """An hour without a day, said after one with a day: "tomorrow at 7 wake me, a taxi at 8" is tomorrow at 8.

    None where nothing is carried over; `earlier` is the text before `plain`.
    """
    clock = find_clock(plain)
    if clock is None or day_words(plain, now) or _later(plain, now):
        return None
    clauses = [each for each in re.split(r"[，,。.;；、\n]|然后|and ", earlier) if day_words(each, now)]
    before = find_moment(clauses[-1], now, hint) if clauses else None
    if before is None:
        return None
    own, day = plain[slice(*clock.span)], find_day_words(clauses[-1], now.date())
    said = [day_words(clauses[-1], now), clauses[-1][day.start : day.end] if day else ""]
    found = [moment for words in said if words and (moment := find_moment(f"{words} {own}", now, hint))]
    return next((moment for moment, _ in found if moment >= before[0]), None)


def _find(plain: str, now: datetime, hint: str, asked: bool) -> tuple[datetime, list[Span]] | None:
    later = _later(plain, now)
    if later and not (later[2] == "days" and find_clock(plain)):
        return later[:2]
    clock = find_clock(plain) or (_bare(plain) if asked else None)
    if clock is None:
        soon = _NOW.search(plain) if asked else None
        return (now, [soon.span()]) if soon else None
    try:
        return _on_the_day(plain, clock, now, _hint_of_meal(plain, clock, hint))
    except (ValueError, OverflowError):
        return None


def _hint_of_meal(plain: str, clock: Moment, hint: str) -> str:
    """Breakfast, lunch and dinner say which half of the day is meant, where the service does not know better."""
    meals = {match.lastgroup or "" for match in _MEAL.finditer(plain)} if hint in ("", "evening") else set()
    meal = meals.pop() if len(meals) == 1 else hint
    return hint if meal == "morning" and clock.hour < 5 else meal


def _on_the_day(plain: str, clock: Moment, now: datetime, hint: str) -> tuple[datetime, list[Span]] | None:
    day, part = find_day_words(plain, now.date(), clock.span), _nearest_part(plain, clock)
    if day and day.day < now.date():
        return None
    moment = _with_part(clock, part.lastgroup or "") if part else clock
    spans = [clock.span, *([(day.start, day.end)] if day else []), *([part.span()] if part else [])]
    for candidate in _candidates(moment, day, now, hint):
        asleep = candidate.hour < 6 and 6 <= now.hour < 20 and not moment.exact and hint in ("", "evening")
        if candidate > now and not asleep:
            return candidate, spans
    return (candidate, spans) if day else None


def _nearest_part(plain: str, clock: Moment) -> re.Match[str] | None:
    start, end = clock.span
    parts = _PART.finditer(plain)
    return min(parts, key=lambda part: max(part.start() - end, start - part.end()), default=None)


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
        small_hours = hour < 4 or (hint != "clock" and (hour, moment.minute) <= (5, 0))
        return (hour + 12,) if small_hours else (hour,)
    return (hour, hour + 12) if hour < 12 else (12, 24)


def _with_part(clock: Moment, part: str) -> Moment:
    hour = clock.hour
    if part in ("evening", "dark") and clock.exact and hour < 4:
        return replace(clock, hour=hour + 24)
    if clock.exact or hour > 12:
        return clock
    if hour == 12 and part in ("small", "night", "evening", "dark"):
        hour = 0 if part in ("small", "night") else 24
    elif part in ("evening", "dark"):
        hour += 24 if hour < (4 if part == "evening" else 6) else 12
    elif (part == "afternoon" and hour < 12) or (part == "noon" and hour < 10) or (part == "night" and hour > 7):
        hour += 12
    return Moment(hour, clock.minute, True, clock.span)


def _bare(plain: str) -> Moment | None:
    match = _BARE.fullmatch(plain.strip()) or _BARE_COMPACT.fullmatch(plain.strip())
    moment = moment_of(match) if match else None
    return replace(moment, span=(match.start("h"), max(match.end("h"), match.end("m")))) if match and moment else None


def _later(plain: str, now: datetime) -> tuple[datetime, list[Span], str] | None:
    if not any(word in plain for word in _LATER_WORDS):
        return None
    for pattern in _LATER:
        match = pattern.search(plain)
        if match:
            size, amount = _size(match["unit"]), _amount(match)
            minutes = amount * 15 if match["unit"] == "刻钟" else amount
            return now + timedelta(**{size: minutes}) + _more(match), [match.span()], size
    return None


def _size(unit: str) -> str:
    return "days" if unit[0] in "天d" else "hours" if unit[0] in "小钟h" else "minutes"


def _amount(match: re.Match[str]) -> float:
    groups = match.groupdict()
    halves = 0.5 if groups.get("and_half") or groups.get("tail_half") else 0.25 if groups.get("and_quarter") else 0
    return _count(match["n"]) + halves


def _more(match: re.Match[str]) -> timedelta:
    """The twenty minutes of "an hour and twenty minutes"."""
    said = match.groupdict()
    count = _count(said["n2"]) if said.get("n2") else 0
    return timedelta(minutes=count * 15 if (said.get("unit2") or "").startswith("刻") else count)


def _count(said: str) -> float:
    return _WORDED[said] if said in _WORDED else float(said) if said[0].isdigit() else float(number(said))
