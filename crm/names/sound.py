"""A name as it sounds: "Zhang Wei", "zhangwei", "Wei Zhang", 张伟 and its homophone 章维 are one, as José is Jose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from crm.names.syllables import syllable

if TYPE_CHECKING:
    from opencc import OpenCC

LONGEST, MOST_PARTS = 80, 8  # characters and parts of a name that count; whoever writes more writes no name
LONGEST_CHINESE = 4  # a longer run of characters spells a foreign name, and has no surname in front

_CHINESE = "\u3400-\u9fff"
_WORD = re.compile(rf"[{_CHINESE}]+|[^\W_{_CHINESE}]+")
_NICKNAME = re.compile(rf"[小老阿][{_CHINESE}]")
_WITHIN_WORDS = frozenset("'\u2019\u2018`\u00b4\u02bc-\u2010\u2011")  # O'Neill, Min-ji
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_LU = re.compile("^([ln])(?:v|yu)")  # how passports and keyboards spell lü and nü
_DOUBLE_SURNAMES = frozenset([
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "东方", "東方", "皇甫", "尉迟", "尉遲", "公孙", "公孫",
    "慕容", "令狐", "司徒", "夏侯", "万俟",
])  # fmt: skip
# Characters that sound otherwise where they are surnames, in either script.
_SURNAMES = {
    "曾": "zeng", "单": "shan", "單": "shan", "解": "xie", "查": "zha", "仇": "qiu", "朴": "piao", "区": "ou",
    "區": "ou", "翟": "zhai", "覃": "qin", "缪": "miao", "繆": "miao", "黑": "he", "召": "shao", "薄": "bo",
    "种": "chong", "員": "yun", "员": "yun", "隗": "wei", "祭": "zhai", "尉迟": "yuchi", "尉遲": "yuchi",
    "万俟": "moqi",
}  # fmt: skip
_TITLES = frozenset([
    "mr", "mrs", "ms", "miss", "mx", "mister", "dr", "prof", "professor", "sir", "madam", "herr", "frau", "monsieur",
    "madame", "mme", "señor", "señora",
])  # fmt: skip
_TITLES_AFTER = re.compile(
    f"(?<=[{_CHINESE}])(?:先生|女士|小姐|太太|师傅|師傅|老师|老師|教授|医生|醫生|经理|經理|阿姨|叔叔|总|總)$"
)


def name_sound(name: str) -> str | None:
    """What the name is found by, wherever its parts are divided and whichever comes first: of all turns of its sound
    (zhangwei, hangweiz, …) the one that sorts first. None where nothing can be said aloud.
    """
    said = "".join(parts(name))[:LONGEST]
    return min((said[at:] + said[:at] for at in range(len(said))), default=None)


def sounds_like(one: str, other: str) -> bool:
    """Whether two names with the same `name_sound` are the same for whoever hears them: zhangwei is no "hang weiz"."""
    first, second = parts(one), parts(other)
    return "".join(first) in _turns(second) or "".join(second) in _turns(first)


def parts(name: str) -> list[str]:
    """Surname and given names as they sound, in the order they are written; without titles, unless there is no more."""
    return [sound for each in _divided(bare(name)) for sound in (_sound(each),) if sound][:MOST_PARTS]


def bare(name: str) -> str:
    """The name without "Mr" and 女士, cut to a length that names have."""
    words = name[: LONGEST * 2].split()
    kept = [word for word in words if word.casefold().rstrip(".") not in _TITLES] or words
    return _TITLES_AFTER.sub("", " ".join(kept))[:LONGEST]


def nickname_of(name: str) -> str:
    """The character somebody is called by: 王 of 小王; nothing where it is no such name."""
    return name[1:] if _NICKNAME.fullmatch(name) else ""


def contradicts(one: str, other: str) -> bool:
    """Whether both are written in Chinese, in other characters: 张维 is not 张伟, though it sounds so."""
    written = [sorted(_simplified("".join(re.findall(f"[{_CHINESE}]", bare(each))))) for each in (one, other)]
    shorter, longer = sorted(written, key=len)
    return bool(shorter) and not set(shorter) <= set(longer)


def _turns(said: list[str]) -> set[str]:
    return {"".join(said[at:] + said[:at]) for at in range(len(said))}


def _divided(name: str) -> Iterator[str]:
    for word in _WORD.findall(_plain(name)):
        if not syllable(word[0]) or len(word) > LONGEST_CHINESE:
            yield word
            continue
        surname = 2 if word[:2] in _DOUBLE_SURNAMES and len(word) > 2 else 1
        yield from (each for each in (word[:surname], word[surname:]) if each)


def _plain(name: str) -> str:
    """Half width, without case, accents and what is not seen."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold()).translate(_LETTERS)
    return "".join(each for each in folded[: LONGEST * 4] if not _is_silent(each))


def _is_silent(character: str) -> bool:
    return character in _WITHIN_WORDS or unicodedata.category(character) in ("Mn", "Cf", "Cc")


def _sound(part: str) -> str:
    if not syllable(part[0]):
        return _LU.sub(r"\1u", part)
    return _SURNAMES.get(part) or "".join(syllable(each) or each for each in part)


def _simplified(text: str) -> str:
    return str(_opencc().convert(text)) if text else ""


@cache
def _opencc() -> OpenCC:
    from opencc import OpenCC  # 5 MB, which a house asleep does not need

    return OpenCC("t2s")
