"""Which day is meant: 明天, 下周五, 12月3号, tomorrow, next Friday, 3 December."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.numbers import number

_OFFSETS = {
    "昨天": -1, "昨日": -1, "昨晚": -1, "前天": -2, "yesterday": -1, "last night": -1,
    "day after tmrw": 2, "day after tmr": 2, "day after tomorow": 2, "overmorrow": 2,
    "大后天": 3, "后天": 2, "后日": 2, "day after tomorrow": 2, "明": 1, "明天": 1, "明日": 1, "明儿": 1, "翌日": 1,
    "tomorrow": 1, "tommorow": 1, "tomorow": 1, "tommorrow": 1, "tmr": 1, "tmrw": 1, "tmw": 1, "2moro": 1,
    "今": 0, "今天": 0, "今日": 0, "今儿": 0, "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0,
    "this evening": 0, "当天": 0, "第二天": 1,
}  # fmt: skip
_ZH_WEEKDAYS = {char: index for index, char in enumerate("一二三四五六日")} | {"天": 6}
_ZH_WEEKDAYS |= {str(index + 1): index for index in range(6)}
_EN_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_WORD = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_WEEKDAY_WORD = "mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_ZH_NAMED = (
    "昨天|昨日|昨晚|前天|大后天|后天|后日|明天|明日|明儿|翌日|今天|今日|今儿|当天|第二天"
    "|明(?=早|晚|晨|午)|今(?=早|晚|晨|午|夜)"
)
_EN_NAMED = "|".join(sorted((word for word in _OFFSETS if word.isascii()), key=len, reverse=True))

_FURTHEST = 366
_FESTIVE = {
    "元旦": (1, 1), "圣诞": (12, 25), "平安夜": (12, 24), "跨年夜": (12, 31), "情人节": (2, 14), "国庆": (10, 1),
    "new year's eve": (12, 31), "new year's day": (1, 1), "christmas eve": (12, 24), "christmas": (12, 25),
    "valentine's day": (2, 14),
}  # fmt: skip
_ZH_OF_MONTH = r"\d{1,2}|三十一?|二?十[一二三四五六七八九]|[二]?十|[一二三四五六七八九]"
_DAY = re.compile(
    rf"(?P<named>{_ZH_NAMED}|\b(?:{_EN_NAMED})\b)"
    r"|(?P<ahead>下下|下|这|本|上)?个?(?:周|星期|礼拜)(?P<zh_day>[一二三四五六日天]|[1-6](?!\d))"
    r"|(?P<iso>\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?)"
    rf"|(?P<month>\d{{1,2}}|十[一二]?|[一二三四五六七八九])月(?P<of_month>{_ZH_OF_MONTH})[日号]?(?!\d)"
    rf"|(?<![\d#第])(?P<only>{_ZH_OF_MONTH})[日号](?![楼房桌线店厅门院栋馆码])"
    r"|(?<![\d/.])(?P<slash_month>1[0-2]|0?[1-9])[/.](?P<slash_day>3[01]|[12]\d|0?[1-9])"
    r"(?= ?(?:号|日|早|晚|上午|下午|中午|凌晨|傍晚))"
    r"|(?P<in_days>\d{1,2}|[一二两三四五六七八九十])天(?:之后|以后|后)"
    r"|\bin (?P<in_en_days>\d{1,2}|two|three|four|five|six) days\b"
    r"|(?P<in_weeks>\ba week (?:from (?:today|now)|today)\b|\bin a week\b|一周后|一个?(?:星期|礼拜)后)"
    rf"|(?P<festive>{'|'.join(_FESTIVE)})"
    rf"|\b(?P<month_first>{_MONTH_WORD})\.? (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d)"
    r"(?:,? (?P<year_last>20[23]\d)\b)?"
    rf"|\b(?P<day_first>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month_after>{_MONTH_WORD})\b(?:,? (?P<year>20[23]\d)\b)?"
    rf"|\b(?:(?P<en_ahead>next|this|coming) )?(?P<en_day>{_WEEKDAY_WORD})\b"
    r"|\bthe (?P<the>\d{1,2})(?:st|nd|rd|th)\b"
    r"|(?P<weekend>周末|这周末|本周末|\bweekend\b)"
)


@dataclass(frozen=True, slots=True)
class DayFound:
    """`weekly`: the same words will mean a later day once that day's hour is over."""

    day: date
    start: int
    end: int
    weekly: bool = False


