"""What was found: written down, shown beside whoever asked for it, given back, or disposed of after a long while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from crm.errors import NotFound
from crm.properties.houses import room_numbers
from crm.service_requests.lookups import hold_request
from crm.service_requests.lost_items import (
    ItemState,
    LostItem,
    dispose_of,
    get_item,
    give_back,
    give_up,
    keep_for,
    kept_items,
    record_item,
    take_in,
)
from crm.service_requests.requests import ServiceRequest, get_request
from crm.service_requests.steps import complete
from crm.staff.members import StaffMember
from crm.staff.roles import may
from crm.stays.bookings import find_last_in_room
from crm.store import Connection
from handlers import cards, found_things, lost_property, notices, reach
from handlers.houses import houses, under_names
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_LINES, MOST_BUTTONS = 10, 3
HERE, EXPECTED = (ItemState.HELD,), (ItemState.EXPECTED,)
OF_STATE = {"match_item": HERE, "dispose_item": HERE, "item_brought": EXPECTED, "item_not_brought": EXPECTED}


def found_item(turn: Turn) -> list[Reply]:
    """The finder's words are kept as they are; the desk hears of it, with whoever may be asking for it."""
    room = str(turn.slot("room") or "")
    words = str(turn.slot("words") or turn.text).strip()
    if not words:
        return [Reply(say(turn.language, "lost_items.found_item.ask"), ask=Question(turn.call, "words"))]
    turn = _where(turn, room)
    if room and room not in room_numbers(turn.db, turn.house):
        text = say(turn.language, "lost_items.found_item.no_room", room=room)
        return [Reply(text, ask=Question(Call("found_item", {"words": words[: lost_property.LONGEST]}), "room"))]
    item = record_item(
        turn.db,
        turn.now,
        turn.member,
        words[: lost_property.LONGEST],
        property_id=turn.house.id,
        room=room,
        stay=find_last_in_room(turn.db, turn.house.id, room) if room else None,
        photos=turn.attachments,
        inbound_id=turn.inbound_id,
        part=turn.part,
    )
    settles = may(turn.member.role, "settle_lost_items")
    told = [] if settles else lost_property.told_desk(turn, item, turn.attachments)
    text = say(
        turn.language,
        "lost_items.found_item.recorded",
        line=_line(turn, item),
        told=bool(told),
        asked=lost_property.asked_for(turn, turn.language, item),
    )
    return [Reply(text, _buttons(turn, item)), *told]


def lost_items(turn: Turn) -> list[Reply]:
    """What is held, the oldest first."""
    return [_listed(turn, "lost_items", _kept(turn))]


def match_item(turn: Turn) -> list[Reply]:
    """It is what this guest asked for: the guest hears that it was found, and where it is."""
    item, number = _meant(turn, "match_item"), turn.slot("number")
    if isinstance(item, Reply):
        return [item]
    if item.is_expected:
        return [_true_state(turn, item)]
    if number is None:
        return [_which_request(turn, item, found_things.wanting(turn, item))]
    request = hold_request(turn.db, number)
    if cards.looks_at(turn, request) != "held_items":
        raise NotFound(what=f"#{number}")
    if not request.is_unfinished:
        return [Reply(cards.state(turn, turn.language, request), about=request.id)]
    if not keep_for(turn.db, item, request):
        return [_true_state(turn, item)]
    complete(turn.db, turn.now, request, turn.member)
    told = notices.for_guest(turn, get_request(turn.db, number), "found", phone=turn.house.phone)
    text = say(
        turn.language,
        "lost_items.match_item.matched",
        item=item.number,
        headline=cards.headline(turn.language, request),
        number=number,
        told=reach.is_heard(told),
    )
    return [Reply(text, _buttons(turn, get_item(turn.db, item.number))), *told]


def item_brought(turn: Turn) -> list[Reply]:
    """By the guest who has found it: now it may be handed out."""
    item = _meant(turn, "item_brought")
    if isinstance(item, Reply):
        return [item]
    is_new, fresh = take_in(turn.db, item), get_item(turn.db, item.number)
    asked = lost_property.asked_for(turn, turn.language, fresh) if is_new else []
    return [_true_state(turn, fresh, asked)]


