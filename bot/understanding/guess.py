"""The brain that guesses: verdicts of the classifier become calls, with the details found in their part of the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from bot.understanding.corrections import kept, of_either_half
from bot.understanding.days import impossible_days
from bot.understanding.details import Surroundings, find_slots, intent_slots, request_slots
from bot.understanding.finding import Heard
from bot.understanding.haste import tells_of_emergency
from bot.understanding.joining import joined
from bot.understanding.judgement import Message, Verdict, judge
from bot.understanding.lessons import OUT_OF_SCOPE, intents_of
from bot.understanding.message import is_idle, message_of, says_only_when
from bot.understanding.names import find_person_name, find_strange_words
from bot.understanding.on_behalf import for_a_room
from bot.understanding.phrases import EMERGENCY, FEEDBACK, Heeded
from bot.understanding.pieces import WRAPPERS, Piece, Stretch
from bot.understanding.slots import DAY_FINDERS, find_people, find_quantity, find_room
from bot.understanding.vocabulary import Hit, Kind, Meaning, service_words
from crm.properties.knowledge import Entry
from handlers.turn import Call, Intent
from prompts.words import spoken

ACTS, LEADS = 0.28, 0.02  # the score from which a verdict is acted on, and how far it must be ahead of the next
ACTS_ON_DETAILS = 0.2
CHANGES_WORK = 0.35  # the score from which a colleague's guessed word changes who does what
NAMED = 0.15  # what the name of a guest of the house adds to the score of asking for a guest
DOUBTS = 0.1  # the score from which it is at least offered
_ORDER, _CANCEL, _CHANGE, _REPEAT = "request_service", "cancel_request", "change_request", "repeat_request"
_ASK = "ask_house"
_STAFF_ONLY = "staff_help"  # what every member of staff is offered, and nobody else
_OF_A_SERVICE = frozenset({_CANCEL, _CHANGE, _REPEAT})
_BY_ROOM, _BY_NAME = "who_is_in_room", "find_guest"
_WORK_BY_ROOM, _ALL_WORK = "requests_of_room", "open_requests"
# What is asked about a room where one is named.
_ROOMS_OWN = {
    **dict.fromkeys((_BY_ROOM, _BY_NAME, "in_house", "who_is_on_duty"), _BY_ROOM),
    **dict.fromkeys((_ALL_WORK, _WORK_BY_ROOM), _WORK_BY_ROOM),
}
_OF_WORK = frozenset(
    {"accept_request", "start_request", "complete_request", "decline_request", "reassign_request", "merge_requests"}
    | {"go_on_duty", "go_off_duty", "make_lead", "revoke_staff"}
)
_NAMING = frozenset({_BY_NAME, "why_not_delivered", "invite_staff", "revoke_staff", "reassign_request"})
_WITH_A_ROOM = frozenset({_BY_ROOM, _WORK_BY_ROOM, "why_not_delivered"})


@dataclass(frozen=True, slots=True)
class Guess:
    """Calls it would act on, and names that come nearest where it is in doubt."""

    calls: tuple[Call, ...] = ()
    confidence: float = 0.0
    alternatives: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def guess(
    around: Surroundings, heeded: Heeded, offered: Mapping[str, Intent], language: str, entries: tuple[Entry, ...]
) -> Guess:
    """What the message most likely holds; small talk only where nothing else is wanted."""
    to_staff, language = _STAFF_ONLY in offered, spoken(language)
    offered = intents_of(to_staff)
    message = message_of(around, heeded, to_staff, language)
    verdicts = judge(message)
    if tells_of_emergency(message, verdicts[0]):
        call = Call(EMERGENCY, {"text": around.reading.text})
        return Guess((call,), round(min(1.0, verdicts[0].score), 2), names=(EMERGENCY,))
    verdicts = [_of_a_room(_of_a_guest(_serious(each), around, offered), around, offered) for each in verdicts]
    verdicts = [for_a_room(each, _heard(each.start, each.end, around), around.reading.tokens) for each in verdicts]
    verdicts = [each for each in verdicts if not is_idle(message, each.start, each.end, each.score < ACTS)] or verdicts
    wanted = [each for each in verdicts if each.name not in WRAPPERS] or verdicts[-1:]
    sure = [each for each in wanted if _is_sure(each, message, around)]
    if not sure or says_only_when(message):  # an hour alone is no wish
        return Guess(alternatives=_alternatives(wanted))
    calls = [call for each in sure for call in _calls(each, len(sure) == 1, around, heeded, offered, entries)]
    names = tuple(each.name for each in sure)
    confidence = round(min(1.0, *(each.score for each in sure)), 2)
    return Guess(tuple(joined(calls)), confidence, _alternatives(wanted), names)


def _serious(verdict: Verdict) -> Verdict:
    """Without alarms that are not raised, and without small talk where a wish is as likely as one must be."""
    scores = {name: score for name, score in verdict.scores.items() if name != EMERGENCY}
    wish = max(score for name, score in scores.items() if name not in WRAPPERS and name != OUT_OF_SCOPE)
    if verdict.name in WRAPPERS and wish >= ACTS:
        scores = {name: score for name, score in scores.items() if name not in WRAPPERS}
    return replace(verdict, scores=scores)


def _of_a_guest(verdict: Verdict, around: Surroundings, offered: Mapping[str, Intent]) -> Verdict:
    """Whoever names a guest most likely asks for that guest."""
    place, end = around.reading.tokens[verdict.start].start, around.reading.tokens[verdict.end - 1].end
    is_named = any(each.certain and place <= each.start < end for each in around.known)
    if not is_named or _BY_NAME not in offered:
        return verdict
    return replace(verdict, scores={**verdict.scores, _BY_NAME: verdict.scores.get(_BY_NAME, 0.0) + NAMED})


def _of_a_room(verdict: Verdict, around: Surroundings, offered: Mapping[str, Intent]) -> Verdict:
    """Who is asked for by a room, not by a name, is looked up by the room; so is what is open where a room is named."""
    by_room = _ROOMS_OWN.get(verdict.name, "")
    if by_room not in offered:
        return verdict
    heard = replace(_heard(verdict.start, verdict.end, around), asked=True)
    room = find_room(heard)
    if room is None and verdict.name == _WORK_BY_ROOM:
        return replace(verdict, scores={**verdict.scores, _ALL_WORK: verdict.score + LEADS})
    if room is None or len(room.value) < 3 or (verdict.name == _BY_NAME and _named(verdict.start, verdict.end, around)):
        return verdict
    return replace(verdict, scores={**verdict.scores, by_room: max(verdict.score + LEADS + 0.01, ACTS)})


def _is_sure(verdict: Verdict, message: Message, around: Surroundings) -> bool:
    """Who says when, how many or which room wants something, so that less is needed to see what."""
    if verdict.name == OUT_OF_SCOPE:
        return False
    least = ACTS_ON_DETAILS if verdict.name in service_words() and _has_details(message, around) else ACTS
    least = CHANGES_WORK if verdict.name in _OF_WORK else least
    return verdict.score >= least and verdict.score - verdict.ranked[1][1] >= LEADS


def _has_details(message: Message, around: Surroundings) -> bool:
    heard = Heard(around.reading.plain, around.reading.text, around.now, around.rooms)
    return bool(message.hours) or any(find(heard) for find in (find_people, find_quantity, find_room))


def _alternatives(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Of each part the two likeliest: "A or B?"."""
    near = [
        name
        for each in verdicts
        for name, score in [one for one in each.ranked if one[0] != OUT_OF_SCOPE][:2]
        if score >= DOUBTS
    ]
    return tuple(dict.fromkeys(near))


