"""A colleague orders for a guest: what is wanted is read as if the guest had said it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from bot.understanding.contract import Context, Understanding
from bot.understanding.finding import Heard
from bot.understanding.judgement import Verdict
from bot.understanding.lessons import intents_of
from bot.understanding.pending import pressed
from bot.understanding.reading import Token, fold
from bot.understanding.slots import find_room
from bot.understanding.vocabulary import Kind, find_hits
from handlers.turn import Call, Question
from prompts.words import LANGUAGES, table

OPEN, ORDER, LATE = "open_for_guest", "request_service", "overdue_requests"
LIKELY = 0.1  # the score from which an order is thought of
WANTED = 0.12  # what a room together with a service adds to it

AsGuest = Callable[[str, Context], Understanding]


def for_a_room(verdict: Verdict, heard: Heard, tokens: Sequence[Token]) -> Verdict:
    """A room and a service in one breath are most likely an order for its guest, if it may be one and is not late."""
    score = verdict.scores.get(OPEN, 0.0)
    if score < max(LIKELY, verdict.scores.get(LATE, 0.0)):
        return verdict
    if not any(hit.meaning.kind is Kind.SERVICE for hit in find_hits(tokens, (), True)):
        return verdict
    room = find_room(replace(heard, asked=True))
    if room is None or len(room.value) < 3:
        return verdict
    return replace(verdict, scores={**verdict.scores, OPEN: score + WANTED})


def ordered(found: Understanding, context: Context, as_guest: AsGuest) -> Understanding:
    """The same, but where it orders for a guest, with the wishes the guest would be understood to have."""
    opens = [call for call in found.calls if call.intent == OPEN]
    if not opens:
        return found
    wished = as_guest(found.text, _guest_context(context, None))
    room = next((call.slots["room"] for call in opens if "room" in call.slots), None)
    orders = [_for_guest(call, {"room": room} if room else {}) for call in wished.calls if call.intent == ORDER]
    rest = [call for call in found.calls if call.intent != OPEN]
    return replace(found, calls=(*rest, *orders)) if orders else found


def answered(text: str, context: Context, as_guest: AsGuest) -> Understanding | None:
    """The answer to what was asked while somebody orders for a guest; None where it answers nothing."""
    question = context.question
    if question is None or question.call.intent != OPEN or pressed(text, context.choices):
        return None
    waiting = {name: value for name, value in question.call.slots.items() if name != question.asks}
    wished = as_guest(text, _guest_context(context, Question(Call(ORDER, waiting), question.asks)))
    orders = [call for call in wished.calls if call.intent == ORDER]
    if not orders or (wished.by != "pending" and question.asks != "service"):
        return None
    return replace(wished, language=context.language, calls=tuple(_for_guest(call, waiting) for call in orders))


def _for_guest(call: Call, known: dict[str, Any]) -> Call:
    """The guest reads what is noted: 两双拖鞋, not 给305送两双拖鞋."""
    slots = {**known, **call.slots}
    if slots.get("note"):
        words = str(slots["note"])
        slots["note"] = words[_address().match(fold(words)).end() :] or words  # type: ignore[union-attr]
    return Call(OPEN, slots)


@cache
def _address() -> re.Pattern[str]:
    """How a colleague begins, and perhaps nothing: for room 302 please bring."""
    words = [table(language, "open_for_guest", "open_for_guest") for language in LANGUAGES]
    before, after = ("|".join(said for each in words for said in each[name]) for name in ("before_room", "after_room"))
    return re.compile(rf"(?:(?:(?:{before})\s*)*[a-z]?-?\d{{3,4}}[a-z]?\s*(?:(?:{after})\s*)*)?")


def _guest_context(context: Context, question: Question | None) -> Context:
    offered = tuple(intents_of(to_staff=False).values())
    return replace(context, offered=offered, question=question, choices=(), names=(), entries=())
