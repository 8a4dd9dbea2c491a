"""A button's text twin, and the answer to the one open question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from bot.understanding.details import Surroundings, find_slots
from bot.understanding.finding import Found, Heard
from bot.understanding.patterns import Pattern, compile_phrase, weight_of
from bot.understanding.phrases import FEEDBACK, Heeded, listen
from bot.understanding.reading import Token, fold, read, words
from bot.understanding.slots import FINDERS, FREE_TEXT, KEPT_WORDS, find_room, find_text, find_time
from bot.understanding.time_slots import day_words
from bot.understanding.vocabulary import Kind, find_hits, listening, service_words
from handlers.turn import Button, Call, Intent, Question
from prompts.words import LANGUAGES

_ORDER, _CANCEL = "request_service", "cancel_request"
_OF_ENTRIES = frozenset({"change_knowledge", "show_knowledge", "delete_knowledge", "knowledge_history"})
_MAY_NAME_ARRIVALS = KEPT_WORDS | {"reason"}  # "the next guest arrives at two" is a reason too
_UNEXPLAINED = 0.25  # of a text that is to count for another wish
_SMALL_TALK = frozenset({"greet", "thank", "farewell", "help", "staff_help"})
_OTHER_LETTERS = re.compile(r"[^\W\d_a-z\u00df-\u00f6\u00f8-\u024f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
_PRESSED = re.compile(r"\W*(?P<number>\d{1,2})\W*")


def pressed(text: str, choices: Sequence[Button]) -> Button | None:
    """The choice whose label or number is the whole text; labels first, so that "2" may mean the button "2"."""
    said = _bare(text) if choices else ""
    if not said:
        return None
    for choice, label in zip(choices, _labels(choices), strict=True):
        if said in (_bare(label), _bare(choice.label)):
            return choice
    match = _PRESSED.fullmatch(fold(text))
    if not match:
        return None
    for choice in choices:
        if re.match(rf"{match['number']}(?![\d:.])", choice.label):
            return choice
    number = int(match["number"])
    return choices[number - 1] if 0 < number <= len(choices) else None


def _labels(choices: Sequence[Button]) -> list[str]:
    """The labels without their numbers, where they are numbered as a menu; "2 towels" keeps its own."""
    bare = [choice.label.removeprefix(f"{number}. ") for number, choice in enumerate(choices, start=1)]
    is_menu = all(label != choice.label for label, choice in zip(bare, choices, strict=True))
    return bare if is_menu else [choice.label for choice in choices]


def answer(
    question: Question, around: Surroundings, heeded: Heeded, offered: Mapping[str, Intent]
) -> list[Call] | None:
    """The finished call and others said with it; [] when the question was waved away, None when it is not answered."""
    if _waved_away(around):
        return _cancelled(question, offered)
    by_room = _by_room(question, around, offered)
    if by_room:
        return [by_room]
    same = [call for call in heeded.calls if _is_about(question, call)]
    others = [call for call in heeded.calls if call not in same and call.intent not in _SMALL_TALK]
    if same and others:
        return [_completed(question, same[0]), *others]
    if question.asks in FREE_TEXT:
        if question.call.intent == _ORDER and any(map(_is_urgent, others)):
            return None
        if others and _speaks_of_another_thing(question, others, around, heeded):
            return None
    elif others and question.asks == "rating" and all(call.intent in FEEDBACK for call in others):
        return _rated(question, around, others, offered)
    elif others:
        return _before_the_change(question, around, heeded, offered)
    answered = _answered(question, around, offered) or (_completed(question, same[0]) if same else None)
    return [answered] if answered else None


def _completed(question: Question, call: Call) -> Call:
    """The waiting call with what the same wish, said again, adds to it."""
    more = {name: value for name, value in call.slots.items() if name != "note" or question.asks == "note"}
    return replace(question.call, slots={**question.call.slots, **more})


def _waved_away(around: Surroundings) -> bool:
    norms = tuple(token.norm for token in around.reading.tokens if token.norm)
    for pattern in _cancel_words():
        match = pattern.match(norms, 0) if norms else None
        if match and all(norm in _thanks() for norm in norms[match.end :]):
            return True
    return False


def _by_room(question: Question, around: Surroundings, offered: Mapping[str, Intent]) -> Call | None:
    """Which guest? 302: a room alone answers too, where the question may be put with one."""
    intent = offered.get(question.call.intent)
    said = [token for token in around.reading.tokens if token.norm]
    if (
        intent is None
        or question.asks != "name"
        or all(slot.finder != "room" for slot in intent.slots)
        or len(said) > 3
    ):
        return None
    room = find_room(Heard(around.reading.plain, around.reading.text, around.now, around.rooms, asked=True))
    return replace(question.call, slots={**question.call.slots, "room": room.value}) if room else None


def _cancelled(question: Question, offered: Mapping[str, Intent]) -> list[Call]:
    if _CANCEL not in offered or question.call.intent != _ORDER:
        return []
    service = question.call.slots.get("service")
    return [Call(_CANCEL, {"service": service} if service else {})]


def _is_urgent(call: Call) -> bool:
    return call.intent != _ORDER or service_words()[call.slots["service"]].fault


def _speaks_of_another_thing(question: Question, others: Sequence[Call], around: Surroundings, heeded: Heeded) -> bool:
    """ "Who arrives tomorrow" is no reason and "bring 2 towels" no complaint; "no stock" and "it is dirty" are."""
    if question.asks in KEPT_WORDS and any(call.intent in _OF_ENTRIES for call in others):
        return True
    if question.asks in _MAY_NAME_ARRIVALS:  # only what is a wish and nothing else is one
        used = [name for name in ("room", "number") if any(name in call.slots for call in others)]
        return not _beside_phrases(around, heeded, ("day", *used))
    if question.asks == "text" and any(call.intent in FEEDBACK or _is_report(call) for call in others):
        return False
    orders = all(call.intent == _ORDER for call in others)
    if orders and not heeded.wanting and all(call.slots.get("quantity", 0) < 2 for call in others):
        return False
    unknown = _unexplained(others if not orders else (), around, heeded)
    total = sum(weight_of(token) for token in around.reading.tokens if token.norm)
    return sum(map(weight_of, unknown)) <= _UNEXPLAINED * total


def _unexplained(calls: Sequence[Call], around: Surroundings, heeded: Heeded) -> list[Token]:
    """What neither a phrase nor a number, a time or a detail of these calls explains."""
    left = _beside_phrases(around, heeded, ("time", "day", "people", "quantity"))
    said = [str(value).lower() for call in calls for value in call.slots.values() if isinstance(value, str)]
    return [each for each in left if not each.norm.isdigit() and not any(each.norm in value for value in said)]


def _beside_phrases(around: Surroundings, heeded: Heeded, finders: Sequence[str]) -> list[Token]:
    """What no phrase and none of these finders explains."""
    heard = Heard(around.reading.plain, around.reading.text, around.now, around.rooms)
    found = [FINDERS[finder](heard) for finder in finders]
    spans = [span for each in found if each for span in each.spans]
    return [
        token
        for at, token in enumerate(around.reading.tokens)
        if token.norm and at not in heeded.known and not any(start <= token.start < end for start, end in spans)
    ]


def _is_report(call: Call) -> bool:
    return call.intent == "my_requests" or (call.intent == _ORDER and service_words()[call.slots["service"]].fault)


def _names_a_service(around: Surroundings) -> bool:
    return any(hit.meaning.kind is Kind.SERVICE for hit in find_hits(around.reading.tokens, (), True))


def _before_the_change(
    question: Question, around: Surroundings, heeded: Heeded, offered: Mapping[str, Intent]
) -> list[Call] | None:
    """ "7点,还有两条毛巾" answers first and asks for more afterwards."""
    if heeded.first_hit == 0:
        return None
    reading = read(around.reading.text[: heeded.first_hit])
    answered = _answered(question, replace(around, reading=reading), offered) if reading.tokens else None
    if answered is None:
        return None
    rest = read(around.reading.text[heeded.first_hit :])
    return [answered, *listen(replace(around, reading=rest), offered).calls]


def _rated(
    question: Question, around: Surroundings, feedback: Sequence[Call], offered: Mapping[str, Intent]
) -> list[Call] | None:
    """ "满意" is the rating itself; "1星,房间很脏" is a rating and a complaint."""
    answered = _answered(question, around, offered)
    longer = len(around.reading.tokens) > 6
    return [answered, *(feedback if longer else ())] if answered else None


def _answered(question: Question, around: Surroundings, offered: Mapping[str, Intent]) -> Call | None:
    intent = offered.get(question.call.intent)
    finder = next((slot.finder for slot in intent.slots if slot.name == question.asks), None) if intent else None
    if intent is None or finder is None or (finder == "name" and _names_a_service(around)):
        return None
    service = service_words().get(str(question.call.slots.get("service", "")))
    heard = Heard(
        around.reading.plain, around.reading.text, around.now, around.rooms, service.time_hint if service else "", True
    )
    if finder == "name" and around.known:
        heard = replace(heard, captures={"name": around.known[0].span})
    if finder in KEPT_WORDS:
        found = find_text(heard, around=" \n")
    else:
        found = find_text(heard) if finder in FREE_TEXT else _found(finder, _with_day(heard, question))
    if found is None:
        return None
    length = len(heard.plain)
    spans = [(start, min(end, length)) for start, end in found.spans if start < length]
    others, _ = find_slots(replace(heard, asked=False).without(spans), intent, {question.asks: found.value})
    return replace(question.call, slots={**others, **question.call.slots, question.asks: found.value})


def _found(finder: str, heard: Heard) -> Found | None:
    return FINDERS[finder](heard) if finder in FINDERS else None


def _with_day(heard: Heard, question: Question) -> Heard:
    """ "A taxi tomorrow" left its day in the note; the hour that follows belongs to that day.

    Where only the day was asked for, the hour that is known belongs to the day that follows.
    """
    note, hour = question.call.slots.get("note"), question.call.slots.get("hour")
    if question.asks == "time" and hour and day_words(heard.plain, heard.now):
        return replace(heard, plain=f"{heard.plain} {hour}") if find_time(heard) is None else heard
    if question.asks != "time" or not isinstance(note, str):
        return heard
    day = day_words(fold(note), heard.now)
    return heard if day_words(heard.plain, heard.now) else replace(heard, plain=f"{heard.plain} {day}".rstrip())


def _is_about(question: Question, call: Call) -> bool:
    same_service = call.slots.get("service") == question.call.slots.get("service")
    return call.intent == question.call.intent and same_service


def _bare(text: str) -> str:
    """Its words; as it stands where it has letters that make no words here, as in a label that was translated."""
    plain = fold(text).strip()
    return plain.strip(" .!?。！？") if _OTHER_LETTERS.search(plain) else " ".join(words(plain))


@cache
def _cancel_words() -> tuple[Pattern, ...]:
    return tuple(compile_phrase(said) for language in LANGUAGES for said in listening(language, "fillers")["cancel"])


@cache
def _thanks() -> frozenset[str]:
    return frozenset(["thank", "thanks", "you", "please", "谢", "了", "吧", "啊", "您", "你", "哈"])
