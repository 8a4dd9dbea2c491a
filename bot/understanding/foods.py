"""The words of prompts/<lang>/diet.toml: what may be left out or make somebody ill, and the diets people keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from bot.understanding.reading import fold
from prompts.words import LANGUAGES, table

Span = tuple[int, int]

MOST = 20  # signs of one message
FURTHEST = 60  # characters between two words that belong together
SENTENCE, CLAUSE = ".;!?\n。！？\x00", ".;!?\n。！？,，\x00"  # what ends them
TOO_MUCH = re.compile(r"太多|这么多|那么多|剩|\bwhy\b|为什么")
MOST_SAID = 120  # things in one list; nobody has more
_THINGS = ("allergens", "ingredients", "medicine", "room")
# What may stand between two things of a list.
_BETWEEN = re.compile(
    r"(?:[\s、/&+]|\b(?:and|or|nor|plus|also|any|all|other|some|the|most|raw|cooked|fresh|kinds?|sorts?|types?|of"
    r"|as well as)\b"
    r"|和|跟|与|及|或者?|还有|以及|各种|所有|任何|一切|类|制品|产品|酱|肉|什么的|之类的?)*"
)
_COMMA = re.compile(r"\s*[,，]\s*")
_ONE_MORE = re.compile(r"(?:,? (?:and|or) (?!i\b|we\b|my\b|the\b|a\b|so\b|can\b|also\b)[a-z]+)(?= *(?:[.;!?,\n]|$))")
_ENDS = re.compile(
    r"\s*(?:$|[,，.。;；!！?？)、\n\x00]|(?:and|or|so|but|please|pls|thanks?|too|also|as well|in it|at all|\+|&)\b"
    r"|和|跟|与|及|或|都|也|请|谢)"
)


@dataclass(frozen=True, slots=True)
class Told:
    """Codes in the order in which they were said, each once, and where."""

    codes: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


def compile_words() -> None:
    """Before the first message that needs them: it takes the time of ten messages."""
    for compiled in (_things_pattern, diet_pattern):
        compiled()
    for name in ("words", "changing"):
        around_pattern(name)


def thing_at(plain: str, at: int, end: int) -> tuple[str, int]:
    """The code of the thing whose name begins here, and where the name ends; "" for none and for a look-alike."""
    match = _things_pattern().match(plain, at, end)
    return (_things()[match[0]], match.end()) if match else ("", at)


def things_in(plain: str, start: int, end: int) -> list[tuple[str, Span]]:
    """All things named between these places."""
    found = ((_things()[match[0]], match.span()) for match in _things_pattern().finditer(plain, start, end))
    return [each for each in found if each[0]][:MOST_SAID]


def list_from(plain: str, start: int, end: int) -> tuple[list[str], int]:
    """The things of a list that begins here, and where it ends; a comma goes on only to another thing of its own."""
    codes: list[str] = []
    done = at = start
    while len(codes) < MOST_SAID:
        comma = _COMMA.match(plain, at, end) if codes else None
        between = _BETWEEN.match(plain, comma.end() if comma else at, end)
        code, stop = thing_at(plain, between.end() if between else at, end)
        if not code or (comma and not _stands_alone(plain, stop, end)):
            break
        codes.append(code)
        done = at = stop
    return codes, done


def list_until(plain: str, start: int, end: int, gap: re.Pattern[str]) -> tuple[list[str], int]:
    """The things of a list that ends here but for what `gap` matches, and where it begins."""
    codes: list[str] = []
    at = end
    for code, (first, last) in reversed(things_in(plain, start, end)):
        joined = gap.fullmatch(plain, last, at) if at == end else _is_between(plain, last, at)
        if not joined:
            break
        codes.append(code)
        at = first
    return codes[::-1], at


def told_of(found: list[tuple[str, Span]]) -> Told:
    found = sorted(found, key=lambda each: each[1][0])
    return Told(tuple(dict.fromkeys(code for code, _ in found)), tuple(dict.fromkeys(span for _, span in found)))


def bounds(plain: str, sign: re.Match[str], stops: str) -> Span:
    """Where the sentence or clause around it begins and ends."""
    start = max(plain.rfind(stop, 0, sign.start()) for stop in stops) + 1
    ends = [at for at in (plain.find(stop, sign.end()) for stop in stops) if at >= 0]
    return start, min(ends, default=len(plain))


def is_unknown_more(plain: str, at: int, end: int) -> bool:
    """Whether the list goes on with one thing nobody told us of: "peanuts and durian."."""
    return bool(_ONE_MORE.match(plain, at, end))


def _stands_alone(plain: str, at: int, end: int) -> bool:
    """ "Peanuts, eggs and milk", but "peanuts, eggs benedict please": what begins a wish is no part of the list."""
    return bool(_ENDS.match(plain[:end], at))


def _is_between(plain: str, start: int, end: int) -> bool:
    said = plain[start:end].replace(",", " ").replace("，", " ")
    return bool(_BETWEEN.fullmatch(said))


@cache
def _things() -> dict[str, str]:
    """What is said for each thing, by its words; look-alikes stand for nothing."""
    known = dict.fromkeys(_spoken("look_alikes", "words"), "")
    for name in _THINGS:
        for code in table(LANGUAGES[0], "diet", name):
            known.update(dict.fromkeys(_spoken(name, code), code))
    return known


@cache
def _things_pattern() -> re.Pattern[str]:
    return any_of(_things())


@cache
def diet_words() -> dict[str, str]:
    return {said: code for code in table(LANGUAGES[0], "diet", "diets") for said in _spoken("diets", code)}


@cache
def diet_pattern() -> re.Pattern[str]:
    return any_of(diet_words())


@cache
def around_pattern(name: str) -> re.Pattern[str]:
    """The words of [around] that ask for nothing ("words"), or ask for a change ("changing")."""
    return any_of(_spoken("around", name))


@cache
def codes_of(name: str) -> frozenset[str]:
    return frozenset(table(LANGUAGES[0], "diet", name))


def _spoken(name: str, code: str) -> Iterator[str]:
    for language in LANGUAGES:
        for said in table(language, "diet", name)[code]:
            yield from _variants(fold(said))


def _variants(said: str) -> Iterator[str]:
    """As it is, in the plural, and with hyphens."""
    yield said
    if said.isascii():
        for form in (said, f"{said}s", f"{said}es"):
            yield form
            yield form.replace(" ", "-")


def any_of(said: Iterable[str]) -> re.Pattern[str]:
    """Any of these, the longest first; by first letters, because the engine tries one alternative after the other."""
    words = sorted(set(said), key=lambda word: (word[0], -len(word), word))
    latin: list[str] = []
    chinese: list[str] = []
    for first, some in groupby(words, key=lambda word: word[0]):
        rest = "|".join(re.escape(word[1:]) + (r"(?![a-z])" if word[-1].isascii() else "") for word in some)
        (latin if first.isascii() else chinese).append(f"{re.escape(first)}(?:{rest})")
    return re.compile(rf"(?<![a-z])(?:{'|'.join(latin)})|(?:{'|'.join(chinese) or '(?!)'})")
