"""Which wishes a message most likely holds, and where: the classifier's opinion of it as a whole and of its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.understanding.lessons import OUT_OF_SCOPE
from bot.understanding.pieces import WRAPPERS, Spotted
from bot.understanding.reading import Token

if TYPE_CHECKING:
    from bot.understanding.classifier import Classifier

NEVER_A_PART = frozenset({OUT_OF_SCOPE, "emergency", "help", "staff_help"})
ABOUT_A_SERVICE = frozenset({"cancel_request", "change_request", "my_requests", "repeat_request", "rate_request"})
NAMED = 0.15  # the score from which a part is taken to name a service beside what it says of it
HOURLESS = 0.35  # how much counts what is said beside the hour
DEEPEST = 3  # times a message is divided
OTHER_LANGUAGE = 0.6  # what the foreign words in a Chinese sentence count
SPOTTED, FAITH = 0.2, 6  # a phrase adds to its name SPOTTED x (the share of the text that phrases explain) ** FAITH
MOST_STARTS = 16  # at which a message may be divided
SHORTEST_PART = 3  # Chinese characters; a Latin word counts for two

Names = frozenset[str]
Scores = Mapping[str, float]
Span = tuple[int, int]


class Border(StrEnum):
    """What may part two wishes: a word such as "also", a stop, "and", a space in Chinese, or only a new start."""

    CONNECTOR = "connector"
    SENTENCE = "sentence"
    JOIN = "join"
    SPACE = "space"
    COMMA = "comma"
    NOTHING = "nothing"


# The logarithm of the odds that a message is two wishes is the sum of these, times what they are weights of. Fitted by
# logistic regression to 1,800 messages; the bar, and what connectors weigh, were set after it (docs/decisions/0011).
_ODDS, _OF_BOTH_MINDS, _CROSSED, _ANOTHER_FIRST, _SMALL_TALK = -4.15, 14.4, -6.4, -1.9, -6.2
_BORDERS = {
    Border.CONNECTOR: 3.0,
    Border.SENTENCE: 2.8,
    Border.JOIN: 1.4,
    Border.SPACE: 2.5,
    Border.COMMA: 0.0,
    Border.NOTHING: 0.0,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tokens from `start` to `end` most likely mean."""

    start: int
    end: int
    scores: Scores

    @property
    def ranked(self) -> list[tuple[str, float]]:
        return sorted(self.scores.items(), key=lambda each: -each[1])

    @property
    def name(self) -> str:
        return max(self.scores, key=self.scores.__getitem__)

    @property
    def score(self) -> float:
        return max(self.scores.values())


@dataclass(frozen=True, slots=True)
class Message:
    """What is judged: the tokens in `span`; `hours` are those that say when.

    `starts` are the tokens at which another wish may begin, with what parts it from those before.
    """

    tokens: Sequence[Token]
    names: Names
    language: str
    services: Names = frozenset()
    spotted: Sequence[Spotted] = ()
    sure: float = 0.0
    hours: frozenset[int] = frozenset()
    starts: Mapping[int, Border] = field(default_factory=dict)
    span: Span = (0, 0)


def judge(message: Message) -> list[Verdict]:
    """The verdicts in the order of the text; each is about another part of it."""
    whole, *halves = _verdicts([message.span, *_halves(message.span, message)], message)
    return _divided(whole, halves, message, DEEPEST)


def judge_whole(message: Message) -> Verdict:
    """The verdict on all of it, undivided."""
    return _verdicts([message.span], message)[0]


def _halves(span: Span, message: Message) -> list[Span]:
    """In pairs: what stands before and after each place where another wish may begin."""
    start, end = span
    inside = [at for at in sorted(message.starts) if _has_parts(message.tokens, start, at, end)][:MOST_STARTS]
    return [half for at in inside for half in ((start, at), (at, end))]


def _verdicts(spans: Sequence[Span], message: Message) -> list[Verdict]:
    scores = _scores(spans, message)
    for (start, end), known in zip(spans, scores, strict=True):
        likeliest = max(known, key=known.__getitem__)
        for name in {each.name for each in message.spotted if start <= each.start < end}:
            # That a service is named says nothing against "where is it" or "no longer needed".
            if likeliest not in ABOUT_A_SERVICE or name not in message.services:
                known[name] = known.get(name, 0.0) + SPOTTED * message.sure**FAITH
    return [Verdict(start, end, known) for (start, end), known in zip(spans, scores, strict=True)]


