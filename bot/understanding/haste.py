"""Whether what sounds like an emergency tells of one: haste alone does not, nor does a word or two of no weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from bot.understanding.judgement import Message, Verdict, judge_whole
from bot.understanding.patterns import Pattern, compile_phrase
from bot.understanding.phrases import EMERGENCY
from bot.understanding.reading import Token
from prompts.words import LANGUAGES, table

ALARMS, FAR = 0.32, 0.1  # the score from which people are paged, and how far ahead: phrases have the first word
TOLD = 0.28  # what must be left of the score without the words of haste
LITTLE = 300.0  # the weight of so few words that they are believed by half
ROOM_DIGITS = 3


def tells_of_emergency(message: Message, verdict: Verdict) -> bool:
    """Of the verdict on a whole message. Who calls to a room in haste, and says no more, is believed: quick, 302."""
    if verdict.name != EMERGENCY or verdict.score < max(ALARMS, verdict.ranked[1][1] + FAR):
        return False
    told = _without_haste(message.tokens)
    if not any(token.norm for token in told):
        return False
    if all(token.norm.isdigit() and len(token.norm) >= ROOM_DIGITS for token in told if token.norm):
        return True
    return _likely(told, message) >= TOLD


def _likely(told: Sequence[Token], message: Message) -> float:
    """Very short texts are like whatever has the same common word: less is made of them."""
    from bot.understanding.learned import classifier_for

    weight = classifier_for(message.names, message.language).weight(told)
    rest = replace(message, tokens=told, spotted=(), hours=frozenset(), starts={}, span=(0, len(told)))
    return judge_whole(rest).scores[EMERGENCY] * weight / (weight + LITTLE)


def _without_haste(tokens: Sequence[Token]) -> list[Token]:
    norms = tuple(token.norm for token in tokens)
    hurried: set[int] = set()
    for at in range(len(norms)):
        found = [match.end for pattern in _haste() if (match := pattern.match(norms, at))]
        hurried.update(range(at, max(found, default=at)))
    return [token for at, token in enumerate(tokens) if at not in hurried]


@cache
def _haste() -> tuple[Pattern, ...]:
    """Cries are haste to whoever guesses: what they may mean by themselves, phrases have seen."""
    urgent = [table(language, "emergency", "emergency") for language in LANGUAGES]
    return tuple(compile_phrase(said) for each in urgent for said in (*each["haste"], *each["cries"]))
