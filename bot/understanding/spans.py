"""From when until when, and on which days: 7 to 15, 晚上10点到早上6点, Mon to Fri, 周一三五, next week."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.understanding.days import DayFound, days_in
from bot.understanding.numbers import EN_NUMBER, ZH_NUMBER, number
from bot.understanding.time_slots import Span

LONGEST = 16 * 60  # minutes somebody may work at a stretch
HALF, DAY = 12 * 60, 24 * 60
MORNING = 5  # of two bare hours the first is in the morning from here on: "7 to 3", but "3 to 11"
MOST_DAYS = 100  # of a range
_SMALL, _NOON, _LATE = "凌晨|清晨|清早|早上|早晨|上午|早", "中午", "下午|傍晚|晚上|晚间|夜里|晚"
_CLOCK = (
    r"(?:(?P<{n}small>" + _SMALL + r")|(?P<{n}noon>" + _NOON + r")|(?P<{n}late>" + _LATE + r"))? ?"
    r"(?:(?P<{n}compact>(?:[01]\d|2[0-4])[0-5]\d)(?!\d)|(?P<{n}word>\bnoon\b|\bmid-?night\b|午夜|半夜)"
    rf"|(?P<{{n}}h>\d{{{{1,2}}}}|{ZH_NUMBER}|\b{EN_NUMBER})"
    r"(?:[:.](?P<{n}m>[0-5]\d)(?!\d)|[点时](?P<{n}zh>半|一刻|三刻|[0-5]?\d分?|[零二三四五]?十[一二三四五六七八九]?分?)?钟?)?"
    r"(?: ?(?P<{n}ap>[ap])\.?m\b\.?)?)"
)
_SPAN = re.compile(
    r"(?<![\d:.])(?:\bfrom )?" + _CLOCK.format(n="b_") + " ?(?:-|–|—|~|到|至|\\b(?:to|till?|until|through)\\b) ?"
    r"(?:次日|第二天|转天)?" + _CLOCK.format(n="e_") + r"(?![\d:]| ?(?:people|guests|rooms?|号|日|月))"
)  # fmt: skip
_RANGE = re.compile(r" ?(?:-|–|—|~|到|至|\b(?:to|till?|until|through|thru)\b) ?")
_FROM = re.compile(r"(?<![\d:.])([1-9]|[12]\d|3[01])(?:st|nd|rd|th)? ?(?:-|–|—|~|到|至|\b(?:to|until|through)\b) ?$")
_MORE_WEEKDAYS = re.compile(r"(?:[、,和]?[一二三四五六日天](?![点十时\d]))+")
_TO_WEEKDAY = re.compile(r" ?(?:到|至|-|~|–) ?([一二三四五六日天])(?![点十时\d])")
_ZH_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]$")
_WEEK = re.compile(
    r"(?P<next>\bnext week\b|下个?(?:周|星期|礼拜))(?![一二三四五六日天])"
    r"|(?P<this>\bthis week\b|\bthe week\b|[本这]个?(?:周|星期|礼拜))(?![一二三四五六日天末])"
)
_WEEKDAYS = re.compile(r"\b(?:on |every )?(?:weekdays|workdays)\b|工作日")
_TWO_DAYS = re.compile("(?P<now>今明|今天明天)(?:[两2]天)?|明后(?:[两2]天)?")
_WEEK_OF_ZH = {char: index for index, char in enumerate("一二三四五六日")} | {"天": 6}

Days = list[date]


def find_spans(plain: str) -> list[tuple[str, Span]]:
    """Each as 07:00-15:00, and where it stands; a shorter end is on the next day: 22:00-06:00."""
    found = ((_span(match), match.span()) for match in _SPAN.finditer(plain))
    return [(f"{_hhmm(span[0])}-{_hhmm(span[1])}", place) for span, place in found if span]


def find_days(plain: str, today: date) -> tuple[Days, list[Span]]:
    """All days that are named, in order, and where."""
    weeks = list(_WEEK.finditer(plain))
    groups = list(_groups(plain, today))
    places = [each.span() for each in weeks] + [place for _, some in groups for place in some]
    working = _WEEKDAYS.search(plain)
    first = today + timedelta(days=7 - today.weekday()) if any(each["next"] for each in weeks) else today
    if not groups and (weeks or working):
        left = [first + timedelta(days=each) for each in range(7 - first.weekday())]
        days = [each for each in left if not working or each.weekday() < 5]
        return days, places + ([working.span()] if working else [])
    days = [day for some, _ in groups for day in some]
    two = _TWO_DAYS.search(plain)
    if two:
        days += [today + timedelta(days=each) for each in ((0, 1) if two["now"] else (1, 2))]
        places.append(two.span())
    if first > today:  # "next week Mon to Fri"
        days = [each if each >= first else each + timedelta(days=7) for each in days]
    return sorted(set(days)), places


def _groups(plain: str, today: date) -> Iterator[tuple[Days, list[Span]]]:
    """Single days and ranges; a day of the week behind another is not before it."""
    found = list(days_in(plain, today))
    at, last = 0, today
    while at < len(found):
        first = found[at]
        day = _not_before(first, last) if at else first.day
        if at + 1 < len(found) and _RANGE.fullmatch(plain, first.end, found[at + 1].start):
            to = _not_before(found[at + 1], day)
            yield _from_to(day, to), [(first.start, found[at + 1].end)]
            last, at = to, at + 2
            continue
        since = _FROM.search(plain, 0, first.start) if first.dated else None
        if since and int(since[1]) < day.day:  # "1 to 5 December"
            yield _from_to(day.replace(day=int(since[1])), day), [(since.start(), first.end)]
            last, at = day, at + 1
            continue
        days, end = _with_short_days(plain, first, day)
        yield days, [(first.start, end)]
        last, at = days[-1], at + 1


def _with_short_days(plain: str, first: DayFound, day: date) -> tuple[Days, int]:
    """周一三五, 周一到五; the weekend is two days."""
    said = plain[first.start : first.end]
    if said in ("周末", "这周末", "本周末", "weekend"):
        return [day, day + timedelta(days=1)], first.end
    if not _ZH_WEEKDAY.search(said):
        return [day], first.end
    to = _TO_WEEKDAY.match(plain, first.end)
    if to:
        return _from_to(day, _next(_WEEK_OF_ZH[to[1]], day)), to.end()
    more = _MORE_WEEKDAYS.match(plain, first.end)
    wanted = [_WEEK_OF_ZH[each] for each in more[0] if each in _WEEK_OF_ZH] if more else []
    return [day, *(_next(each, day) for each in wanted)], more.end() if more else first.end


def _not_before(found: DayFound, day: date) -> date:
    if found.weekly:
        return _next(found.day.weekday(), day)
    if found.dated and found.day < day and found.day.day > day.day:  # 12月1号到5号: the month is said once
        return day.replace(day=found.day.day)
    return found.day


def _next(weekday: int, day: date) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _from_to(first: date, last: date) -> Days:
    return [first + timedelta(days=each) for each in range(min((last - first).days + 1, MOST_DAYS))] or [first]


def _span(match: re.Match[str]) -> tuple[int, int] | None:
    (begins, is_begin_sure, b24), (ends, is_end_sure, e24) = _minutes(match, "b_"), _minutes(match, "e_")
    if begins is None or ends is None:
        return None
    if b24 or e24:  # as on a clock of 24 hours
        halves = [(begins, ends)] if (ends - begins) % DAY <= LONGEST else [(begins, ends + HALF)] if not e24 else []
    elif is_begin_sure and is_end_sure:
        halves = [(begins, ends)]
    elif is_begin_sure or is_end_sure:
        halves = [
            (begins + one, ends + other)
            for one in ((0,) if is_begin_sure else (0, HALF))
            for other in ((0,) if is_end_sure else (0, HALF))
        ]
    else:
        begins = begins % HALF + (HALF if begins % HALF < MORNING * 60 else 0)
        halves = [(begins, ends % HALF), (begins, ends % HALF + HALF)]
        halves = [each for each in halves if each[1] > begins] or halves[:1]
    spans = [(one % DAY, other % DAY) for one, other in halves]
    fitting = [each for each in spans if 0 < (each[1] - each[0]) % DAY <= LONGEST]
    return min(fitting, key=lambda each: (each[1] - each[0]) % DAY, default=None)


def _minutes(match: re.Match[str], of: str) -> tuple[int | None, bool, bool]:
    """Since midnight; whether the half of the day was said; whether it is written as on a clock of 24 hours."""
    if match[f"{of}word"]:
        return (HALF if "noon" in match[f"{of}word"] else 0), True, False
    if match[f"{of}compact"]:
        return int(match[f"{of}compact"][:2]) * 60 + int(match[f"{of}compact"][2:]), False, True
    written = match[f"{of}h"]
    hour, minute = number(written), _minute(match[f"{of}m"] or match[f"{of}zh"] or "")
    if hour > 24 or minute > 59:
        return None, False, False
    half = match[f"{of}ap"] or ""
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif match[f"{of}small"]:
        hour = hour % 12 if hour == 12 else hour
    elif match[f"{of}noon"]:
        hour += 12 if hour < 10 else 0
    elif match[f"{of}late"] and hour <= 12:
        is_night = match[f"{of}late"] in ("晚上", "晚", "夜里") and (hour < 5 or hour == 12)
        hour = hour % 12 if is_night else hour % 12 + 12
    sure = bool(half or match[f"{of}small"] or match[f"{of}noon"] or match[f"{of}late"])
    return hour * 60 + minute, sure, not sure and (hour > 12 or hour == 0 or written[0] == "0")


def _minute(said: str) -> int:
    known = {"": 0, "半": 30, "一刻": 15, "三刻": 45}
    return known[said] if said in known else number(said.rstrip("分").lstrip("零"))


def _hhmm(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
