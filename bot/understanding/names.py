"""Finds a person's name in what was said: 张三, 李女士, Zhang San, Mrs Miller."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain

from bot.understanding.reading import Reading, Token, words
from bot.understanding.vocabulary import is_known, listening

Span = tuple[int, int]

# The hundred commonest surnames and the usual double ones; they begin nearly every Chinese name.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申"
)
_DOUBLE = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒"
_TITLES = "先生|女士|小姐|太太|师傅|老师|经理|阿姨|叔叔|总"
_BEFORE = (
    "查一下|查|找一下|找|搜|邀请|添加|加上|叫|是|给|把|让|请|问|看看|看|停用"
    "|移除|撤销|取消|关掉|收回|客人|同事|员工|和|叫做|一下|朋友|那位|前台|保洁|新人"
)
_AFTER = (
    rf"{_TITLES}|住|在|的|是|有没|到了|到没|来了|来没|几号|哪|入住|退房|订|做|当|进|离职|辞职|走了|不干|不在|已经|以后|今天|明天|昨天|来上班|"
    "负责|说|没|发的|为|这|账号|帐号|权限|房号|房间|被|从|再|加进|[\\s,，。.!?？！、;；:：]|$"
)
_ZH_TITLED = re.compile(rf"(?P<name>(?:{_DOUBLE}|[{_SURNAMES}])[\u4e00-\u9fff]{{0,2}}?)(?:{_TITLES})")
_ZH_FULL = re.compile(
    rf"(?:^|[\s,，。!?、:：\"“]|{_BEFORE})(?P<name>(?:{_DOUBLE})[\u4e00-\u9fff]{{1,2}}?|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}?)(?={_AFTER})"
)
_NICKNAME = re.compile("(?P<name>[小老阿][\u4e00-\u9fff])(?=" + _AFTER + ")")
_CHINESE_RUN = re.compile("[\u3400-\u9fff]+")
_LOOKS_CHINESE = re.compile(
    rf"(?:{_DOUBLE}|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}|[小老阿大][\u4e00-\u9fff]{{1,2}}"
    rf"|[\u4e00-\u9fff]{{1,3}}(?:{_TITLES}|姐|哥|嫂|叔|姨|主管|领班)"
)
_EN_TITLED = re.compile(
    r"\b(?:mr|mrs|ms|miss|mister|dr|prof|herr|frau|madame|monsieur)\.? (?P<name>[a-z][\w'’-]+(?: [a-z][\w'’-]+){0,3})",
    re.IGNORECASE,
)
_LATIN = re.compile("[^\\W\\d_\u3400-\u9fff](?:[^\\W_\u3400-\u9fff]|['’-])*")
_NEVER = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "english",
        "chinese",
        "please",
        "rm",
        "mr",
        "mrs",
        "ms",
        "guest",
        "guests",
        "room",
        "hi",
        "hello",
        "hey",
        "can",
        "could",
        "who",
        "where",
        "which",
        "what",
        "is",
        "the",
        "i",
    ]
)


def find_person_name(plain: str, raw: str) -> Span | None:
    """Where the likeliest name stands."""
    return _titled(plain, raw) or _full(plain) or _capitals(raw) or _nickname(plain)


def full_names(plain: str) -> list[Span]:
    """Where Chinese names with surname and given name stand."""
    return [match.span("name") for match in _ZH_FULL.finditer(plain)]


def looks_like_a_name(said: str, *, is_likely: bool = False) -> bool:
    """By its capitals, or as no word of ours; in Chinese as most names begin or end.

    `is_likely`: hardly anything else can stand there.
    """
    if _CHINESE_RUN.fullmatch(said):
        return bool(_LOOKS_CHINESE.fullmatch(said)) or (is_likely and 2 <= len(said) <= 3)
    is_ours = _is_ours if is_likely else _is_usual
    return len(said) > 1 and all(word[0].isupper() or not is_ours(word.rstrip(".")) for word in said.split())


def find_strange_words(plain: str) -> Span | None:
    """The longest run of words that no phrase uses and no example line often: names are written in lower case too."""
    runs: list[Span] = []
    end = -1
    for match in _LATIN.finditer(plain):
        is_strange = match.group().isascii() and len(match.group()) > 1 and not _is_usual(match.group())
        if is_strange and end >= 0 and plain[end : match.start()] == " ":
            runs[-1] = (runs[-1][0], match.end())
        elif is_strange:
            runs.append(match.span())
        end = match.end() if is_strange else -1
    longest = max(runs, key=lambda span: span[1] - span[0], default=None)
    return longest and (longest[0], _without_s(longest[1], plain))


def within(start: int, end: int, tokens: Sequence[Token], reading: Reading) -> Span:
    """The name in what a phrase took for one: Grace Obi of "Grace Obi's login", and no "please" behind maria garcia."""
    plain, raw = reading.plain[start:end], reading.text[start:end]
    found = _titled(plain, raw) or _full(plain) or _capitals(raw)
    if found:
        return start + found[0], start + found[1]
    last = len(tokens)
    while last > 1 and tokens[last - 1].norm in _courtesies():
        last -= 1
    return start, _without_s(tokens[last - 1].end, reading.text)


def _titled(plain: str, raw: str) -> Span | None:
    latin = _EN_TITLED.search(raw)
    if latin:
        return _of_one(*latin.span("name"), raw)
    chinese = _ZH_TITLED.search(plain)
    return chinese.span("name") if chinese else None


def _full(plain: str) -> Span | None:
    match = _ZH_FULL.search(plain)
    return match.span("name") if match else None


def _of_one(start: int, end: int, raw: str) -> Span:
    """ "Mr wang is here" names Wang: words of ours end a name unless they have a capital."""
    ends = start
    for match in _LATIN.finditer(raw, start, end):
        if ends > start and not match.group()[0].isupper() and _is_ours(match.group()):
            break
        ends = match.end()
    return start, _without_s(ends, raw)


def _nickname(plain: str) -> Span | None:
    match = _NICKNAME.search(plain)
    return match.span("name") if match else None


def _capitals(raw: str) -> Span | None:
    """The longest run of capitalised words that are no words of ours; the first word of a sentence hardly counts."""
    runs: list[Span] = []
    end = -1
    for match in _LATIN.finditer(raw):
        word = match.group()
        is_name = word[0].isupper() and not word.isupper() and word.lower() not in _NEVER and not _is_ours(word)
        follows = end >= 0 and raw[end : match.start()] == " "
        if is_name and follows:
            runs[-1] = (runs[-1][0], match.end())
        elif is_name:
            runs.append(match.span())
        end = match.end() if is_name else -1
    longest = max(runs, key=lambda span: (raw.count(" ", *span), span[0] > 0, span[1] - span[0]), default=None)
    return longest and (longest[0], _without_s(longest[1], raw))


def _without_s(end: int, text: str) -> int:
    return end - 2 if text[end - 2 : end] in ("'s", "’s") else end


def _is_usual(word: str) -> bool:
    from bot.understanding.spelling import OFTEN, word_counts  # numpy comes with the first message

    return word.lower() in _NEVER or all(is_known(each) or word_counts()[each] >= OFTEN for each in words(word))


@cache
def _courtesies() -> frozenset[str]:
    return frozenset(chain.from_iterable(words(said) for said in listening("en", "fillers")["words"]))


def _is_ours(word: str) -> bool:
    return all(is_known(each) for each in words(word))
