"""What somebody wants: the brains in order, from the certain to the guess: button, open question, phrases, nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.understanding import pending
from bot.understanding.details import Surroundings
from bot.understanding.nearest import nearest
from bot.understanding.phrases import EMERGENCY, Heeded, listen
from bot.understanding.reading import language_of, read
from handlers.turn import Button, Call, Intent, Question

MOST_CALLS = 10


@dataclass(frozen=True, slots=True)
class Context:
    """What is known before the text is read; `now` is aware, in the zone of the house."""

    offered: tuple[Intent, ...]
    now: datetime
    language: str
    rooms: frozenset[str] = frozenset()
    question: Question | None = None
    choices: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Understanding:
    """`by` is the brain that understood: button, pending, phrases or none.

    By `pending` with no calls, the open question was waved away and there is nothing to cancel.
    `alternatives` are service codes and intents that come nearest when nothing fits.
    """

    text: str
    language: str
    calls: tuple[Call, ...]
    by: str
    confidence: float
    alternatives: tuple[str, ...] = ()


def understand(text: str, context: Context) -> Understanding:
    """Never raises; `text` may be several messages joined by newlines, of which 5,000 characters are read."""
    reading = read(text)
    language = language_of(reading.text, context.language)
    button = pending.pressed(reading.text, context.choices)
    if button:
        return Understanding(reading.text, language, (button.call,), "button", 1.0)
    around = Surroundings(reading, context.now, context.rooms)
    offered = {intent.name: intent for intent in context.offered}
    heeded = listen(around, offered)
    if any(call.intent == EMERGENCY for call in heeded.calls):
        return Understanding(reading.text, language, heeded.calls, "phrases", heeded.confidence)
    if context.question:
        calls = pending.answer(context.question, around, heeded, offered)
        if calls is not None:
            return Understanding(reading.text, language, tuple(calls[:MOST_CALLS]), "pending", 0.95)
    if heeded.calls:
        return Understanding(reading.text, language, heeded.calls[:MOST_CALLS], "phrases", heeded.confidence)
    return Understanding(reading.text, language, (), "none", 0.0, _alternatives(around, heeded, offered))


def _alternatives(around: Surroundings, heeded: Heeded, offered: dict[str, Intent]) -> tuple[str, ...]:
    names = (*heeded.asked_about, *nearest(around.reading.tokens, offered, "request_service" in offered))
    return tuple(dict.fromkeys(names))[:3]
