"""What needs no understanding: the talk of a guest and a colleague, and the few words in it that are for the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.turn_notes import is_verbatim
from bot.turn_steps import Matter
from bot.understanding.contract import TALK, Understanding
from crm.conversations.waiting import Held
from handlers.alarms import IN_ALARM
from handlers.handoffs import RELAY
from handlers.turn import Button, Call

SLASHES = ("/", "／")
WISHES = frozenset({"request_service", "ask_house", "link_stay", "tell_needs"})
START = "/start"  # how links and invitations come in: they are read by their form


def heard_at_once(matter: Matter, *, is_awake: bool) -> Understanding | None:
    """None when it is to be understood: outside a talk, links, and what a colleague begins with a slash.

    An emergency waits for nobody: not `is_awake` says that what understands is still being loaded.
    """
    words, is_guest = matter.text.strip(), matter.speaker.staff is None
    is_for_us = words.startswith(START) or (words.startswith(SLASHES) and not is_guest)
    if not (words or matter.attachments) or matter.messages[0].body.button or is_for_us:
        return None
    if not is_guest:
        call = _of_colleague(matter, words)
        return Understanding(words, matter.speaker.language, (call,), TALK, 1.0) if call else None
    if matter.held is not None:
        return _of_guest(matter, matter.held, words)
    from bot.understanding.alarm import alarm, is_alarm

    if not is_awake and is_alarm(words):
        return alarm(words, matter.speaker.language)
    return _told_in_alarm(matter) if matter.alarm and not (is_awake and words) else None


def beside_alarm(matter: Matter, found: Understanding) -> Understanding:
    """After an alarm all words go to those who were called; of what else they may mean, only what is sure is done."""
    is_emergency = any(call.intent == "emergency" for call in found.calls)
    is_sure = is_emergency and found.by == "phrases"
    if not matter.alarm or is_sure or matter.text.strip().startswith(START):
        return found
    if found.by in ("button", "pending"):
        wishes = found.calls
    else:  # haste and thanks, "no longer" and "please come" are about the alarm
        wishes = tuple(call for call in found.calls if call.intent in WISHES and not found.is_doubtful)
    passed_on = Call(IN_ALARM, {"alarm": matter.alarm, "alone": not wishes, "guessed": is_emergency})
    return replace(found, calls=(passed_on, *wishes), by=found.by if wishes else TALK)


def for_the_house(matter: Matter) -> str:
    """What is to be understood: without the slash by which a colleague says so."""
    words = matter.text.strip()
    is_marked = matter.speaker.staff is not None and words.startswith(SLASHES) and not words.startswith(START)
    return words.lstrip("".join(SLASHES)) if is_marked else matter.text


def _of_colleague(matter: Matter, words: str) -> Call | None:
    """The answer to what a guest shall be told, else what is said in a talk."""
    from bot.understanding.written import find_ending, find_written

    question, held = matter.question, matter.held
    if question is not None and is_verbatim(question):
        button = _labelled(matter.choices, words)
        said = Call(question.call.intent, {**question.call.slots, "text": words})
        return button.call if button else find_written(words) or said
    return find_ending(words, "end_handoff") or find_written(words) or _relay(held) if held else None


def _of_guest(matter: Matter, held: Held, words: str) -> Understanding:
    """A label is a press, emergencies are heard whoever listens; all else is for the colleague."""
    from bot.understanding.alarm import is_alarm
    from bot.understanding.reading import language_of
    from bot.understanding.written import find_ending

    button = _labelled(matter.choices, words)
    end = button.call if button else find_ending(words, "back_to_house")
    told = [Call(IN_ALARM, {"alarm": matter.alarm, "handoff": held.handoff_id})] if matter.alarm else []
    alarm = [Call("emergency", {"text": words})] if is_alarm(words) else told
    calls = [end] if end else [*alarm, _relay(held)]
    return Understanding(words, language_of(words, matter.speaker.language), tuple(calls), TALK, 1.0)


def _told_in_alarm(matter: Matter) -> Understanding:
    from bot.understanding.reading import language_of

    words, call = matter.text.strip(), Call(IN_ALARM, {"alarm": matter.alarm, "alone": True})
    return Understanding(words, language_of(words, matter.speaker.language), (call,), TALK, 1.0)


def _relay(held: Held) -> Call:
    return Call(RELAY, {"handoff": held.handoff_id})


def _labelled(choices: Sequence[Button], words: str) -> Button | None:
    """Only by its label: a number is as likely an answer to the other person."""
    return next((each for each in choices if _bare(each.label) == _bare(words)), None)


def _bare(text: str) -> str:
    from bot.understanding.reading import fold

    return fold(text).strip(" .。!！")