def _calls(
    verdict: Verdict,
    is_all: bool,
    around: Surroundings,
    heeded: Heeded,
    offered: Mapping[str, Intent],
    entries: tuple[Entry, ...],
) -> list[Call]:
    name = verdict.name
    start, end = (0, len(around.reading.tokens)) if is_all else _said(verdict, heeded)
    spoken = _text(start, end, around)
    if name in _OF_A_SERVICE:
        return _about_services(name, verdict, start, end, around, heeded, offered)
    if name in service_words():
        return [Call(_ORDER, request_slots(_stretch(name, start, end, heeded), offered[_ORDER], around))]
    if name in FEEDBACK:
        return [Call(name, {"text": around.reading.text if is_all else spoken})]
    if name == _ASK:
        from bot.understanding.house_entries import question_to_house  # numpy comes with the first message

        return [question_to_house(spoken, (each for each in heeded.asked_about if each in service_words()), entries)]
    if any(slot.finder in DAY_FINDERS for slot in offered[name].slots) and impossible_days(
        around.reading.plain, around.now.date()
    ):
        return []
    stretch = _stretch(name, start, end, heeded)
    slots = intent_slots(stretch, offered[name], around)
    return [Call(name, _completed(name, slots, start, end, around))]


def _said(verdict: Verdict, heeded: Heeded) -> tuple[int, int]:
    """The tokens of this part without the "and also" that joins it to the next."""
    gaps = [(former.end, piece.start) for former, piece in pairwise(heeded.pieces)]
    end = next((stop for stop, resume in gaps if stop < verdict.end <= resume), verdict.end)
    return verdict.start, max(end, verdict.start + 1)


