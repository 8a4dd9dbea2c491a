"""How Chinese characters sound, without tones: what is typed by its sound is often the wrong character."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import version

import numpy as np
import numpy.typing as npt

from bot.understanding import kept

FIRST, LAST = 0x3400, 0x9FFF  # of the Chinese characters
SYLLABLES = 0xE000  # private characters, one for each syllable

Codes = npt.NDArray[np.uint64]


def sounds(codes: Codes) -> Codes:
    """For the code of each character that of its syllable; others stand for themselves."""
    is_chinese = (codes >= FIRST) & (codes <= LAST)
    places = np.where(is_chinese, codes, np.uint64(FIRST)) - np.uint64(FIRST)
    return np.where(is_chinese, _syllables()[places.astype(np.int64)].astype(np.uint64) + np.uint64(SYLLABLES), codes)


@cache
def _syllables() -> npt.NDArray[np.uint16]:
    """A number for each character, the same for those that sound alike."""
    return kept.recall(kept.name_of("sounds", [__file__], version("pypinyin")), _spelled)["syllables"]


def _spelled() -> kept.Arrays:
    # The phrases of pypinyin take 50 MB, and single characters have no use for them.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    spelled = [lazy_pinyin(chr(code))[0] for code in range(FIRST, LAST + 1)]
    return {"syllables": np.unique(spelled, return_inverse=True)[1].astype(np.uint16)}
