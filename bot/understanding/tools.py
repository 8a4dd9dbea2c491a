"""The speaker's capabilities as a model is offered them, and what it calls as calls that were really said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from bot.understanding.contract import Context
from bot.understanding.finding import Heard
from bot.understanding.items import items_of
from bot.understanding.needs_said import NEED_SCHEMAS, said_need
from bot.understanding.reading import fold, read
from bot.understanding.slots import FINDERS, FREE_TEXT, KEPT_WORDS
from bot.understanding.vocabulary import service_words
from crm.service_requests.needs import needs_of
from handlers.turn import Call, Intent
from prompts.words import LANGUAGES, examples, table

# Never by a model: emergencies have their own path, links and codes are read by their form.
WITHHELD = frozenset({"emergency", "enter_token", "show_picture"})
LANGUAGE = "language"
MOST_CALLS = 3
MOST_EXAMPLES = 4
MOST_ITEMS = 100
LONGEST_ARGUMENTS = 4_000  # characters
FURTHEST = timedelta(days=366)

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A tool call as a model wrote it: nothing about it is trusted."""

    tool: str
    arguments: str


def tools_for(context: Context) -> list[Schema]:
    """What this speaker may ask for, in the form of the chat completions API."""
    return [_tool(intent, context) for intent in context.offered if intent.name not in WITHHELD]


def calls_of(asked: Iterable[Asked], text: str, context: Context) -> tuple[Call, ...]:
    """The calls among these that this speaker is offered, with details that stand in the text; others are dropped."""
    offered = {intent.name: intent for intent in context.offered if intent.name not in WITHHELD}
    found = (_call(each, offered, text, context) for each in list(asked)[:MOST_CALLS])
    return _distinct(found)


def language_in(asked: Iterable[Asked]) -> str:
    """What it says the message is written in, if anything."""
    said = (_arguments(each.arguments) or {} for each in list(asked)[:MOST_CALLS])
    return next((code for each in said if isinstance(code := each.get(LANGUAGE), str)), "").lower()


def _distinct(calls: Iterable[Call | None]) -> tuple[Call, ...]:
    kept: list[Call] = []
    for call in calls:
        if call is not None and call not in kept:
            kept.append(call)
    return tuple(kept)


def _tool(intent: Intent, context: Context) -> Schema:
    untold = _UNTOLD | NEED_SCHEMAS.keys() if intent.name in _READ_BY_US else _UNTOLD
    slots = {slot.name: _schema(slot.finder, context) for slot in intent.slots if slot.finder not in untold}
    if intent.name == "ask_house":
        slots["entry"] = {"type": "string", "enum": ["none", *(entry.key for entry in context.entries)]}
    slots[LANGUAGE] = {"type": "string", "description": "ISO 639-1 code of the language the message is written in"}
    parameters = {"type": "object", "properties": slots, "required": [LANGUAGE], "additionalProperties": False}
    return {
        "type": "function",
        "function": {"name": intent.name, "description": _description(intent.name), "parameters": parameters},
    }


@cache
def _description(name: str) -> str:
    """What the capability is called, and how people ask for it."""
    label = str(table("en", "cards", "intents")[name])
    said = [line for language in LANGUAGES for line in examples(language).get(name, [])[:MOST_EXAMPLES]]
    return f"{label}. People say: {' / '.join(said)}" if said else label


_UNTOLD = frozenset({"credential", "token", *FREE_TEXT})  # read from the text by the house itself
_READ_BY_US = frozenset({"change_request"})  # its needs are: twice the long lists would only cost


def _schema(finder: str, context: Context) -> Schema:
    if finder in NEED_SCHEMAS:
        return NEED_SCHEMAS[finder]()
    if finder == "service":
        named = "; ".join(f"{item}: {service}" for item, service in items_of(context.catalogue)[:MOST_ITEMS])
        known = {"description": f"By name the house has {named}"} if named else {}
        return {"type": "string", "enum": sorted(service_words()), **known}
    if finder in ("quantity", "people", "number", "ticket", "rating"):
        return {"type": "integer"}
    if finder == "numbers":
        return {"type": "array", "items": {"type": "integer"}}
    if finder == "more":
        return {"type": "boolean"}
    if finder == "switch":
        return {"type": "string", "enum": list(_SWITCH)}
    if finder in ("time", "morning"):
        return {"type": "string", "description": "YYYY-MM-DDTHH:MM, only if a time is said"}
    if finder == "day":
        return {"type": "string", "description": "YYYY-MM-DD, only if a day is said"}
    return {"type": "string"}


