"""Emergency words: heard before anything is loaded, learned, guessed or waited for."""

from __future__ import annotations

from bot.understanding.contract import Understanding
from bot.understanding.phrases import EMERGENCY, raises_alarm
from bot.understanding.reading import language_of, read
from bot.understanding.vocabulary import find_hits
from handlers.turn import Call


def is_alarm(text: str) -> bool:
    """Whether a guest's words say so, by phrases alone."""
    tokens = read(text).tokens
    return raises_alarm(find_hits(tokens, (EMERGENCY,), with_services=False), tokens)


def alarm(text: str, language: str) -> Understanding:
    """What such words mean; `language` is the speaker's, for words of none."""
    return Understanding(text, language_of(text, language), (Call(EMERGENCY, {"text": text}),), "phrases", 1.0)
