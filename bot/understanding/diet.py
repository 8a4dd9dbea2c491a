"""The diets people keep and what is to be left out of their food: no_<food> for food we have a word for."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from bot.understanding.foods import (
    FURTHEST,
    MOST,
    SENTENCE,
    TOO_MUCH,
    Span,
    Told,
    bounds,
    codes_of,
    diet_pattern,
    diet_words,
    list_from,
    list_until,
    things_in,
    told_of,
)

_ASKS = re.compile(
    r"(?:^|[,.;!\n] ?|\b(?:hi|hello|please|sorry|and|but) )(?:does|do|did|is|are|was|were|will|would)(?:n't)?"
    r" (?:the|this|that|it|they|these|those|your|there|any|my|our)\b(?P<en>[^.;!?\n,]*)"
    r"|\bany (?P<any>[^.;!?\n,]{3,30} in (?:it|the|this|that|your|my|there)\b)"
    r"|(?P<short>\bcontains?\b[^.;!?\n,]{3,30})\?"
    r"|(?P<zh>(?:里(?:面|边|头)?(?:会不会)?(?:有没有|有|含|放|加)|含不含|含有?|是不是|放没放|放不放|是"
    r"|算)[^,，。;；!！?？\n吗么]{1,12})(?P<ma>吗|么)?"
    r"|(?P<hot>\bis (?:it|that|this|the [a-z ]{2,20}) (?:very |too )?spicy\b|辣不辣|辣吗|辣么)"
)
_CONTAINS = re.compile(r"\b(?:contains?|have|has|include|made|cooked|fried|in|use|used|free|safe)\b|里|含|放|加")
_WANTS = re.compile(
    r"\b(?:i want|i'd like|i would like|bring|send|(?:to|i) order|can i (?:get|have))\b|来一|来份|要一|送|点一|给我"
)
_ANY = re.compile(
    r"\b(?:can|cannot|could|must|may|not|no|without|w/o|hold|skip|leave|minus|omit|avoid|free|exclude|never)\b"
    r"|n't|dont|cant|[不免无走去别勿忌]"
)
_LEAVING_OUT = re.compile(
    r"(?:(?<!is )(?<!are )(?<!have )(?<!has )(?<!was )(?<!had )(?<!got )(?<!'s )\bno(?! more\b)|\bwithout|\bw/o"
    r"|\bhold(?: the)?|\bskip(?: the)?"
    r"|\bleave (?:out|off)(?: the)?|\bminus(?: the)?|\bomit(?: the)?|\bexclude|\bavoid(?:ing)?|\bfree (?:of|from)"
    r"|\bnothing with"
    r"|(?:\b(?:do|does|can|will|would|should|must) ?(?:not|n't)|\bdont|\bdoesnt|\bcant|\bcan't|\bwon't|\bnever)"
    r" (?:eat|drink|have|want|like|add|put|include|use|take|touch)(?: in)?|\bnot (?:eat|eating|drinking|containing"
    r"|made with))(?: any| added| extra| the)*"
    r"|(?<![要能可是么])(?:(?:不要|别|勿|请勿|不用|不能|不可|不许)(?:再)?(?:放|加|有|含|带|撒|搁|用|吃|喝|碰|给我放)"
    r"|不要|(?:不|免|无)(?:放|加|含|吃|喝|带|沾|碰|有)?"
    r"|忌(?:口|食|嘴|吃)?)(?:任何|一切|有|的|是|[:：])*"
)  # fmt: skip
_TAKING_OUT = re.compile(r"[走去免](?=[葱蒜姜香芫辣糖洋])")
_LEFT_OUT = re.compile(
    r"(?:[ -]free\b|(?:都|就|也|请|我|我们|他|她|可以|统统|全部)*"
    r"(?:不要放|不放|别放|不要加|不加|别加|不吃|不能吃|不喝|免了|去掉|不能有|不能放|吃不了|不要(?=$"
    r"|[,，。.!！;；、\s]|哦|谢|啊|哈|吧)))"
)
_NOT_LEFT = re.compile(r"\s*(?:left|in (?:the|my|our) (?:fridge|minibar|room|lobby)|on the menu|available)\b")
_WHY = re.compile(r"(?:为什么|怎么|为啥|干嘛)[^,，。]{0,4}$|\bwhy\b[a-z' ]{0,20}$")
_UNDIET = re.compile(
    r"(?:\b(?:not|non|no|isn't|aren't|n't)(?: an?| strictly| really)?[ -]|不是|不要|不用|不需要|没有?(?:什么|啥"
    r"|任何)?|非|不)$"
)


@lru_cache(maxsize=64)
def find_diet(plain: str) -> Told:
    """The diets somebody keeps, and no_<food> for what is to be left out; in the order of the text."""
    told = [(diet_words()[match[0]], match.span()) for match in islice(diet_pattern().finditer(plain), MOST)]
    told = [(code, span) for code, span in told if not _UNDIET.search(plain, max(0, span[0] - 14), span[0])]
    if _ANY.search(plain):
        rest = plain
        for _, (start, end) in (each for each in told if each[0] != "restricted"):
            rest = rest[:start] + " " * (end - start) + rest[end:]
        foods = codes_of("allergens") | codes_of("ingredients")
        out = [(code, span) for code, span in left_out(rest) if code in foods]
        told += [(f"no_{code}", span) for code, span in out]
        if out:
            told = [each for each in told if each[0] != "restricted"]
    return told_of(told)


def asks_what_is_in(plain: str) -> bool:
    """Whether the message asks what food is made of or for whom it is: that orders and declares nothing."""
    if _WANTS.search(plain):
        return False
    return any(_is_about_food(plain, asked) for asked in islice(_ASKS.finditer(plain), MOST))


def _is_about_food(plain: str, asked: re.Match[str]) -> bool:
    if asked["hot"]:
        return True
    name = next(name for name in ("en", "any", "short", "zh") if asked[name] is not None)
    if name == "zh" and not (asked["ma"] or "不" in asked["zh"] or "没" in asked["zh"]):
        return False
    start, end = asked.span(name)
    if diet_pattern().search(plain, start, end) or "spicy" in asked[name]:
        return True
    foods = codes_of("allergens") | codes_of("ingredients")
    is_in = _CONTAINS.search(plain, start, end)
    return bool(is_in) and any(code in foods for code, _ in things_in(plain, start, end))


def left_out(plain: str) -> list[tuple[str, Span]]:
    """What is not to be in it."""
    found: list[tuple[str, Span]] = []
    for pattern in (_LEAVING_OUT, _TAKING_OUT):
        for sign in islice(pattern.finditer(plain), MOST):
            end = bounds(plain, sign, SENTENCE)[1]
            codes, last = list_from(plain, sign.end(), end)
            is_asked = _WHY.search(plain[: sign.start()]) or re.match("[吗么]", plain[last:])
            if codes and not is_asked and not _NOT_LEFT.match(plain, last):
                found += [(code, (sign.start(), last)) for code in codes]
    for sign in islice(_LEFT_OUT.finditer(plain), MOST):
        start = max(bounds(plain, sign, SENTENCE)[0], sign.start() - FURTHEST)
        codes, first = list_until(plain, start, sign.start(), re.compile(r"\s*"))
        is_asked = _WHY.search(plain[:first]) or TOO_MUCH.search(plain, start, sign.end())
        found += [(code, (first, sign.end())) for code in codes if not is_asked]
    return found
