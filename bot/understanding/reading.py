"""Reads a message as it was typed: cleaned, folded to one width, case and script, and cut into tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import opencc

LONGEST = 5_000

# Zero-width, direction, tag and control characters say nothing to a person but can hide words from us.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_TOKEN = re.compile(
    rf"(?P<join>wi[ -]fi\b|a/c\b|[ap]\.m\b\.?)|(?P<word>&|[a-z\u00df-\u00f6\u00f8-\u024f]+(?:'[a-z]+)?)|(?P<digits>\d+)"
    rf"|(?P<cjk>[{_CJK}])|(?P<stop>[\n;,!?。、…~—]|\.(?!\d))"
)
_LIST_MARK = re.compile(r"(?m)^ *\d{1,2}[.)、] *(?=[^\d\s])")
_HAS_CJK = re.compile(f"[{_CJK}]")
_HAS_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
# Links, codes and rooms, and what both languages write alike: nobody changes language by them.
_OF_NO_LANGUAGE = re.compile(r"/start\s+\S+|\S*[\d_]\S*|(?<![a-z])(?:ok|okay|wi-?fi|tv|usb)(?![a-z])", re.IGNORECASE)

_APOSTROPHES = {"\u2019": "'", "\u2018": "'", "`": "'"}
# Spellings that OpenCC leaves alone: it converts scripts, and these are written in either.
_ONE_SPELLING = _APOSTROPHES | {"妳": "你", "祇": "只", "衹": "只", "閙": "闹", "喫": "吃", "甚": "什", "幺": "一"}

_SPOKEN_SHORT = {
    "dont": "do not", "doesnt": "does not", "didnt": "did not", "isnt": "is not", "arent": "are not",
    "wasnt": "was not", "werent": "were not", "cant": "can not", "cannot": "can not", "couldnt": "could not",
    "wont": "will not", "wouldnt": "would not", "hasnt": "has not", "havent": "have not", "shouldnt": "should not",
    "im": "i am", "ive": "i have", "whats": "what is", "wheres": "where is", "whos": "who is",
    "whens": "when is", "hows": "how is", "its": "it is", "thats": "that is", "theres": "there is",
}  # fmt: skip
_IN_ES = re.compile(r"..(?:sh|ss|x|(?<![dhk]a)ch)es$")
_ENDINGS = {"'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "'m": "am"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number, a Chinese character, or (norm "") a stop; start and end count characters of the text."""

    norm: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """`plain` is `text` folded character by character, so the same positions hold in both."""

    text: str
    plain: str
    tokens: tuple[Token, ...]


def read(text: str) -> Reading:
    """Never raises and never looks further than the first 5,000 characters."""
    seen = _UNSEEN.sub("", text[: LONGEST * 2].replace("\r", "\n").replace("\t", " "))[:LONGEST].strip()
    plain = _LIST_MARK.sub(lambda mark: " " * len(mark[0]), fold(seen))
    return Reading(seen, plain, tuple(_tokens(plain)))


def fold(text: str) -> str:
    """Lower case, half width, simplified: one character for one."""
    return text.translate(_folding)


def words(phrase: str) -> list[str]:
    """The tokens of a phrase, spelled as they are found in a reading."""
    return [token.norm for token in _tokens(fold(phrase))]


def language_of(text: str, otherwise: str) -> str:
    """Chinese characters make it Chinese, else Latin letters English; codes, digits and pictures say nothing."""
    if _HAS_CJK.search(text):
        return "zh"
    return "en" if _HAS_LATIN.search(_OF_NO_LANGUAGE.sub(" ", text)) else otherwise


def is_chinese(token: Token) -> bool:
    return len(token.norm) == 1 and token.norm >= "\u3400"


def _tokens(plain: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(plain):
        start, end = match.span()
        kind, found = match.lastgroup, match.group()
        if kind == "word":
            for norm in _word(found):
                yield Token(norm, start, end)
        elif kind == "stop":
            yield Token("", start, end)
        else:
            yield Token(re.sub("[^a-z]", "", found) if kind == "join" else found, start, end)


def _word(found: str) -> list[str]:
    stem, quote, ending = found.partition("'")
    if stem == "&":
        return ["and"]
    if quote and "'" + ending in _ENDINGS:
        return [*_word(stem), _ENDINGS["'" + ending]]
    joined = stem + ending
    if joined in _SPOKEN_SHORT:
        return _SPOKEN_SHORT[joined].split()
    return [_singular(joined)]


def _singular(word: str) -> str:
    if _IN_ES.search(word):  # toothbrushes, boxes, but headaches
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class _Folding(dict[int, str]):
    def __missing__(self, code: int) -> str:
        char = chr(code)
        wide = unicodedata.normalize("NFKC", char)
        lower = (wide if len(wide) == 1 else char).lower()
        folded = lower if len(lower) == 1 else char
        folded = _ONE_SPELLING.get(folded) or _simplified(folded)
        if len(self) < 20_000:
            self[code] = folded
        return folded


def _simplified(char: str) -> str:
    simple = _opencc().convert(char) if "\u3400" <= char <= "\u9fff" else char
    return simple if len(simple) == 1 else char


@cache
def _opencc() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


_folding = _Folding()
