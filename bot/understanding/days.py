"""Which day is meant: 明天, 下周五, 12月3号, tomorrow, next Friday, 3 December."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.numbers import number

_OFFSETS = {
    "昨天": -1, "昨日": -1, "昨晚": -1, "前天": -2, "yesterday": -1, "last night": -1,
    "day after tmrw": 2, "day after tmr": 2, "day after tomorow": 2, "overmorrow": 2,
    "大后天": 3, "后天": 2, "后日": 2, "day after tomorrow": 2, "明": 1, "明天": 1, "明日": 1, "明儿": 1, "翌日": 1,
    "听日": 1, "次日": 1, "2morrow": 1, "tomoz": 1, "tonite": 0, "明个": 1, "今个": 0,
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
_WEEKDAY_WORD = "mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|saturday|sunday"
_ZH_NAMED = (
    "昨天|昨日|昨晚|前天|大后天|后天|后日|明天|明日|听日|明儿|明个|翌日|次日|今天|今日|今儿|今个|当天|第二天"
    "|明(?=早|晚|晨|午)|今(?=早|晚|晨|午|夜)"
)
_EN_NAMED = "|".join(sorted((word for word in _OFFSETS if word.isascii()), key=len, reverse=True))

_FURTHEST = 366
_FESTIVE = {
    "元旦": (1, 1), "圣诞前夜": (12, 24), "圣诞夜": (12, 24), "圣诞": (12, 25), "劳动节": (5, 1),
    "平安夜": (12, 24), "跨年夜": (12, 31), "情人节": (2, 14), "国庆": (10, 1),
    "new year's eve": (12, 31), "new year's day": (1, 1), "christmas eve": (12, 24), "christmas": (12, 25),
    "xmas eve": (12, 24), "xmas": (12, 25),
    "valentine's day": (2, 14), "boxing day": (12, 26), "halloween": (10, 31),
}  # fmt: skip
_ZH_OF_MONTH = r"\d{1,2}|三十一?|二?十[一二三四五六七八九]|[二]?十|[一二三四五六七八九]"
_NO_FLOOR = "(?! (?:floor|time|room|one|person|bed|night|key|towel|pillow|guest|bottle|level|terminal|street|door))"
_NO_VERB = "(?!(?<=may) (?:i|we|be|he|she|they|you|not|need|come|go|want|arrive|take|the|my))"
_NO_SEAT = (
    "(?<!the )(?<!we )(?<!i )(?<!he )(?<!she )(?<!they )(?:sat|sun)"
    r"\b(?! (?:in|by|there|here|down|beds?|loungers?|cream|block|hat|deck|terrace|set|rise|is (?:too|so|very)))"
)
_STARTS = (  # where no day can begin, none of the many alternatives is tried
    r"(?:\b(?=[a-z])|(?=[\d昨前大后明听翌次今当第下这本上个周星礼一二两三四五六七八九十元圣劳平跨情国]))"
)
_DAY = re.compile(
    _STARTS + rf"(?:(?P<named>{_ZH_NAMED}|\b(?:{_EN_NAMED})\b)"
    r"|(?P<ahead>下下|下|这|本|上)?个?(?:周|星期|礼拜)(?P<zh_day>[一二三四五六日天]|[1-6](?!\d))"
    r"|(?P<iso>\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?)"
    rf"|(?P<month>\d{{1,2}}|十[一二]?|[一二三四五六七八九])月(?P<of_month>{_ZH_OF_MONTH})[日号]?(?!\d)"
    rf"|(?<![\d#第])(?P<next_month>下个?月)?(?P<only>{_ZH_OF_MONTH})[日号](?![楼房桌线店厅门院栋馆码别棚床柜梯池屋])"
    r"|(?<![\d/.])(?P<slash_month>1[0-2]|0?[1-9])[/.](?P<slash_day>3[01]|[12]\d|0?[1-9])"
    r"(?= ?(?:号|日|早|晚|上午|下午|中午|凌晨|傍晚))"
    r"|(?P<in_days>\d{1,2}|[一二两三四五六七八九十])天(?:之后|以后|后)"
    r"|(?P<n_weeks>[2-4]|[两二三四])个?(?:周|星期|礼拜)(?:之后|以后|后)"
    r"|\bin (?P<n_en_weeks>[2-4]|two|three|four) weeks\b"
    r"|\bin (?P<in_en_days>\d{1,2}|two|three|four|five|six) days\b"
    r"|(?P<in_weeks>\ba week (?:from (?:today|now)|today)\b|\bin a week\b|一周后|一个?(?:星期|礼拜)后)"
    rf"|(?P<festive>{'|'.join(_FESTIVE)})"
    r"|(?<![\d/.])(?P<either>\d{1,2})[/.](?P<other>\d{1,2})(?= (?:at|@)|,? \d{1,2}(?::|[ap]m))"
    rf"|\b(?P<month_first>{_MONTH_WORD})\.? (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?\b"
    r"(?![:.]\d| ?(?:people|guests|of us))"
    r"(?:,? (?P<year_last>20[23]\d)\b)?"
    rf"|\b(?P<day_first>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month_after>{_MONTH_WORD})\b{_NO_VERB}"
    r"(?:,? (?P<year>20[23]\d)\b)?"
    rf"|\b(?:(?P<en_ahead>next week(?: on)?|next|this|coming) )?(?P<en_day>{_WEEKDAY_WORD}|{_NO_SEAT})\b"
    r"(?P<week_after> next week\b)?"
    r"|\bthe (?P<the>\d{1,2})(?:st|nd|rd|th)\b" + _NO_FLOOR +
    r"|(?P<weekend>周末|这周末|本周末|\bweekend\b))",
    re.ASCII,
)  # fmt: skip
# Any text with a day has one of these; written out letter by letter, as that is what the regex engine finds fastest.
_MAY_NAME_A_DAY = re.compile(
    r"/|-|\.|1st|2nd|3rd|th|天|日|号|月|周|星期|礼拜|明|今|昨|元旦|圣诞|平安|跨年|情人|国庆|劳动节|次日|day|tomo|tommo|tmr|tmw"
    "|moro|morrow|tonig|tonite|last night|this |week|new year|christmas|xmas|valentine|halloween|jan|feb|mar|apr|may"
    "|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun"
)
_BETWEEN = re.compile(r"[ ,(]*(?:on )?(?:the )?")
_DATES = ("iso", "month", "slash_month", "either", "month_first", "day_first", "only", "the")


@dataclass(frozen=True, slots=True)
class DayFound:
    """`weekly`: the same words will mean a later day once that day's hour is over."""

    day: date
    start: int
    end: int
    weekly: bool = False
    dated: bool = False


