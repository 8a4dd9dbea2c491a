"""How many things, how many people, how many stars: numbers with what they count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from bot.understanding.ages import find_ages
from bot.understanding.numbers import (
    BETWEEN,
    EN_AMOUNT,
    EN_NUMBER,
    EN_PEOPLE,
    MEASURE,
    NOT_COUNTED,
    NUMBER,
    ZH_AMOUNT,
    ZH_PEOPLE,
    find_asides,
    find_many,
    number,
)

Span = tuple[int, int]
Amount = tuple[int, Span]

# Without any of these nothing is counted, as in most messages.
_NUMBERED = re.compile(
    rf"[\d零〇一二两三四五六七八九十百千半俩仨]|\b(?:{EN_NUMBER}|(?:dozen|couple|pair|another|hundred|thousand)\b)"
)
_LATIN = re.compile("[a-z]")
_TOGETHER = re.compile(r"&|\b(?:and|plus|with|both|only|just|own|myself)\b")
_NOT_THINGS = (
    "半?多?(?:小时|钟|月|星期|礼拜|世纪|点|工作日)|来?(?:小时|月)"
    "|[大小]?(?:人|孩|朋友|问题|忙|事|建议|要求|电话)|性|分[钟之]|对一|劲"
)
_ZH_THINGS = re.compile(
    rf"(?P<dozen>[半一两二三四五六十]|\d{{1,2}}) ?打(?![开扫电车包折印扰不听算底的])"
    rf"|(?<!\d[.:])(?<![\d第万统唯同每周期拜])(?P<n>{ZH_AMOUNT})"
    rf" ?[大小整满]?(?!{MEASURE}(?:{_NOT_THINGS})|部分|面[对前条])"
    rf"(?:(?P<pair>对)|{MEASURE})|(?<![们妹弟女子妻])(?P<both>俩|仨)(?!人|口|大人|孩|小孩)"
)
_UNPAIRED = re.compile(".{0,4}?(?:拖鞋|袜|鞋|手套|筷|耳塞|耳环|眼镜)")
_NO_TWO = "slippers|socks|scissors|shoes|chopsticks|ear|gloves|tweezers|pants|trousers|jeans|shorts|glasses"
_HOLDERS = (
    "bottle|glass|cup|piece|pack(?:et)?|set|pair|(?:jar|pot|bowl|plate|tube|roll|box|bucket|slice|pint|jug|carafe|portion"
    "|can|tin|bag|bar|stack|order|basket)(?= of)"
)
_ONE_THING = re.compile(
    rf"\ba pair of (?:{_NO_TWO})|\banother\b(?! (?:{EN_AMOUNT}|room))"
    rf"|\ban? (?:extra|additional|spare|second|single|{_HOLDERS})\b(?! (?:{EN_NUMBER}|\d|room))"
)
_NOT_ONE = "thing|question|moment|sec|second|day|morning|evening|problem|issue|last thing|more thing|way|side|of"
_ONE_OF_IT = re.compile(
    r" (?!for|please|pls|is|with|in|to|on|by|at|that|which|and|or|as|if|will|would|from|who|has|only|should|we|i)[a-z]"
)
_COUNT = re.compile(
    r"(?<![\d.:#$¥€£/a-z-])(?<!room )(?<!房间)(?<!no )(?<!this )(?<!that )(?<!which )(?<!the )(?<!any )"
    r"(?<!at )(?<!by )(?<!until )(?<!till )(?<!before )(?<!after )(?<!since )(?<!\x00 to )"
    rf"(?:{EN_AMOUNT} ?(?:or|to|-|~|–) ?)?(?P<n>{EN_AMOUNT})"
    r"(?! ?(?:[x*×](?![a-z])|pcs?\b))(?![\d:%/–~-]|\.\d)"
    rf"(?! ?(?:{NOT_COUNTED})\b| ?[°%]|[a-wyz]|x[a-z])"
    r"(?![度元楼层号岁点时分年月日周星折小秒弄栋幢座室房到至人位名口晚天夜次、])"
    rf"(?!(?<=one) (?:{_NOT_ONE})\b)"
)
_TIMES_SIGN = re.compile(
    r"(?:(?<![a-z])x|[*×]) ?(?P<n>\d{1,2})(?![\d.:a-z])"
    r"|(?<![\d.:])(?P<m>\d{1,2}) ?(?:[x*×](?![a-z])|pcs?\b)"
)
# Counted only where nothing else is: two more nights, 再住三晚.
_NIGHTS = re.compile(
    rf"(?<!past )(?<!last )(?<!the )\b(?P<n>{EN_AMOUNT}) ?(?:(?:more|extra|additional|further|full) )?"
    rf"(?:nights?|days?)\b(?! ago)"
    rf"|(?<![\d.:第每了])(?P<zh>{ZH_AMOUNT}) ?个?[晚天夜宿次](?![前后内性间了]|以[前后内来]|之[前后内])"
)
# Nobody brings minus three or two and a half: no other number may be read there, so it counts as none.
_NO_AMOUNT = re.compile(
    rf"(?:(?<![\w-])-\d{{1,3}}|\bminus {NUMBER}|负{NUMBER}|\b{NUMBER} and a half"
    rf"|(?<![\d.:])\d{{1,2}}\.\d{{1,2}}(?= [a-z]+s\b|{MEASURE}))"
    rf"(?! ?(?:{NOT_COUNTED}|lit(?:er|re)s?|kilos?|days?|nights?|[ap]m)\b){MEASURE}?"
    rf"|{NUMBER}{MEASURE}半(?!小时|钟头|钟|天|月|年|夜|晚)"
)
_FRACTION = re.compile(r"[-.负半]|minus|half")
_TOTAL = re.compile(r"\b(?:in total|total|altogether|all together|in all)\b|一共|总共|共计|合计|共")
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


class _Told(NamedTuple):
    """Some people; `kind`: whole (five of us), part (two adults), weak (my wife: nobody if nobody else is named)."""

    number: int
    kind: str
    span: Span


@lru_cache(maxsize=64)  # of one message they are asked for several times
def find_amounts(plain: str) -> tuple[Amount, ...]:
    """Each number of things with its place."""
    if not _NUMBERED.search(plain):
        return tuple((1, match.span()) for match in _ONE_THING.finditer(plain))
    return tuple(_amounts(plain))


def _amounts(plain: str) -> list[Amount]:
    plain = _without_asides(plain)
    nothing = _FRACTION.search(plain) and _NO_AMOUNT.search(plain)
    if nothing:
        return [(0, nothing.span())]
    nights = [(number(match["n"] or match["zh"]), match.span()) for match in _NIGHTS.finditer(plain)]
    plain = blank(plain, [span for _, span in nights])
    counted: list[Amount] = []
    for read in (find_many, _chinese, _single):
        found = list(read(plain))
        plain = blank(plain, [span for _, span in found])
        counted += found
    counted += _plain_counts(plain, bool(counted))
    return _without_total(counted, plain) or nights


@lru_cache(maxsize=64)
def find_persons(plain: str) -> tuple[Amount, ...]:
    """Each number of people with its place; who was counted already counts as none."""
    if plain.isascii() and not (_NUMBERED.search(plain) or _TOGETHER.search(plain)):
        return ()
    plain = _without_asides(plain)
    told = [] if plain.isascii() else list(_told(ZH_PEOPLE, plain))
    if not told and _LATIN.search(plain):
        told = list(_told(EN_PEOPLE, plain))
    chains = list(_chains(told, plain))
    counted = _counted(chains)
    return tuple((person.number if person in counted else 0, person.span) for chain in chains for person in chain)


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


def blank(plain: str, spans: Iterable[Span]) -> str:
    """The text with these places used up, so that no digit is read twice."""
    for start, end in spans:
        plain = plain[:start] + "\x00" * (end - start) + plain[end:]
    return plain


def _without_asides(plain: str) -> str:
    plain = blank(plain, find_ages(plain))
    return blank(plain, find_asides(plain))


def _chinese(plain: str) -> Iterator[Amount]:
    for match in () if plain.isascii() else _ZH_THINGS.finditer(plain):
        if match["dozen"]:
            yield number(match["dozen"] + "打"), match.span()
        else:
            pairs = 2 if match["pair"] and not _UNPAIRED.match(plain, match.end()) else 1
            yield pairs * number(match["n"] or match["both"]), match.span()


def _single(plain: str) -> Iterator[Amount]:
    yield from ((1, match.span()) for match in _ONE_THING.finditer(plain))
    yield from ((number(match["n"] or match["m"]), match.span()) for match in _TIMES_SIGN.finditer(plain))


def _plain_counts(plain: str, counted: bool) -> Iterator[Amount]:
    """Numbers with nothing that speaks against them; beside others "one" counts only with its thing: one beer."""
    for match in _COUNT.finditer(plain):
        if not (counted and match["n"] == "one" and not _ONE_OF_IT.match(plain, match.end())):
            counted = True
            yield number(match["n"]), match.span()


def _without_total(counted: list[Amount], plain: str) -> list[Amount]:
    """Two red and three white, five in total, are five."""
    most = max(counted, default=(0, (0, 0)))
    if len(counted) > 2 and 2 * most[0] == sum(count for count, _ in counted) and _TOTAL.search(plain):
        return [(count if span == most[1] else 0, span) for count, span in counted]
    return counted


def _told(pattern: re.Pattern[str], plain: str) -> Iterator[_Told]:
    for match in pattern.finditer(plain):
        name = match.lastgroup or ""
        kind, _, more = name.partition("_")
        count = 2 if more == "two" else 1 if kind in ("alone", "weak") else number(match[name])
        yield _Told(count, "whole" if kind == "alone" else kind, match.span())


def _chains(told: list[_Told], plain: str) -> Iterator[list[_Told]]:
    """People named in one breath: my wife, our two kids and me."""
    chain: list[_Told] = []
    joined = False
    for person in told:
        between = BETWEEN.fullmatch(plain, chain[-1].span[1], person.span[0]) if chain else None
        if not between:
            yield from _split(chain, joined)
            chain, joined = [], False
        joined = joined or bool(between and between["and"])
        chain.append(person)
    yield from _split(chain, joined)


def _split(chain: list[_Told], joined: bool) -> Iterator[list[_Told]]:
    """The chain if a word joins it, else each alone."""
    if joined:
        yield chain
    else:
        yield from ([person] for person in chain if person.kind != "weak")


def _counted(chains: list[list[_Told]]) -> list[_Told]:
    """Each whole once, and parts that stand for themselves or come on top: four and a baby."""
    wholes = {person.number: person for chain in chains for person in chain if person.kind == "whole"}
    parts = [person for chain in chains for person in chain if person.kind != "whole"]
    if not wholes:
        return parts
    if sum(person.number for person in parts) in wholes:
        return list(wholes.values())
    beside = [chain for chain in chains if any(person.kind == "whole" for person in chain)]
    return [*wholes.values(), *(person for chain in beside for person in chain if person.kind != "whole")]
