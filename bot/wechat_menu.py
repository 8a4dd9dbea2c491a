"""The menu under the chat of a WeChat official account, made from what may be asked in this house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crm.properties.catalogue import Catalogue
from handlers import cards
from handlers.intents import INTENTS
from prompts.words import say

MOST_IN_A_COLUMN = 5

# Services and capabilities by what is asked for most; of each column the first five that this house has.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "room": ("towels", "cleaning", "drinking_water", "maintenance", "laundry", "toiletries", "pillows", "wake_up_call"),
    "stay": ("my_stay", "my_requests", "late_checkout", "taxi", "luggage", "airport_transfer"),
    "help": ("ask_for_person", "call_me", "contact_card", "elder_mode"),
}


def menu(catalogue: Catalogue, language: str) -> dict[str, Any]:
    """As the platform wants it. An entry is pressed as if it were said: what it is called is understood."""
    buttons = []
    for column, names in COLUMNS.items():
        entries = [entry for name in names for entry in _entries(catalogue, language, name)][:MOST_IN_A_COLUMN]
        if entries:
            buttons.append({"name": say(language, f"wechat.menu.{column}"), "sub_button": entries})
    return {"button": buttons}


def menu_lines(made: Mapping[str, Any]) -> Iterator[str]:
    for column in made["button"]:
        yield column["name"]
        yield from (f"    {entry['name']}" for entry in column["sub_button"])


def _entries(catalogue: Catalogue, language: str, name: str) -> Iterator[dict[str, str]]:
    if name in catalogue:
        yield _entry(cards.capital(cards.service_name(language, name)))
    elif any(intent.name == name for intent in INTENTS):
        yield _entry(cards.intent_label(language, name))


def _entry(words: str) -> dict[str, str]:
    return {"type": "click", "name": words, "key": words}
