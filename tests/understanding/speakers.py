"""A guest and a colleague whose sentences are understood, and what was understood in one short line."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.understanding.contract import Context, Understanding
from bot.understanding.recogniser import understand
from handlers.intents import INTENTS
from handlers.turn import Audience, Button, Call, Intent, Question

NOW = datetime(2025, 12, 3, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Wednesday afternoon
ROOMS = frozenset({"301", "302", "1203"})

GUEST = tuple(intent for intent in INTENTS if intent.audience in (Audience.GUEST, Audience.ANYONE))
STAFF = tuple(intent for intent in INTENTS if intent.audience in (Audience.STAFF, Audience.ANYONE))


def hear(
    text: str,
    intents: tuple[Intent, ...] = GUEST,
    question: Question | None = None,
    choices: tuple[Button, ...] = (),
    now: datetime = NOW,
) -> Understanding:
    return understand(text, Context(intents, now, "zh", ROOMS, question, choices))


def wishes(understood: Understanding, *shown: str) -> str:
    """ "towels*2 + wake_up_call@12-04 06:45 + -taxi" or "nothing"; free text only where it is asked to be shown."""
    return " + ".join(_wish(call, shown) for call in understood.calls) or "nothing"


def asking(service: str, slot: str, **known: Any) -> Question:
    return Question(Call("request_service", {"service": service, **known}), slot)


def _wish(call: Call, shown: tuple[str, ...]) -> str:
    free = {
        "note",
        "text",
        "reason",
        "question",
        "telling",
        "about",
        "entries",
        "more",
        "thing",
        "sets",
        "unwanted",
    } - set(shown)
    slots = {name: value for name, value in call.slots.items() if name not in free}
    service, time, day = slots.pop("service", None), slots.pop("time", None), slots.pop("day", None)
    acts = {"request_service": "", "cancel_request": "-", "open_for_guest": "desk:"}
    line = f"{acts[call.intent]}{service}" if call.intent in acts else call.intent
    line += f"*{slots.pop('quantity')}" if "quantity" in slots else ""
    line += f" for {slots.pop('people')}" if "people" in slots else ""
    line += f"@{time:%m-%d %H:%M}" if time else ""
    line += f"@{day:%m-%d}" if day else ""
    line += "@" + ",".join(f"{each:%m-%d}" for each in slots.pop("days")) if "days" in slots else ""
    return " ".join([line, *(f"{name}={value}" for name, value in slots.items())])
