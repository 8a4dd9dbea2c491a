"""The language of phrases: `[maybe|or]`, `(this|that)`, `[any|of|these]*`, `...` a few words, `{slot}`, `=all`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.understanding.reading import Token, words

GAP = 8.0
WORD = 1.6  # a gap of eight Chinese characters holds five English words
LONGEST_NAME = 5
_PIECES = re.compile(r"(\[[^][]*\]\*?|\([^()]*\)\*?|\{\w+\}|\.\.\.)")
_RATINGS = frozenset(
    ["1", "2", "3", "4", "5", "one", "two", "three", "four", "five", "一", "二", "两", "三", "四", "五"]
)

Capture = tuple[str, int, int]  # slot, first token, token after the last


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase was found, in tokens; `weight` grows with the words that fitted."""

    start: int
    end: int
    weight: int
    captures: tuple[Capture, ...] = ()


State = dict[int, tuple[int, tuple[Capture, ...]]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several word sequences, held by their length."""

    by_length: tuple[tuple[int, frozenset[tuple[str, ...]]], ...]
    maybe: bool = False
    again: bool = False

    def step(self, tokens: tuple[str, ...], states: State) -> State:
        if not self.again and not self.maybe:
            return self._once(tokens, states)
        reached: State = dict(states) if self.maybe else {}
        fresh = states
        while fresh:
            fresh = {at: state for at, state in self._once(tokens, fresh).items() if _better(state, reached.get(at))}
            reached.update(fresh)
            if not self.again:
                break
        return reached

    def _once(self, tokens: tuple[str, ...], states: State) -> State:
        found: State = {}
        for at, (weight, captures) in states.items():
            for length, sequences in self.by_length:
                here = tokens[at : at + length]
                if here in sequences:
                    found[at + length] = (weight + _weight(here), captures)
        return found


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to a few words of anything within one clause."""

    def step(self, tokens: tuple[str, ...], states: State) -> State:
        reached = dict(states)
        for at, state in states.items():
            left = GAP
            for further, token in enumerate(tokens[at : at + int(GAP)], at + 1):
                left -= 1 if len(token) == 1 else WORD
                if not token or left < 0:
                    break
                reached.setdefault(further, state)
        return reached


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A slot in the middle of a phrase."""

    slot: str

    def step(self, tokens: tuple[str, ...], states: State) -> State:
        reached: State = {}
        for at, (weight, captures) in states.items():
            for end in self._ends(tokens, at):
                reached[end] = (weight + 1, (*captures, (self.slot, at, end)))
        return reached

    def _ends(self, tokens: tuple[str, ...], at: int) -> Iterator[int]:
        for end in range(at + 1, min(at + LONGEST_NAME, len(tokens)) + 1):
            if not tokens[end - 1] or not self.admits(tokens[end - 1]):
                return
            yield end
            if self.slot != "name":
                return

    def admits(self, token: str) -> bool:
        if self.slot == "rating":
            return token in _RATINGS
        return token.isdigit() and len(token) <= 6 if self.slot in ("number", "room", "item") else not token.isdigit()


Part = Choice | Gap | Placeholder


@dataclass(frozen=True, slots=True)
class Pattern:
    """A phrase. `needs`: of these words one must stand in the message, beside the one it begins with."""

    parts: tuple[Part, ...]
    needs: frozenset[str] | None = None
    whole: bool = False

    def match(self, tokens: tuple[str, ...], at: int) -> Match | None:
        """The weightiest match that starts exactly here."""
        states: State = {at: (0, ())}
        for part in self.parts:
            states = part.step(tokens, states)
            if not states:
                return None
        end, (weight, captures) = max(states.items(), key=lambda state: (state[1][0], state[0]))
        return Match(at, end, weight, captures) if end > at else None

    def first_words(self) -> Iterable[str]:
        """The words it may start with; "#" for a number, "*" for anything."""
        for part in self.parts:
            if isinstance(part, Gap):
                yield "*"
                return
            if isinstance(part, Placeholder):
                yield from {"name": ["*"], "rating": sorted(_RATINGS)}.get(part.slot, ["#"])
                return
            yield from {sequence[0] for _, sequences in part.by_length for sequence in sequences}
            if not part.maybe:
                return

    def vocabulary(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, Choice):
                yield from (word for _, some in part.by_length for sequence in some for word in sequence)

    def sequences(self) -> Iterator[tuple[str, ...]]:
        """Runs of words as they stand in the phrase, and each run in brackets."""
        run: list[str] = []
        for part in self.parts:
            options = [s for _, some in part.by_length for s in some] if isinstance(part, Choice) else []
            if len(options) == 1:
                run += options[0]
                continue
            yield tuple(run)
            yield from options
            run = []
        yield tuple(run)


def compile_phrase(phrase: str) -> Pattern:
    """Raises ValueError for brackets inside brackets or a phrase without words."""
    body = phrase.removeprefix("=")
    parts = [part for piece in _PIECES.split(body) if piece.strip() for part in _parts(piece)]
    if not parts or re.search(r"[][(){}*]", _PIECES.sub("", body)):
        raise ValueError(f"not a phrase: {phrase!r}")
    return Pattern(tuple(parts), _needs(parts), whole=body != phrase)


def _needs(parts: Sequence[Part]) -> frozenset[str] | None:
    later = (part for part in parts[1:] if isinstance(part, Choice) and not part.maybe)
    needed = (frozenset(sequence[0] for _, some in part.by_length for sequence in some) for part in later)
    return next(needed, None)


def _parts(piece: str) -> Iterator[Part]:
    if piece == "...":
        yield Gap()
    elif piece[0] == "{":
        yield Placeholder(piece[1:-1])
    elif piece[0] in "[(":
        yield _choice(piece.rstrip("*")[1:-1].split("|"), maybe=piece[0] == "[", again=piece[-1] == "*")
    else:
        yield _choice([piece])


def _choice(options: Iterable[str], maybe: bool = False, again: bool = False) -> Choice:
    sequences = {tuple(words(option)) for option in options} - {()}
    by_length = {length: frozenset(s for s in sequences if len(s) == length) for length in map(len, sequences)}
    return Choice(tuple(sorted(by_length.items())), maybe, again)


def weight_of(token: Token | str) -> int:
    norm = token if isinstance(token, str) else token.norm
    return 2 if len(norm) == 1 else 1 + min(len(norm), 6) // 2


@lru_cache(maxsize=4096)
def _weight(tokens: tuple[str, ...]) -> int:
    return sum(map(weight_of, tokens))


def _better(state: tuple[int, tuple[Capture, ...]], known: tuple[int, tuple[Capture, ...]] | None) -> bool:
    return known is None or state[0] > known[0]
