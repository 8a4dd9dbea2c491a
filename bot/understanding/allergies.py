"""What somebody is allergic to: only where it is declared of somebody, never where it is asked about or ordered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from bot.understanding.diet import left_out
from bot.understanding.foods import (
    CLAUSE,
    FURTHEST,
    MOST,
    SENTENCE,
    TOO_MUCH,
    Span,
    Told,
    bounds,
    codes_of,
    is_unknown_more,
    list_from,
    list_until,
    things_in,
    told_of,
)
from crm.service_requests.needs import OTHER

_ANY = re.compile(
    r"al{1,2}erg|anaphyla|intoleran|c(?:o)?eliac|\b(?:can|cannot|could|must|may|not|unable)\b|can't|过敏|不耐|不能"
    r"|不了|不得|不可|法"
)
_SIGN = re.compile(
    r"\bal{1,2}erg(?:ic|y|ies|ie|i|ys)\b|\banaphyla(?:xis|ctic)\b|\bintoleran(?:t|ces?)\b|\bc(?:o)?eliacs?\b|过敏|不耐"
)
_NO_SIGN = re.compile(
    r"al{1,2}erg(?:y|ies|ic) ?-?(?:tablets?|pills?|medicines?|meds?|medication|spray|test|season|info\w*|list|menu"
    r"|cards?"
    r"|chart|policy|friendly|free|shots?|advice|reactions?(?! (?:to|from))|rash\w*|rhinitis|asthma|symptoms?|attack)\b"
    r"|过敏(?:性|药|原标|源标|原信|反应|症状|起|发作|季|测试)|不耐(?!受|症)"
)
_CANNOT = re.compile(
    r"\b(?:can ?not|can'?t|could ?n[o']?t|must ?(?:not|n't)|may not|not allowed to|unable to|not able to)"
    r" (?:really |even )?(?:have|eat|tolerate|take|touch|digest|consume|drink|stomach|do|be near|go near)(?: anything)?"
    r"(?: any| with| containing| of)*"
    r"|(?<![能可])(?:不能|不可以|不可|没法|无法)(?:吃|碰|沾|喝|接触|食用|食)|(?:吃|碰|沾|喝)不(?:了|得)(?!了|完|这么"
    r"|那么)"
)
_ASKED = re.compile(r"[吗么]\s*(?:$|[?？,，。])|[?？]")
_DEGREE = re.compile(
    r"(?:[\s(-]|\b(?:food|severe|bad|serious|strong|mild|slight|protein|and seed)\b|也|都|会|就|就会|有|很|比较|非常"
    r"|特别|有点|有些"
    r"|严重|重度|轻微|蛋白|食物|这些|东西|什么的|类|的|还|是|容易|体质)*"
)
_DENIED = re.compile(
    r"(?:\b(?:not|never|without|neither|zero|hardly|no)|n't|\bdont|\bisnt|\barent)(?: (?!only\b|i\b|i'm\b|im\b|we\b"
    r"|we're\b|he\b|she\b"
    r"|he's\b|she's\b|they\b|my\b|our\b|his\b|her\b|is\b|are\b|am\b|because\b|due\b|as\b|since\b|for\b|forget\b"
    r"|ignore\b|with\b"
    r"|but\b|worry\b|put\b|use\b|add\b|eat\b)[a-z/-]+){0,5}\s*$"
    r"|\b(?:nobody|no one|none)\b[a-z' ]{0,30}$"
    r"|(?:没有?|无|并无|不存在|不是|不)(?:任何|什么|啥|食物|药物|其他|别的|特别|对|的|会|怎么|太)*\s*$"
)
_NONE_AFTER = re.compile(
    r"(?:史|原|源|食物|情况)?\s*(?:[:：?？-]|是|\bare\b|\bis\b)?\s*(?:无|没有?|none\b|no\b|nil\b|n/a)\s*(?=$"
    r"|[,，.。;；!！\n])"
)
_NOT_BETWEEN = re.compile(r"[不没无未]")
_TO = re.compile(
    r"(?:\s*(?:\bto\b|\bof\b|\btowards?\b|\bagainst\b|[:：]|\bfrom\b|(?:史|原|源)?(?:的?(?:是|有|食物"
    r"|东西))?[:：]?)\s*(?:any\s+)?)"
)
_JOKES = re.compile(r" to (?:early )?(?:mornings?|mondays?|work|noise|alarms?|stress|bills?|people|you)\b")
_BUT = re.compile(r"[\s,，]*(?:\b(?:but|except|apart from|other than|besides)(?: for)?(?: only)?(?: to)?\b|除了)\s*")
_EXCEPT = re.compile(r"除了?(?P<list>[^。;；!！?？\n]{1,30}?)(?:以外|之外|[,，都就没不无其别]).{0,8}$")
_TOWARDS = re.compile(r"对(?P<list>[^对。;；!！?？\n]{1,40}?)$")
_NAMED_AFTER = re.compile(r"\b(?:any|contains?|with|have|has|includes?|ate|eaten|had)\b|有没有|含|有|吃了|吃过")
_PERSON = re.compile(
    r"\b(?:i|i'm|im|i've|my|me|we|we're|our|us|he|she|his|her|they|their|son|daughter|wife|husband|kids?"
    r"|child(?:ren)?|friend"
    r"|guests?|someone|somebody|who|mother|father|mum|mom|dad|baby|person|people)\b"
)
_QUESTION = re.compile(r"\s*(?:do|does|can|could|is|are|what|which|how|have|has|would|will|any)\b")


@lru_cache(maxsize=64)  # of one message they are asked for several times
def find_allergies(plain: str) -> Told:
    """What somebody is declared to be allergic to, or not to bear."""
    if not _ANY.search(plain):
        return Told()
    told = [each for sign in islice(_SIGN.finditer(plain), MOST) for each in _of_sign(plain, sign)]
    told += [each for sign in islice(_CANNOT.finditer(plain), MOST) for each in _of_cannot(plain, sign)]
    if any(code == "" for code, _ in told):
        told = [each for each in told if each[0]] + _of_bare(plain, [span for code, span in told if not code], told)
    return told_of(told)


def denies(plain: str) -> bool:
    """Whether an allergy is spoken of and nobody has one: "no allergies", 都不过敏."""
    said = [sign for sign in islice(_SIGN.finditer(plain), MOST) if not _NO_SIGN.match(plain, sign.start())]
    return bool(said) and not find_allergies(plain).codes and not _ASKED.search(plain)


def _of_sign(plain: str, sign: re.Match[str]) -> Iterator[tuple[str, Span]]:
    """What a word such as "allergic" or 过敏 is said of; "" where it is declared of nothing that stands beside it."""
    if _NO_SIGN.match(plain, sign.start()) or _JOKES.match(plain, sign.end()):
        return
    if plain[: sign.start()].endswith(("抗", "防", "hypo", "hypo-", "脱")):
        return
    start, end = bounds(plain, sign, SENTENCE)
    clause = max(start, bounds(plain, sign, CLAUSE)[0])
    codes, first, last, lead = _beside(plain, sign, start, end)
    if _is_denied(plain, clause, first, sign, lead):
        yield from _all_but(plain, start, sign, last, end)
    elif not _is_only_asked(plain, clause, sign):
        if "eliac" in sign[0]:
            codes = [*codes, "gluten"]
        if codes and last > sign.end() and is_unknown_more(plain, last, end):
            codes = [*codes, OTHER]
        yield from ((code, (first, max(last, sign.end()))) for code in codes or [""])


def _beside(plain: str, sign: re.Match[str], start: int, end: int) -> tuple[list[str], int, int, str]:
    """What is named after the sign, else before it: the codes, from where to where, and what stands before the sign."""
    to = _TO.match(plain, sign.end(), end)
    after, last = list_from(plain, to.end(), end) if to and to.end() > sign.end() else ([], sign.end())
    if to and not after and plain[to.start() : to.end()].strip() in ("to", "of"):
        return [OTHER], sign.start(), to.end(), ""
    from_ = max(start, sign.start() - FURTHEST * 3)
    degree = sign.start()
    towards = _TOWARDS.search(plain, from_, sign.start()) if sign[0] in ("过敏", "不耐") else None
    if towards:
        named = things_in(plain, towards.start("list"), sign.start())
        begins = named[-1][1][1] if named else towards.start("list")
        return _bracketed(towards, named) + after, towards.start(), last, plain[begins:degree]
    before, first = list_until(plain, from_, degree, _DEGREE)
    if not before:
        before, first = _denied_list(plain, from_, degree)
    return before + after, first if before else sign.start(), last, plain[first:degree] if before else ""


def _denied_list(plain: str, start: int, end: int) -> tuple[list[str], int]:
    """花生不过敏."""
    shorter = re.search(r"(?:不会|不怎么|不太|不|没有|没|并不)$", plain[start:end])
    return list_until(plain, start, start + shorter.start(), _DEGREE) if shorter else ([], end)


def _bracketed(towards: re.Match[str], named: list[tuple[str, Span]]) -> list[str]:
    """What stands between 对 and 过敏, all of it: what we have no word for counts as well."""
    left, origin = towards["list"], towards.start("list")
    for _, (start, end) in named:
        left = left[: start - origin] + " " * (end - start) + left[end - origin :]
    left = re.sub(
        r"[\s、,，和跟与及或还有以及都也会很严重非常特别比较点些轻微度任何各种所有类的制品肉酱一切不没无并怎么太容易就是/&+\x00]",
        "",
        left,
    )
    return [*(code for code, _ in named), *([OTHER] if left else [])]


def _is_denied(plain: str, clause: int, first: int, sign: re.Match[str], lead: str) -> bool:
    """ "No allergies", "not allergic to anything", 花生不过敏; but not "no, I am allergic" or "do not forget"."""
    if sign[0] in ("过敏", "不耐") and _NOT_BETWEEN.search(lead):
        return True
    if _NONE_AFTER.match(plain, sign.end()):
        return True
    return any(_DENIED.search(plain[max(clause, at - FURTHEST) : at]) for at in {first, sign.start()} if at > clause)


def _all_but(plain: str, start: int, sign: re.Match[str], last: int, end: int) -> Iterator[tuple[str, Span]]:
    """ "No allergies except peanuts", "not allergic to nuts but to eggs", 除了花生都不过敏."""
    but = _BUT.match(plain, max(last, sign.end()), end)
    if but:
        codes, stop = list_from(plain, but.end(), end)
        yield from ((code, (but.start(), stop)) for code in codes)
    beside = _EXCEPT.search(plain, start, sign.start())
    if beside:
        yield from things_in(plain, *beside.span("list"))


def _is_only_asked(plain: str, clause: int, sign: re.Match[str]) -> bool:
    """ "Can you cater for nut allergies?" and 会过敏吗 are declared of nobody."""
    if sign[0] == "过敏":
        return bool(re.match(r"(?:吗|么|不\b)", plain[sign.end() :])) or plain[clause : sign.start()].endswith("会不会")
    return bool(_QUESTION.match(plain, clause)) and not _PERSON.search(plain[clause : bounds(plain, sign, CLAUSE)[1]])


def _of_cannot(plain: str, sign: re.Match[str]) -> Iterator[tuple[str, Span]]:
    """Who cannot have shellfish counts as allergic to it; pork or wine may have another reason."""
    start = bounds(plain, sign, CLAUSE)[0]
    stop = bounds(plain, sign, SENTENCE)[1]
    if TOO_MUCH.search(plain, start, stop) or (sign[0][0] >= "\u3400" and _ASKED.search(plain, sign.end(), stop + 1)):
        return
    if sign[0][0] < "\u3400" and _QUESTION.match(plain, start) and not _PERSON.search(plain, start, sign.start()):
        return
    codes, last = list_from(plain, sign.end(), stop)
    first = sign.start()
    if not codes and sign[0][0] >= "\u3400":
        codes, first = list_until(
            plain, max(start, first - FURTHEST), first, re.compile("[我他她都也是们就可孩子真的]*")
        )
    yield from ((code, (first, max(last, sign.end()))) for code in codes if code in codes_of("allergens"))


def _of_bare(plain: str, signs: list[Span], told: list[tuple[str, Span]]) -> list[tuple[str, Span]]:
    """ "No peanuts, my son is allergic": it is what he is not to have, or what was asked after; else our words fail."""
    ill = codes_of("allergens") | codes_of("room") | codes_of("medicine")
    found = [(code, span) for code, span in left_out(plain) if code in ill]
    if not found:
        asks = _NAMED_AFTER.search(plain, max(0, signs[0][0] - FURTHEST), signs[0][0])
        found = [each for each in things_in(plain, asks.end(), signs[0][0]) if each[0] in ill] if asks else []
    if not found and any(code for code, _ in told):
        return []
    return [*found, *((OTHER, span) for span in signs[:1] if not found), *((code, signs[0]) for code, _ in found[:1])]
