"""What a guest asks about the house: answered from its own entries, each named; what it does not say is not guessed."""

from __future__ import annotations

from crm.errors import NoStay
from crm.properties.knowledge import Entry, find_entry
from handlers import cards
from handlers.turn import Reply, Turn
from prompts.words import say


def ask_house(turn: Turn) -> list[Reply]:
    """Slot `entries` are the ids of what was found, `answer` a model's words for the one it found."""
    found = [find_entry(turn.db, turn.house, str(each)) for each in turn.slot("entries") or ()]
    entries = [each for each in found if each is not None]
    if not entries:
        return [_unknown(turn)]
    if turn.speaker.guest_id is None and any(entry.guests_only for entry in entries):
        raise NoStay
    return [Reply("\n\n".join(_said(turn, entry) for entry in entries))]


def _said(turn: Turn, entry: Entry) -> str:
    words = entry.spoken(turn.language)
    answer = str(turn.slot("answer") or "") if len(turn.slot("entries")) == 1 else ""
    return say(turn.language, "house_knowledge.ask_house.answer", title=words.title, text=answer or words.text)


def _unknown(turn: Turn) -> Reply:
    """Says so; what can be ordered instead of asked about is offered, and a person."""
    about = [code for code in turn.slot("about") or () if code in turn.catalogue]
    buttons = [cards.service_button(turn.language, code) for code in about]
    text = say(turn.language, "house_knowledge.ask_house.unknown", phone=turn.house.phone, offered=bool(buttons))
    return Reply(text, [*buttons, cards.person_button(turn.language)])
