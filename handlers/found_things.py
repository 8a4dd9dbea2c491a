"""What was found, as a row and as a likely answer to what is asked for. For cards and for whoever keeps it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from crm.service_requests.lost_items import ItemState, LostItem, kept_items
from crm.service_requests.requests import ServiceRequest, unfinished_requests
from handlers import cards
from handlers.turn import Button, Call, Moment
from prompts.words import LANGUAGES, say, table

MOST_ITEMS = 3


def item_line(turn: Moment, language: str, item: LostItem, *, named: bool) -> str:
    """A found thing as one row: item 7 · “a charger” · room 302 · Mon 9:00 am, Lily.

    `named`: the guest who has found it is named, beside the room.
    """
    return say(
        language,
        "cards.outlook.item",
        number=item.number,
        words=cards.short(item.what),
        room=item.room,
        at=cards.at(turn, language, item.found_at),
        who=item.found_by,
        finder=item.finder if named else "",
        finder_room=item.finder_room,
        expected=item.is_expected,
        request=item.request_number or 0,
    )


def match_button(language: str, item: LostItem, request: ServiceRequest) -> Button:
    label = say(language, "cards.outlook.match", item=item.number, number=request.number)
    return Button(label, Call("match_item", {"item": item.number, "number": request.number}))


def match_buttons(language: str, request: ServiceRequest, items: Sequence[LostItem]) -> list[Button]:
    """For what lies here: what a guest is still to bring is nobody's yet."""
    return [match_button(language, each, request) for each in items if each.state is ItemState.HELD]


def items_for(turn: Moment, request: ServiceRequest) -> list[LostItem]:
    """What is kept and may be what this request asks for."""
    return [each for each in kept_items(turn.db, request.property_id) if _may_be(each, request)][:MOST_ITEMS]


def wanting(turn: Moment, item: LostItem) -> list[ServiceRequest]:
    """The open requests that may ask for it."""
    open_now = unfinished_requests(turn.db, item.property_id)
    lost = [each for each in open_now if cards.looks_at(turn, each) == "held_items"]
    return [each for each in lost if _may_be(item, each)][:MOST_ITEMS]


def _may_be(item: LostItem, request: ServiceRequest) -> bool:
    """Of the same room or stay; where no room is known, a thing of the same kind that is nobody's yet."""
    if item.may_belong_to(request):
        return True
    is_anywhere = item.property_id == request.property_id and not item.room and item.request_number is None
    return is_anywhere and bool(_kinds(item.what) & _kinds(f"{request.note} {request.translation}"))


def _kinds(words: str) -> frozenset[str]:
    """What things these words tell of, in whatever language: phone, wallet."""
    folded = words.casefold()
    return frozenset(kind for kind, form in _forms().items() if form.search(folded))


@cache
def _forms() -> dict[str, re.Pattern[str]]:
    tables = [table(language, "lost_items", "things") for language in LANGUAGES]
    return {kind: re.compile("|".join(_form(word) for each in tables for word in each[kind])) for kind in tables[0]}


def _form(word: str) -> str:
    return rf"(?<![a-z]){re.escape(word)}(?:s|es)?(?![a-z])" if word.isascii() else re.escape(word)
