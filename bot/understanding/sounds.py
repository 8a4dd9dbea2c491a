"""How Chinese characters sound, without tones: what is typed by its sound is often the wrong character."""

from __future__ import annotations

import os
from functools import cache

_FIRST = 0xE000  # private characters, one for each syllable


@cache
def sound(char: str) -> str:
    """One private character for the syllable of a Chinese one; others stand for themselves."""
    syllable = spelled(char)
    return chr(_FIRST + _number(syllable)) if syllable else char


@cache
def spelled(char: str) -> str:
    """The syllable in Latin letters; nothing for what is no Chinese character."""
    if not "\u3400" <= char <= "\u9fff":
        return ""
    # The phrases of pypinyin take 50 MB, and single characters have no use for them.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(char)[0])


_syllables: dict[str, int] = {}


def _number(syllable: str) -> int:
    return _syllables.setdefault(syllable, len(_syllables))
