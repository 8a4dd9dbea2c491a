"""Facts in a text that is to be translated: most stand behind marks a model only copies, numbers are counted after it.

What names a person or opens a door does not leave the house that way either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.understanding.redaction import HIDDEN

SHRINKS, GROWS = 4, 4  # times a translation may be shorter or longer
LESS, MORE = 12, 40  # characters, for short ones
WIDE = 3  # letters of an alphabet say as much as one character of Chinese

_QUOTED = '“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|«[^»\n]*»|"[^"\n]*"'
_LINK = r"(?:https?://|www\.)\S+|(?<![\w@])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?:/\S*)?"
# A word that may mean something in its own language, and must not be put into another.
_ACCESS = (
    r"(?P<lead>\b(?i:password|passcode|network|ssid|pin)\b(?:\s+(?:name|code|is))*\s*[:：]?\s*"
    r"|(?:密码|口令|网络名|网络)[是为]?\s*[:：]?\s*)(?P<secret>[^\s,;.，；。“”\"]+(?:\.[^\s,;.，；。“”\"]+)*)"
)
_CLOCK = r"(?<![\d:.])\d{1,2}(?::\d\d)?(?![\d:])"
_HALF = r"\s?(?:[ap]m\b|[ap]\.m\.)"
_TIMES = (
    rf"(?P<hour>{_CLOCK}{_HALF})|{_CLOCK}\s*(?:-|–|—|to|till|until|and)\s*{_CLOCK}{_HALF}|(?<![\d:.])\d{{1,2}}:\d\d"
)
_MIXED = (
    r"(?<![A-Za-z0-9])(?!\d+(?:st|nd|rd|th)\b)(?=[A-Za-z-]*\d)(?=[\d-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
    r"|\b[A-Za-z]*[a-z][A-Z][A-Za-z]*\b"
)
_FACTS = "|".join([_QUOTED, _LINK, _ACCESS, *(pattern.pattern for _, pattern in HIDDEN), _TIMES, _MIXED])
_MARK = re.compile(r"\[\[ ?(\d+) ?\]\]")
_NEW_LINK = re.compile(r"://|www\.|@|[\w-]{2,}\.[a-z]{2,}(?:/|\b)", re.ASCII)
_TWELVE_HOURS = re.compile(r"(\d{1,2})(?::(\d\d))?\s?([ap])\.?m\.?")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class Guarded:
    """`text` has [[1]] in place of the first of the `facts`, and so on."""

    text: str
    facts: Sequence[str]

    @property
    def has_words(self) -> bool:
        return any(letter.isalpha() for letter in without_marks(self.text))

    def restored(self, translated: str) -> str | None:
        """The translation with the facts in it; None unless all stand there once, and no number or link is new."""
        marks = [int(mark) for mark in _MARK.findall(translated)]
        said, meant = without_marks(translated), without_marks(self.text)
        is_true = sorted(marks) == list(range(1, len(self.facts) + 1)) and _numbers(said) == _numbers(meant)
        if not is_true or "[[" in said or "]]" in said or _NEW_LINK.search(said) or not _is_as_long(said, meant):
            return None
        return _MARK.sub(lambda mark: self.facts[int(mark[1]) - 1], translated).strip()


def guarded(text: str, names: Iterable[str] = ()) -> Guarded | None:
    """The text with marks for quotes, links, secrets, phones, codes, times and these names; None with marks in it."""
    if "[[" in text or "]]" in text:
        return None
    facts: list[str] = []

    def hide(match: re.Match[str]) -> str:
        lead, fact = match["lead"] or "", match["secret"] or match[0]
        facts.append(_in_24_hours(fact) if match["hour"] else fact)
        return f"{lead}[[{len(facts)}]]"

    listed = "|".join(_whole(name) for name in sorted(set(names), key=len, reverse=True) if _is_name(name))
    return Guarded(re.sub(f"{listed}|{_FACTS}" if listed else _FACTS, hide, text), facts)


def without_marks(text: str) -> str:
    return _MARK.sub(" ", text)


def _is_name(name: str) -> bool:
    return len(name) > 1 and any(letter.isalpha() for letter in name)


def _whole(name: str) -> str:
    start, end = (r"(?<!\w)" if name[0].isascii() else ""), (r"(?!\w)" if name[-1].isascii() else "")
    return f"{start}{re.escape(name)}{end}"


def _in_24_hours(said: str) -> str:
    """Not every language has an am and a pm: 9:10 pm is 21:10 wherever one is."""
    match = _TWELVE_HOURS.fullmatch(said)
    hour = int(match[1]) if match else 0
    if match is None or not 1 <= hour <= 12:
        return said
    return f"{hour % 12 + 12 * (match[3] == 'p')}:{match[2] or '00'}"


def _numbers(text: str) -> list[int]:
    return sorted(int(digits) for digits in re.findall(r"\d+", unicodedata.normalize("NFKC", text)))


def _is_as_long(said: str, meant: str) -> bool:
    length, wanted = _size(said), _size(meant)
    has_words = any(letter.isalpha() for letter in said)
    return has_words and length <= GROWS * wanted + MORE and wanted <= SHRINKS * length + LESS


def _size(text: str) -> int:
    return len(text) + (WIDE - 1) * len(_WIDE.findall(text))
