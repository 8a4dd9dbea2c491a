"""A guest's own words which colleagues are to read, and what they mean in the language of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.understanding.contract import Understanding
from handlers.turn import TRANSLATION, Call

# The slot with the words, by intent, where nothing stands all of them; what is only kept for later is not translated.
_SLOTS = {"request_service": "note", "change_request": "note", "complain": "text", "ask_for_person": "", "relay": ""}


def told_to_colleagues(found: Understanding) -> list[str]:
    """Each of them once; without those whose meaning is known from an earlier turn, and without mere numbers."""
    words = {_words(call, found.text): call for call in found.calls}
    return [said for said, call in words.items() if said and not _is_known(said, call)]


def with_translations(found: Understanding, meanings: Mapping[str, str]) -> Understanding:
    """The same calls, with what the words in them mean."""
    return replace(found, calls=tuple(_with(call, _words(call, found.text), meanings) for call in found.calls))


def _words(call: Call, text: str) -> str:
    slot = _SLOTS.get(call.intent)
    words = "" if slot is None else str(call.slots.get(slot) or "") if slot else text
    return words if any(letter.isalpha() for letter in words) else ""


def _is_known(words: str, call: Call) -> bool:
    return bool(call.slots.get(TRANSLATION)) and call.slots[TRANSLATION][0] == words


def _with(call: Call, words: str, meanings: Mapping[str, str]) -> Call:
    meaning = meanings.get(words, "")
    is_new = bool(meaning) and meaning != words
    return replace(call, slots={**call.slots, TRANSLATION: [words, meaning]}) if is_new else call
