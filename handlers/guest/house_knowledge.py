"""What a guest asks about the house: answered from its own entries, each named; what it does not say is not guessed."""

from __future__ import annotations

from dataclasses import replace

from crm.conversations.unanswered import note_question
from crm.errors import NoStay
from crm.properties.knowledge import Entry, find_entry, knowledge_version
from handlers import cards, entries
from handlers.turn import Reply, Turn
from prompts.words import say


def ask_house(turn: Turn) -> list[Reply]:
    """Slot `entries` are the ids of what was found, `answer` a model's words for the one it found."""
    every = [find_entry(turn.db, str(each)) for each in turn.slot("entries") or ()]
    found = [each for each in every if each and not each.is_removed and each.property_id == turn.house.id]
    if not found:
        _note(turn)
        return [_unknown(turn)]
    if turn.speaker.guest_id is None and any(entry.guests_only for entry in found):
        raise NoStay
    return [Reply("\n\n".join(_said(turn, entry) for entry in found))]


def _said(turn: Turn, entry: Entry) -> str:
    words = entry.spoken(turn.language)
    answer = str(turn.slot("answer") or "") if len(turn.slot("entries")) == 1 else ""
    return entries.spoken(turn.language, replace(words, text=answer or words.text))


def _note(turn: Turn) -> None:
    """For colleagues, who may know; slot `telling` are the words that say what was asked."""
    if turn.slot("question"):
        note_question(
            turn.db,
            turn.now,
            turn.house,
            knowledge_version(turn.db, turn.house),
            conversation_id=turn.here,
            language=turn.language,
            words=str(turn.slot("question")),
            telling=turn.slot("telling") or (),
        )


def _unknown(turn: Turn) -> Reply:
    """Says so; what can be ordered instead of asked about is offered, and a person."""
    about = [code for code in turn.slot("about") or () if code in turn.catalogue]
    buttons = [cards.service_button(turn.language, code) for code in about]
    text = say(turn.language, "house_knowledge.ask_house.unknown", phone=turn.house.phone, offered=bool(buttons))
    return Reply(text, [*buttons, cards.person_button(turn.language)])
