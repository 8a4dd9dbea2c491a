"""Which language a guest writes, where a model can answer in it: the script tells, or else the model.

Nobody changes language by one odd word, and whoever writes Chinese or English is read as without a model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.languages import CODES, code_of, is_foreign

LATIN, CHINESE = "latin", "chinese"
WORDS = 2  # in a row make somebody write a language
LETTERS = 6  # count for that where words are not set apart
KNOWN = 0.6  # of the words of an English sentence are met in ours

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_CODES_AND_LINKS = re.compile(r"/start\s+\S+|[A-Za-z.:-]*[\d_/@][\w./@:-]*", re.ASCII)
# No Japanese sentence has these; it may well have all other Chinese characters.
_ONLY_CHINESE = re.compile(
    "[我你您她吗嗎呢吧啊们們么麼这這哪说谢请给还没几间间门车东开关热单帮喂咱很让从对吃喝把怎样够换坏两]"
)
_EITHER = ("sr", "kk", "tt", "ku")  # are written in Latin letters too
_HIRAGANA = re.compile("[ぁ-ねは-ゖ]")  # without the one that Chinese writers like for its looks
_SMALL_WORDS = """
    the i i'm my is are you your please can could would we our to for of and need want what where when how have
"""
_ENGLISH = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True, slots=True)
class Script:
    """`languages` are written in it, the first one unless more is known; `tells` are letters of one of the others."""

    letters: re.Pattern[str]
    languages: tuple[str, ...]
    spaced: bool = True
    tells: tuple[tuple[str, str], ...] = ()


def _script(letters: str, languages: str, spaced: bool = True, **tells: str) -> Script:
    return Script(re.compile(f"[{letters}]"), tuple(languages.split()), spaced, tuple(tells.items()))


SCRIPTS = (
    _script("\u3041-\u30ff\uff66-\uff9d", "ja", spaced=False),
    _script("\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3", "ko", spaced=False),
    _script("\u0400-\u052f", "ru uk be bg sr mk kk ky tg mn tt", uk="іїєґ"),
    _script("\u0e00-\u0e7f", "th", spaced=False),
    _script("\u0e80-\u0eff", "lo", spaced=False),
    _script("\u1780-\u17ff", "km", spaced=False),
    _script("\u1000-\u109f", "my", spaced=False),
    _script("\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff", "ar fa ur ps ug ku sd", fa="پچژگ", ur="ٹڈڑےں"),
    _script("\u0590-\u05ff", "he yi"),
    _script("\u0370-\u03ff\u1f00-\u1fff", "el"),
    _script("\u0900-\u097f", "hi mr ne sa"),
    _script("\u0980-\u09ff", "bn as"),
    _script("\u0a00-\u0a7f", "pa"),
    _script("\u0a80-\u0aff", "gu"),
    _script("\u0b80-\u0bff", "ta"),
    _script("\u0c00-\u0c7f", "te"),
    _script("\u0c80-\u0cff", "kn"),
    _script("\u0d00-\u0d7f", "ml"),
    _script("\u0d80-\u0dff", "si"),
    _script("\u0f00-\u0fff", "bo dz", spaced=False),
    _script("\u10a0-\u10ff", "ka"),
    _script("\u0530-\u058f", "hy"),
    _script("\u1200-\u137f", "am ti"),
)
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def heard_language(text: str, current: str, offline: str, told: str = "") -> str:
    """The language to answer in.

    `current` is the account's, `offline` zh or en by the letters alone (or `current`), `told` what a model says.
    """
    said = _CODES_AND_LINKS.sub(" ", text)
    script = _script_of(said)
    told = told if told in CODES else ""
    if isinstance(script, Script):
        return _in_script(said, script, current, offline, told)
    if script == CHINESE:
        is_japanese = code_of(current) == "ja" and not _ONLY_CHINESE.search(said)
        return current if is_japanese else offline
    return _in_latin(said, current, offline, told) if script == LATIN else current


def is_written_in(text: str, language: str) -> bool:
    """Whether a text that should be in this language has the letters of it."""
    script = _script_of(text)
    if language == "zh":
        return script == CHINESE
    wanted = next((each for each in SCRIPTS if language in each.languages), LATIN)
    return script == wanted or (script == LATIN and language in _EITHER) or (script == CHINESE and language == "ja")


def is_our_own(text: str) -> bool:
    """Whether all its words are English ones that we know, as guests of all languages write some."""
    said = _CODES_AND_LINKS.sub(" ", text)
    return _script_of(said) in (LATIN, "") and all(_is_known(word) for word in _words(said))


def _in_script(said: str, script: Script, current: str, offline: str, told: str) -> str:
    if code_of(current) in script.languages:
        return current
    words = _WORD.findall(said)
    enough = len(words) >= WORDS or (not script.spaced and sum(map(len, words)) >= LETTERS)
    if not enough:
        return offline
    seen = next((code for code, letters in script.tells if any(letter in said for letter in letters)), "")
    return told if told in script.languages else seen or script.languages[0]


def _in_latin(said: str, current: str, offline: str, told: str) -> str:
    words = _words(said)
    is_english = _is_english(words)
    if is_foreign(current) and not is_english:
        return told if is_foreign(told) and len(words) >= WORDS else current
    is_other = is_foreign(told) and not is_english and len(words) >= WORDS
    return told if is_other else offline


def _is_english(words: list[str]) -> bool:
    """A sentence, not a word or two that are written alike in half of Europe."""
    known = sum(map(_is_known, words))
    return not _ENGLISH.isdisjoint(words) and len(words) >= WORDS and known >= KNOWN * len(words)


def _words(said: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(said.replace("\u2019", "'"))]


def _is_known(word: str) -> bool:
    from bot.understanding.spelling import word_counts  # read by now, whoever asks

    return word in _ENGLISH or word in word_counts() or word.rstrip("s") in word_counts()


def _script_of(text: str) -> Script | str:
    """The script most letters are of, LATIN, CHINESE, or nothing; Japanese is written in two."""
    counts: dict[int, int] = {at: len(each.letters.findall(text)) for at, each in enumerate(SCRIPTS)}
    latin, chinese = len(_LATIN.findall(text)), len(_CHINESE.findall(text))
    if counts[0] and chinese:
        is_japanese = _is_japanese(text, counts[0], chinese)
        counts[0], chinese = (counts[0] + chinese, 0) if is_japanese else (0, chinese)
    best = max(counts, key=lambda at: counts[at])
    if counts[best] > max(latin, chinese):
        return SCRIPTS[best]
    return CHINESE if chinese else LATIN if latin else ""


def _is_japanese(text: str, kana: int, chinese: int) -> bool:
    """Of a text with Chinese characters: a Chinese sentence may well name a thing in kana."""
    return bool(_HIRAGANA.search(text)) and kana * 4 >= chinese and not _ONLY_CHINESE.search(text)
