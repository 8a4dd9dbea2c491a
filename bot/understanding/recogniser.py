"""What somebody wants: the brains in order, from the certain to the guess: button, open question, phrases, nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from bot.understanding import pending
from bot.understanding.about import about_what
from bot.understanding.amended import completed, find_amended
from bot.understanding.carrying import carried
from bot.understanding.contract import Context, Understanding
from bot.understanding.corrections import correction
from bot.understanding.details import Surroundings
from bot.understanding.diet import asks_what_is_in
from bot.understanding.foods import compile_words
from bot.understanding.guess import Guess, guess
from bot.understanding.items import find_items, items_of, places_of, with_items
from bot.understanding.knowledge_words import names_an_entry, with_content, with_entries
from bot.understanding.known import find_known, language_without, with_stand_ins
from bot.understanding.lessons import are_kept, intents_of
from bot.understanding.nearest import nearest
from bot.understanding.on_behalf import answered, ordered
from bot.understanding.patterns import weight_of
from bot.understanding.phrases import EMERGENCY, FEEDBACK, Heeded, listen
from bot.understanding.pieces import WRAPPERS, is_question
from bot.understanding.reading import Reading, read
from bot.understanding.same_thing import with_things
from bot.understanding.shifts import find_planned, with_questions
from bot.understanding.skipping import with_day
from bot.understanding.slots import FREE_TEXT
from bot.understanding.vocabulary import Kind, rules, service_words
from bot.understanding.written import find_note, find_shown, find_written, is_sign_of_thanks
from handlers.turn import Call, Intent, Question
from prompts.words import LANGUAGES

MOST_CALLS = 20  # as many wishes as phrases look for
EXPLAINED = 0.99  # of a message, weighed, by phrases and small words: then there is nothing left to guess
FIND_GUEST, SHOW, WRITE, HAND_OVER = "find_guest", "show_request", "write_to_guest", "hand_over"
OFFER = "make_offer"
THANK = "thank"
MOST_BESIDE = 6  # as phrases are weighed: what may be said beside a name that is all of the question
GREEDY = frozenset({FIND_GUEST, "my_tasks", "go_on_duty"})  # phrases of these match more than they mean
MOSTLY_EXPLAINED = 0.8
UNHEARD = {"zh": "嗷呜", "en": "flibber"}  # in no phrase, so that everything is asked
_ASK = "ask_house"
HOUSE_TELLS = 0.5  # how sure it is then; a model may know better
BY_FORM = frozenset({"enter_token", "link_stay"})
_waking = Lock()


def understand(text: str, context: Context) -> Understanding:
    """Never raises; `text` may be several messages joined by newlines, of which 5,000 characters are read."""
    kept = with_content(text, context, _read)
    return kept or answered(text, context, _read) or ordered(_read(text, context), context, _read)


def _read(text: str, context: Context) -> Understanding:
    from bot.understanding.spelling import corrected  # with the first message: a house asleep needs no numpy

    given = read(text)
    known = find_known(given, context.names)
    language = language_without(given, known, context.language)
    named = with_stand_ins(given, known, language)
    items = find_items(named, items_of(context.catalogue))
    reading = corrected(with_items(named, items))
    button = pending.pressed(reading.text, context.choices)
    if button:
        return Understanding(reading.text, language, (button.call,), "button", 1.0)
    if context.question is None and is_sign_of_thanks(reading):
        return Understanding(given.text, language, (Call(THANK),), "phrases", 1.0)
    kept = _as_it_stands(given, context)
    if kept:
        return Understanding(given.text, language, kept, "phrases", 1.0)
    around = Surroundings(reading, context.now, context.rooms, known, places_of(named, items))
    understood = completed(_understood(around, language, context), reading, context)
    found = with_questions(about_what(understood, reading.tokens, context.entries))
    found = with_day(carried(found, reading.plain, context), reading.plain, context)
    return with_entries(with_things(found, context), context)


def _as_it_stands(given: Reading, context: Context) -> tuple[Call, ...]:
    """Words for a guest or the next shift, another offer, a planned shift, a request that is cancelled or changed."""
    from bot.understanding.other_offers import find_other_offer  # with the first message: it takes long to compile

    offered = {each.name for each in context.offered}
    to_guest = find_written(given.text) if WRITE in offered else None
    other = find_other_offer(given, context) if OFFER in offered and not to_guest else None
    note = find_note(given.text) if HAND_OVER in offered else None
    is_told = context.question is not None and context.question.asks in FREE_TEXT
    kept = to_guest or other or note or (None if is_told else find_planned(given, context))
    return (kept,) if kept else () if is_told else find_amended(given, context)


def _understood(around: Surroundings, language: str, context: Context) -> Understanding:
    reading = around.reading
    offered = {intent.name: intent for intent in context.offered}
    heeded = listen(around, offered)
    if any(call.intent == EMERGENCY for call in heeded.calls):
        return Understanding(reading.text, language, heeded.calls, "phrases", heeded.confidence)
    from bot.understanding.alone import said_alone  # with the first message: it takes long to compile

    alone = said_alone(reading, context)
    if alone:
        return Understanding(reading.text, language, alone, "phrases", 0.95)
    if _ASK in offered and asks_what_is_in(reading.plain) and not _alarms(around, heeded, offered, language, context):
        return Understanding(reading.text, language, (_question(around, heeded, context),), "phrases", 0.9)
    if context.question:
        calls = pending.answer(context.question, around, heeded, offered)
        if calls is not None and _names_what_was_asked(context.question, calls, reading, context):
            return Understanding(reading.text, language, tuple(calls[:MOST_CALLS]), "pending", 0.95)
    changed = correction(around, heeded, offered) or _shown(reading.text, offered)
    if changed:
        return Understanding(reading.text, language, (changed,), "phrases", 0.9)
    if heeded.calls and _is_certain(heeded):
        return Understanding(reading.text, language, heeded.calls[:MOST_CALLS], "phrases", heeded.confidence)
    has_words = any(token.norm and not token.norm.isdigit() for token in reading.tokens)
    guessed = guess(around, heeded, offered, language, context.entries) if has_words else Guess()
    alternatives = _alternatives(around, heeded, guessed, offered)
    if heeded.calls and _agree(heeded, guessed):
        certain = heeded.calls[:MOST_CALLS]
        return Understanding(reading.text, language, certain, "phrases", heeded.confidence, alternatives)
    if guessed.calls and not (context.question and WRAPPERS.issuperset(guessed.names)):
        likely = guessed.calls[:MOST_CALLS]
        return Understanding(reading.text, language, likely, "classifier", guessed.confidence, alternatives)
    asked_for = _asked_for(around) if FIND_GUEST in offered and not heeded.calls and not context.question else None
    if asked_for:
        return Understanding(reading.text, language, (asked_for,), "phrases", 0.9, alternatives)
    told = _told_by_house(reading.text, context) if _ASK in offered and not heeded.calls and has_words else None
    if told:
        return Understanding(reading.text, language, (told,), "classifier", HOUSE_TELLS, alternatives)
    return Understanding(reading.text, language, (), "none", 0.0, alternatives)


def _shown(text: str, offered: dict[str, Intent]) -> Call | None:
    return find_shown(text) if SHOW in offered else None


def _names_what_was_asked(question: Question, calls: Sequence[Call], reading: Reading, context: Context) -> bool:
    """Any words may answer which entry is meant, but words that name none are of something else."""
    return question.asks != "entries" or not calls or names_an_entry(reading.text, context)


def _alarms(around: Surroundings, heeded: Heeded, offered: dict[str, Intent], language: str, context: Context) -> bool:
    """ "Is there peanut in it, my throat is tight" asks for more than an answer."""
    return EMERGENCY in guess(around, heeded, offered, language, context.entries).names


def _question(around: Surroundings, heeded: Heeded, context: Context) -> Call:
    """Of what is in the soup."""
    from bot.understanding.house_entries import question_to_house  # numpy comes with the first message

    about = (str(call.slots["service"]) for call in heeded.calls if "service" in call.slots)
    return question_to_house(around.reading.text, about, context.entries)


def learn(now: datetime) -> None:
    """Compiles the phrases and learns the examples; what has been learned is not learned again."""
    rules()
    if not are_kept():
        wake(now)


def wake(now: datetime) -> None:
    """Loads what was learned, of guests first: the first message would wait for it."""
    compile_words()
    with _waking:  # who writes while the house still learns waits for that, and need not learn it too
        for to_staff in (False, True):
            offered = tuple(intents_of(to_staff).values())
            for language in LANGUAGES:
                understand(UNHEARD[language], Context(offered, now, language))


def _asked_for(around: Surroundings) -> Call | None:
    """The guest whom a message names and says hardly anything else of: 王芳？"""
    certain = [each for each in around.known if each.certain]
    if not certain:
        return None
    text, first = around.reading.text, certain[0]
    others = [token for token in around.reading.tokens if token.norm and around.named(token.start, token.end) is None]
    if sum(map(weight_of, others)) > MOST_BESIDE:
        return None
    return Call(FIND_GUEST, {"name": text[first.start : first.end]})


def _is_certain(heeded: Heeded) -> bool:
    """Whether there is nothing to guess: a form gave it away, a phrase is all of it, or phrases explain all of it."""
    intents = {call.intent for call in heeded.calls}
    if len(heeded.pieces) == 1 and any(hit.whole for hit in heeded.pieces[0].hits):
        return True
    if intents & BY_FORM:
        return True
    is_explained = heeded.confidence >= EXPLAINED and len(heeded.calls) == 1 and not intents & GREEDY
    return (is_explained or _is_list(heeded)) and not _asks_beside(heeded)


def _asks_beside(heeded: Heeded) -> bool:
    """Whether something is asked beside the wish: wifi密码多少，再拿两条毛巾."""
    said = {_name(call) for call in heeded.calls}
    return any(is_question(each) and said.isdisjoint(hit.meaning.name for hit in each.hits) for each in heeded.pieces)


def _agree(heeded: Heeded, guessed: Guess) -> bool:
    """Phrases read details better, so they have the word where both mean the same, and on what is refused or listed."""
    said, likely = {_name(call) for call in heeded.calls}, set(guessed.names)
    if not likely:
        return heeded.confidence >= MOSTLY_EXPLAINED
    refused = {call.slots.get("service") for call in heeded.calls if call.intent == "cancel_request"}
    if likely < said and (_is_list(heeded) or _is_counted(heeded) or said <= FEEDBACK or bool(refused - {None})):
        return True
    if heeded.confidence >= EXPLAINED and said - likely == {"compliment"}:
        return True
    other = {service_words()[name].instead_of for name in said if name in service_words()}
    return likely in (said, other) or not refused.isdisjoint(likely)


def _is_list(heeded: Heeded) -> bool:
    """Nothing but services, in clauses of their own, with "and" or amounts: 毛巾和洗发水都没了, 2 waters 1 coke."""
    if heeded.confidence < 1 or any(call.intent != "request_service" for call in heeded.calls):
        return False
    joined = len(heeded.pieces) > 1 or any(piece.of(Kind.JOIN) for piece in heeded.pieces)
    return joined or all("quantity" in call.slots for call in heeded.calls)


def _is_counted(heeded: Heeded) -> bool:
    """Nothing but services with an amount or an hour of its own each: of five lines none is left out."""
    ordered = all(call.intent == "request_service" for call in heeded.calls)
    hours = {call.slots.get("time") for call in heeded.calls} - {None}
    is_each = all("quantity" in call.slots for call in heeded.calls) or len(hours) == len(heeded.calls)
    return ordered and is_each and heeded.confidence >= MOSTLY_EXPLAINED


def _name(call: Call) -> str:
    return str(call.slots.get("service", call.intent)) if call.intent == "request_service" else call.intent


def _told_by_house(text: str, context: Context) -> Call | None:
    """What nobody else understood may still be what an entry speaks of: 网络密码告诉我一下."""
    from bot.understanding.house_entries import find_sure_entries

    found = find_sure_entries(text, context.entries) if context.entries and not context.question else ()
    return Call(_ASK, {"question": text, "entries": list(found)}) if found else None


def _alternatives(around: Surroundings, heeded: Heeded, guessed: Guess, offered: dict[str, Intent]) -> tuple[str, ...]:
    said = [_name(call) for call in heeded.calls if call.intent not in WRAPPERS]
    near = nearest(around.reading.tokens, offered, "request_service" in offered)
    names = dict.fromkeys([*guessed.alternatives, *said, *heeded.asked_about, *near])
    return tuple(name for name in names if name != EMERGENCY)[:3]