def item_not_brought(turn: Turn) -> list[Reply]:
    return _settled(turn, "item_not_brought", give_up)


def return_item(turn: Turn) -> list[Reply]:
    return _settled(turn, "return_item", give_back)


def dispose_item(turn: Turn) -> list[Reply]:
    """Only what has been kept long enough."""
    item = _meant(turn, "dispose_item")
    if isinstance(item, Reply):
        return [item]
    until = lost_property.kept_until(turn, item)
    if item.state is ItemState.HELD and until > turn.now:
        day = cards.on(turn, turn.language, until.date())
        return [Reply(say(turn.language, "lost_items.dispose_item.too_early", number=item.number, day=day))]
    return _settled(replace(turn, call=Call("dispose_item", {"item": item.number})), "dispose_item", dispose_of)


def _settled(
    turn: Turn, intent: str, settle: Callable[[Connection, datetime, LostItem, StaffMember], bool]
) -> list[Reply]:
    item = _meant(turn, intent)
    if isinstance(item, Reply):
        return [item]
    settle(turn.db, turn.now, item, turn.member)
    return [_true_state(turn, get_item(turn.db, item.number))]


def _true_state(turn: Turn, item: LostItem, asked: Sequence[str] = ()) -> Reply:
    text = say(
        turn.language,
        "lost_items.lost_items.state",
        line=_line(turn, item),
        asked=asked,
        state=item.state.value,
        who=item.settled_by,
        at=cards.at(turn, turn.language, item.settled_at) if item.settled_at else "",
    )
    return Reply(text, _buttons(turn, item))


def _meant(turn: Turn, intent: str) -> LostItem | Reply:
    """The one with the number that was said, else the only one that is held, else the question which."""
    number = turn.slot("item")
    if number is not None:
        return get_item(turn.db, number)
    is_for = OF_STATE.get(intent, (ItemState.HELD, ItemState.EXPECTED))
    kept = [each for each in _kept(turn) if each.state in is_for]
    return kept[0] if len(kept) == 1 else _listed(turn, intent, kept)


def _kept(turn: Turn) -> list[LostItem]:
    return [each for there in houses(turn) for each in kept_items(turn.db, there.house.id)]


def _listed(turn: Turn, intent: str, held: Sequence[LostItem]) -> Reply:
    if not held:
        expected = OF_STATE.get(intent) == EXPECTED
        return Reply(say(turn.language, "lost_items.lost_items.none", expected=expected))
    title = say(turn.language, f"lost_items.{intent}.title", count=len(held))
    shown = held[:MOST_LINES]
    groups = []
    for there in houses(turn):
        lines = [_line(there, each) for each in shown if each.property_id == there.house.id]
        if lines:
            groups.append((there, "\n".join(lines)))
    more = [say(turn.language, "common.lists.more", count=len(held) - MOST_LINES)] if len(held) > MOST_LINES else []
    buttons = [button for each in shown[:MOST_BUTTONS] for button in _buttons(turn, each, numbered=True)]
    return Reply("\n".join([title, under_names(turn, groups), *more]), buttons)


def _which_request(turn: Turn, item: LostItem, wanting: Sequence[ServiceRequest]) -> Reply:
    text = say(turn.language, "lost_items.match_item.which", item=item.number, count=len(wanting))
    ask = Question(Call("match_item", {"item": item.number}), "number")
    return Reply(text, [found_things.match_button(turn.language, item, each) for each in wanting], ask=ask)


def _line(turn: Turn, item: LostItem) -> str:
    return lost_property.line(turn, turn.language, turn.member.role, item)


def _buttons(turn: Turn, item: LostItem, *, numbered: bool = False) -> list[Button]:
    return lost_property.buttons(turn, turn.language, turn.member.role, item, numbered=numbered)


def _where(turn: Turn, room: str) -> Turn:
    """In the house that has this room."""
    return next((there for there in houses(turn) if room in room_numbers(turn.db, there.house)), turn)
