"""What is said when something may rightly not happen, and what is asked for so that it may."""

from __future__ import annotations

from crm.errors import LinkRefused, NoStay, OtherDepartment, Refusal
from handlers import cards
from handlers.turn import Call, Question, Reply, Turn
from prompts.words import say


def refused(turn: Turn, refusal: Refusal) -> Reply:
    """The sentence of the refusal; where a link to the stay is what is missing, it asks for that and keeps the call."""
    values = {"phone": turn.house.phone, **refusal.values}
    if isinstance(refusal, OtherDepartment):
        values["department"] = cards.department(turn.language, refusal.values["department"])
    text = cards.capital(say(turn.language, f"refusals.{refusal.code}.text", **values))
    if isinstance(refusal, NoStay):
        waiting = {"intent": turn.call.intent, "slots": dict(turn.call.slots)}
        return Reply(text, ask=Question(Call("link_stay", {"then": waiting}), "credential"))
    if isinstance(refusal, LinkRefused):
        slots = {name: value for name, value in turn.call.slots.items() if name != "credential"}
        buttons = [cards.person_button(turn.language)]
        return Reply(text, buttons, ask=Question(Call("link_stay", slots), "credential"))
    buttons = [] if turn.speaker.staff else [cards.person_button(turn.language)]
    return Reply(text, buttons)


def call_label(language: str, call: Call) -> str:
    """What is near to what was said and not understood, as a button calls it."""
    if call.intent == "request_service":
        return cards.service_button(language, call.slots["service"]).label
    return cards.intent_label(language, call.intent)