def _scores(spans: Sequence[Span], message: Message) -> list[dict[str, float]]:
    """Of each part, as it stands and without the hour it names."""
    from bot.understanding.learned import classifier_for  # with the first message: a house asleep needs no numpy

    own = classifier_for(message.names, message.language)
    parts = [message.tokens[start:end] for start, end in spans]
    hourless = [_hourless(span, message) for span in spans]
    again = [at for at, part in enumerate(parts) if len(hourless[at]) < len(part) and _is_part(hourless[at])]
    rows = own.scores([*parts, *(hourless[at] for at in again)])
    rows[again] = (1 - HOURLESS) * rows[again] + HOURLESS * rows[len(parts) :]
    scores = [dict(zip(own.names, row, strict=True)) for row in rows[: len(parts)].tolist()]
    if message.language == "zh":
        _add_foreign(scores, [[token for token in part if _is_foreign(token, own)] for part in parts], message.names)
    return scores


def _hourless(span: Span, message: Message) -> list[Token]:
    return [message.tokens[at] for at in range(*span) if at not in message.hours]


def _add_foreign(scores: Sequence[dict[str, float]], parts: Sequence[Sequence[Token]], names: Names) -> None:
    """What the English words in a Chinese message say."""
    from bot.understanding.learned import classifier_for

    if not any(parts):
        return
    other = classifier_for(names, "en")
    for known, row in zip(scores, other.scores(parts), strict=True):
        for name, score in zip(other.names, row, strict=True):
            known[name] = known.get(name, 0.0) + OTHER_LANGUAGE * float(score)


def _is_foreign(token: Token, own: Classifier) -> bool:
    return len(token.norm) > 1 and token.norm.isascii() and token.norm.isalpha() and not own.knows(token.norm)


def _divided(whole: Verdict, halves: Sequence[Verdict], message: Message, depth: int) -> list[Verdict]:
    """In two, and each half again, where both halves clearly want something else and the whole is of both minds."""
    pairs = list(zip(halves[::2], halves[1::2], strict=True))
    if not pairs:
        return [whole]
    likely = [(_two_wishes(whole, *pair, message.starts[pair[0].end], message), pair) for pair in pairs]
    most, best = max(likely, key=lambda each: each[0])
    return [part for half in best for part in _again(half, message, depth - 1)] if most > 0 else [whole]


def _again(half: Verdict, message: Message, depth: int) -> list[Verdict]:
    spans = _halves((half.start, half.end), message) if depth else []
    return _divided(half, _verdicts(spans, message) if spans else [], message, depth)


def _has_parts(tokens: Sequence[Token], start: int, at: int, end: int) -> bool:
    return start < at < end and _is_part(tokens[start:at]) and _is_part(tokens[at:end])


def _is_part(tokens: Sequence[Token]) -> bool:
    return sum(2 if token.norm.isascii() else 1 for token in tokens if token.norm) >= SHORTEST_PART


def _two_wishes(whole: Verdict, left: Verdict, right: Verdict, border: Border, message: Message) -> float:
    """Above zero when two wishes are likelier than one."""
    names = {left.name, right.name}
    if not message.services and border is not Border.SENTENCE:  # staff say one thing at a time
        return -1.0
    if len(names) == 1 or names & NEVER_A_PART or not _are_apart(left, right, border, message):
        return -1.0
    return (
        _ODDS
        + _BORDERS[border]
        + _OF_BOTH_MINDS * min(whole.scores.get(left.name, 0.0), whole.scores.get(right.name, 0.0))
        + _CROSSED * max(left.scores.get(right.name, 0.0), right.scores.get(left.name, 0.0))
        + _ANOTHER_FIRST * (whole.name not in names)
        + _SMALL_TALK * bool(names & WRAPPERS)
    )


def _are_apart(left: Verdict, right: Verdict, border: Border, message: Message) -> bool:
    """What is said about a service ("not two", "where is it") and a service are two only where it names another one."""
    if border in (Border.CONNECTOR, Border.SENTENCE):
        return True
    for about, other in ((left, right), (right, left)):
        if about.name in ABOUT_A_SERVICE and other.name in message.services:
            return bool(_services_in(about, message) - {other.name})
    return True


def _services_in(part: Verdict, message: Message) -> set[str]:
    """What phrases found there, else what the classifier hears beside."""
    named = {each.service for each in message.spotted if part.start <= each.start < part.end and each.service}
    likeliest = max(message.services, key=lambda name: part.scores.get(name, 0.0))
    return named or ({likeliest} if part.scores.get(likeliest, 0.0) >= NAMED else set())
