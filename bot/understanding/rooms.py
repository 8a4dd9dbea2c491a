"""Finds the number of a room: 302房, room three oh two, 幺幺零八, A12, "towels to 302"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.understanding.numbers import number

Span = tuple[int, int]

_DIGITS = {"oh": "0", "o": "0", "zero": "0", "幺": "1"}
_ZH_DIGITS = "[零〇一二两三四五六七八九]{3,4}|[一二三四五六七八九]百零?[一二三四五六七八九]?十?[一二三四五六七八九]?"
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_EN_SPOKEN = (
    rf"(?:{_UNITS})(?:[ -](?:{_UNITS}|oh|o|zero)){{2,3}}\b"  # two one four
    rf"|(?:{_UNITS}|ten|eleven|twelve|thirteen|fourteen|fifteen)[ -](?:oh|o)[ -](?:{_UNITS})\b"  # eleven oh six
    rf"|(?:{_UNITS})[ -](?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:{_UNITS}))?\b"  # four twenty
)
_TENS = {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_PLAIN = r"[a-z]-?\d{1,4}|\d{1,4}[a-z]?"
_ROOM = rf"(?:{_PLAIN}|{_ZH_DIGITS}|\b(?:{_EN_SPOKEN}))"
_END = r"(?![\d:.%°]\d|\d|[元块点分度%°]| ?(?:yuan|rmb|dollars|euros?|volts?|people|persons|guests|minutes|am\b|pm\b))"

_ITEMS = "[条个瓶双张份杯件包盒卷套支把块台盏次天间位人元点分年月日号楼米斤度座层]"
_KEYED = (
    re.compile(
        rf"(?:\b(?:room|rm\.?|suite|apartment|apt\.?|unit|no\.)(?: no\.?| number)? ?#?|房间号?[是为:]?|房号[是为:]?"
        rf"|[栋幢座楼]) ?(?P<room>{_ROOM}){_END}"
    ),
    re.compile(
        rf"(?<![\d.:a-z-])(?P<room>(?:[a-z]-?)?\d{{2,4}}[a-z]?|[a-z]\d|{_ZH_DIGITS}) ?"
        r"(?:号?房(?!价)|房间|号间|室(?!内|外|友))"
    ),
    re.compile(r"(?:\(#|(?<=room \()#)(?P<room>\d{2,4})\b"),
)
_NUMBERED = rf"[a-z]?[1-9]\d{{2,3}}[a-z]?|[a-z]\d{{1,3}}|{_ZH_DIGITS}"
# Where a guest would name their room without saying "room".
_LIKELY = (
    re.compile(
        r"(?:\b(?:to|in|i'm in|for|from|of|clean|this is|here is)|给|送到|拿到|搬到|来到|我在|我是|这里是|这是|这儿是"
        rf"|这边是|我们是|住在?) ?#?(?P<room>{_NUMBERED}){_END}(?= *(?:$|[,.;!?，。；！？\u4e00-\u9fff]"
        r"|please|pls|thanks|now|asap|while|standing|if|when|and|so|with))"
    ),
    re.compile(
        rf"^(?:(?:hi|hello|你好|您好)[,，! ]*)?#?(?P<room>{_NUMBERED})(?=[,，:：。.]+\D| *[\u4e00-\u9fff]"
        rf"| (?:needs|wants|here|no|the|ac|wifi|tv|toilet|please)\b)(?!{_ITEMS})"
    ),
    re.compile(
        r"[\s,，。.;；、](?P<room>[a-z]?[1-9]\d{2,3}[a-z]?|[a-z]\d{1,3}|[零〇一二三四五六七八九]{3,4})[。.!！]?$"
    ),
    re.compile(r"(?<![\d.:a-z#])(?P<room>[1-9]\d{2,3}) ?(?=要|需要|想要|缺|没有|这边|这间|needs\b|wants\b|here\b)"),
)
_ANY = re.compile(rf"(?<![\d.:a-z])#?(?P<room>{_ROOM}){_END}")
# Numbers that are told from rooms by what stands before them.
_OTHER = re.compile(
    r"(?:编号|会员|订单|航班|车次|尾号|电话|手机|单号|code|number is|flight(?: \w\w)?|booking|digits|ending(?: in)?) ?$"
)
_NEVER = re.compile(r"(?:t[1-4]|a[345]|[gdckz]\d{2,4}|20[23]\d|m\d|x\d+)$")


@dataclass(frozen=True, slots=True)
class RoomFound:
    """The number as it is written on the door, and where it was said."""

    room: str
    span: Span


def find_room_words(plain: str, rooms: frozenset[str], asked: bool) -> RoomFound | None:
    """What was called a room or is one of the house, else what stands where one would; `asked`: any number will do."""
    for match in _matches(plain, rooms, asked):
        room = written(match["room"])
        if room:
            return RoomFound(room, match.span("room"))
    return None


def _matches(plain: str, rooms: frozenset[str], asked: bool) -> Iterator[re.Match[str]]:
    for pattern in _KEYED:
        yield from pattern.finditer(plain)
    if rooms:
        yield from (each for each in _ANY.finditer(plain) if written(each["room"]) in rooms and not _is_other(each))
    for pattern in (*_LIKELY, *((_ANY,) if asked else ())):
        yield from (each for each in pattern.finditer(plain) if not _is_other(each))


def _is_other(match: re.Match[str]) -> bool:
    before = match.string[: match.start("room")]
    return bool(_OTHER.search(before) or _NEVER.fullmatch(match["room"]))


def written(said: str) -> str:
    """三零二, three oh two and 302 are 302; letters are capitals."""
    if re.fullmatch(r"r\d{3,4}", said):
        return said[1:]
    if said[0].isdigit() or (said[0].isascii() and said[1:].replace("-", "").isdigit()):
        return said.upper()
    if not said[0].isascii():
        return _chinese(said)
    return "".join(_english(said.replace("-", " ").split()))


def _chinese(said: str) -> str:
    if "百" in said:
        hundreds, _, rest = said.partition("百")
        return str(number(hundreds) * 100 + (number(rest.lstrip("零")) if rest.lstrip("零") else 0))
    return "".join(str(number(digit)) for digit in said)


def _english(words: list[str]) -> Iterator[str]:
    """Digit by digit, or as hundreds and tens: four twenty-two."""
    tens = 0
    for word in words:
        value = _TENS.get(word) or (0 if word in _DIGITS else number(word))
        if value >= 20 and value % 10 == 0:
            tens = value
        else:
            yield str(tens + value)
            tens = 0
    if tens:
        yield str(tens)
