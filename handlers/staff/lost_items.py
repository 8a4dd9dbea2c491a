"""What was found: written down, shown beside whoever asked for it, given back, or disposed of after a long while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from crm.errors import NotFound
from crm.properties.catalogue import shipped_catalogue
from crm.properties.houses import room_numbers
from crm.service_requests.lookups import hold_request
from crm.service_requests.lost_items import (
    LostItem,
    dispose_of,
    get_item,
    give_back,
    held_items,
    keep_for,
    record_item,
)
from crm.service_requests.requests import ServiceRequest, get_request, unfinished_requests
from crm.service_requests.steps import complete
from crm.staff.members import StaffMember
from crm.staff.roles import may
from crm.stays.bookings import find_last_in_room
from crm.store import Connection
from handlers import cards, notices, outlook, reach
from handlers.houses import houses, under_names
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_LINES, MOST_BUTTONS = 10, 3
LONGEST = 500  # of the finder's words


def found_item(turn: Turn) -> list[Reply]:
    """The finder's words are kept as they are; the desk hears of it, with whoever may be asking for it."""
    room = str(turn.slot("room") or "")
    words = str(turn.slot("words") or turn.text).strip()
    if not words:
        return [Reply(say(turn.language, "lost_items.found_item.ask"), ask=Question(turn.call, "words"))]
    turn = _where(turn, room)
    if room and room not in room_numbers(turn.db, turn.house):
        text = say(turn.language, "lost_items.found_item.no_room", room=room)
        return [Reply(text, ask=Question(Call("found_item", {"words": words[:LONGEST]}), "room"))]
    item = record_item(
        turn.db,
        turn.now,
        turn.member,
        words[:LONGEST],
        property_id=turn.house.id,
        room=room,
        stay=find_last_in_room(turn.db, turn.house.id, room) if room else None,
        photos=turn.attachments,
        inbound_id=turn.inbound_id,
        part=turn.part,
    )
    told = [] if may(turn.member.role, "settle_lost_items") else _tell_desk(turn, item)
    text = say(
        turn.language,
        "lost_items.found_item.recorded",
        line=outlook.item_line(turn, turn.language, item),
        told=bool(told),
        asked=_asked_for(turn, item),
    )
    return [Reply(text, _buttons(turn, turn.language, turn.member.role, item)), *told]


def lost_items(turn: Turn) -> list[Reply]:
    """What is held, the oldest first."""
    return [_listed(turn, "lost_items", _held(turn))]


def match_item(turn: Turn) -> list[Reply]:
    """It is what this guest asked for: the guest hears that it was found, and where it is."""
    item, number = _meant(turn, "match_item"), turn.slot("number")
    if isinstance(item, Reply):
        return [item]
    wanting = _wanting(turn, item)
    if number is None:
        return [_which_request(turn, item, wanting)]
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
    return [Reply(text, _buttons(turn, turn.language, turn.member.role, get_item(turn.db, item.number))), *told]


def return_item(turn: Turn) -> list[Reply]:
    return _settled(turn, "return_item", give_back)


def dispose_item(turn: Turn) -> list[Reply]:
    """Only what has been kept long enough."""
    item = _meant(turn, "dispose_item")
    if isinstance(item, Reply):
        return [item]
    until = _kept_until(turn, item)
    if item.settled_at is None and until > turn.now:
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


def _true_state(turn: Turn, item: LostItem) -> Reply:
    text = say(
        turn.language,
        "lost_items.lost_items.state",
        line=outlook.item_line(turn, turn.language, item),
        state=item.state.value,
        who=item.settled_by,
        at=cards.at(turn, turn.language, item.settled_at) if item.settled_at else "",
    )
    return Reply(text, _buttons(turn, turn.language, turn.member.role, item))


def _meant(turn: Turn, intent: str) -> LostItem | Reply:
    """The one with the number that was said, else the only one that is held, else the question which."""
    number = turn.slot("item")
    if number is not None:
        return get_item(turn.db, number)
    held = _held(turn)
    return held[0] if len(held) == 1 else _listed(turn, intent, held)