def find_day_words(plain: str, today: date) -> DayFound | None:
    """The first day named in the text; None when there is none or no such date exists."""
    for match in _DAY.finditer(plain):
        groups = {name: value for name, value in match.groupdict().items() if value}
        try:
            day = _day(groups, today)
        except (ValueError, OverflowError):
            continue
        weekly = ("en_day" in groups and "en_ahead" not in groups) or ("zh_day" in groups and "ahead" not in groups)
        return DayFound(day, *match.span(), weekly=weekly)
    return None


def impossible_days(plain: str, today: date) -> list[tuple[int, int]]:
    """Places where a day is named that no calendar has, or that is more than a year ahead."""
    found = []
    for match in _DAY.finditer(plain):
        groups = {name: value for name, value in match.groupdict().items() if value}
        try:
            far = _day(groups, today) > today + timedelta(days=_FURTHEST)
        except (ValueError, OverflowError):
            far = number(groups.get("only", "0")) <= 31
        if far:
            found.append(match.span())
    return found


def _day(groups: dict[str, str], today: date) -> date:
    if "named" in groups:
        return today + timedelta(days=_OFFSETS[groups["named"]])
    if "zh_day" in groups:
        weeks = {"下": 1, "下下": 2, "这": 0, "本": 0, "上": -1}.get(groups.get("ahead", ""))
        return _weekday(today, _ZH_WEEKDAYS[groups["zh_day"]], weeks)
    if "en_day" in groups:
        weeks = 1 if groups.get("en_ahead") == "next" else None
        return _weekday(today, _EN_WEEKDAYS.index(groups["en_day"][:3]), weeks)
    if "in_days" in groups or "in_en_days" in groups:
        return today + timedelta(days=number(groups.get("in_days") or groups["in_en_days"]))
    if "in_weeks" in groups:
        return today + timedelta(weeks=1)
    if "festive" in groups:
        this_year = date(today.year, *_FESTIVE[groups["festive"]])
        return this_year if this_year >= today else this_year.replace(year=today.year + 1)
    if "weekend" in groups:
        return _weekday(today, 5, None)
    if "iso" in groups:
        year, month, day = map(int, re.findall(r"\d+", groups["iso"]))
        return date(year, month, day)
    return _calendar_day(groups, today)


def _weekday(today: date, weekday: int, weeks: int | None) -> date:
    if weeks is None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    return today - timedelta(days=today.weekday()) + timedelta(days=weekday, weeks=weeks)


def _calendar_day(groups: dict[str, str], today: date) -> date:
    if "only" in groups or "the" in groups:
        wanted = number(groups.get("only") or groups["the"])
        first = today.replace(day=1) if wanted >= today.day else today.replace(day=1) + timedelta(days=32)
        return first.replace(day=wanted)
    word = groups.get("month_first") or groups.get("month_after")
    month = _MONTHS.index(word[:3]) + 1 if word else number(groups.get("month") or groups["slash_month"])
    names = ("of_month", "slash_day", "day_after", "day_first")
    of_month = number(next(groups[name] for name in names if name in groups))
    year = groups.get("year") or groups.get("year_last")
    if year:
        return date(int(year), month, of_month)
    try:
        day = date(today.year, month, of_month)
    except ValueError:
        return date(today.year + 1, month, of_month)
    return day if day >= today else day.replace(year=today.year + 1)
