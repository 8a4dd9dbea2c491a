"""What a turn says or leaves beside its answer: that a model may read along, and what the house still has to learn."""

from __future__ import annotations

from collections.abc import Sequence

from bot.house import House
from bot.understanding.contract import Understanding
from crm.conversations.accounts import Speaker
from crm.conversations.misses import NOT_UNDERSTOOD, UNANSWERED
from crm.conversations.waiting import Held
from handlers.turn import Call, Question, Reply
from prompts.words import say

BEGINNINGS = ("greet", "link_stay", "enter_token", "help")


def notices(house: House, speaker: Speaker, calls: Sequence[Call]) -> list[Reply]:
    """A guest who begins to talk with the house is told that a model may read what it does not understand."""
    if not house.asks_model or speaker.staff is not None or not any(call.intent in BEGINNINGS for call in calls):
        return []
    return [Reply(say(speaker.language, "turn.model.notice"))]


def answer_with_a_slash(held: Held | None, speaker: Speaker, replies: Sequence[Reply]) -> list[Reply]:
    """A colleague whose words go to a guest is told how to answer a question of the house instead."""
    asked = any(reply.ask is not None and not is_verbatim(reply.ask) for reply in replies)
    return [Reply(say(speaker.language, "handoff.talk.slash"))] if asked and held and speaker.staff else []


def is_verbatim(question: Question | None) -> bool:
    """Whether the next message, whatever it says, is what a guest shall be told."""
    return question is not None and question.call.intent == "write_to_guest" and question.asks == "text"


def missed(text: str, question: Question | None, understanding: Understanding) -> str:
    """Why the message is of interest to whoever teaches the house; nothing when it was understood and answered."""
    if not understanding.calls and understanding.by == "none":
        return NOT_UNDERSTOOD if text.strip() and question is None else ""
    unanswered = (call.intent == "ask_house" and not call.slots.get("entries") for call in understanding.calls)
    return UNANSWERED if any(unanswered) else ""
