"""What of a message is judged, in the light of what phrases found, and where in it another wish may begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from bot.understanding.allergies import find_allergies
from bot.understanding.amounts import find_persons
from bot.understanding.details import Surroundings
from bot.understanding.diet import find_diet
from bot.understanding.finding import Heard
from bot.understanding.judgement import Border, Message
from bot.understanding.lessons import taught
from bot.understanding.nearest import small_words
from bot.understanding.phrases import Heeded
from bot.understanding.pieces import WRAPPERS, Piece
from bot.understanding.reading import Token, is_chinese, words
from bot.understanding.slots import find_time
from bot.understanding.time_slots import impossible
from bot.understanding.vocabulary import Kind, listening, service_words
from prompts.words import LANGUAGES

MOST_TOKENS = 200  # of a message are judged
_COMMAS = ",，、"


def message_of(around: Surroundings, heeded: Heeded, to_staff: bool, language: str) -> Message:
    """Of one member of staff or one guest."""
    return Message(
        tokens=around.reading.tokens,
        names=taught(to_staff, language),
        language=language,
        services=frozenset() if to_staff else frozenset(service_words()),
        spotted=heeded.spotted,
        sure=heeded.confidence,
        hours=_hours(around),
        starts=dict(_borders(around, heeded)),
        span=_without_courtesies(around, heeded),
    )


def says_only_when(message: Message) -> bool:
    """Whether it is an hour and a word such as "after" or "around", and no more."""
    near = {word for said in _words("near_hours") for word in said.split()}
    others = (message.tokens[at].norm for at in range(*message.span) if at not in message.hours)
    return bool(message.hours) and all(norm in near for norm in others if norm)


def is_idle(message: Message, start: int, end: int, in_doubt: bool) -> bool:
    """Whether a part adds an hour to another, "1 pm", or, where it is in doubt, only begins one: "hey, can we get"."""
    norms = [message.tokens[at].norm for at in range(start, end) if at not in message.hours]
    return all(in_doubt and norm in small_words() for norm in norms if norm)


def _hours(around: Surroundings) -> frozenset[int]:
    """The tokens that say when, or name a day there is not."""
    plain, now = around.reading.plain, around.now
    found = find_time(Heard(plain, around.reading.text, now, around.rooms))
    spans = impossible(plain, now) or (found.spans if found else [])
    tokens = around.reading.tokens
    return frozenset(at for at, each in enumerate(tokens) if any(start <= each.start < end for start, end in spans))


def _without_courtesies(around: Surroundings, heeded: Heeded) -> tuple[int, int]:
    """All but a greeting at the beginning and thanks at the end; all where nothing else is said."""
    tokens = around.reading.tokens
    idle = {
        at
        for piece in heeded.pieces
        for hit in (*piece.hits, *piece.of(Kind.POLITE))
        if hit.meaning.kind is Kind.POLITE or hit.meaning.name in WRAPPERS
        for at in range(hit.start, hit.end)
    }
    kept = [at for at, token in enumerate(tokens) if token.norm and at not in idle]
    start, end = (kept[0], kept[-1] + 1) if kept else (0, len(tokens))
    return start, min(end, start + MOST_TOKENS)


def _borders(around: Surroundings, heeded: Heeded) -> Iterator[tuple[int, Border]]:
    """Where another wish may begin, the weakest borders first."""
    tokens, text = around.reading.tokens, around.reading.text
    for at in heeded.starts:
        if at and tokens[at - 1].norm not in _words("unfinished") and not _goes_on(tokens, at):
            yield at, Border.JOIN if _is_joined(tokens, at) else Border.NOTHING
    for at, (before, token) in enumerate(pairwise(tokens), 1):
        if is_chinese(before) and is_chinese(token) and text[before.end : token.start] == " ":
            yield at, Border.SPACE
    for former, piece in pairwise(heeded.pieces):
        between = tokens[former.end : piece.start]
        said = " ".join(token.norm for token in between if token.norm)
        stop = text[between[0].start] if between else ""
        if said and said not in _words("weak"):
            yield piece.start, Border.CONNECTOR
        elif not said and stop not in _COMMAS:
            yield piece.start, Border.SENTENCE
        elif not (_goes_on(tokens, piece.start) or _begins_with_people(around, piece) or _tells_needs(around, piece)):
            yield piece.start, Border.JOIN if _is_joined(tokens, piece.start) else Border.COMMA


def _is_joined(tokens: Sequence[Token], at: int) -> bool:
    """Whether "and" stands here or right before, perhaps with the word it was taken together with: "and the"."""
    return any(token.norm in _words("joins") for token in tokens[max(0, at - 2) : at + 1])


def _begins_with_people(around: Surroundings, piece: Piece) -> bool:
    """How many they are says more of what they want: 叫车去机场，四个人三个箱子."""
    start, end = around.reading.tokens[piece.start].start, around.reading.tokens[piece.end - 1].end
    return any(first == 0 and count for count, (first, _) in find_persons(around.reading.plain[start:end]))


def _tells_needs(around: Surroundings, piece: Piece) -> bool:
    """What somebody must not eat says more of what they want: dinner for six, one of us is vegan."""
    tokens = around.reading.tokens
    plain = around.reading.plain[tokens[piece.start].start : tokens[piece.end - 1].end]
    return not piece.hits and bool(find_allergies(plain).codes or find_diet(plain).codes)


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word or two here say more about what was said before."""
    return any(" ".join(token.norm for token in tokens[at : at + many]) in _words("goes_on") for many in (1, 2))


@cache
def _words(name: str) -> frozenset[str]:
    """Of [clauses] in prompts/<lang>/listening.toml, in all languages."""
    return frozenset(" ".join(words(said)) for language in LANGUAGES for said in listening(language, "clauses")[name])
