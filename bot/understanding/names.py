"""Finds a person's name in what was said: 张三, 李女士, Zhang San, Mrs Miller."""

from __future__ import annotations

import re

from bot.understanding.reading import words
from bot.understanding.vocabulary import is_known

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
    "|移除|撤销|取消|关掉|收回|客人|同事|员工|和|叫做"
)
_AFTER = (
    rf"{_TITLES}|住|在|的|是|有没|到了|到没|来了|来没|几号|哪|入住|退房|订|做|当|进|离职|辞职|走了|不干|不在|已经|以后|今天|明天|昨天|来上班|"
    "负责|为|这|[\\s,，。.!?？！、;；:：]|$"
)
_ZH_TITLED = re.compile(rf"(?P<name>(?:{_DOUBLE}|[{_SURNAMES}])[\u4e00-\u9fff]{{0,2}}?)(?:{_TITLES})")
_ZH_FULL = re.compile(
    rf"(?:^|[\s,，。!?、:：\"“]|{_BEFORE})(?P<name>(?:{_DOUBLE})[\u4e00-\u9fff]{{1,2}}?|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}?)(?={_AFTER})"
)
_NICKNAME = re.compile("(?P<name>[小老阿][\u4e00-\u9fff])(?=" + _AFTER + ")")
_EN_TITLED = re.compile(
    r"\b(?:mr|mrs|ms|miss|dr|herr|frau|madame|monsieur)\.? (?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)", re.IGNORECASE
)
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
    for pattern, text in ((_EN_TITLED, raw), (_ZH_TITLED, plain), (_ZH_FULL, plain)):
        match = pattern.search(text)
        if match:
            return match.span("name")
    return _capitals(raw) or _nickname(plain)


def _nickname(plain: str) -> Span | None:
    match = _NICKNAME.search(plain)
    return match.span("name") if match else None


def _capitals(raw: str) -> Span | None:
    """The longest run of capitalised words that are no words of ours; the first word of a sentence hardly counts."""
    runs: list[Span] = []
    end = -1
    for match in re.finditer(r"[^\W\d_][\w'’-]*", raw):
        word = match.group()
        is_name = word[0].isupper() and not word.isupper() and word.lower() not in _NEVER and not _is_ours(word)
        follows = end >= 0 and raw[end : match.start()] == " "
        if is_name and follows:
            runs[-1] = (runs[-1][0], match.end())
        elif is_name:
            runs.append(match.span())
        end = match.end() if is_name else -1
    return max(runs, key=lambda span: (raw.count(" ", *span), span[0] > 0, span[1] - span[0]), default=None)


def _is_ours(word: str) -> bool:
    return all(is_known(each) for each in words(word))