def find_day_words(plain: str, today: date, clock: tuple[int, int] = (0, 0)) -> DayFound | None:
    """The day named nearest to the clock, without one the first; None when there is none or no such date exists."""
    if not _MAY_NAME_A_DAY.search(plain):
        return None
    days = list(days_in(plain, today))
    if len(days) < 2:
        return days[0] if days else None
    ahead = [day for day in days if day.day >= today] or days
    nearest = min(ahead, key=lambda day: max(day.start - clock[1], clock[0] - day.end))
    return _with_its_date(nearest, ahead, plain)


def days_in(plain: str, today: date) -> Iterator[DayFound]:
    """All that are named and exist, as they stand."""
    for match in _DAY.finditer(plain):
        groups = {name: value for name, value in match.groupdict().items() if value}
        try:
            day = _day(groups, today)
        except (ValueError, OverflowError):
            continue
        weekly = ("en_day" in groups and not {"en_ahead", "week_after"} & groups.keys()) or (
            "zh_day" in groups and "ahead" not in groups
        )
        yield DayFound(day, *match.span(), weekly=weekly, dated=any(name in groups for name in _DATES))


def _with_its_date(named: DayFound, days: list[DayFound], plain: str) -> DayFound:
    """ "Tuesday 8 December" and "Christmas Eve, 24 December": the date says it more exactly than the name beside it."""
    for other in days:
        first, second = sorted((named, other), key=lambda day: day.start)
        if first is not second and first.dated != second.dated and _BETWEEN.fullmatch(plain, first.end, second.start):
            dated = first if first.dated else second
            return DayFound(dated.day, first.start, second.end, dated=True)
    return named


def impossible_days(plain: str, today: date) -> list[tuple[int, int]]:
    """Places where a day is named that no calendar has, or that is more than a year ahead."""
    if not _MAY_NAME_A_DAY.search(plain):
        return []
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
        weeks = 1 if groups.get("en_ahead", "").startswith("next") or "week_after" in groups else None
        return _weekday(today, _EN_WEEKDAYS.index(groups["en_day"][:3]), weeks)
    if "in_days" in groups or "in_en_days" in groups:
        return today + timedelta(days=number(groups.get("in_days") or groups["in_en_days"]))
    if "in_weeks" in groups or "n_weeks" in groups or "n_en_weeks" in groups:
        return today + timedelta(weeks=number(groups.get("n_weeks") or groups.get("n_en_weeks") or "1"))
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
        this_month = wanted >= today.day and "next_month" not in groups
        first = today.replace(day=1) if this_month else today.replace(day=1) + timedelta(days=32)
        return first.replace(day=wanted)
    if "either" in groups:
        return _either_way(int(groups["either"]), int(groups["other"]), today)
    word = groups.get("month_first") or groups.get("month_after")
    month = _MONTHS.index(word[:3]) + 1 if word else number(groups.get("month") or groups["slash_month"])
    names = ("of_month", "slash_day", "day_after", "day_first")
    of_month = number(next(groups[name] for name in names if name in groups))
    year = groups.get("year") or groups.get("year_last")
    return date(int(year), month, of_month) if year else _next_such(month, of_month, today)


def _either_way(one: int, other: int, today: date) -> date:
    """4/12 is written for 4 December and for 12 April: the one that comes sooner."""
    orders = [(month, day) for month, day in ((one, other), (other, one)) if month <= 12]
    if not orders:
        raise ValueError(one)
    return min(_next_such(month, day, today) for month, day in orders)


def _next_such(month: int, of_month: int, today: date) -> date:
    try:
        day = date(today.year, month, of_month)
    except ValueError:
        return date(today.year + 1, month, of_month)
    return day if day >= today else day.replace(year=today.year + 1)
