"""The desk orders for a guest: the same request as if the guest had asked; the guest is told where there is a chat."""

from __future__ import annotations

from collections.abc import Sequence

from crm.conversations.reachability import guest_recipients
from crm.service_requests.requests import ServiceRequest
from crm.stays.bookings import StayInfo, get_stay
from handlers import audit, cards, desk, guests, notices, ordering, reach
from handlers.houses import house_label
from handlers.ordering import Placed
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say


def open_for_guest(turn: Turn) -> list[Reply]:
    """Slot `stay` is the one chosen among several in that room."""
    number, chosen = turn.slot("room"), turn.slot("stay")
    if not number:
        return [Reply(say(turn.language, "open_for_guest.open_for_guest.ask_room"), ask=Question(turn.call, "room"))]
    stays = [get_stay(turn.db, chosen)] if chosen else guests.in_room(turn, number)
    if not stays:
        return [guests.nobody_in(turn, number)]
    if len(stays) > 1:
        return [_which_stay(turn, number, stays)]
    return _ordered(turn.at_property(stays[0].property_id), stays[0])


def _which_stay(turn: Turn, number: str, stays: Sequence[StayInfo]) -> Reply:
    buttons = [
        Button(
            f"{cards.short(each.guest_name)}{house_label(turn.at_property(each.property_id))}",
            Call("open_for_guest", {**turn.call.slots, "stay": each.id}),
        )
        for each in stays
    ]
    return Reply(say(turn.language, "open_for_guest.open_for_guest.which_stay", room=number), buttons)


def _ordered(turn: Turn, stay: StayInfo) -> list[Reply]:
    service = turn.catalogue.get(str(turn.slot("service")))
    if service is None:
        return [_which_service(turn, stay)]
    closed = ordering.closed(turn, service, stay)
    if closed:
        return [closed]
    detail = ordering.missing(turn, service, stay)
    if detail:
        return [ordering.ask(turn, service, stay, detail)]
    guest = next(iter(guest_recipients(turn.db, turn.now, [stay.guest_id])), None)
    placed = ordering.place(turn, service, stay, guest.conversation_id if guest else None)
    audit.act_on_guest(turn, stay)
    if placed.known is not None:
        told = notices.for_guest(turn, placed.request, "ordered") if placed.adds else []
        return [_joined(turn, placed), *ordering.told_of_joining(turn, placed), *told]
    people, department = notices.people_for(turn, service.department)
    told = notices.for_guest(turn, placed.request, "ordered")
    own = _opened(turn, placed.request, department if people else "", told)
    return [own, *notices.for_staff(turn, placed.request, people, turn.attachments), *told]


def _which_service(turn: Turn, stay: StayInfo) -> Reply:
    buttons = [
        Button(cards.capital(cards.service_name(turn.language, code)), Call(turn.call.intent, _with(turn, code)))
        for code in cards.COMMON_SERVICES
        if code in turn.catalogue
    ]
    text = say(turn.language, "open_for_guest.open_for_guest.ask_service", room=stay.room)
    return Reply(text, buttons, ask=Question(turn.call, "service"))


def _with(turn: Turn, code: str) -> dict[str, object]:
    return {**turn.call.slots, "service": code}


def _opened(turn: Turn, request: ServiceRequest, department: str, told: Sequence[Reply]) -> Reply:
    text = say(
        turn.language,
        "open_for_guest.open_for_guest.opened",
        headline=cards.headline(turn.language, request),
        number=request.number,
        wanted=cards.at(turn, turn.language, request.wanted_at) if request.wanted_at else "",
        due=cards.at(turn, turn.language, request.due_at),
        department=cards.department(turn.language, department) if department else "",
        told=reach.is_heard(told),
        waiting=bool(told),
    )
    return Reply(text, cards.steps(turn, turn.language, request, numbered=True), about=request.id)


def _joined(turn: Turn, placed: Placed) -> Reply:
    """What was under way already, or what was added to it; a button where twice was meant."""
    request = placed.request
    line = cards.line(turn, turn.language, request)
    text = say(turn.language, "open_for_guest.open_for_guest.joined", line=line, added=placed.adds)
    buttons = cards.steps(turn, turn.language, request) if desk.is_free_for(turn, request) else []
    if not placed.adds:
        what = cards.what(turn.language, request, noted=False)
        label = say(turn.language, "open_for_guest.open_for_guest.again", what=what)
        buttons = [*buttons, Button(label, Call(turn.call.intent, {**turn.call.slots, "apart": True}))]
    return Reply(text, buttons, about=request.id)
