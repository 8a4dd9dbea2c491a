"""How many things, how many people, how many stars: numbers with what they count."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.understanding.numbers import NUMBER, ZH_NUMBER, number

Span = tuple[int, int]
Amount = tuple[int, Span]

_MEASURE = (
    "条个个瓶双张份杯件包盒卷套支把块台盏盆袋只根片副对碗盘罐箱次晚天间辆部桶壶串束床位桌颗粒枚听扎筐笼打屉碟锅粒"
)
_ZH_QUANTITY = re.compile(
    rf"(?P<n>半打|[一两二三]打|(?<![\d.:第])\d{{1,2}}(?=[{_MEASURE}])|(?<![第万统])(?:{ZH_NUMBER}|俩|仨)(?=[{_MEASURE}]))"
    rf"[{_MEASURE}]?(?!小时|半小时|月|星期|礼拜|人|钟头)|(?<![们妹弟女子妻])(?P<pair>俩|仨)"
)
_NO_TWO = "slippers|socks|scissors|shoes|chopsticks|ear|gloves|tweezers|pants|trousers|jeans|shorts|glasses"
_EN_QUANTITY = re.compile(
    rf"\b(?:(?P<couple>a couple(?: of| more)?)|(?P<two>a pair of (?!{_NO_TWO}))"
    r"|(?P<dozen>half a dozen|half dozen|a dozen|one dozen|two dozen)"
    r"|(?P<single>another(?! (?:two|three|four|five|six|seven|eight|\d))"
    r"|an? (?:extra|additional|spare|second|bottle|glass|cup|piece|pack|set|pair))\b(?! room))"
)
_NOT_COUNTED = (
    "am|pm|a\\.m|p\\.m|°|degrees?|percent|rmb|usd|yuan|dollars?|floor|years?|hours?|hrs?|minutes?|mins?|o'?clock|stars?"
    "|st|nd|rd|th|of (?:the|my|our|them)|month|weeks?"
)
_COUNT = re.compile(
    r"(?<![\d.:#$¥€£/a-z-])(?<!size )(?<!room )(?<!房间)(?<!no )(?<!this )(?<!that )(?<!which )(?<!the )"
    rf"(?P<n>{NUMBER})(?![\d:%/-]|\.\d)(?! ?(?:{_NOT_COUNTED})\b|[°度元块楼层号岁点时分年月日周星折])"
)
_MANY = re.compile(
    r"(?<![\d.:#$¥€£/-])(?<!room )(?<!no )(?P<n>\d{3,6})"
    rf"(?= ?[{_MEASURE}]| (?:(?!no\b|and\b|with\b|wants\b|needs\b)[a-z]+ )?"
    rf"(?!needs\b|wants\b|has\b|is\b|was\b|{_NOT_COUNTED})[a-z]+s\b)"
)
_HUNDREDS = re.compile(
    rf"(?P<n>{NUMBER}|\ban?) ?(?:(?P<hundred>hundred|百)|thousand|千)(?: and (?P<rest>{NUMBER})|(?P<tail>{ZH_NUMBER}))?"
    rf"(?![元块度号楼层一二三四五六七八九十]| ?(?:{_NOT_COUNTED})\b)"
)
# Nobody brings minus three or two and a half: no other number may be read there, so it counts as none.
_NO_AMOUNT = re.compile(
    rf"(?:(?<![\w-])-\d{{1,3}}|\bminus {NUMBER}|负{NUMBER}|\b{NUMBER} and a half"
    r"|(?<![\d.:])\d{1,2}\.\d{1,2}(?= [a-z]+s\b|["
    rf"{_MEASURE}]))"
    rf"(?! ?(?:{_NOT_COUNTED}|lit(?:er|re)s?|kilos?|days?|nights?|[ap]m)\b)[{_MEASURE}]?"
    rf"|{NUMBER}[{_MEASURE}]半(?!小时|钟头|钟|天|月|年|夜|晚)"
)
_ZH_PEOPLE = re.compile(
    rf"(?P<n>\d{{1,2}}|{ZH_NUMBER}|俩)(?:(?:个)?(?:位|大人|成人|小孩|孩子|儿童|人|名)(?!工|份)"
    r"|[大小](?=[一二两三四五六\d,，。;；\s]|$)|口(?:人|之家|子)?(?=[,，。;；\s人之要想去的一都住吃用]|$))"
    r"|(?:我们|一共|总共|咱们|姐妹|兄弟|母女|母子|父子|父女|夫妻|夫妇|同事|朋友)(?P<us>\d{1,2}|[一二两三四五六七八九十俩仨])(?!家)个?(?:人|位)?"
)
_NOT_PEOPLE = "(?! ?(?:am|pm|:|nights?|days?|hours?|minutes?)\\b|[:.]\\d)"
_EN_PEOPLE = re.compile(
    rf"\b(?P<n>{NUMBER}) ?(?:people|persons?|guests?|pax|adults?|grown-?ups?|of us|kids?|child(?:ren)?|babies"
    r"|toddlers?|diners?|seats?|ppl)\b"
    r"|\b(?:table|reservation|booking|dinner|lunch|breakfast|party|group)[a-z ]{0,20}? (?:for|of) "
    rf"(?P<table>{NUMBER})\b{_NOT_PEOPLE}"
    rf"|\bfor (?P<for>{NUMBER})"
    r"(?= *(?:$|[,.;!?\n]|at |to |tonight|tomorrow|today|please|on |this |next |around |by |in ))"
)
_AGE = re.compile(
    r"(?:\d{1,3}|[一二两三四五六七八九十百]{1,4})(?:个月大|个多月大|个月的|周岁|岁半?|岁多)"
    r"|\b\d{1,3}[ -]?(?:months?|years?|weeks?|yrs?|mos?)[ -]old\b|\b\d{1,3} ?yo\b"
    r"|\b(?:aged?|turning|is|are|who's|who is|she's|he's) \d{1,3}(?= *(?:$|[,.;!?]|years?|months?|and\b))"
)
_NOT_PAIRED = re.compile("拖鞋|袜|鞋|手套|筷|耳塞|耳环|眼镜")
_RATING = re.compile(r"(?<![\d.])(?P<n>[1-5]|[一二两三四五]|\b(?:one|two|three|four|five)\b)(?![\d.])")
_BARE = re.compile(rf"^\D{{0,12}}?(?<!\d)(?P<n>{NUMBER})(?![\d下会直起样定般点些楼层号])\D{{0,12}}$")
# The first that occurs counts, so that the longer words stand before those they contain.
_JUDGED = {
    "非常不满意": 1, "很不满意": 1, "very dissatisfied": 1, "terrible": 1,
    "不满意": 2, "dissatisfied": 2, "not satisfied": 2, "unhappy": 2, "bad": 2,
    "一般": 3, "还行": 3, "so so": 3, "average": 3, "okay": 3,
    "非常满意": 5, "很满意": 5, "excellent": 5, "perfect": 5, "very satisfied": 5, "very good": 5,
    "满意": 4, "satisfied": 4, "good": 4, "不错": 4,
}  # fmt: skip


def find_amounts(plain: str) -> list[Amount]:
    """Each number of things with its place."""
    plain = blank(plain, find_ages(plain))
    nothing = _NO_AMOUNT.search(plain)
    if nothing:
        return [(0, nothing.span())]
    many = [(int(match["n"]), match.span()) for match in _MANY.finditer(plain)]
    many += [(_hundreds(match), match.span()) for match in _HUNDREDS.finditer(plain)]
    plain = blank(plain, [span for _, span in many])
    chinese = list(_chinese(plain))
    rest = blank(plain, [span for _, span in chinese])
    english = list(_english(rest))
    rest = blank(rest, [span for _, span in english])
    counted = [*many, *chinese, *english]
    for match in _COUNT.finditer(rest):
        said = match["n"]
        if said.isascii() and not (said == "one" and counted):
            counted.append((number(said), match.span()))
    return counted


def _hundreds(match: re.Match[str]) -> int:
    times = 1 if match["n"] in ("a", "an") else number(match["n"])
    rest = match["rest"] or match["tail"]
    return times * (100 if match["hundred"] else 1000) + (number(rest) if rest else 0)


def find_ages(plain: str) -> list[Span]:
    """Where somebody's age is told: it is no number of things."""
    return [match.span() for match in _AGE.finditer(plain)]


