"""Cutting text to the limits of platforms. Telegram counts UTF-16 code units, WeChat bytes: 😀 is two, or four."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

UTF16, BYTES = "utf-16-le", "utf-8"

# Where a part may end, the best place first: a line, a sentence, a space, between two Chinese characters.
_LINE = re.compile(r"\n")
_SENTENCE = re.compile(r"(?<=[.!?])\s|(?<=[。！？；…])(?![。！？；…”’」』）》])")
_SPACE = re.compile(r"\s")
_WIDE = r"[\u2e80-\u9fff\uff00-\uffef\U00020000-\U0003ffff]"
_CHINESE = re.compile(rf"(?<={_WIDE})(?<![（「『《【])(?={_WIDE})(?![。，、；：！？）」』》】])")
_NICE = (_LINE, _SENTENCE, _SPACE, _CHINESE)

_JOINER = "\u200d"
_ELLIPSIS = "…"
_WIDTH = {UTF16: 2, BYTES: 1}


def units(text: str, of: str = UTF16) -> int:
    """Length as the platform counts it."""
    return len(text.encode(of, "surrogatepass")) // _WIDTH[of]


def columns(text: str) -> int:
    """Width on the screen; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def clean(text: str) -> str:
    """Without what UTF-8 or PostgreSQL cannot hold: lone surrogates become U+FFFD, NUL goes."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def split_text(text: str, limit: int, of: str = UTF16) -> list[str]:
    """Parts of at most `limit` units, cut at a line, sentence or word where one ends in the later half of the part."""
    parts = []
    rest = text.strip()
    while units(rest, of) > limit:
        cut = _cut(rest, limit, of)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def cut_text(text: str, limit: int, of: str = UTF16) -> str:
    """At most `limit` units, with an ellipsis when something was cut off."""
    if units(text, of) <= limit:
        return text
    window = _prefix(text, limit - units(_ELLIPSIS, of), of)
    return text[: _whole(text, len(window))].rstrip() + _ELLIPSIS


def _cut(text: str, limit: int, of: str) -> int:
    """Index at which to cut `text`, which is longer than `limit` units."""
    end = len(_prefix(text, limit, of))
    for pattern in _NICE:
        if cut := _last(pattern, text, end // 2, end):
            return cut
    return _last(_SPACE, text, 1, end) or _whole(text, end)


def _prefix(text: str, limit: int, of: str) -> str:
    return text[:limit].encode(of)[: limit * _WIDTH[of]].decode(of, "ignore")


def _last(pattern: re.Pattern[str], text: str, begin: int, end: int) -> int:
    """The last match that begins within begin..end and tears nothing apart; 0 when there is none."""
    cuts = [match.start() for match in pattern.finditer(text, begin, min(end + 1, len(text))) if match.start() <= end]
    return next((cut for cut in reversed(cuts) if not _belongs_together(text, cut)), 0)


def _whole(text: str, end: int) -> int:
    """The last place up to `end` that is not inside a combined character; `end` if there is none at all."""
    return next((cut for cut in _down_from(end) if not _belongs_together(text, cut)), end)


def _down_from(end: int) -> Iterator[int]:
    return iter(range(end, 0, -1))


def _belongs_together(text: str, cut: int) -> bool:
    """Whether the characters before and after `cut` are shown as one: accents, families, skin tones, flags."""
    if not 0 < cut < len(text):
        return False
    before, after = text[cut - 1], text[cut]
    if _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    return _is_flag_letter(after) and _flag_letters_before(text, cut) % 2 == 1


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_letters_before(text: str, cut: int) -> int:
    start = cut
    while start and _is_flag_letter(text[start - 1]):
        start -= 1
    return cut - start
