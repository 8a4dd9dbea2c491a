"""What is read by its form: words for a guest or the next shift, the end of a talk, a request's number, a thumb up."""

from __future__ import annotations

import re
from functools import cache

from bot.understanding.reading import Reading, fold
from bot.understanding.rooms import written
from bot.understanding.vocabulary import listening
from handlers.turn import Call
from prompts.words import LANGUAGES, table

_NUMBER = r"#\s*(?P<number>\d{1,6})"
_ROOM = r"(?P<room>[a-z]?-?\d{1,4}[a-z]?)"


def find_written(text: str) -> Call | None:
    """Words for a guest; None where no colon, comma, new line or space before Chinese parts them from the room."""
    plain = fold(text)
    match = next(filter(None, (form.match(plain) for form in _forms())), None)
    words = text[match.end() :].strip() if match else ""
    return Call("write_to_guest", {"room": written(match["room"]), "text": words}) if match and words else None


def find_note(text: str) -> Call | None:
    """Words for the next shift: 交班：305 的拖鞋送了."""
    plain = fold(text)
    match = next(filter(None, (form.match(plain) for form in _note_forms())), None)
    words = text[match.end() :].strip() if match else ""
    return Call("hand_over", {"note": words}) if words else None


def find_ending(text: str, intent: str) -> Call | None:
    """The few words, and no others, by which a talk is ended: hand back, 交还302."""
    plain = fold(text).strip(" .。!")
    match = next(filter(None, (ending.fullmatch(plain) for ending in _endings(intent))), None)
    if match is None:
        return None
    rooms = {name: written(room) for name, room in match.groupdict().items()}
    return Call(intent, rooms)


def find_shown(text: str) -> Call | None:
    """A request by its number, which is marked as one, and hardly another word: #12, show #12."""
    plain = fold(text).strip(" .。!?")
    match = next(filter(None, (form.fullmatch(plain) for form in _shown())), None)
    return Call("show_request", {"number": int(match["number"])}) if match else None


def is_sign_of_thanks(reading: Reading) -> bool:
    """A thumb up, and no word beside it."""
    signs = (sign for language in LANGUAGES for sign in listening(language, "signs")["thanks"])
    return not any(token.norm for token in reading.tokens) and any(sign in reading.text for sign in signs)


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    return tuple(form for language in LANGUAGES for form in _forms_of(language))


def _forms_of(language: str) -> list[re.Pattern[str]]:
    """Around the room some words may stand that say nothing more, such as "guest" and "room"."""
    words = table(language, "handoff", "write_to_guest")
    beside = rf"(?:(?:{'|'.join(map(re.escape, words['beside']))})\s*)*"
    parts = (form.partition("{room}") for form in words["forms"])
    named = rf"(?!{'|'.join(map(re.escape, words['beside']))})"
    sign = rf"(?:\s*[:,\n]|\s+{named}(?=[\u4e00-\u9fff]))"  # Chinese knows no spaces between words: 告诉302 车到了
    return [
        re.compile(rf"\s*{re.escape(before)}\s*{beside}{_ROOM}\s*{beside}{re.escape(after)}{sign}")
        for before, _, after in parts
    ]


@cache
def _note_forms() -> tuple[re.Pattern[str], ...]:
    forms = (form for language in LANGUAGES for form in table(language, "handing_over", "hand_over")["forms"])
    return tuple(re.compile(rf"\s*{re.escape(form)}\s*[:,\n]") for form in forms)


@cache
def _endings(intent: str) -> tuple[re.Pattern[str], ...]:
    said = (fold(each) for language in LANGUAGES for each in table(language, "handoff", intent)["endings"])
    return tuple(re.compile(re.escape(each).replace(r"\{room\}", rf"\s*{_ROOM}")) for each in said)


@cache
def _shown() -> tuple[re.Pattern[str], ...]:
    said = (fold(each) for language in LANGUAGES for each in table(language, "request_lists", "show_request")["forms"])
    return tuple(
        re.compile(re.escape(each).replace(r"\ ", r"\s*").replace(r"\{number\}", rf"\s*{_NUMBER}\s*")) for each in said
    )
