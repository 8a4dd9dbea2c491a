"""A guest changes what is on its way, or wants the same as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from crm.calendar import local
from crm.errors import NoStay
from crm.properties.catalogue import Service
from crm.service_requests.levels import service_of
from crm.service_requests.lookups import requests_since
from crm.service_requests.needs import NEEDS, needs_of
from crm.service_requests.photos import add_photos
from crm.service_requests.requests import RequestState, ServiceRequest, get_request
from crm.service_requests.sharing import requests_of_guest
from crm.service_requests.steps import Details, change, details_of
from handlers import cards, lists, needs, notices, windows
from handlers.turn import TRANSLATION, Button, Call, Question, Reply, Turn
from prompts.words import say

COUNTED = frozenset({"quantity", "people"})
CHANGEABLE = ("time", "quantity", "people", "room", "note", *NEEDS)
JUST_NOW = timedelta(minutes=15)  # a correction without a name means what was asked for last
REMEMBERED = timedelta(days=14)
MOST_CHOICES = 6


def change_request(turn: Turn) -> list[Reply]:
    """By number, by service, or what was asked for last; with several possible ones the guest chooses."""
    if turn.speaker.guest_id is None:
        raise NoStay
    mine = requests_of_guest(turn.db, turn.speaker.guest_id)
    meant = _meant(turn, mine)
    if not meant:
        return [_nothing_to_change(turn)]
    if len(meant) > 1:
        return [_which(turn, meant)]
    request = meant[0]
    wanted = {name: turn.slot(name) for name in CHANGEABLE if turn.slot(name) not in (None, "")}
    if over := cards.over(turn.at_property(request.property_id), wanted.get("time")):
        return [Reply(over, ask=Question(Call("change_request", {"number": request.number}), "time"))]
    if not wanted:
        return [_ask_what(turn, request)]
    return _changed(turn, request, wanted)


def repeat_request(turn: Turn) -> list[Reply]:
    """What was asked for on that day (yesterday, unless another is named), else what was asked for last."""
    if turn.speaker.guest_id is None:
        raise NoStay
    earlier = requests_since(turn.db, turn.speaker.guest_id, turn.now - REMEMBERED)
    earlier = [each for each in earlier if each.service in turn.catalogue]
    same = [each for each in earlier if turn.slot("service") in (None, each.service)]
    day = turn.slot("day")
    chosen = [each for each in same if _day(turn, each.opened_at) == _day(turn, day)] if day else same[:1]
    calls = {call.slots["service"]: call for call in (_again(turn, each) for each in chosen or same[:1])}
    if not calls:
        return [Reply(say(turn.language, "changes.repeat_request.nothing"), [cards.person_button(turn.language)])]
    if len(calls) == 1:
        return [Reply("", follow_up=next(iter(calls.values())))]
    buttons = [Button(_label(turn, call), call) for call in list(calls.values())[:MOST_CHOICES]]
    return [Reply(say(turn.language, "changes.repeat_request.which"), buttons)]


def _meant(turn: Turn, mine: Sequence[ServiceRequest]) -> Sequence[ServiceRequest]:
    number, code = turn.slot("number"), turn.slot("service")
    if number is not None:
        return [each for each in mine if each.number == number]
    if code is not None:
        return lists.of_service(turn.language, mine, code)
    mine = _minding(turn, mine)
    fresh = [each for each in mine if turn.now - each.opened_at <= JUST_NOW]
    return fresh[-1:] or mine


def _minding(turn: Turn, mine: Sequence[ServiceRequest]) -> Sequence[ServiceRequest]:
    """ "Make it vegetarian" is said of food, not of the towels that were asked for last."""
    told = needs_of(turn.call.slots)
    services = {each.service: turn.catalogue.get(each.service) for each in mine} if told else {}
    minding = [each for each in mine if (service := services.get(each.service)) and needs.taken(told, service)]
    return minding or mine


def _nothing_to_change(turn: Turn) -> Reply:
    code = turn.slot("service")
    if code is None or code not in turn.catalogue:
        return Reply(say(turn.language, "changes.change_request.nothing"), [cards.person_button(turn.language)])
    slots = {name: value for name, value in turn.call.slots.items() if name not in ("room", "number")}
    return Reply("", follow_up=Call("request_service", slots))


def _which(turn: Turn, meant: Sequence[ServiceRequest]) -> Reply:
    buttons = [
        Button(
            cards.capital(cards.what(turn.language, each)),
            Call("change_request", {**turn.call.slots, "number": each.number}),
        )
        for each in meant[-MOST_CHOICES:]
    ]
    return Reply(say(turn.language, "changes.change_request.which"), buttons)


def _ask_what(turn: Turn, request: ServiceRequest) -> Reply:
    text = say(turn.language, "changes.change_request.what", what=cards.what(turn.language, request))
    call = Call("change_request", {"number": request.number})
    return Reply(text, ask=Question(call, "note"))


def _changed(turn: Turn, request: ServiceRequest, wanted: dict[str, Any]) -> list[Reply]:
    if request.state is RequestState.WAITING and "time" in wanted:
        return [Reply("", follow_up=Call("resume_request", {"number": request.number, "time": wanted["time"]}))]
    turn = turn.at_property(request.property_id)
    service = service_of(turn.catalogue, request)
    details = _details(turn, request, service, wanted)
    if "time" in wanted:
        slots = {name: value for name, value in turn.call.slots.items() if name not in ("time", "day", "either_half")}
        call = Call("change_request", {**slots, "number": request.number})
        closed = windows.closed(turn, service, details.wanted_at, call)
        if closed:
            return [closed]
    if not change(turn.db, turn.now, request, service, details, turn.house):
        return [Reply(notices.standings(turn, [get_request(turn.db, request.number)])[0], about=request.id)]
    request = get_request(turn.db, request.number)
    add_photos(turn.db, request, turn.attachments, of_wish=True)
    told = notices.to_assignee(turn, request, "changed")
    text = say(
        turn.language,
        "changes.change_request.changed",
        what=cards.what(turn.language, request, noted=False),
        room=request.room,
        words=" ".join(request.note.split()) if "note" in wanted else "",
        wanted=cards.at(turn, turn.language, request.wanted_at) if request.wanted_at else "",
        due=cards.at(turn, turn.language, request.due_at),
        approval=cards.needs_approval(turn, request),
    )
    text = "\n".join(filter(None, (cards.capital(text), needs.noted(turn.language, request.needs))))
    return [Reply(text, about=request.id), *(replace(each, attachments=turn.attachments) for each in told)]


def _details(turn: Turn, request: ServiceRequest, service: Service, wanted: dict[str, Any]) -> Details:
    known = details_of(request).with_words(_added(turn, request, wanted), turn.meaning)
    return replace(
        known,
        quantity=wanted.get("quantity", known.quantity),
        people=wanted.get("people", known.people),
        wanted_at=windows.moved_hour(turn, request, wanted.get("time")),
        needs=known.needs.joined(needs.taken(needs_of(wanted), service)),
    )


def _added(turn: Turn, request: ServiceRequest, wanted: dict[str, Any]) -> list[str]:
    room = str(wanted.get("room", ""))
    new = [say(turn.language, "changes.change_request.room", room=room)] if room and room != request.room else []
    words = str(wanted.get("note", ""))
    if not words and request.note and not COUNTED.isdisjoint(wanted):
        words = turn.text  # "three, please" beside a new number would contradict it without the news
    return [*new, words]


def _again(turn: Turn, request: ServiceRequest) -> Call:
    """The same once more; an hour of the day comes round the next time."""
    slots: dict[str, Any] = {"service": request.service, "quantity": request.quantity, "people": request.people}
    slots["apart"] = True  # whoever wants it once more does not mean the first
    slots |= {"note": request.note or None, **request.needs.as_slots()}
    slots[TRANSLATION] = [request.note, request.translation] if request.translation else None
    slots["time"] = turn.slot("time") or (_next_time(turn, request.wanted_at) if request.wanted_at else None)
    if turn.slot("quantity") is not None:
        slots["quantity"] = turn.slot("quantity")
    return Call("request_service", {name: value for name, value in slots.items() if value is not None})


def _next_time(turn: Turn, before: datetime) -> datetime:
    now, hour = local(turn.now, turn.house.time_zone), local(before, turn.house.time_zone)
    today = now.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _day(turn: Turn, instant: datetime) -> Any:
    return local(instant, turn.house.time_zone).date()


def _label(turn: Turn, call: Call) -> str:
    return cards.capital(cards.service_name(turn.language, str(call.slots["service"])))
