"""Which wishes a message most likely holds, and where: the classifier's opinion of it as a whole and of its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.understanding.learned import OUT_OF_SCOPE, classifier_for
from bot.understanding.reading import Token

NEVER_A_PART = frozenset({OUT_OF_SCOPE, "emergency", "help", "staff_help"})
SPEAKS_OF_A_SERVICE = frozenset(
    {"cancel_request", "change_request", "my_requests", "repeat_request", "rate_request", "ask_house"}
)
ABOUT_A_SERVICE = frozenset({"cancel_request", "change_request", "my_requests", "repeat_request", "rate_request"})
DEEPEST = 3  # times a message is divided
OTHER_LANGUAGE = 0.6  # what the foreign words in a Chinese sentence count
SPOTTED = 0.15  # what a phrase found in a part adds to its name, times how much of the message phrases explain
MOST_STARTS = 16  # at which a message may be divided
SUPPORTED = 0.45
UNMISTAKABLE = 0.7
SHORTEST_PART = 3  # Chinese characters; a Latin word counts for two

Names = frozenset[str]
Scores = Mapping[str, float]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Spotted:
    """The code of a service or the name of an intent, its place (in tokens), and the service it is about, if any."""

    name: str
    start: int
    end: int
    service: str = ""


class Border(StrEnum):
    """What may part two wishes: a word such as "also", the end of a sentence, a comma, or nothing but a new start."""

    CONNECTOR = "connector"
    SENTENCE = "sentence"
    COMMA = "comma"
    NOTHING = "nothing"


# When a message is two wishes: the score each half needs, what the whole must think of both, and how much clearer the
# halves must be than the whole. Chosen on tests/eval.
_DIVIDES = {
    Border.CONNECTOR: (0.35, 0.05, 0.3),
    Border.SENTENCE: (0.35, 0.15, 0.2),
    Border.COMMA: (0.55, 0.3, 0.6),
    Border.NOTHING: (0.6, 0.2, 0.4),
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
        return max(self.scores, key=lambda name: self.scores[name])

    @property
    def score(self) -> float:
        return max(self.scores.values())


@dataclass(frozen=True, slots=True)
class Message:
    """What is judged: the tokens in `span`.

    `starts` are the tokens at which another wish may begin, with what parts it from those before.
    """

    tokens: Sequence[Token]
    names: Names
    language: str
    services: Names = frozenset()
    spotted: Sequence[Spotted] = ()
    sure: float = 0.0
    starts: Mapping[int, Border] = field(default_factory=dict)
    span: Span = (0, 0)


def judge(message: Message) -> list[Verdict]:
    """The verdicts in the order of the text; each is about another part of it."""
    (whole,) = _verdicts([message.span], message)
    return _divided(whole, message, DEEPEST)


def _verdicts(spans: Sequence[Span], message: Message) -> list[Verdict]:
    parts = [message.tokens[start:end] for start, end in spans]
    own = classifier_for(message.names, message.language)
    scores = [dict(zip(own.names, map(float, row), strict=True)) for row in own.scores(parts)]
    if message.language == "zh" and any(_is_foreign(token) for token in message.tokens):
        _add_foreign(scores, parts, message.names)
    for (start, end), known in zip(spans, scores, strict=True):
        likeliest = max(known, key=lambda name: known[name])
        for name in {each.name for each in message.spotted if start <= each.start < end}:
            # That a service is named says nothing against "where is it" or "no longer needed".
            if likeliest not in SPEAKS_OF_A_SERVICE or name not in message.services:
                known[name] = known.get(name, 0.0) + SPOTTED * message.sure
    return [Verdict(start, end, known) for (start, end), known in zip(spans, scores, strict=True)]


def _add_foreign(scores: Sequence[dict[str, float]], parts: Sequence[Sequence[Token]], names: Names) -> None:
    """What the English words in a Chinese message say."""
    other = classifier_for(names, "en")
    foreign = [[token for token in part if _is_foreign(token)] for part in parts]
    for known, row in zip(scores, other.scores(foreign), strict=True):
        for name, score in zip(other.names, row, strict=True):
            known[name] = known.get(name, 0.0) + OTHER_LANGUAGE * float(score)


def _is_foreign(token: Token) -> bool:
    return len(token.norm) > 1 and token.norm.isascii() and token.norm.isalpha()


def _divided(whole: Verdict, message: Message, depth: int) -> list[Verdict]:
    """In two, and each half again, where both halves clearly want something else and the whole is of both minds."""
    inside = [at for at in sorted(message.starts) if _has_parts(message.tokens, whole, at)][:MOST_STARTS]
    if not depth or not inside:
        return [whole]
    verdicts = _verdicts([span for at in inside for span in ((whole.start, at), (at, whole.end))], message)
    halves = zip(verdicts[::2], verdicts[1::2], strict=True)
    likely = [(_two_wishes(whole, *pair, message.starts[pair[0].end], message), pair) for pair in halves]
    most, best = max(likely, key=lambda each: each[0])
    return [part for half in best for part in _divided(half, message, depth - 1)] if most > 0 else [whole]


def _has_parts(tokens: Sequence[Token], whole: Verdict, at: int) -> bool:
    return whole.start < at < whole.end and _is_part(tokens[whole.start : at]) and _is_part(tokens[at : whole.end])


def _is_part(tokens: Sequence[Token]) -> bool:
    return sum(2 if token.norm.isascii() else 1 for token in tokens if token.norm) >= SHORTEST_PART


def _two_wishes(whole: Verdict, left: Verdict, right: Verdict, border: Border, message: Message) -> float:
    """Above zero when two wishes are likelier than one."""
    names = {left.name, right.name}
    if not message.services and border is not Border.SENTENCE:  # staff say one thing at a time
        return -1.0
    if len(names) == 1 or names & NEVER_A_PART or not _are_apart(left, right, border, message):
        return -1.0
    if _spotted_in(left, message) and _spotted_in(right, message):
        return min(left.score, right.score) - SUPPORTED
    least, minds, more = _DIVIDES[border]
    of_both_minds = min(whole.scores[left.name], whole.scores[right.name])
    gain = left.score + right.score - whole.score
    return min(min(left.score, right.score) - least, of_both_minds - minds, gain - more) + 0.001


def _spotted_in(part: Verdict, message: Message) -> bool:
    """Whether phrases found in this part what the classifier sees in it."""
    return any(each.name == part.name and part.start <= each.start and each.end <= part.end for each in message.spotted)


def _are_apart(left: Verdict, right: Verdict, border: Border, message: Message) -> bool:
    """Two services may stand side by side; what is said about one ("not two", "where is it") must name another."""
    if {left.name, right.name} <= message.services or border in (Border.CONNECTOR, Border.SENTENCE):
        return True
    for about, other in ((left, right), (right, left)):
        if about.name in ABOUT_A_SERVICE and other.name in message.services:
            return other.name not in _services_in(about, message) and _is_clear(left, right, border)
    return _is_clear(left, right, border)


def _services_in(part: Verdict, message: Message) -> set[str]:
    """What phrases found there, and what the classifier takes it for among the services."""
    named = {each.service for each in message.spotted if part.start <= each.start < part.end and each.service}
    return named or {max(message.services, key=lambda name: part.scores.get(name, 0.0))}


def _is_clear(left: Verdict, right: Verdict, border: Border) -> bool:
    return border is not Border.NOTHING or min(left.score, right.score) >= UNMISTAKABLE
