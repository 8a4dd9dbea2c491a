"""What must not get lost on its way: an allergy goes with every wish it concerns, else it is told by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.understanding.ages import find_ages
from bot.understanding.allergies import denies, find_allergies
from bot.understanding.amounts import blank
from bot.understanding.contract import Context, Understanding
from bot.understanding.diet import find_diet
from bot.understanding.finding import Heard, is_more_left
from bot.understanding.foods import CLAUSE, Span, around_pattern
from bot.understanding.money import find_budget
from bot.understanding.reading import Reading, fold
from bot.understanding.slots import FINDERS
from crm.service_requests.needs import NEEDS, OTHER, Needs, in_one_note, needs_of
from handlers.needs import taken
from handlers.turn import Call

TELL, ORDER, CHANGE, CANCEL = "tell_needs", "request_service", "change_request", "cancel_request"
# Who reads these reads the guest's own words, so that an allergy without a name needs no second telling.
_IN_THEIR_WORDS = frozenset({"complain", "ask_for_person", "suggest", CHANGE})
WORDS = "words"  # what was told before the order was complete
_SETTLED = frozenset({"emergency", "take_back_allergy"})
_NOTHING = "thank"  # who has no allergy asks for nothing
_SURE = 0.8
_OF_THEMSELVES = re.compile(
    r"\b(?:i|i'm|im|we|we're|my|our|he|he's|she|she's|they|his|her|one|guest|son|daughter|wife|husband)\b"
    r"|[我俺咱他她]|孩子|老人|太太|老婆|老公|朋友|客人|团里|同事"
)
# Who has eaten it may need more than a note: the other brains have the word.
_EATEN = re.compile(
    r"\b(?:ate|eaten|had|swallowed|drank|drunk|bitten|stung|served|gave|given)\b|(?:吃|喝|碰|沾|咬|叮)(?:了|过|到|进)|误食"
)


def told_alone(reading: Reading, context: Context) -> tuple[Call, ...]:
    """The calls of a message that tells an allergy or a diet and asks for nothing: "I forgot, I'm allergic to nuts".

    While something is being ordered it belongs to the order, and the open question is asked again.
    """
    plain = reading.plain
    if not (_is_told(plain) or denies(plain)) or not _offers(context):
        return ()
    told = _heard_in(plain, reading.text, context, NEEDS[:2])
    if not (told or denies(plain)) or _says_more(plain):
        return ()
    note = {"note": reading.text}
    question = context.question
    if not told:
        return () if question else (Call(_NOTHING),)
    if question is not None:
        return (
            _while_ordering(question.call, told, reading.text, context)
            if told.allergy and question.call.intent == ORDER
            else ()
        )
    changes = around_pattern("changing").search(plain) or any(each.startswith("no_") for each in told.diet)
    if told.allergy or (_OF_THEMSELVES.search(plain) and not changes):
        return (Call(TELL, {**told.as_slots(), **note}),)
    return (Call(CHANGE, {**told.as_slots(), **note}),) if changes else ()


def carried(found: Understanding, plain: str, context: Context) -> Understanding:
    """The same with all that was told of allergies, diets, ages and money in the calls that take it."""
    is_settled = any(call.intent in _SETTLED for call in found.calls)
    if is_settled or not _is_told(plain) or not _offers(context):  # most messages tell nothing of the kind
        return found
    told = _heard_in(plain, found.text, context, NEEDS)
    if not told:
        return found
    found = replace(found, calls=_wished(found.calls, told))
    said = [_minded(call, context) for call in found.calls]
    of_some = {code for each in said for code in each.diet}
    unsaid = Needs(
        told.allergy,
        diet=tuple(code for code in told.diet if code not in of_some),
        ages=() if any(each.ages for each in said) else told.ages,
        money={} if any(each.money for each in said) else told.money,
    )
    calls = [_with(call, own, unsaid, plain, found.text, context) for call, own in zip(found.calls, said, strict=True)]
    calls += _by_itself(calls, told, plain, found.text)
    if not found.calls and calls:
        return replace(found, calls=tuple(calls), by="phrases", confidence=_SURE)
    return replace(found, calls=tuple(calls))


def _is_told(plain: str) -> bool:
    """Whether anything may be told of allergies, diets, ages and money."""
    return bool(find_allergies(plain).codes or find_diet(plain).codes or find_ages(plain) or find_budget(plain)[1])


def _offers(context: Context) -> bool:
    return any(intent.name == TELL for intent in context.offered)


def _heard_in(plain: str, text: str, context: Context, names: Sequence[str]) -> Needs:
    heard = Heard(plain, text, context.now, context.rooms)
    found = {name: FINDERS[name](heard) for name in names}
    return needs_of({name: each.value for name, each in found.items() if each})


def _says_more(plain: str) -> bool:
    """Whether beside the allergy, the diet and small words something is left."""
    spans = [*find_allergies(plain).spans, *find_diet(plain).spans]
    rest = blank(plain, spans)
    return is_more_left(rest, around_pattern("changing"), around_pattern("words")) or bool(_EATEN.search(plain))


def _while_ordering(call: Call, told: Needs, text: str, context: Context) -> tuple[Call, ...]:
    """The words go along in a slot of their own: the note may be what was asked for."""
    service = context.catalogue.get(str(call.slots.get("service")))
    own = taken(told, service) if service else Needs()
    left = told.without(own)
    words = {WORDS: in_one_note((call.slots.get(WORDS, ""), text))} if own else {}
    order = replace(call, slots={**call.slots, **needs_of(call.slots).joined(own).as_slots(), **words})
    return (*((Call(TELL, {**left.as_slots(), "note": text}),) if left.allergy else ()), order)


def _wished(calls: Sequence[Call], told: Needs) -> tuple[Call, ...]:
    """Without what is no wish: "two of us are vegan" orders nothing, "a latte, no milk" cancels nothing."""
    orders = [call for call in calls if call.intent == ORDER]
    real = [call for call in orders if not _only_tells(call)] or orders
    leaves_out = any(code.startswith("no_") for code in told.diet)
    ordered = {call.slots.get("service") for call in real if leaves_out}
    return tuple(
        call
        for call in calls
        if not (call.intent == ORDER and call not in real)
        and not (call.intent == CANCEL and call.slots.get("service") in ordered)
    )


def _only_tells(call: Call) -> bool:
    plain = fold(str(call.slots.get("note") or ""))
    return bool(find_allergies(plain).codes or find_diet(plain).codes) and not _says_more(plain)


def _minded(call: Call, context: Context) -> Needs:
    """What was heard for this wish itself, as far as its service takes it."""
    service = context.catalogue.get(str(call.slots.get("service")))
    if call.intent == ORDER:
        return taken(needs_of(call.slots), service) if service else Needs()
    return replace(needs_of(call.slots), allergy=()) if call.intent == CHANGE else needs_of(call.slots)


def _with(call: Call, own: Needs, unsaid: Needs, plain: str, text: str, context: Context) -> Call:
    """The call with what was told in another part of the message, and with the words it was told in."""
    if call.intent not in (ORDER, CHANGE):
        return call
    service = context.catalogue.get(str(call.slots.get("service"))) if call.intent == ORDER else None
    needs = own.joined(taken(unsaid, service)) if service else own
    slots = {name: value for name, value in call.slots.items() if name not in NEEDS} | needs.as_slots()
    if call.intent == ORDER and needs and WORDS not in slots:
        slots["note"] = _in_their_words(str(slots.get("note") or ""), needs, plain, text)
    return replace(call, slots=slots)


def _in_their_words(note: str, needs: Needs, plain: str, text: str) -> str:
    """The note, and before it the clauses in which something was told elsewhere."""
    told = {
        "allergy": find_allergies(plain).spans,
        "diet": find_diet(plain).spans,
        "ages": find_ages(plain),
        "money": find_budget(plain)[1],
    }
    spans = [span for name, some in told.items() if getattr(needs, name) for span in some]
    missing = dict.fromkeys(_clause(text, plain, span) for span in spans if text[slice(*span)] not in note)
    return in_one_note((*missing, note))


def _clause(text: str, plain: str, span: Span) -> str:
    start = max(plain.rfind(stop, 0, span[0]) for stop in CLAUSE) + 1
    ends = [at for at in (plain.find(stop, span[1]) for stop in CLAUSE) if at >= 0]
    return text[start : min(ends, default=len(text))].strip()


def _by_itself(calls: Sequence[Call], told: Needs, plain: str, text: str) -> list[Call]:
    """An allergy that goes with no wish; a diet only where nothing else was understood and somebody speaks of it."""
    gone: set[Any] = {code for call in calls for code in needs_of(call.slots).allergy}
    left = tuple(code for code in told.allergy if code not in gone)
    if left == (OTHER,) and any(call.intent in _IN_THEIR_WORDS for call in calls):
        left = ()
    diet = told.diet if not calls and _OF_THEMSELVES.search(plain) else ()
    return [Call(TELL, {**Needs(left, diet).as_slots(), "note": text})] if left or diet else []
