"""Finds the number of a room: 302房, room three oh two, 幺幺零八, A12, "towels to 302"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.understanding.numbers import number

Span = tuple[int, int]

# Without any of these no room is named.
_NUMBERED = re.compile(r"[\d零〇一二两三四五六七八九]|one|tw|thr|four|fi|six|sev|eight|nin|ten|elev|teen|ty\b")
_OH = {"oh", "o", "zero"}
_TENS = {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_UNIT = "(?:one|two|three|four|five|six|seven|eight|nine)"
_TEEN = "(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_TWO_DIGITS = rf"(?:{_TEEN}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -]{_UNIT})?)"
_SPOKEN = (
    rf"\b(?:{_UNIT}(?:[ -](?:{_UNIT}|oh|o|zero)){{2,3}}"  # two one four
    rf"|{_TWO_DIGITS}[ -](?:oh|o|zero)[ -]{_UNIT}"  # eleven oh six
    rf"|(?:{_UNIT}|{_TWO_DIGITS})[ -]{_TWO_DIGITS})"  # four twenty
    rf"\b(?![ -](?:{_UNIT}|{_TWO_DIGITS}|oh|hundred)\b|-[a-z])"
)
_HUNDREDS = rf"\b{_UNIT} hundred(?: (?:and )?(?:{_UNIT}|{_TWO_DIGITS}))?\b"
_SPACED = r"(?<![\d.:/-])(?<!\d )[1-9](?: \d){2,3}(?! ?\d)"  # 5 1 7
_ZH_DIGIT = "[零〇一二两三四五六七八九]"
_ZH_RUN = rf"(?<![零〇一二两三四五六七八九十百千万点第]){_ZH_DIGIT}{{3,4}}(?![零〇一二两三四五六七八九十百千万亿])"
_ZH_HUNDREDS = "[一二三四五六七八九]百零?[一二三四五六七八九]?十?[一二三四五六七八九]?"
_PLAIN = r"[a-z]-?\d{1,4}|\d{1,4}[a-f]?(?![a-z\d])|\d{1,4}"
_ROOM = rf"(?:{_SPACED}|{_PLAIN}|{_ZH_RUN}|{_ZH_HUNDREDS}|{_HUNDREDS}|{_SPOKEN})"
# What is surely long enough for a room: no hour, no number of towels.
_LONG = rf"(?<![\d.:/$¥€£-])(?<!\d,)(?:[a-z]?[1-9]\d{{2,3}}(?:[a-e]\b)?|[a-z]\d{{2,3}}|{_ZH_RUN}|{_SPOKEN})(?!\d)"

_MEASURES = (
    "yuan|rmb|cny|usd|dollars?|euros?|eur|bucks|pounds|quid|volts?|v|watts?|w|minutes?|mins?|seconds?"
    "|hours?|hrs?|days?|nights?|weeks?|months?|years?|ml|cl|l|lit(?:er|re)s?|k?g|grams?|kilos?|[ckm]?m|met(?:er|re)s?|miles?|feet|ft|inch(?:es)?|[kmg]?bps|[mg]b|mbits?|k|degrees?|percent|per|each"
    "|a (?:night|day|person|piece|head|month)|o'?clock|[ap]m|calories|channels?|times|points|thread|page|p"
)
_PEOPLE = "(?:people|persons?|guests?|pax|adults?|kids|children)"  # hundreds of whom are in no room: 1403 guest
_ZH_MEASURES = (
    "[元块分度%°兆斤岁码年月]|日(?!用|常)|点(?!餐|菜|单|外卖|了)|米(?!饭|粥|线)|平[米方]|毫|公[里斤分]|多(?![要拿送给加来放一两])"
    "|以[上下内]|左右|[一每]晚|[一每]天|频道|路(?!由)|号线|[国省]道|[层楼]|小费|押金|定金"
)
_ITEMS = (
    "[条个瓶份杯件卷盏次位人盒级包间盆袋碗盘罐箱辆部桶壶串颗粒枚]|张(?!先生|女士|小姐|总)|台(?!灯)|天(?!花)|座(?!机)"
    "|只(?!有|要|能|剩|是)|对(?!面)|晚(?!上|点|饭|餐)|套(?!房)|双(?!床|人)|根(?!本)|支(?!付)"
)
_STREET = r" (?:[a-z]+ ){1,3}(?:road|rd|street|avenue|ave|lane|boulevard)\b"
_END = rf"(?![\d:.%°]\d|\d|,\d{{3}}\b|[-/]\d|[ -]?(?:{_MEASURES}|(?<!\d{{3}} ){_PEOPLE})\b|{_ZH_MEASURES}|{_STREET})"
# One or two digits and a thing are a number of things: "to our room 3 towels", 房间2条毛巾.
_NOT_FEW = rf"(?!\d{{1,2}}(?:{_ITEMS}|把)|\d (?:[a-z]+ )?(?!needs|wants|has|is|was)[a-z]+s\b|\d bottle)"

_KEYED = (
    re.compile(
        rf"(?:\b(?:room|rm\.?|suite|apartment|apt\.?|unit)(?: no\.?| nr\.?| number)?(?: is|'s)? ?[#:]? ?"
        rf"|房间号?[是为:]?|房号[是为:]?|[栋幢座楼]) ?{_NOT_FEW}(?P<room>{_ROOM}){_END}"
    ),
    re.compile(
        rf"(?<![\d.:a-z-])(?P<room>(?:[a-z]-?)?\d{{2,4}}[a-z]?|[a-z]\d|{_ZH_RUN}|{_ZH_HUNDREDS}) ?"
        r"(?:号?房(?![价费租型])|房间|号间|室(?!内|外|友)|[这那]间)"
    ),
    re.compile(r"(?:\(#|(?<=room \()#)(?P<room>\d{2,4})\b"),
)
# What goes on after a number that counts nothing.
_GOES_ON = (
    r"(?= *(?:$|[,.;:!?)\n\x00\u3000-\u303f\u4e00-\u9fff]|(?:please|pls|plz|thanks?|thx|now|asap|while|standing|if|when"
    r"|and|or|so|with|at|by|on|in|for|from|before|after|until|till|whenever|because|but|as|to(?! \d)|is|isn't|was"
    r"|are|has|hasn't|have|had|does|doesn't|did|didn't|do|will|won't|would|wouldn't|can|can't|cannot|could|couldn't"
    r"|keeps|seems|needs?|wants?|again|today|tonight|tomorrow|this|that|the|my|our|we|we're|i|i'm|it|it's|who|whose|where"
    r"|earlier|early|later|soon|quickly|right|instead|too|also|not|no|never|still|yet|already|just|only|there|here"
    r"|another|one more|tmrw?|ok|urgently|immediately|first|next|all|smells|leaks|drops|drips|stinks|makes)\b))"
)
_ANY_WORD = rf"(?:{_GOES_ON}|(?= [a-z']*(?:[a-rt-z]|ss)\b))"
# Where a guest would name their room without saying "room".
_LIKELY = (
    re.compile(
        rf"\b(?:in|into|inside|outside|opposite|(?:am|'m|are|'re|waiting) at) #?"
        rf"(?P<room>{_SPACED}|{_LONG}){_END}{_ANY_WORD}"
    ),
    re.compile(
        r"\b(?:of|from|ring|wake(?: up)?|call|clean|do up|make up|making up|keep|extend|this is|here is"
        rf"|charge (?:it|this|that|everything) to|to|for) (?:#|no\. ?)?(?P<room>{_LONG}){_END}{_GOES_ON}"
    ),
    re.compile(
        "(?:给|为|帮|替|[送拿搬带挪转换回来][到去]|在|[我我们里这儿边]是|住的?|打扫|清扫|清洁|收拾|整理"
        "|叫醒|[这那]间|隔壁|楼[上下]的?"
        rf"|人[来到去]|退的|放到?|到(?=[a-z]\d)|[送拿搬放带端](?!我|他|她|客)[^,。;!?\x00]{{1,12}}到) ?#?"
        rf"(?P<room>{_LONG}){_END}(?!{_ITEMS}){_GOES_ON}"
    ),
    re.compile(
        rf"^(?:(?:hi|hello|你好|您好)[,! ]*)?#?(?P<room>{_LONG}){_END}(?!{_ITEMS})"
        r"(?=[,:。.]+\D|[\x00 ]*[\u4e00-\u9fff]|\x00|wifi"
        r"| (?:needs?|wants?|would|here|no|has|have|the|a/?c|aircon|wi-?fi|tv|toilet|shower|please|again|won't|can't)\b"
        r"| is (?:out|locked|cold|hot|freezing|flooded|leaking|without|missing|still|too (?:hot|cold|loud|noisy))\b)"
        r"(?!太(?![吵热冷暗闷潮])|够|[贵行]|可以吗)"
    ),
    re.compile(rf"[\s,。.;、\x00](?P<room>{_LONG}){_END}[。.!]?$"),
    re.compile(
        rf"(?<![a-z#])(?P<room>{_LONG}){_END} ?(?=要|需要|想要|缺|没有|没|这[边间里]|太[吵热冷]|漏水|退房|续住"
        r"|门(?!票)|浴室|卫生间|马桶|空调|电视|隔壁|对面|的(?:客人|住客|门|空调|电视|浴室|马桶)|needs\b"
        r"|wants\b|here\b|would like\b)"
    ),
)
_ANY = re.compile(rf"(?<![\d.:/$¥€£a-z-])(?<!\d,)#?(?P<room>{_ROOM}){_END}")
# Numbers that are told from rooms by what stands before them.
_OTHER = re.compile(
    r"(?:\b(?:code|pin|password|passcode|flight(?: [a-z\d]{2})?|trains?|bus|tram|line|channel|(?<!room )number|digits"
    r"|booking|reservation|confirmation|order|invoice|ticket|passport|phone|tel|mobile|card|plate|zip|gate|seat|exit"
    r"|terminal|vitamin|iphone|galaxy|size|level|floor|ext\.?|extension|volume|page|bill|prices?|total|deposit|fee"
    r"|rate|costs?|budget|paid|pays?|paying|charged|spent|spend|worth|only|over|under|than|about|nearly|almost"
    r"|roughly|approx|least|most|max|maximum|minimum|since|year|born|speed|ping|weighs?|tip|ca|mu|cz|hu|ho|fm|mf|zh|ba|lh"
    r"|af|kl|sq|cx|qf|ek|qr|tk|ua|nh|jl|ke|bp|got)(?: (?:is|was|no\.?|nr\.?|of|ends?|ending|number))*"
    r"|\b(?:ends|ending)(?: in| with)?|\d[ -]|编号|会员|订单号?|航班号?|车次|高铁|动车|尾号|电话|手机号?|单号"
    r"|密码|验证码|频道|第|车牌|号码|人均|预算|押金|价格?|[总一]?共|大概|大约|差不多|花了|付了|才|只有|不到|超过|最多|至少"
    r"|每晚|每天|每人|一晚|[设调降升烧加延续改推等涨][到成了]|[路街弄巷道]|身高|体重|血压|[¥$€£])[是为: #]*$"
)
_PAID = re.compile(
    r"\b(?:(?:pay|paid|paying|pays|charged?|sold?|buy|bought|got|get)(?: (?:it|this|that|me|us|you))?(?: for| up to)"
    r"|(?:prices?|total|bill|deposit|fee|rate|costs?|budget|sum|amount|discount|height|weight|speed|group|party|hall"
    r"|banquet|wedding|conference|meeting|rooms?) (?:of|for)|(?:limit|close|volume|pressure) to|\d+ out of"
    r"|(?:available|open|opens|free) from|\d{3,4}(?: [a-z]+)? to) $"
)
_NEVER = re.compile(r"t[1-4]|[ab][345]|[gdckzt][1-9]\d{1,3}|m\d|x\d+|666|一[一二][零九]")
_COUNTING = re.compile(r"1 2 3(?: 4)?|one two three(?: four)?|(\w+)(?: \1)+|一二三四?")
_HELPLINE = re.compile(r"(?:call|dial|ring|打|拨|叫) ?(?:11[029]|120|911|999)$")
_YEAR = re.compile(r"19[5-9]\d|20[0-3]\d")
_LIVES = re.compile(r"(?:\b(?:am|are|is|staying|living)|'m|'re|'s) in $|住在?$|打扫$|[送拿搬][到去]$|我们?[在是]$")
_ON_THE_BILL = re.compile(r"\bcharge (?:it|this|that|everything) to $")
_HOUR_NEXT = re.compile(r"\b(?:at|(?<!stop )by|until|till|before|after|past|around) $")
_AT_DOOR = re.compile(r"(?:\b(?:am|are|waiting)|'m|'re) at $")
# Services people ask for by the clock: "a taxi for seven oh five".
_BY_THE_CLOCK = re.compile(
    r"\b(?:wake|alarm|taxi|cab|car|ride|table|reservation|book|pick-?up|transfer|appointment|massage|schedule"
    r"|set (?:an?|the|my)|check-?out|departure|shuttle|driver|dinner|lunch)\b"
)


@dataclass(frozen=True, slots=True)
class RoomFound:
    """The number as it is written on the door, and where it was said."""

    room: str
    span: Span


@lru_cache(maxsize=64)  # of one message it is asked for several times
def find_room_words(plain: str, rooms: frozenset[str], asked: bool) -> RoomFound | None:
    """What was called a room or is one of the house, else what stands where one would; `asked`: any number will do."""
    if not _NUMBERED.search(plain):
        return None
    for match in _matches(plain, rooms, asked):
        room = written(match["room"])
        if room:
            return RoomFound(room, match.span("room"))
    return None


def _matches(plain: str, rooms: frozenset[str], asked: bool) -> Iterator[re.Match[str]]:
    for pattern in _KEYED:
        yield from pattern.finditer(plain)
    numbers = [each for each in _ANY.finditer(plain) if not _is_other(each)] if rooms or asked else []
    yield from (each for each in numbers if written(each["room"]) in rooms and not _is_priced_or_timed(each))
    for pattern in _LIKELY:
        found = (each for each in pattern.finditer(plain) if not _is_other(each))
        yield from (each for each in found if not (_is_doubtful(each) or _is_priced_or_timed(each)))
    if asked:
        yield from sorted(numbers, key=lambda each: len(written(each["room"])) < 3)


def _is_other(match: re.Match[str]) -> bool:
    """A number of something else or an hour, by the words before it."""
    before, room = _before(match), written(match["room"])
    if _OTHER.search(before):
        return True
    if not _HOUR_NEXT.search(before) or _AT_DOOR.search(before):
        return False
    said_as_hour = len(room) == 4 or not match["room"].isdigit() or not before.endswith("at ")
    return said_as_hour and _may_be_an_hour(match["room"])


def _is_doubtful(match: re.Match[str]) -> bool:
    """What may well be a year, a train or a size of paper where the rooms of the house are not known."""
    if _NEVER.fullmatch(match["room"]):
        return True
    goes_on_in_chinese = match.string[match.end("room") :][:1] >= "\u3400"
    return bool(_YEAR.fullmatch(written(match["room"]))) and not (goes_on_in_chinese or _LIVES.search(_before(match)))


def _is_priced_or_timed(match: re.Match[str]) -> bool:
    before, said = _before(match), match["room"]
    if _COUNTING.fullmatch(said) or _HELPLINE.search(before + said) or _PAID.search(before):
        return True
    if "\x00" in match.string or not before.endswith((" to ", " for ")) or _ON_THE_BILL.search(before):
        return False
    return _may_be_an_hour(said) and bool(_BY_THE_CLOCK.search(match.string))


def _before(match: re.Match[str]) -> str:
    """The words just before the number."""
    start = match.start("room")
    return match.string[max(0, start - 30) : start]


def _may_be_an_hour(said: str) -> bool:
    """Seven oh two may be one, 702 is none: in digits people write full fives."""
    room = written(said)
    if not room.isdigit() or int(room[:-2] or 0) > 24 or int(room[-2:]) > 59:
        return False
    return not said.isdigit() or int(said) % 5 == 0


def written(said: str) -> str:
    """三零二, three oh two, 3 0 2 and 302 are 302; letters are capitals."""
    if re.fullmatch(r"r\d{3,4}", said):
        return said[1:]
    if said[0].isdigit() or (said[0].isascii() and said[1:].replace("-", "").isdigit()):
        return said.replace(" ", "").upper()
    if not said[0].isascii():
        return _chinese(said)
    hundreds, _, rest = said.replace("-", " ").replace(" and", "").rpartition(" hundred")
    digits = "".join(_english(rest.split()))
    return "".join(_english(hundreds.split())) + digits.zfill(2) if hundreds else digits


def _chinese(said: str) -> str:
    if "百" in said:
        hundreds, _, rest = said.partition("百")
        return str(number(hundreds) * 100 + (number(rest.lstrip("零")) if rest.lstrip("零") else 0))
    return "".join(str(number(digit)) for digit in said)


def _english(words: list[str]) -> Iterator[str]:
    """Digit by digit, or as hundreds and tens: four twenty-two."""
    tens = 0
    for word in words:
        value = _TENS.get(word) or (0 if word in _OH else number(word))
        if tens and not 1 <= value <= 9:
            yield str(tens)
            tens = 0
        if value >= 20:
            tens = value
        else:
            yield str(tens + value)
            tens = 0
    if tens:
        yield str(tens)
