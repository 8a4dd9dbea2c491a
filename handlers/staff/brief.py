"""The daily brief: read now, ordered for an hour of one's own, or given up."""

from __future__ import annotations

from datetime import datetime

from crm.calendar import local
from crm.staff.briefs import hour_of, set_brief, stop_brief
from handlers import cards
from handlers.briefs import brief
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import moment, say


def brief_now(turn: Turn) -> list[Reply]:
    return [brief(turn, turn.member)]


def set_daily_brief(turn: Turn) -> list[Reply]:
    """Slot `time` is an instant; what counts is its hour by the clock of the house."""
    wanted = turn.slot("time")
    if not isinstance(wanted, datetime):
        return [Reply(say(turn.language, "brief.set_brief.ask"), ask=Question(Call("set_brief"), "time"))]
    at, here = local(wanted, turn.house.time_zone), local(turn.now, turn.house.time_zone)
    first = set_brief(turn.db, turn.member.id, turn.house.id, hour_of(at), here)
    text = say(
        turn.language,
        "brief.set_brief.done",
        hour=moment(turn.language, at, at.date()),
        first=cards.on(turn, turn.language, first),
    )
    return [Reply(text, [_button(turn, "brief_now"), _button(turn, "stop_brief")])]


def stop_daily_brief(turn: Turn) -> list[Reply]:
    sentence = "done" if stop_brief(turn.db, turn.member.id) else "none"
    return [Reply(say(turn.language, f"brief.stop_brief.{sentence}"), [_button(turn, "brief_now")])]


def _button(turn: Turn, name: str) -> Button:
    return Button(cards.intent_label(turn.language, name), Call(name))
