"""What is taught: to recognise which intents and services, from whom; and under which name what was learned is kept."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.understanding import kept
from bot.understanding.vocabulary import service_words
from handlers.intents import INTENTS
from handlers.turn import Audience, Intent
from prompts.words import LANGUAGES, lessons_digest, taught_names

OUT_OF_SCOPE = "out_of_scope"
_CODE = [Path(__file__).with_name(f"{module}.py") for module in ("classifier", "features", "meanings", "reading")]


@cache
def intents_of(to_staff: bool) -> Mapping[str, Intent]:
    """All that people of this kind may mean; whether this one may do it is checked before it is done."""
    kinds = (Audience.STAFF if to_staff else Audience.GUEST, Audience.ANYONE)
    return {intent.name: intent for intent in INTENTS if intent.audience in kinds}


@cache
def taught(to_staff: bool, language: str) -> frozenset[str]:
    """What there are example lines of, among the intents of these people and the services."""
    known = intents_of(to_staff).keys() | (set() if to_staff else service_words().keys())
    return frozenset(name for name in taught_names(language) if name in known)


def lesson_name(names: frozenset[str], language: str) -> str:
    return kept.name_of(language, _CODE, [sorted(names), lessons_digest()])


def are_kept() -> bool:
    """Whether all that can be learned has been, so that it need only be read when somebody writes."""
    audiences = ((to_staff, language) for to_staff in (False, True) for language in LANGUAGES)
    return all(kept.has(lesson_name(taught(*each), each[1])) for each in audiences)