def _completed(name: str, slots: dict[str, Any], start: int, end: int, around: Surroundings) -> dict[str, Any]:
    """Names and rooms are found more boldly where it is sure that one is meant; notes are left to phrases."""
    slots = {key: value for key, value in slots.items() if key not in ("note", "reason", "name")}
    heard = _heard(start, end, around)
    if name in _NAMING:
        span = _named(start, end, around, boldly=True)
        if span:
            slots["name"] = around.reading.text[slice(*span)]
    if name in _WITH_A_ROOM and "room" not in slots:
        found = find_room(replace(heard, asked=True))
        slots |= {"room": found.value} if found else {}
    return slots


def _named(start: int, end: int, around: Surroundings, *, boldly: bool = False) -> tuple[int, int] | None:
    """Who is named between these tokens: a guest of the house before whatever looks like a name, or boldly may be."""
    heard = _heard(start, end, around)
    first = around.reading.tokens[start].start
    span = find_person_name(heard.plain, heard.raw) or (find_strange_words(heard.plain) if boldly else None)
    return around.named(first, first + len(heard.raw)) or (span and (first + span[0], first + span[1]))


def _about_services(
    name: str,
    verdict: Verdict,
    start: int,
    end: int,
    around: Surroundings,
    heeded: Heeded,
    offered: Mapping[str, Intent],
) -> list[Call]:
    """One call for each service named, or one without a service; what was taken back is not read."""
    codes = list(dict.fromkeys(hit.meaning.name for hit in _hits(start, end, heeded, Kind.SERVICE)))
    least = ACTS if name == _CANCEL else DOUBTS  # what is not named is rather asked for than cancelled
    codes = codes or [each for each, score in verdict.ranked if each in service_words() and score >= least][:1]
    if name == _CANCEL:
        return [Call(name, {"service": code}) for code in codes] or [Call(name)]
    heard = kept(_heard(start, end, around))
    if codes:
        heard = replace(heard, time_hint=service_words()[codes[0]].time_hint)
    known = {"service": codes[0]} if codes else {}
    slots, _ = find_slots(heard, offered[name], known)
    if name == _CHANGE and slots.keys() <= {"service"}:
        slots["note"] = _text(start, end, around)
    return [Call(name, of_either_half(slots, heard) if name == _CHANGE else slots)]


def _stretch(name: str, start: int, end: int, heeded: Heeded) -> Stretch:
    """This part of the text as phrases would have found it; their own hits tell better where the thing is named."""
    kind = Kind.SERVICE if name in service_words() else Kind.INTENT
    hits = [hit for hit in _hits(start, end, heeded, kind) if hit.meaning.name == name]
    grammar = [hit for piece in heeded.pieces for hit in piece.grammar if start <= hit.start and hit.end <= end]
    piece = Piece(start, end, hits or [Hit(Meaning(kind, name, detailed=True), start, start, 0)], grammar)
    return Stretch(piece, start, end, piece.hits)


def _hits(start: int, end: int, heeded: Heeded, kind: Kind) -> list[Hit]:
    hits = [hit for piece in heeded.pieces for hit in piece.hits]
    return [hit for hit in hits if hit.meaning.kind is kind and start <= hit.start < end]


def _heard(start: int, end: int, around: Surroundings) -> Heard:
    tokens = around.reading.tokens
    first, last = tokens[start].start, tokens[end - 1].end
    return Heard(around.reading.plain[first:last], around.reading.text[first:last], around.now, around.rooms)


def _text(start: int, end: int, around: Surroundings) -> str:
    return _heard(start, end, around).raw.strip().strip("，,。.;；、 \n")
