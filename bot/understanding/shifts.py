"""What is said of the duty roster, told by its form: names, days, hours, and a word of work or of rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from functools import cache

from bot.understanding.amounts import blank
from bot.understanding.contract import Context, Understanding
from bot.understanding.finding import USED, Found, Heard
from bot.understanding.names import find_person_name, full_names, looks_like_a_name
from bot.understanding.reading import Reading, fold
from bot.understanding.spans import find_days, find_spans
from bot.understanding.time_slots import Span
from handlers.turn import Call
from prompts.words import LANGUAGES, table

PLAN, CANCEL, SWAP = "plan_shift", "cancel_shift", "swap_shifts"
MOST_NAMES = 5
_LETTER = r"[^\W\d_\u3400-\u9fff]"
_LATIN = rf"{_LETTER}[\w'’.-]*(?: {_LETTER}[\w'’.-]*){{0,3}}"
_CHINESE = "[\u3400-\u9fff]{1,4}"
_NAME = re.compile(f"{_LATIN}|{_CHINESE}")
_SAID = re.compile(rf"{_LATIN}|[\u3400-\u9fff]+|[^\W_]+")
_ASKS_FIRST = ("is ", "are ", "am ", "will ", "does ", "do ", "did ")


def find_hours(heard: Heard) -> Found | None:
    """From when until when: ["07:00-15:00", …]."""
    spans = find_spans(_without_days(heard).plain)
    return Found([each for each, _ in spans], [place for _, place in spans]) if spans else None


def find_all_days(heard: Heard) -> Found | None:
    """Every day that is named, each as its local midnight, an aware datetime."""
    days, places = find_days(heard.plain, heard.now.date())
    return Found([datetime.combine(each, time(), heard.now.tzinfo) for each in days], places) if days else None


def find_colleagues(heard: Heard) -> Found | None:
    """The names that are left when days, hours and the words of such a sentence are taken away."""
    names, is_all = _names(_without_times(heard))
    names = [each for each in names if _may_be_meant(heard.raw[slice(*each)], has_hours=True)] if is_all else []
    if not names:
        likely = find_person_name(heard.plain, heard.raw)
        names = [likely] if likely else [match.span() for match in _NAME.finditer(heard.plain)] if heard.asked else []
    return Found([heard.raw[slice(*each)] for each in names], names) if names else None


def find_planned(given: Reading, context: Context) -> Call | None:
    """A whole sentence of this form. Whoever asks, or says anything else beside it, is left to the other brains."""
    is_offered = any(each.name == PLAN for each in context.offered)
    if not is_offered or _asks(given.plain) or _any("denies").search(given.plain):
        return None
    heard = Heard(given.plain, given.text, context.now)
    days, hours, left = find_all_days(heard), find_hours(heard), _without_times(heard)
    names, is_all = _names(left)
    said = [heard.raw[slice(*each)] for each in names]
    is_all = is_all and all(_may_be_meant(each, has_hours=bool(hours)) for each in said)
    name = _meant(left.plain, said, bool(days), bool(hours)) if is_all else ""
    slots = {"colleagues": said, "days": days and days.value, "hours": hours and name == PLAN and hours.value}
    return Call(name, {key: value for key, value in slots.items() if value}) if name else None


def with_questions(found: Understanding) -> Understanding:
    """Whoever asks whether somebody works plans nothing: they want to read the roster, or their own shifts."""
    planned = [each for each in found.calls if each.intent in (PLAN, CANCEL) and "hours" not in each.slots]
    if not planned or found.by == "pending" or not _asks(fold(found.text)):
        return found
    return replace(found, calls=tuple(_asked(each) if each in planned else each for each in found.calls))


def _asked(call: Call) -> Call:
    is_oneself = any(fold(each) in _words("oneself") for each in call.slots.get("colleagues", ()))
    days = {"days": call.slots["days"]} if "days" in call.slots else {}
    return Call("my_shifts" if is_oneself else "show_roster", days)


def _asks(plain: str) -> bool:
    return plain.endswith("?") or plain.startswith(_ASKS_FIRST) or bool(_any("asks").search(plain))


def _may_be_meant(name: str, *, has_hours: bool) -> bool:
    """A colleague, or oneself. Between hours and a word of work stands hardly anything else."""
    return fold(name) in _words("oneself") or looks_like_a_name(name, is_likely=has_hours)


def _meant(plain: str, names: Sequence[str], has_days: bool, has_hours: bool) -> str:
    """What is said of whom without a day or an hour may as well be of now, and is nothing of ours."""
    is_oneself = len(names) == 1 and fold(names[0]) in _words("oneself")
    if _any("swap").search(plain):
        return SWAP if len(names) == 2 else ""
    if _any("off").search(plain):
        return CANCEL if names and has_days else ""
    if not _any("work").search(plain):
        return ""
    return PLAN if has_hours or (names and has_days and not is_oneself) else ""


def _names(heard: Heard) -> tuple[list[Span], bool]:
    """Where names stand beside the words of such a sentence, and whether there is nothing else."""
    named = [(span, heard.plain[slice(*span)]) for span in full_names(fold(heard.raw))]
    whole = [span for span, name in named if USED not in name and name not in _words("beside")]
    plain = blank(heard.plain, whole)
    for kind in ("swap", "off", "work", "between", "beside"):
        plain = blank(plain, [match.span() for match in _any(kind).finditer(plain)])
    said = (match.span() for match in _SAID.finditer(plain))
    places = sorted([*whole, *((start, end - 2 * plain[:end].endswith("'s")) for start, end in said)])
    fitting = all(_NAME.fullmatch(heard.plain, *each) for each in places)
    return places, fitting and len(places) <= MOST_NAMES


def _without_days(heard: Heard) -> Heard:
    return heard.without(find_days(heard.plain, heard.now.date())[1])


def _without_times(heard: Heard) -> Heard:
    heard = _without_days(heard)
    return heard.without([place for _, place in find_spans(heard.plain)])


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(fold(each) for language in LANGUAGES for each in table(language, "roster", "sentence")[kind])


@cache
def _any(kind: str) -> re.Pattern[str]:
    said = sorted(_words(kind), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in said))