def find_persons(plain: str) -> list[Amount]:
    """Each number of people with its place: adults and children apart."""
    plain = blank(plain, find_ages(plain))
    matches = list(_ZH_PEOPLE.finditer(plain)) or list(_EN_PEOPLE.finditer(plain))
    return [(number(match[match.lastgroup or 0]), match.span()) for match in matches]


def find_stars(plain: str, judged: bool) -> Amount | None:
    """One to five; words of judgement count only where a rating was asked for."""
    match = _RATING.search(plain)
    if match:
        return number(match["n"]), match.span()
    for word, value in _JUDGED.items() if judged else ():
        at = plain.find(word)
        if at >= 0:
            return value, (at, at + len(word))
    return None


def find_bare(plain: str) -> Amount | None:
    """Any number at all, for an answer to "how many?"."""
    match = _BARE.match(plain.strip())
    return (number(match["n"]), match.span("n")) if match else None


def blank(plain: str, spans: list[Span]) -> str:
    """The text with these places used up, so that no digit is read twice."""
    for start, end in spans:
        plain = plain[:start] + "\x00" * (end - start) + plain[end:]
    return plain


def _chinese(plain: str) -> Iterator[Amount]:
    for match in _ZH_QUANTITY.finditer(plain):
        said = match["n"] or match["pair"]
        if match.group() == "一对" and not _NOT_PAIRED.match(plain, match.end()):
            said = "两"
        dozens = {"半打": 6, "一打": 12, "两打": 24, "二打": 24, "三打": 36}
        yield dozens.get(said) or number(said), match.span()


def _english(plain: str) -> Iterator[Amount]:
    for match in _EN_QUANTITY.finditer(plain):
        dozen = match["dozen"]
        if dozen:
            yield 6 if dozen.startswith("half") else 24 if dozen.startswith("two") else 12, match.span()
        else:
            yield 2 if match["couple"] or match["two"] else 1, match.span()
