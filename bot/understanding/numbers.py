"""Numbers as people write them, what they count people by, and where they count nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ZH = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5}
_ZH |= {"六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_EN = {word: value for value, word in enumerate(f"zero {_UNITS} {_TEENS}".split())}
_EN |= {word: value * 10 for value, word in enumerate(_TENS.split(), 2)}

ZH_NUMBER = "[零〇一二两三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九]"
EN_NUMBER = rf"(?:{_TENS.replace(' ', '|')})[- ](?:{_UNITS.replace(' ', '|')})\b|(?:{'|'.join(_EN)})\b"
NUMBER = rf"(?:\d{{1,2}}|{ZH_NUMBER}|\b(?:{EN_NUMBER}))"
# A number, dozens or a couple; what it matched is never given back in part.
EN_AMOUNT = (
    rf"(?>(?:half an?|an? half|half|an?|\d{{1,2}}|{EN_NUMBER}) dozen\b|an? (?:couple|pair)(?: more)?(?: of)?\b"
    rf"|\d{{1,2}}(?!\d)|{EN_NUMBER})"
)
ZH_AMOUNT = rf"(?>\d{{1,2}}(?!\d)|{ZH_NUMBER}|俩|仨)"
# Numbers of any size, as prices and measures have them.
EN_ANY = rf"(?:\d+(?:\.\d+)?|{EN_NUMBER})"
ZH_ANY = r"(?:[零〇一二两三四五六七八九十百千万]+|\d+(?:\.\d+)?)"

_IN_MONEY = "yuan|rmb|usd|cny|dollars?|euros?|bucks?|pounds?|quid|kuai"
_IN_UNITS = "percent|degrees?|m?l|c[lm]|mm|k?g|gb|mbps|inch(?:es)?|lit(?:re|er)s?|watts?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_PLACES = "floor|level|gate|terminal|channel|platform|number|no\\.|line|exit|size|table|row|building"
_EN_ASIDE = re.compile(
    rf"[$¥￥€£] ?\d[\d.]*"
    rf"|\b(?:{EN_ANY}(?:(?: hundred| thousand)?[ -]?(?:{_IN_MONEY})\b|(?:st|nd|rd|th)?(?: of)? {_MONTH})"
    rf"|\d[\d.]* ?(?:[%°]|(?:{_IN_UNITS})\b)|{_MONTH}\.? \d{{1,2}}\b|(?:rmb|usd|cny) ?\d[\d.]*"
    rf"|(?:{_PLACES}|budget(?: of| is)?|under|tip|cost) {EN_ANY}(?! of)"
    rf"|(?:between|from) {EN_ANY} (?:and|to|till|until) {EN_ANY}\b|(?:code|phone|digits?)\D{{0,6}}\d{{3,}})"
)
_ZH_ASIDE = re.compile(
    rf"(?:预算|人均|小费|价格){ZH_ANY}|(?:尾号|手机|电话|号码|订单|会员)\D{{0,6}}\d{{3,}}"
    r"|(?:\d{2,}|[一二两三四五六七八九]?[十百千][一二三四五六七八九十百]*)块(?!肥皂|香皂|蛋糕|巧克力|毛巾|毯|糖|饼"
    r"|披萨)"
    rf"|{ZH_ANY}(?:元|圆|美元|欧元|人民币|块(?:钱|(?=[的一二三四五六七八九多]|左右|以[内下]))"
    rf"|毫升|升|公斤|斤|厘米|公分|英?寸|码|度|瓦|伏|米[一二三四五六七八九\d]{{0,2}}|月(?:{ZH_ANY}[号日]?)?)"
)
# One of them is vegan, 有一位吃素: no more people than were counted, and no thing.
_EN_OF_THEM = re.compile(
    rf"\b(?:{EN_NUMBER}|\d)(?: of (?:us|them)| (?:person|people|guests?|kids?|child(?:ren)?|adults?))?"
    r" (?:is|are|has|have|eats?|needs?|can't|cannot|can not|doesn't|does not|don't|do not)(?: an?)?(?: [a-z]+)?"
    r" (?:vegans?|vegetarians?|veggie|halal|kosher|allerg\w+|diabetic|coeliac|celiac|pork|meat|fish|nuts?|gluten"
    r"|dairy|spicy)\b"
)
_ZH_OF_THEM = re.compile(
    rf"(?:其中|里面)?有?{ZH_AMOUNT}[个位名](?:大?人|客人|孩子|小孩|小朋友|老人|朋友)?"
    "(?=(?:是|只|要|也)?(?:吃素|素食|纯素|不吃|不能吃|忌口|清真|回民|过敏|对[^,，。]{1,8}过敏|糖尿病|吃不了|[^,，。位个]{1,6}过敏))"
)

MEASURE = (
    "[条个瓶双张份杯件包盒卷套支枝把块台盏盆袋只根片副付对碗盘罐箱间辆部"
    "桶壶串束床位桌颗粒枚听扎筐笼屉碟锅顶幅本面提板管趟场匹朵]"
)
NOT_COUNTED = (
    "am|pm|a\\.m|p\\.m|floor|years?|hours?|hrs?|minutes?|mins?|secs?|seconds?|o'?clock|stars?|st|nd|rd|th"
    "|of (?:us|you|which)|people|persons?|guests?|guys|months?|weeks?|times?|hundred|thousand|percent|degrees?|%|°"
)
_MANY = re.compile(
    rf"(?<![\d.:#$¥€£/-])(?<!room )(?<!no )(?P<n>\d{{3,6}})"
    rf"(?= ?{MEASURE}| (?:(?!no\b|and\b|with\b|wants\b|needs\b)[a-z]+ )?"
    rf"(?!needs\b|wants\b|has\b|is\b|was\b|{NOT_COUNTED})[a-z]+s\b)"
)
_HUNDREDS = re.compile(
    rf"(?P<n>{NUMBER}|\ban?) ?(?:(?P<hundred>hundred|百)|thousand|千)(?: and (?P<rest>{NUMBER})|(?P<tail>{ZH_NUMBER}))?"
    rf"(?![元块度号楼层一二三四五六七八九十]| ?(?:{NOT_COUNTED})\b)"
)
_ZH_KIN = (
    "老婆|老公|妻子|丈夫|太太|爱人|媳妇|男朋友|女朋友|男友|女友|儿子|女儿|闺女|孩子|宝宝|小孩|婴儿|娃|爸爸?|妈妈?|父亲|母亲"
    "|爷爷|奶奶|外公|外婆|姥姥|姥爷|哥哥?|姐姐?|弟弟|妹妹|朋友|同事|同学|室友|闺蜜|领导|老板|客户"
)
_ZH_PART = (
    "大人|成人|成年人|老人|长辈|小孩子?|孩子|儿童|小朋友|婴儿|婴幼儿|幼儿|宝宝|宝贝|娃"
    "|学生|男生|女生|儿子|女儿|同事|同学|朋友|闺蜜"
)
_STOP = r"(?= *(?:$|[,，。.;；!！?？)\x00+要想去来都吃坐一今明后晚带加和跟过到参在用住]))"
ZH_PEOPLE = re.compile(
    rf"(?<![第每派叫找没])(?:(?P<part>{ZH_AMOUNT}) ?[个位名]?(?:{_ZH_PART})(?![餐椅床票车区乐装])"
    rf"|(?P<part_size>{ZH_AMOUNT})个?[大小](?=[一二两三四五六七八九\d,，。;；\s\x00加和带]|$)"
    rf"|(?P<whole>{ZH_AMOUNT}) ?(?:(?:个|位|名)?(?:客?人|旅客|乘客)"
    rf"(?![工份间房床套]|[都也]没|一[条个瓶份杯双])|位(?![数])|名(?!字)"
    rf"|口(?:人|之家|子)?(?=[,，。;；\s\x00人之要想去的一都住吃用参]|$)))"
    rf"|(?:我们|咱们?|大人小孩)(?:一共|总共|共|是|有|就|一行)?(?P<whole_us>{ZH_AMOUNT})(?:个{_STOP}|{_STOP}"
    rf"|(?<=[俩仨]))"
    rf"|(?:一共|总共|一行|人数)[:：是为]? ?(?P<whole_all>{ZH_AMOUNT})(?!个|{MEASURE}|打){_STOP}"
    rf"|(?:姐妹|兄弟|姐弟|兄妹|母女|母子|父子|父女|夫妻|夫妇|祖孙|同事|朋友|同学)(?P<whole_kin>{ZH_AMOUNT})(?!家)个?人?"
    r"|(?P<part_two>夫妻|夫妇|情侣|两口子|母女|母子|父子|父女)(?!房|套|间|座|装|款|床)"
    rf"|(?:我们?|咱们?|他|她)?的?(?:(?P<weak_two>爸妈|父母|爸爸妈妈|爷爷奶奶|外公外婆)"
    rf"|(?P<weak>{_ZH_KIN})(?![餐椅床票车区乐装]))"
    r"|(?P<weak_me>我)(?!们)|(?:就|只有)(?P<alone>我)(?:自己|一个)"
)
_PEOPLE = "people|persons?|guests?|pax|ppl|of us|passengers?|travell?ers?|visitors?|diners?|participants?|folks"
_PARTS = (
    "adults?|grown-?ups?|kids?|child(?:ren)?|bab(?:y|ies)|infants?|toddlers?|newborns?|teen(?:ager)?s?|seniors?|ladies|men"
    "|women|boys|girls|sons?|daughters?|little ones?|friends?|colleagues?|students|grandparents|parents|grandchildren"
)
_KIN = (
    "wife|husband|partner|spouse|fiancee?|girlfriend|boyfriend|son|daughter|baby|infant|toddler|newborn|child|kid|mother"
    "|father|mom|mum|dad|friend|colleague|boss|brother|sister|grandma|grandmother|grandpa|grandfather|uncle|aunt|guest"
    "|client|teenager|little one|nanny|adult|person"
)
_NOT_THEIRS = (
    "(?!'|[ -](?:cots?|cribs?|beds?|chairs?|seats?|meals?|menus?|sizes?|robes?|slippers?|towels?|tickets?"
    "|bath|pool|club|food|portions?|passes|bikes?|pillows?|blankets?|gates?|monitors?|bottles?|wipes|toys?)\\b)"
)
_MORE = r"(?:(?!and\b|or\b|for\b|to\b|with\b|of\b)[a-z]+ )?"
_RANGE = rf"(?:{EN_AMOUNT} ?(?:or|to|-|~|–) ?)?"
_NOT_PEOPLE = (
    rf"(?![-:.]\d|-[a-z]| ?(?:am|pm|nights?|days?|hours?|minutes?|o'?clock|thirty|fifteen)\b"
    rf"| ?{_MORE}(?:{_PEOPLE}|{_PARTS})\b)"
)
_END = (
    r"(?= *(?:$|[,.;:!?\n\x00()+&]|(?:at|to|tonight|tomorrow|today|please|pls|thanks|on|this|next|around|by|in"
    r"|and|plus|with|under|near|outside|from|who|now|asap|altogether)\b))"
)
EN_PEOPLE = re.compile(
    rf"(?<!send )(?<!-)\b{_RANGE}(?:(?P<whole>{EN_AMOUNT}) ?{_MORE}(?:{_PEOPLE})\b{_NOT_THEIRS}"
    rf"|(?P<whole_seats>{EN_AMOUNT}) seats\b|(?P<part>{EN_AMOUNT}) {_MORE}(?:{_PARTS})\b{_NOT_THEIRS})"
    rf"|\b(?:party|group|family|team|crew) of {_RANGE}(?P<whole_of>{EN_AMOUNT})"
    r"|\b(?:table|reservation|booking|dinner|lunch|breakfast|brunch|supper|tea)[a-z \x00]{0,30}? for "
    rf"{_RANGE}(?P<whole_table>{EN_AMOUNT}){_NOT_PEOPLE}"
    rf"|\bfor {_RANGE}(?P<whole_for>{EN_AMOUNT}){_END}"
    rf"|\b(?:we are|we're|we will be|we'll be|there are) {_RANGE}(?P<whole_are>{EN_AMOUNT}){_END}"
    rf"|\b(?:people|persons|guests|pax)(?::| =) ?(?P<whole_is>{EN_AMOUNT})"
    rf"|\b(?P<part_two>both of us|us both|for a couple{_END})"
    r"|\b(?:just|only) (?P<alone>me|myself)\b|\b(?P<alone_self>by myself|on my own)\b"
    rf"|\b(?:my|our|his|her|the|both) (?P<weak_two>parents|grandparents|in-laws)\b"
    rf"|\b(?:an?|another|my|our|his|her|the) (?:[a-z\x00-]+ )?(?P<weak>{_KIN})\b{_NOT_THEIRS}"
    r"|\b(?P<weak_me>me|myself|i)\b"
)
BETWEEN = re.compile(
    r"[ ,，、()\x00]*(?P<and>and|plus|with|&|\+|和|跟|与|及|还有|、|(?:外|再)?加上?|带着?|以及)?"
    r"[ \x00]*(?:also )?(?:(?:my|our|the|her|his) |我们?的?)?"
)


def number(text: str) -> int:
    """The value of something that matched NUMBER or one of the amounts."""
    if text.isdigit():
        return int(text)
    if text.endswith(("dozen", "打")):
        return _dozens(text.removesuffix("dozen").removesuffix("打").strip())
    if text.startswith(("a ", "an ")):
        return 2
    if text[0] in _ZH or text[0] == "十":
        return _chinese(text)
    return sum(_EN[word] for word in text.replace("-", " ").split())


def find_asides(plain: str) -> list[tuple[int, int]]:
    """Where prices, sizes, dates and names of places stand: their numbers count nothing."""
    patterns = (_EN_ASIDE, _EN_OF_THEM) if plain.isascii() else (_EN_ASIDE, _ZH_ASIDE, _EN_OF_THEM, _ZH_OF_THEM)
    return [match.span() for pattern in patterns for match in pattern.finditer(plain)]


def find_many(plain: str) -> Iterator[tuple[int, tuple[int, int]]]:
    """Hundreds and thousands of things, each with its place."""
    yield from ((int(match["n"]), match.span()) for match in _MANY.finditer(plain))
    for match in _HUNDREDS.finditer(plain):
        times = 1 if match["n"] in ("a", "an") else number(match["n"])
        rest = match["rest"] or match["tail"]
        yield times * (100 if match["hundred"] else 1000) + (number(rest) if rest else 0), match.span()


def _dozens(times: str) -> int:
    if times == "半" or "half" in times:
        return 6
    return 12 if times in ("a", "an") else 12 * number(times)


def _chinese(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_ZH[digit]) for digit in text))
    return (_ZH[tens] if tens else 1) * 10 + (_ZH[ones] if ones else 0)
