"""Ages as people tell them: no number of things, and of children and the old worth knowing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.understanding.numbers import EN_ANY, EN_NUMBER, ZH_ANY, number
from crm.service_requests.needs import GROWN_UP

Span = tuple[int, int]

MOST = 8  # ages of one message
OLD, OLDEST = 60, 120  # years

_CHILD = (
    "kids?|child(?:ren)?|sons?|daughters?|bab(?:y|ies)|infants?|toddlers?|boys?|girls?|twins|little ones?"
    "|grand(?:son|daughter|child)s?"
)
_PERSON = (
    rf"{_CHILD}|he|she|they|mother|father|mom|mum|dad|grandm\w+|grandpa|grandfather|grandparents|parents|nephew|niece"
    "|brother|sister|wife|husband|one|other"
)
_ZH_PERSON = (
    "孩|娃|宝宝|宝贝|婴|儿子|女儿|闺女|小朋友|老人|妈|爸|爷|奶奶|外公|外婆|母亲|父亲|老太太|大宝|二宝|老大|老二"
)
_YOUNG = rf"(?:(?:1[0-7]|\d)(?!\d)|{EN_NUMBER})"
_AND = r"(?:,| and|, and|,? &)"
_AGE = re.compile(
    rf"\b(?:(?:{EN_ANY}{_AND} ){{0,5}}{EN_ANY}[ -]?(?:months?|years?|weeks?|yrs?|mos?)(?:[ -]olds\b|(?<=s)[ -]old\b)"
    rf"|{EN_ANY}[ -]?(?:months?|years?|weeks?|yrs?|mos?)[ -]olds?\b|\d{{1,3}} ?y/?o\b"
    r"|(?:ages?|aged|turn(?:s|ed|ing)|(?<!how many )is|(?<!we )(?<!there )are|who's|she's|he's)"
    rf" {EN_ANY}(?:{_AND} {EN_ANY}){{0,5}}(?= *(?:$|[,.;!?)\x00]|years?|months?|and\b))"
    rf"|(?P<whose>(?:{_CHILD})(?:(?: of|:)? \(?|, (?={_YOUNG}{_AND} ))){_YOUNG}(?:{_AND} {_YOUNG}){{0,5}}(?= *(?:$"
    rf"|[,.;!?)\x00]|and\b(?! an? half))))"
    rf"|(?<![\d零〇一二两三四五六七八九十百千万])(?:(?:\d{{1,2}}"
    rf"|[一二两三四五六七八九十]{{1,3}})[、和]){{0,5}}{ZH_ANY}(?:个月大|个多月大|个半?月|周岁"
    rf"|岁半?|岁多)"
    rf"|半(?:周?岁)|今年{ZH_ANY}(?=$|[,，。;；!！?？了])"
)
_JOINED = re.compile(r"[、和跟与及,，]*")
_AGED = re.compile(rf"(?P<n>{EN_ANY}|{ZH_ANY})(?P<unit>个[多半]?月|岁半)?")
_MONTHS, _WEEKS = re.compile(r"\bmo(?:nth)?s?\b|[\d -]months?\b|[\d -]mos?\b|个[多半]?月"), re.compile(r"weeks?")
_STATED = re.compile(r"(?:is|are) ")
_OF_PERSON = re.compile(rf"\b(?:{_PERSON})(?: who)? $")
_NOT_A_PERSON = re.compile(
    r"[ -]*(?:[a-z]+ )?(?:whisk|scotch|malt|rum\b|cognac|brandy|port\b|wine|bourbon|bottle|cheese|building|house\b"
    r"|hotel|car\b|tree"
    r"|macallan|dogs?\b|cats?\b|pupp|kitten|pets?\b|poodle|retriever|bulldog|corgi)|的?(?:狗|猫|酒|威士忌|老酒|黄酒"
    r"|普洱)"
)
_PET = re.compile(r"(?:狗|猫|宠物|泰迪|柯基|金毛|\bdogs?\b|\bcats?\b|\bpuppy\b|\bpet\b)[^,，。]{0,6}$")


@lru_cache(maxsize=64)  # of one message they are asked for several times
def find_ages(plain: str) -> tuple[Span, ...]:
    """Where somebody's age is told; ages in a row are one place."""
    found: list[Span] = []
    for match in _AGE.finditer(plain):
        if found and "岁" in match[0] and _JOINED.fullmatch(plain, found[-1][1], match.start()):
            found[-1] = (found[-1][0], match.end())
        else:
            found.append((max(match.start(), match.end("whose")), match.end()))
    return tuple(found)


def told_ages(plain: str) -> list[tuple[str, Span]]:
    """The ages of children and of the old, such as "5y" and "10m", each with the place it stands in."""
    told = [(age, span) for span in find_ages(plain) if _is_of_person(plain, span) for age in _ages(plain, span)]
    return [each for each in told if _is_worth_knowing(each[0])][:MOST]


def _is_of_person(plain: str, span: Span) -> bool:
    """Whisky and dogs have ages too, and breakfast "is 8"."""
    start, end = span
    said = plain[start:end]
    if _NOT_A_PERSON.match(plain, end) or _PET.search(plain, max(0, start - 20), start):
        return False
    if _STATED.match(said):
        return bool(_OF_PERSON.search(plain, max(0, start - 20), start))
    if "月" in said and "大" not in said:
        return bool(re.search(_ZH_PERSON, plain[max(0, start - 6) : end + 4]))
    return True


def _ages(plain: str, span: Span) -> Iterator[str]:
    said = plain[slice(*span)]
    after = plain[span[1] : span[1] + 8]
    if said.startswith("半"):
        yield "6m"
        return
    in_months, in_weeks = bool(_MONTHS.search(said + after)), bool(_WEEKS.search(said))
    for match in _AGED.finditer(said):
        value = _value(match["n"])
        if value is None:
            continue
        unit = match["unit"] or ""
        if in_weeks:
            yield f"{int(value // 4)}m"
        elif unit.endswith("月") or (in_months and "岁" not in said):
            yield f"{int(value)}m"
        elif unit == "岁半" or value % 1:
            yield f"{int(value * 12) + (6 if unit else 0)}m"
        else:
            yield f"{int(value)}y"


def _value(said: str) -> float | None:
    try:
        return float(said) if said[0].isdigit() else float(number(said))
    except (ValueError, KeyError):
        return None


def _is_worth_knowing(age: str) -> bool:
    count = int(age[:-1])
    years = count / 12 if age.endswith("m") else count
    return years < GROWN_UP or OLD <= years <= OLDEST
