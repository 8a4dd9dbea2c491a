"""Hours as they are written or spoken: 三点半, 差五分八点, 7:30 pm, half seven, 25 to 7, 0645 tomorrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.understanding.numbers import EN_NUMBER, ZH_NUMBER, number

Span = tuple[int, int]
SEVERAL = 64  # texts whose hours are remembered: of one message they are asked for several times

_ZH = rf"(?:\d{{1,2}}|{ZH_NUMBER})"
_EN = rf"(?:\d{{1,2}}|{EN_NUMBER})"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_HOURS = f"{_ONES}|ten|eleven|twelve"
_ZH_MINUTES = (
    r"\d{2}(?!\d)分?|[零〇0][一二三四五六七八九1-9]分?"
    r"|[二三四五]?十[一二三四五六七八九]?分?|(?:\d|[一二三四五六七八九])分"
)
_ZH_COUNTED = "[钟个位人份杯瓶条名一二三四五六七八九]"
_NOT_A_CLOCK = (
    "(?![心菜单头赞击评子名]|餐(?![厅桌位])|火(?![车锅])|建议|意见|外卖|吃的|喝的|什么|东西|想法|要求"
    "|问题|原因|需求|疑问|[一二三四五六七八九\\d]折)"
)
_WORD_MINUTES = (
    rf"(?P<word_m>(?:twenty|thirty|forty|fifty)[- ](?:{_ONES})|oh?[- ](?:{_ONES})|ten|fifteen"
    "|twenty|thirty|forty|fifty)"
)
_AP = r"(?P<ap>[ap]\.?m\b\.?)"
_COUNTED = (
    "people|persons?|guests|of us|adults|kids|bottles?|towels?|minutes?|mins?|hours?|hrs?|days?|nights?"
    "|percent|%|degrees|star|yuan|rmb|kuai|dollars?|euros?|pounds?|mbps|km|met(?:er|re)s|pieces|cups|sets"
)
_WEEKDAYS = "(?:mon|tue|tues|wed|weds|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?"
_DAY_WORDS = (
    f"tomorrow|2morrow|tmrw?|today|tonight|this (?:morning|afternoon|evening)|in the (?:morning|afternoon|evening)"
    f"|{_WEEKDAYS}"
)
_MONTHS = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_GOES_ON = (  # what may stand after a bare number that is an hour and not a count of something
    r"(?= *(?:$|[,.;!?)\n\x00]|(?:please|pls|plz|thanks|thank|for|on|in the|the|this|at night|and|or|if|because|so"
    rf"|would|is|from|to|until|till?|sharp|onwards|next|{_DAY_WORDS})\b))"
)
_NO_ROOM = r"(?<!room )(?<!rm )(?<!no )(?<!number )(?<!#)"
_WAKE_WORDS = r"(?:wake[- ]?up(?: call)?|morning call|alarm(?: call)?|wake (?:me|us)(?: up)?|叫早|叫醒|叫床|起床)"
_WISHES = (
    "taxi|cab|car|transfer|ride|pick[- ]?up|call|dinner|lunch|breakfast|table|reservation|booking|check[- ]?(?:out|in)"
)
_ON_THE_DOT = "(?= (?:sharp|on the dot|exactly)\\b)"

_Clock = tuple[frozenset[str], re.Pattern[str]]


def _clock(pattern: str, *needs: str) -> _Clock:
    """A pattern, and words of which the text must hold one."""
    return frozenset(needs), re.compile(pattern, re.ASCII)


_CLOCKS: tuple[_Clock, ...] = (
    _clock(rf"差(?:(?P<less_quarter>一刻)|(?P<minus>{_ZH})分?)钟?(?:就|到)*(?P<h>{_ZH})点", "差"),
    _clock(rf"(?P<h>{_ZH})点(?:钟)?差(?:(?P<less_quarter>一刻)|(?P<minus>{_ZH})分)", "差"),
    _clock(rf"(?P<h>{_ZH})(?:到|至|-|~|—)(?={_ZH}点)", "点"),
    _clock(rf"(?P<h>{_ZH})(?:点|时(?!间|候|差|半))(?:钟|整)?(?:过)?"
           rf"(?:(?P<half>半)|(?P<quarters>[一三123])刻|(?P<m>{_ZH_MINUTES})(?!{_ZH_COUNTED}))?{_NOT_A_CLOCK}",
           "点", "时"),
    _clock(rf"(?<![\d:.])(?P<h>\d{{1,2}})[:.h](?P<m>[0-5]\d) ?{_AP}", "m"),
    _clock(r"(?<![\d:.¥$€])(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)(?!\d)", ":"),
    _clock(rf"\b(?:from )?(?P<h>\d{{1,2}}) ?[-~–] ?(?P<until>\d{{1,2}}) ?{_AP}", "-", "~", "–"),
    _clock(rf"\b(?:from (?P<h>{_EN}) to|between (?P<h2>{_EN}) and) (?P<until>{_EN}) ?{_AP}", "from", "between"),
    _clock(rf"(?<![\d:.]){_NO_ROOM}(?P<h>[01]?\d|2[0-3])(?P<m>[0-5]\d) ?(?:{_AP}|(?=hours?\b|hrs?\b|in the morning))",
           "m", "h"),
    _clock(rf"(?<![\d:.]){_NO_ROOM}(?P<h>[01]?\d|2[0-3])(?P<m>[0-5][05]) (?=tomorrow|tonight)", "to"),
    _clock(r"(?:at|by|before|until|till?|to|around|@) ?(?P<h>[01]?\d|2[0-4])[.h](?P<m>[0-5]\d)\b", ".", "h"),
    _clock(rf"\bhalf (?:past )?(?P<h>{_EN}\b)(?P<half>)(?! (?:hour|dozen))(?: ?{_AP})?", "half"),
    _clock(rf"\bhalf-past (?P<h>{_EN}\b)(?P<half>)(?: ?{_AP})?", "half-"),
    _clock(rf"\b(?:(?P<quarter>quarter)|(?P<m>{_EN})(?: min(?:ute)?s?)?)[- ](?:past|after)[- ](?P<h>{_EN}\b)"
           rf"(?: ?{_AP})?", "past", "after"),
    _clock(rf"\b(?<!from )(?:(?P<less_quarter>quarter)[- ](?:to|before|till?|of)"
           rf"|(?P<minus>5|10|15|20|25|five|ten|fifteen|twenty(?:[- ]five)?|{_EN}(?= min))(?: min(?:ute)?s?)?"
           rf"[- ](?:to|before|till?))[- ](?P<h>1[0-2]|\d|{_HOURS})\b(?! ?(?:{_COUNTED})\b)(?:(?= ?{_AP})|{_GOES_ON}"
           r"|(?= (?!more|extra|new|fresh|big|small)[a-z]+ing\b))(?: ?[ap]m\b)?",
           "to", "before", "til", "of"),
    _clock(rf"\b(?P<h>(?:{_HOURS}|\d{{1,2}}))[- ]{_WORD_MINUTES} ?{_AP}", "m"),
    _clock(rf"\b(?P<h>{_EN}) ?{_AP}", "m"),
    _clock(r"\b(?:12|twelve) ?(?:(?P<noon>noon|mid-?day)|(?P<midnight>midnight))\b", "no", "mid"),
    _clock(rf"\b(?P<h>{_EN}) ?(?:o'? ?clock)\b", "clock"),
    _clock(rf"\b(?<!\bone )(?:at|by|before|until|till?|@) ?(?!one (?:of|point|side|end|corner|more|time|go)\b)"
           rf"(?P<h>{_EN})\b(?![:%.]\d| ?(?:{_COUNTED}))(?:[- ]{_WORD_MINUTES}\b)?", "at", "by", "before", "til", "@"),
    _clock(rf"\b(?:around|about|after|from|between) (?P<h>{_EN})\b(?![:%.]\d)(?:[- ]{_WORD_MINUTES}\b)?{_GOES_ON}",
           "a", "from", "between"),
    _clock(rf"{_WAKE_WORDS}(?: for| at|:)? ?(?P<h>\d{{1,2}}|{EN_NUMBER})(?![:\d])(?:\.(?P<m>[0-5]\d)\b)?{_GOES_ON}",
           "wake", "call", "alarm", "叫", "起床"),
    _clock(rf"\b(?:{_DAY_WORDS}),? (?:at )?(?P<h>[01]?\d|2[0-4])[.h](?P<m>[0-5]\d)\b", ".", "h"),
    _clock(rf"\b(?:{_DAY_WORDS}|morning|afternoon|evening),? (?P<h>{_EN})(?![.:]\d){_GOES_ON}", "day", "o", "n", "t"),
    _clock(rf"{_NO_ROOM}(?<!for )\b(?P<h>\d{{1,2}}|{_HOURS}) "
           r"(?=(?:tomorrow|tonight|this evening|in the (?:morning|afternoon|evening)|at night)\b)", "to", "th", "at"),
    _clock(r"\b(?:taxi|cab|car|transfer|pick[- ]?up|ride) for (?P<h>1?\d) (?=tomorrow|tonight|in the)", " for "),
    _clock(r"\b(?P<h>[01]?\d|2[0-3])h(?P<m>[0-5]\d)\b", "h"),
    _clock(r"(?:(?<=[天早晚晨夜号日上午])|(?<=[周期拜][一二三四五六日])) ?(?=0|\d{3}[05])"
           r"(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)(?!\d| ?[房室号间])"),
    _clock(r"(?:(?<=[今明天]早)|(?<=[今明天]晚)|(?<=早上|晚上|上午|下午)) ?(?P<h>1?\d)\.?(?P<m>[0-5][05])"
           r"(?!\d| ?[房室号间])"),
    _clock(r"(?<![\d.:¥])(?P<h>[01]?\d|2[0-3])\.(?P<m>[0-5]\d)(?=叫|起|送|接|来|打扫|退房|去|出发|用车|打车)", "."),
    _clock(rf"(?<![\d.:]){_NO_ROOM}(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d) ?(?=(?:on )?(?:{_DAY_WORDS}|the \d+[a-z]*"
           rf"|\d{{1,2}}[a-z]* {_MONTHS}|{_MONTHS} \d+)\b)"),
    _clock(rf"\b(?:{_DAY_WORDS}|\d{{1,2}}(?:st|nd|rd|th)?|{_MONTHS}),? (?=0|\d{{3}}[05])(?!20[2-4]\d)"
           r"(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)\b"),
    _clock(rf"(?<![\d.])(?P<h>[01]?\d|2[0-4])\.(?P<m>[0-5]\d)(?= (?:{_DAY_WORDS})\b)", "."),
    _clock(rf"\b(?:{_WISHES})(?: for| at)? (?P<h>[01]?\d|2[0-3])\.(?P<m>[0-5][05])(?![\d.])", "."),
    _clock(rf"\b{_NO_ROOM}(?<!for )(?<!in )(?P<h>{_HOURS}|\d{{1,2}}(?= (?:fif|thi|for)))[- ](?!oh?[- ])"
           rf"{_WORD_MINUTES}\b(?![- ](?:{_ONES}))"),
    _clock(r"\b(?:at|by|around|before) (?P<h>1?\d|2[0-3])(?P<m>[0-5][05])\b(?! ?(?:road|street|avenue))"),
    _clock(rf"\b(?P<h>\d{{1,2}}|{_HOURS})-?ish\b", "ish"),
    _clock(rf"\b{_NO_ROOM}(?P<h>{_EN}){_ON_THE_DOT}", "sharp", "dot", "exactly"),
    _clock(r"(?P<noon>\bnoon(?:ish)?\b|\bmid-?day\b|正午|中午)|(?P<midnight>\bmidnight\b|午夜|零点)",
           "no", "mid", "午", "零"),
)  # fmt: skip
_NEEDED = frozenset(word for needs, _ in _CLOCKS for word in needs)
_A_LITTLE = re.compile("一点|一时")
_HOUR_BESIDE = re.compile("(?:[天日号上午晨夜在到约]|[明今]晚|[周期拜][一二三四五六日])$")
_CLAUSE_BEFORE = re.compile("(?:^|[,。.;!? \\n\x00想我们请])$")
_DONE_THEN = re.compile("过?来|之?前|左右|叫|送|去|退|走|出发|用车|打车|接|开始|打扫|集合")
_COOLING = re.compile(r"\bac\b|a/c|air ?con|thermostat|temp|heating|空调")
_EVENT_AFTER = re.compile(
    "(?:左右|多)?(?:的(?:飞机|航班|火车|高铁|动车|大巴|船|会|电影|演出|音乐会|话剧)|起飞|开车|发车|开会|开演)"
    "| ?(?:flight|train|plane|film|movie|show|concert|meeting|ferry)\\b"
)
_EVENT_BEFORE = re.compile(
    r"\b(?:flight|train|plane|film|movie|show|concert|meeting|ferry)(?: (?:is|leaves|departs|takes off|goes|starts"
    rf"|begins|boards|on|{_DAY_WORDS}))*(?: at)? ?$"
    "|(?:飞机|航班|火车|高铁|动车|电影|会议)(?:是|在|时间|[明今后]天|[早晚]上?|[上下]午|凌晨|中午)*$"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """`exact`: the half of the day was said (7 pm, 19:00), so no hint may move it."""

    hour: int
    minute: int
    exact: bool
    span: Span


@lru_cache(maxsize=SEVERAL)
def find_clock(plain: str) -> Moment | None:
    """The surest hour in the text, one of a flight or a film only where there is no other."""
    events: list[re.Match[str]] = []
    for match in clocks(plain):
        if any(match.start() < event.end() and event.start() < match.end() for event in events):
            continue
        if not _of_event(match, plain):
            return moment_of(match)
        events.append(match)
    return moment_of(events[0]) if events else None


@lru_cache(maxsize=SEVERAL)
def first_clock(plain: str) -> re.Match[str] | None:
    """What most surely reads like an hour, be there such an hour or not."""
    return next(clocks(plain), None)


def clocks(plain: str) -> Iterator[re.Match[str]]:
    """What reads like an hour, the surest reading first."""
    said = {word for word in _NEEDED if word in plain}
    for needs, pattern in _CLOCKS:
        if not needs or not needs.isdisjoint(said):
            for match in pattern.finditer(plain):
                if not _is_something_else(match, plain):
                    yield match


def moment_of(match: re.Match[str]) -> Moment | None:
    """None for an hour that no clock shows."""
    said = {name: value for name, value in match.groupdict().items() if value is not None}
    if "noon" in said or "midnight" in said:
        return Moment(12 if "noon" in said else 24, 0, True, match.span())
    written = said.get("h") or said["h2"]
    hour, minute = number(written), _minute(said)
    if hour > 24 or minute > 59:
        return None
    if minute < 0:
        hour, minute = (hour - 1 if hour > 1 else hour + 11), minute + 60
    half = _half_of_the_day(said, hour)
    if half and 0 < hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return Moment(hour, minute, bool(half) or hour == 0 or written.startswith("0"), match.span())


def _half_of_the_day(said: dict[str, str], hour: int) -> str:
    half = said.get("ap", "")[:1]
    if "until" in said and hour % 12 > number(said["until"]) % 12:
        return "a" if half == "p" else "p"
    return half


def _minute(said: dict[str, str]) -> int:
    if "half" in said:
        return 30
    if "quarters" in said:
        return {"一": 15, "1": 15, "2": 30}.get(said["quarters"], 45)
    if "quarter" in said or "less_quarter" in said:
        return 15 if "quarter" in said else -15
    if "minus" in said:
        return -number(said["minus"])
    minute = said.get("m") or re.sub("^oh?[- ]", "", said.get("word_m", ""))
    return number(minute.rstrip("分")) if minute else 0


def _is_something_else(match: re.Match[str], plain: str) -> bool:
    """一点 is mostly "a little", and "at 22" a temperature where the air conditioning is meant."""
    if _A_LITTLE.fullmatch(match.group()):
        before = plain[max(0, match.start() - 2) : match.start()]
        beside = _CLAUSE_BEFORE.search(before) and _DONE_THEN.match(plain, match.end())
        return not (beside or _HOUR_BESIDE.search(before))
    said = match.group().split()
    return said[0] in ("at", "to") and said[-1].isdigit() and int(said[-1]) > 12 and bool(_COOLING.search(plain))


def _of_event(match: re.Match[str], plain: str) -> bool:
    before = plain[max(0, match.start() - 40) : match.start()]
    return bool(_EVENT_AFTER.match(plain, match.end()) or _EVENT_BEFORE.search(before))
