"""Whether two names may be one person's: 张三, 張三, Zhang San, SAN/ZHANG MR, 张三先生; and how sure that is."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from crm.names.likeness import likeness
from crm.names.sound import bare, contradicts, name_sound, nickname_of, parts, sounds_like

ALIKE = 85.0  # of 100: a slip of the finger in a name of usual length
LEAST_HALF = 3  # letters of a name that may stand for half of it
LEAST_FULL = 2  # parts that both names must have for one to be the longer form of the other

_CHINESE = "\u3400-\u9fff"
_GAP = re.compile(rf"(?<=[{_CHINESE}])[\s·]+(?=[{_CHINESE}])")
_MALE = re.compile(rf"\b(?:mr|mister|herr|monsieur|señor|sir)\b|(?<=[{_CHINESE}])(?:先生|叔叔)$", re.IGNORECASE)
_FEMALE = re.compile(
    rf"\b(?:mrs|ms|miss|madam|madame|mme|frau|señora)\b|(?<=[{_CHINESE}])(?:女士|小姐|太太|阿姨)$", re.IGNORECASE
)
_GENERATIONS = {"jr": "2", "junior": "2", "ii": "2", "iii": "3", "iv": "4", "sr": "1", "senior": "1"}


class Likeness(StrEnum):
    SAME = "same"
    COMPATIBLE = "compatible"  # one is the longer form of the other: Maria Garcia, Maria Garcia Lopez
    ALIKE = "alike"  # a slip of the finger, or another character of the same sound
    PARTIAL = "partial"  # no more than a surname, an initial or a nickname agrees
    HALF = "half"  # one of two names is the same: a family, or somebody who married
    DIFFERS = "differs"
    UNKNOWN = "unknown"


def compare(one: str, other: str) -> Likeness:
    """Order, case, script, spacing and titles do not count; Mr against Mrs and senior against junior do."""
    first, second = _tidy(one), _tidy(other)
    found = _compared(first, second)
    if found is Likeness.UNKNOWN or found is Likeness.DIFFERS or not _speaks_against(first, second):
        return found
    return Likeness.DIFFERS if found in (Likeness.PARTIAL, Likeness.HALF) else Likeness.ALIKE


def sound_of(name: str) -> str:
    """What two spellings of a name have in common; "" where nothing can be said aloud."""
    return name_sound(" ".join(_parts(_tidy(name)))) or ""


@lru_cache(4096)  # a name is compared with several others
def _tidy(name: str) -> str:
    tidy = _GAP.sub("", unicodedata.normalize("NFKC", name)).strip()
    return nickname_of(tidy) or tidy


@lru_cache(4096)
def _parts(name: str) -> tuple[str, ...]:
    """As they sound; the word that tells father from son is looked at apart."""
    found = parts(name)
    return tuple(each for each in found if each not in _GENERATIONS) or tuple(found)


def _compared(one: str, other: str) -> Likeness:
    first, second = _parts(one), _parts(other)
    if not first or not second:
        return Likeness.UNKNOWN
    sounds_same = sounds_like(" ".join(first), " ".join(second))
    if contradicts(one, other):
        return Likeness.ALIKE if sounds_same and len(first) > 1 else Likeness.DIFFERS
    if _are_chinese(one, other):  # and of the characters of one all are in the other
        if len(first) == 1 or len(_characters(one)) != len(_characters(other)):
            return Likeness.PARTIAL
        return Likeness.SAME if sounds_same else Likeness.ALIKE  # 王建霞 is no 王霞建
    if sounds_same:
        return Likeness.SAME if len(first) > 1 or len(second) > 1 else Likeness.PARTIAL
    return _of_letters(first, second)


def _of_letters(first: tuple[str, ...], second: tuple[str, ...]) -> Likeness:
    from rapidfuzz.fuzz import ratio

    shorter, longer = sorted((first, second), key=lambda each: (len(each), len("".join(each))))
    if set(shorter) <= set(longer):
        return Likeness.COMPATIBLE if len(shorter) >= LEAST_FULL and min(map(len, shorter)) > 1 else Likeness.PARTIAL
    if _initials_fit(shorter, longer):
        return Likeness.PARTIAL
    if likeness(first, second) >= ALIKE:
        return Likeness.ALIKE
    is_half = any(ratio(one, other) >= ALIKE for one in first for other in second if len(one) >= LEAST_HALF)
    return Likeness.HALF if is_half else Likeness.DIFFERS


def _initials_fit(shorter: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    """J. Miller is John Miller, or Jane."""
    whole = {each for each in shorter if len(each) > 1} & set(longer)
    rest = [each for each in longer if each not in whole]
    letters = [each for each in shorter if each not in whole]
    return bool(whole) and all(len(each) == 1 and any(of.startswith(each) for of in rest) for each in letters)


def _speaks_against(one: str, other: str) -> bool:
    sexes = [{bool(_MALE.search(each)), not _FEMALE.search(each)} for each in (one, other)]
    is_pair = all(len(each) == 1 for each in sexes) and sexes[0] != sexes[1]
    return is_pair or _generation(one) != _generation(other)


@lru_cache(4096)
def _generation(name: str) -> str:
    return next((_GENERATIONS[each] for each in reversed(parts(name)) if each in _GENERATIONS), "")


def _are_chinese(one: str, other: str) -> bool:
    return bool(_characters(one)) and bool(_characters(other))


def _characters(name: str) -> str:
    return "".join(re.findall(f"[{_CHINESE}]", bare(name)))