def _call(asked: Asked, offered: Mapping[str, Intent], text: str, context: Context) -> Call | None:
    intent = offered.get(asked.tool)
    arguments = _arguments(asked.arguments)
    if intent is None or arguments is None:
        return None
    heard = Heard(read(text).plain, read(text).text, context.now, context.rooms)
    slots: dict[str, Any] = {}
    for slot in intent.slots:
        if slot.finder in KEPT_WORDS:  # what guests are to read is asked for
            continue
        if slot.finder in FREE_TEXT:
            slots[slot.name] = heard.raw  # the speaker's own words, never the model's
            continue
        value = _value(slot.finder, arguments.get(slot.name), heard)
        if value is not None:
            slots[slot.name] = value
    if intent.name == "request_service" and "service" not in slots:
        return None
    if intent.name == "tell_needs" and not needs_of(slots):
        return None
    if intent.name == "ask_house":
        slots |= _entry_or_telling(str(arguments.get("entry")), heard.raw, context)
    return Call(intent.name, slots)


def _entry_or_telling(key: str, question: str, context: Context) -> dict[str, Any]:
    """The entry it chose, else which words tell what was asked."""
    found = [entry.id for entry in context.entries if entry.key == key]
    if found:
        return {"entries": found}
    from bot.understanding.house_entries import telling_words  # numpy comes with the first message

    return {"telling": telling_words(question)}


def _arguments(written: str) -> dict[str, Any] | None:
    try:
        found = json.loads(written or "{}") if len(written) <= LONGEST_ARGUMENTS else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _value(finder: str, given: Any, heard: Heard) -> Any:
    """What our own reader finds in the text goes first; a model's value counts only where the text bears it out."""
    if finder == "service":
        return given if isinstance(given, str) and given in service_words() else None
    own = FINDERS[finder](heard) if finder in FINDERS else None
    if own is not None:
        return own.value
    if finder in NEED_SCHEMAS:
        return said_need(finder, given, heard.plain)
    return _CHECKS[finder](given, heard) if given is not None and finder in _CHECKS else None


def _said_number(given: Any, heard: Heard) -> int | None:
    is_said = isinstance(given, int) and not isinstance(given, bool) and str(given) in heard.plain
    return given if is_said else None


def _said_words(given: Any, heard: Heard) -> str | None:
    if not isinstance(given, str) or not given.strip() or len(given) > 60:
        return None
    at = heard.plain.find(fold(given.strip()))
    return heard.raw[at : at + len(given.strip())] if at >= 0 else None


def _likely_time(given: Any, heard: Heard) -> datetime | None:
    """Times are read from words ("half past the hour after lunch"), so that only their sense can be checked."""
    try:
        at = datetime.fromisoformat(given).replace(tzinfo=heard.now.tzinfo)
    except (TypeError, ValueError):
        return None
    return at if heard.now < at < heard.now + FURTHEST else None


def _known_switch(given: Any, heard: Heard) -> str | None:
    """In a language whose words for it we do not know."""
    return given if given in _SWITCH else None


_SWITCH = ("on", "off")
_CHECKS: Mapping[str, Callable[[Any, Heard], Any]] = {
    "quantity": _said_number,
    "people": _said_number,
    "number": _said_number,
    "ticket": _said_number,
    "rating": _said_number,
    "room": _said_words,
    "name": _said_words,
    "time": _likely_time,
    "morning": _likely_time,
    "switch": _known_switch,
}


def described(tools: Sequence[Schema]) -> list[dict[str, str]]:
    """The same for servers that know no tools."""
    return [
        {
            "name": each["function"]["name"],
            "description": each["function"]["description"],
            "arguments": json.dumps(each["function"]["parameters"]["properties"], ensure_ascii=False),
        }
        for each in tools
    ]
