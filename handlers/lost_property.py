"""What the desk reads of a thing that was found, and what each role may do with it. Shared by the handlers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from crm.conversations.messages import Attachment
from crm.properties.catalogue import shipped_catalogue
from crm.service_requests.lost_items import ItemState, LostItem
from crm.staff.roles import may
from handlers import cards, found_things, notices
from handlers.turn import Button, Call, Moment, Reply
from prompts.words import say

LONGEST = 500  # of the finder's words


def told_desk(turn: Moment, item: LostItem, photos: Sequence[Attachment]) -> list[Reply]:
    """A card for each of those at the desk, with whoever may be asking for it."""
    people, department = notices.people_for(turn, notices.DESK)
    role = notices.MANAGER if department == notices.MANAGER else notices.DESK
    return [
        Reply(
            say(
                each.language,
                "lost_items.found_item.card",
                line=line(turn, each.language, role, item),
                asked=asked_for(turn, each.language, item),
            ),
            buttons(turn, each.language, role, item),
            to=each,
            attachments=photos,
        )
        for each in people
    ]


def line(turn: Moment, language: str, role: str, item: LostItem) -> str:
    return found_things.item_line(turn, language, item, named=may(role, "see_guest_names"))


def asked_for(turn: Moment, language: str, item: LostItem) -> list[str]:
    """The open requests it may belong to, in a line each."""
    return [cards.line(turn, language, each) for each in found_things.wanting(turn, item)]


def buttons(turn: Moment, language: str, role: str, item: LostItem, *, numbered: bool = False) -> list[Button]:
    """What this role may do with it: it was brought, it is what a guest asked for, it was fetched, it was kept long
    enough."""
    suffix, call = f" {item.number}" if numbered else "", {"item": item.number}
    named = [
        Button(say(language, f"lost_items.{name}.button") + suffix, Call(name, call))
        for name in _steps(turn, role, item)
    ]
    may_match = not numbered and item.state is ItemState.HELD and may(role, "see_lost_items")
    if not may_match or item.request_number is not None:
        return named
    return [*(found_things.match_button(language, item, each) for each in found_things.wanting(turn, item)), *named]


def kept_until(turn: Moment, item: LostItem) -> datetime:
    services = {**shipped_catalogue(), **turn.catalogue}.values()
    days = max(each.keep_days for each in services if each.looks_at == "held_items")
    return item.found_at + timedelta(days=days)


def _steps(turn: Moment, role: str, item: LostItem) -> list[str]:
    if item.settled_at is not None:
        return []
    steps = ["item_brought", "item_not_brought"] if item.is_expected else ["return_item"]
    is_over = not item.is_expected and kept_until(turn, item) <= turn.now
    allowed = steps if may(role, "settle_lost_items") else []
    return [*allowed, *(["dispose_item"] if is_over and may(role, "dispose_lost_items") else [])]
