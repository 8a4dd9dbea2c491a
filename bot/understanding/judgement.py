"""The guess: which wishes a message most likely holds, clause by clause, by its likeness to the example lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.understanding.classifier import Classifier, train
from bot.understanding.reading import Token
from prompts.words import examples

OUT_OF_SCOPE = "out_of_scope"
MOST_CLAUSES = 12  # of a message; a wish takes up to three of them
LONGEST_WISH = 3
ANOTHER_WISH = 0.5  # how much likelier two wishes must be than one
JOINED_WISH = 0.5  # the same where no stop or joining word stands between them
LEAST_HALF = 0.5
MOST_STARTS = 8
SPOTTED = 0.25  # what a phrase found in a clause adds to its name, times how much of the text phrases explain

Clause = tuple[int, int]  # first token, token after the last


@dataclass(frozen=True, slots=True)
class Spotted:
    """Something phrases found: the code of a service or the name of an intent, and where, in tokens."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run of clauses most likely means; `ranked` are the names by their score, best first."""

    start: int
    end: int
    ranked: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        return self.ranked[0][0]

    @property
    def score(self) -> float:
        return self.ranked[0][1]

    @property
    def lead(self) -> float:
        """How far the best is ahead of the next."""
        return self.score - self.ranked[1][1]


def judge(
    tokens: Sequence[Token],
    clauses: Sequence[Clause],
    starts: Sequence[int],
    spotted: Sequence[Spotted],
    sure: float,
    classifier: Classifier,
) -> list[Verdict]:
    """The likeliest division of the message into wishes.

    `clauses` are what stops and joining words part; `starts` are tokens within them where another wish may begin.
    """

    def verdict(start: int, end: int) -> Verdict:
        scores = dict(classifier.rank(tokens[start:end]))
        for name in {each.name for each in spotted if start <= each.start < end}:
            scores[name] = scores.get(name, 0.0) + SPOTTED * sure
        return Verdict(start, end, tuple(sorted(scores.items(), key=lambda each: -each[1])))

    telling = [clause for clause in clauses if _says_something(tokens, clause)][:MOST_CLAUSES]
    return [part for whole in _divided(telling, verdict) for part in _halved(whole, starts, verdict)]


Judge = Callable[[int, int], Verdict]


def _divided(clauses: Sequence[Clause], verdict: Judge) -> list[Verdict]:
    """By dynamic programming over the borders of clauses; a run of them is worth what its most telling part is."""
    best: list[tuple[float, list[Verdict]]] = [(0.0, [])]
    alone = [verdict(*clause) for clause in clauses]
    for end in range(1, len(clauses) + 1):
        options = []
        for first in range(max(0, end - LONGEST_WISH), end):
            start, stop = clauses[first][0], clauses[end - 1][1]
            parts = alone[first:end] if end - first == 1 else [*alone[first:end], verdict(start, stop)]
            told = max(parts, key=lambda part: part.score)
            value, before = best[first]
            found = [*before, replace(told, start=start, end=stop)]
            options.append((value + told.score - (ANOTHER_WISH if before else 0.0), found))
        best.append(max(options, key=lambda option: option[0]))
    return _joined(best[-1][1])


def _halved(whole: Verdict, starts: Sequence[int], verdict: Judge) -> list[Verdict]:
    """In two where both halves say something else and each says it more clearly: 拿条毛巾上来明早六点半喊我."""
    best, found = whole.score + ANOTHER_WISH, [whole]
    for at in [each for each in starts if whole.start < each < whole.end][:MOST_STARTS]:
        halves = [verdict(whole.start, at), verdict(at, whole.end)]
        value = sum(half.score for half in halves) - JOINED_WISH + ANOTHER_WISH
        if value > best and halves[0].name != halves[1].name and min(half.score for half in halves) > LEAST_HALF:
            best, found = value, halves
    return found


@cache
def classifier_for(to_staff: bool, language: str, names: frozenset[str]) -> Classifier:
    """Learns from the example lines of these names and of what is out of scope."""
    known = examples(language)
    return train({name: lines for name, lines in known.items() if name in names or name == OUT_OF_SCOPE})


def _says_something(tokens: Sequence[Token], clause: Clause) -> bool:
    return any(token.norm for token in tokens[slice(*clause)])


def _joined(verdicts: Sequence[Verdict]) -> list[Verdict]:
    joined: list[Verdict] = []
    for each in verdicts:
        if joined and joined[-1].name == each.name:
            before = joined.pop()
            each = Verdict(before.start, each.end, max(before, each, key=lambda one: one.score).ranked)  # noqa: PLW2901
        joined.append(each)
    return joined

