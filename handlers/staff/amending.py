"""A colleague changes what a guest asked for, as the guest wants it: how many, when, where it is brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm.properties.houses import room_numbers
from crm.service_requests.levels import service_of
from crm.service_requests.lookups import hold_request
from crm.service_requests.offers import withdraw_offer
from crm.service_requests.requests import RequestState, ServiceRequest, get_request
from crm.service_requests.steps import Details, change, details_of, resume
from handlers import audit, cards, desk, notices, ordering, outlook, reach, windows
from handlers.turn import Call, Question, Reply, Turn
from prompts.words import say

AMEND = "amend_request"
NEW = ("time", "quantity", "people", "place", "note")


def amend_request(turn: Turn) -> list[Reply]:
    """By number, or by room and service. What the house decides on, or an hour later than promised, is an offer, unless
    the guest is said to want it."""
    found = _brought(turn, desk.named(turn))
    if len(found) != 1:
        return [desk.which(turn, found)]
    turn = turn.at_property(found[0].property_id)
    request = hold_request(turn.db, found[0].number)
    if not request.is_unfinished:
        return [desk.true_state(turn, request)]
    new = {name: turn.slot(name) for name in NEW if turn.slot(name) not in (None, "")}
    if not new:
        return [_ask(turn, request, "note", "ask")]
    is_decided_on = _is_decided_on(turn, request)
    if not is_decided_on and (asked := _asked(turn, request, new)):
        return [asked]
    if is_decided_on or _is_later(turn, request, new):
        return [Reply("", follow_up=Call(outlook.OFFER, _offered(turn, request, new)))]
    return _amended(turn, request, new)


def _brought(turn: Turn, found: Sequence[ServiceRequest]) -> Sequence[ServiceRequest]:
    """Of several that may be meant, what can be brought to another room."""
    things = [each for each in found if cards.looks_at(turn, each) not in outlook.DECIDES]
    return things if turn.slot("place") and things else found


def _is_decided_on(turn: Turn, request: ServiceRequest) -> bool:
    """An hour or nights that the guest wants are only noted for whoever approves; a room is always given."""
    is_decided = cards.looks_at(turn, request) in outlook.DECIDES
    return is_decided and (not desk.is_wished(turn) or bool(turn.slot("place")))


def _is_later(turn: Turn, request: ServiceRequest, new: Mapping[str, Any]) -> bool:
    """Who only notes a later hour may not be able to keep the promise: the guest is asked."""
    if "time" not in new or "place" in new or desk.is_wished(turn) or request.guest_id is None:
        return False
    return bool(_hour(turn, request, new) > (request.wanted_at or request.due_at))


def _offered(turn: Turn, request: ServiceRequest, new: Mapping[str, Any]) -> dict[str, Any]:
    said = {"quantity": new.get("quantity"), "room": new.get("place"), "number": request.number, "firm": True}
    if "time" in new:
        said |= {"time": _hour(turn, request, new), "day": True}
    return {name: value for name, value in said.items() if value}


def _asked(turn: Turn, request: ServiceRequest, new: Mapping[str, Any]) -> Reply | None:
    """For what nobody can mean: an odd number, an hour that is over or closed, a room that is none."""
    count = next((new[name] for name in ("quantity", "people") if not 0 < new.get(name, 1) <= ordering.MOST), None)
    if count is not None:
        return _ask(turn, request, "quantity" if count == new.get("quantity") else "people", "odd", count=count)
    if over := cards.over(turn, new.get("time")):
        return _ask(turn, request, "time", "over", over=over)
    if "place" in new and new["place"] not in room_numbers(turn.db, turn.house):
        return _ask(turn, request, "place", "no_room", room=new["place"])
    if "time" not in new:
        return None
    call = Call(AMEND, _slots(turn, request, "time"))
    return windows.closed(turn, service_of(turn.catalogue, request), _hour(turn, request, new), call)


def _ask(turn: Turn, request: ServiceRequest, detail: str, sentence: str, **values: Any) -> Reply:
    headline = cards.headline(turn.language, request)
    text = say(turn.language, f"amending.amend_request.{sentence}", headline=headline, number=request.number, **values)
    return Reply(text, ask=Question(Call(AMEND, _slots(turn, request, detail)), detail), about=request.id)


def _slots(turn: Turn, request: ServiceRequest, detail: str) -> dict[str, Any]:
    """What was said but for this detail, of this request."""
    without = {"room", "service", detail, *(("day", "either_half") if detail == "time" else ())}
    kept = {name: value for name, value in turn.call.slots.items() if name not in without}
    return kept | {"number": request.number} | ({"wish": True} if desk.is_wished(turn) else {})


def _amended(turn: Turn, request: ServiceRequest, new: Mapping[str, Any]) -> list[Reply]:
    before, details, service = details_of(request), _details(turn, request, new), service_of(turn.catalogue, request)
    room = str(new.get("place", request.room))
    if (details, room) == (before, request.room):
        text = say(turn.language, "amending.amend_request.same", line=cards.line(turn, turn.language, request))
        return [Reply(text, about=request.id)]
    if request.state is RequestState.WAITING and "time" in new:  # that is what it waited for
        resume(turn.db, turn.now, request, service, details.wanted_at)
    change(turn.db, turn.now, request, service, details, turn.house, room=room, by=turn.member)
    withdraw_offer(turn.db, turn.now, request)
    audit.act(turn, f"request:{request.id}", request.property_id)
    return _told(turn, get_request(turn.db, request.number))


def _details(turn: Turn, request: ServiceRequest, new: Mapping[str, Any]) -> Details:
    known = details_of(request).with_words([str(new.get("note", ""))], turn.meaning)
    return replace(
        known,
        quantity=new.get("quantity", known.quantity),
        people=new.get("people", known.people),
        wanted_at=_hour(turn, request, new),
    )


def _hour(turn: Turn, request: ServiceRequest, new: Mapping[str, Any]) -> Any:
    return windows.moved_hour(turn, request, new.get("time"))


def _told(turn: Turn, request: ServiceRequest) -> list[Reply]:
    told = notices.for_guest(turn, request, "amended")
    text = say(
        turn.language,
        "amending.amend_request.done",
        headline=cards.headline(turn.language, request),
        number=request.number,
        wanted=cards.at(turn, turn.language, request.wanted_at) if request.wanted_at else "",
        due=cards.at(turn, turn.language, request.due_at),
        told=reach.is_heard(told),
        untold=not told and not desk.is_wished(turn) and request.guest_id is not None,
    )
    buttons = cards.steps(turn, turn.language, request) if desk.is_free_for(turn, request) else []
    people = desk.whoever_has(turn, request)
    return [
        Reply(text, buttons, about=request.id),
        *notices.lines(turn, request, "changed", people, by=turn.member.name),
        *told,
    ]
