"""Greeting, thanks, farewell, and what the house can do for a guest."""

from __future__ import annotations

from collections.abc import Sequence

from crm.encryption import folded
from crm.service_requests.offers import offers_to
from crm.staff.roles import may
from handlers import cards
from handlers.said import is_said
from handlers.turn import Button, Call, Intent, Question, Reply, Turn
from prompts.words import say

# Said when the house has asked; nobody begins with these.
ANSWERS = frozenset({"rate_request", "accept_offer", "decline_offer", "resume_request"})


def greet(turn: Turn) -> list[Reply]:
    """A linked guest is greeted by name, a colleague with their work, a stranger with the way to link the stay."""
    if turn.speaker.staff is not None:
        names = ["open_requests"] if may(turn.member.role, "see_requests") else []
        buttons = [Button(cards.intent_label(turn.language, name), Call(name)) for name in [*names, "staff_help"]]
        return [Reply(say(turn.language, "small_talk.greet.staff", name=turn.speaker.staff.name), buttons)]
    stay = turn.speaker.stay
    if stay is not None:
        return [Reply(say(turn.language, "small_talk.greet.guest", name=stay.guest_name))]
    text = say(turn.language, "small_talk.greet.stranger", house=turn.house.name)
    return [Reply(text, ask=Question(Call("link_stay"), "credential"))]


def thank(turn: Turn) -> list[Reply]:
    """A mere "ok" to what was offered may be thanks or yes: it is asked again; to anything else it is no thanks."""
    if turn.speaker.guest_id is not None and offers_to(turn.db, turn.speaker.guest_id):
        return [Reply("", follow_up=Call("accept_offer", {"unsure": True}))]
    if not _is_thanked(turn.text):
        return [Reply(say(turn.language, "small_talk.thank.noted", staff=turn.speaker.staff is not None))]
    return [Reply(say(turn.language, "small_talk.thank.answer"))]


def _is_thanked(text: str) -> bool:
    """Whatever language it is in: 好的，thank you."""
    return not folded(text) or is_said(text, "small_talk", "thank", "gratitude")


def farewell(turn: Turn) -> list[Reply]:
    return [Reply(say(turn.language, "small_talk.farewell.answer"))]


def help_guest(turn: Turn, offered: Sequence[Intent]) -> list[Reply]:
    common = [code for code in cards.COMMON_SERVICES if code in turn.catalogue]
    buttons = [cards.service_button(turn.language, code) for code in common]
    asking = [intent for intent in offered if intent.name not in ANSWERS]
    lines = [] if turn.speaker.elder_mode else cards.sayings(turn.language, asking, most=1)
    text = say(turn.language, "small_talk.help.answer", linked=turn.speaker.stay is not None, lines=lines)
    return [Reply(text, [*buttons, cards.person_button(turn.language)])]