def _held(turn: Turn) -> list[LostItem]:
    return [each for there in houses(turn) for each in held_items(turn.db, there.house.id)]


def _listed(turn: Turn, intent: str, held: Sequence[LostItem]) -> Reply:
    if not held:
        return Reply(say(turn.language, "lost_items.lost_items.none"))
    title = say(turn.language, f"lost_items.{intent}.title", count=len(held))
    shown = held[:MOST_LINES]
    groups = []
    for there in houses(turn):
        lines = [outlook.item_line(there, turn.language, each) for each in shown if each.property_id == there.house.id]
        if lines:
            groups.append((there, "\n".join(lines)))
    more = [say(turn.language, "common.lists.more", count=len(held) - MOST_LINES)] if len(held) > MOST_LINES else []
    buttons = [
        button
        for each in shown[:MOST_BUTTONS]
        for button in _buttons(turn, turn.language, turn.member.role, each, numbered=True)
    ]
    return Reply("\n".join([title, under_names(turn, groups), *more]), buttons)


def _buttons(turn: Turn, language: str, role: str, item: LostItem, *, numbered: bool = False) -> list[Button]:
    """What this role may do with it: it is what a guest asked for, it was fetched, it was kept long enough."""
    if item.settled_at is not None:
        return []
    suffix = f" {item.number}" if numbered else ""
    call = {"item": item.number}
    may_match = not numbered and item.request_number is None and may(role, "see_lost_items")
    buttons = [outlook.match_button(language, item, each) for each in (_wanting(turn, item) if may_match else ())]
    if may(role, "settle_lost_items"):
        buttons.append(Button(say(language, "lost_items.return_item.button") + suffix, Call("return_item", call)))
    if may(role, "dispose_lost_items") and _kept_until(turn, item) <= turn.now:
        buttons.append(Button(say(language, "lost_items.dispose_item.button") + suffix, Call("dispose_item", call)))
    return buttons


def _tell_desk(turn: Turn, item: LostItem) -> list[Reply]:
    people, department = notices.people_for(turn, notices.DESK)
    role = notices.MANAGER if department == notices.MANAGER else notices.DESK
    return [
        Reply(
            say(
                each.language,
                "lost_items.found_item.card",
                line=outlook.item_line(turn, each.language, item),
                asked=_asked_for(turn, item, each.language),
            ),
            _buttons(turn, each.language, role, item),
            to=each,
            attachments=turn.attachments,
        )
        for each in people
    ]


def _asked_for(turn: Turn, item: LostItem, language: str = "") -> list[str]:
    """The open requests it may belong to, in a line each."""
    return [cards.line(turn, language or turn.language, each) for each in _wanting(turn, item)]


def _wanting(turn: Turn, item: LostItem) -> list[ServiceRequest]:
    open_now = unfinished_requests(turn.db, item.property_id)
    lost = [each for each in open_now if cards.looks_at(turn, each) == "held_items"]
    return [each for each in lost if item.may_belong_to(each)][:MOST_BUTTONS]


def _which_request(turn: Turn, item: LostItem, wanting: Sequence[ServiceRequest]) -> Reply:
    text = say(turn.language, "lost_items.match_item.which", item=item.number, count=len(wanting))
    ask = Question(Call("match_item", {"item": item.number}), "number")
    return Reply(text, [outlook.match_button(turn.language, item, each) for each in wanting], ask=ask)


def _kept_until(turn: Turn, item: LostItem) -> datetime:
    services = {**shipped_catalogue(), **turn.catalogue}.values()
    days = max(each.keep_days for each in services if each.looks_at == "held_items")
    return item.found_at + timedelta(days=days)


def _where(turn: Turn, room: str) -> Turn:
    """In the house that has this room."""
    return next((there for there in houses(turn) if room in room_numbers(turn.db, there.house)), turn)
