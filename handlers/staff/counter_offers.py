"""The house can do something else than was asked for: another hour, fewer nights, this very room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from crm.calendar import local
from crm.service_requests.levels import service_of
from crm.service_requests.lookups import hold_request
from crm.service_requests.offers import Offer, make_offer
from crm.service_requests.requests import ServiceRequest, assigned_requests, get_request
from handlers import approvals, cards, desk, notices, ordering, other_offers, outlook, reach, windows
from handlers.outlook import Outlook
from handlers.said import is_said
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_NIGHTS = 200
MOST_LINES = 10


def offer_instead(turn: Turn) -> list[Reply]:
    """A room is given at once; another hour or fewer nights become a question to the guest, whose yes confirms.

    So does anything else, in the colleague's `words`.
    """
    if turn.slot("words"):
        return _in_words(turn, str(turn.slot("words")))
    number = turn.slot("number")
    if number is None:
        waiting = _waiting(turn)
        if len(waiting) != 1:
            return [_which(turn, waiting)]
        number = waiting[0].number
    turn = turn.at_property(get_request(turn.db, number).property_id)
    request = hold_request(turn.db, number)
    found = outlook.look(turn, request)
    if not request.is_unfinished:
        return [approvals.true_state(turn, request)]
    if found is None or found.looks_at not in outlook.DECIDES:
        return _proposed(turn, request)
    decides = outlook.DECIDES[found.looks_at]
    value = turn.slot(decides)
    if not value:
        return [_ask(turn, request, found)]
    if decides == "room":
        return approvals.approve(turn, number, room=str(value))
    return _offered(turn, request, found, value)


def _proposed(turn: Turn, request: ServiceRequest) -> list[Reply]:
    """Of what nobody need approve: another hour, or another number. Without words that this is all that is possible,
    without a guest, and with a room it is a change."""
    said = {name: turn.slot(name) for name in ("time", "quantity") if turn.slot(name)}
    is_all = (turn.slot("firm") or is_said(turn.text, "amending", "sentence", "firm")) and request.guest_id is not None
    if turn.slot("room") or (said and not is_all):
        said |= {name: turn.slot(name) for name in ("day", "either_half") if turn.slot(name)}
        said |= {"place": turn.slot("room")} if turn.slot("room") else {}
        return [Reply("", follow_up=Call("amend_request", {**said, "number": request.number}))]
    if not said:
        text = say(turn.language, "offers.make_offer.nothing_else", number=request.number)
        return [Reply(text, cards.steps(turn, turn.language, request), about=request.id)]
    offered = replace(
        request,
        wanted_at=windows.moved_hour(turn, request, said.get("time")),
        quantity=said.get("quantity", request.quantity),
    )
    return [asked] if (asked := _impossible(turn, request, offered)) else _asked_guest(turn, request, offered)


def _impossible(turn: Turn, request: ServiceRequest, offered: ServiceRequest) -> Reply | None:
    """What nobody can mean, and what it is already."""
    if (offered.wanted_at, offered.quantity) == (request.wanted_at, request.quantity):
        return desk.true_state(turn, request)
    call = Call(outlook.OFFER, {"number": request.number, "firm": True})
    if over := cards.over(turn, offered.wanted_at):
        return Reply(over, ask=Question(call, "time"), about=request.id)
    if offered.quantity is not None and not 0 < offered.quantity <= ordering.MOST:
        text = say(
            turn.language,
            "amending.amend_request.odd",
            headline=cards.headline(turn.language, request),
            number=request.number,
            count=offered.quantity,
        )
        return Reply(text, ask=Question(call, "quantity"), about=request.id)
    service = service_of(turn.catalogue, request)
    return windows.closed(turn, service, offered.wanted_at, call) if offered.wanted_at else None


def _asked_guest(turn: Turn, request: ServiceRequest, offered: ServiceRequest) -> list[Reply]:
    """The guest's yes changes it; where the guest wants it so anyway, the colleague says so."""
    hour, quantity = _changed_hour(request, offered), offered.quantity if offered.quantity != request.quantity else None
    until = offered.wanted_at + service_of(turn.catalogue, request).complete_within if offered.wanted_at else None
    offer = make_offer(
        turn.db, turn.now, request, turn.member, wanted_at=hour, quantity=quantity, until=until or request.due_at
    )
    before = request.wanted_at if hour else None
    asked = notices.for_guest(turn, offered, "offer_otherwise", asked=before, counted=not hour)
    asked = other_offers.with_answers(asked, offer)
    text = say(
        turn.language,
        "offers.make_offer.otherwise",
        number=request.number,
        headline=cards.headline(turn.language, request),
        what=cards.what(turn.language, offered),
        wanted=cards.at(turn, turn.language, offered.wanted_at) if hour and offered.wanted_at else "",
        told=reach.is_heard(asked),
        waiting=bool(asked),
    )
    new = {"time": hour, "day": hour and True, "quantity": quantity, "number": request.number, "wish": True}
    wished = Call("amend_request", {name: value for name, value in new.items() if value is not None})
    return [Reply(text, [Button(say(turn.language, "offers.make_offer.wished"), wished)], about=request.id), *asked]


def _in_words(turn: Turn, words: str) -> list[Reply]:
    """Of the request that was named, else of the only one in their hands, or that waits in their department."""
    mine = assigned_requests(turn.db, turn.member)
    asked = [each for each in mine or desk.of_my_department(turn) if each.guest_id is not None]
    meant = desk.meant(turn, asked)
    if meant is None:
        return [_which(turn, asked)]
    turn = turn.at_property(meant.property_id)
    request = hold_request(turn.db, meant.number)
    if not request.is_unfinished or not desk.is_free_for(turn, request):
        return [desk.true_state(turn, request)]
    return other_offers.offered(turn, request, words)


def _offered(turn: Turn, request: ServiceRequest, found: Outlook, value: Any) -> list[Reply]:
    offered = _with(turn, request, found, value)
    if offered is None:
        return [_ask(turn, request, found)]
    if (offered.wanted_at, offered.quantity) == (request.wanted_at, request.quantity):
        return approvals.approve(turn, request.number)
    possible = outlook.look(turn, offered)
    if possible and possible.obstacle and not possible.may_overrule:
        return [approvals.stopped(turn, request, possible)]
    offer = make_offer(
        turn.db, turn.now, request, turn.member, wanted_at=_changed_hour(request, offered), quantity=offered.quantity
    )
    asked = _asks_guest(turn, request, offered, offer, found)
    text = say(
        turn.language,
        f"offers.make_offer.{found.looks_at}",
        number=request.number,
        headline=cards.headline(turn.language, request),
        wanted=cards.at(turn, turn.language, offered.wanted_at) if offered.wanted_at else "",
        nights=offered.quantity or 1,
        told=reach.is_heard(asked),
        waiting=bool(asked),
        phone=turn.house.phone,
    )
    return [Reply(text, about=request.id), *asked]


def _with(turn: Turn, request: ServiceRequest, found: Outlook, value: Any) -> ServiceRequest | None:
    """The request as it would be; None when nobody can mean that."""
    if isinstance(value, datetime):
        at = local(value, turn.house.time_zone)
        wanted = datetime.combine(found.day, time(at.hour, at.minute), at.tzinfo)
        return replace(request, wanted_at=wanted) if wanted > turn.now else None
    return replace(request, quantity=value) if 0 < value <= MOST_NIGHTS else None


def _changed_hour(request: ServiceRequest, offered: ServiceRequest) -> datetime | None:
    return offered.wanted_at if offered.wanted_at != request.wanted_at else None


def _asks_guest(
    turn: Turn, request: ServiceRequest, offered: ServiceRequest, offer: Offer, found: Outlook
) -> list[Reply]:
    asked = notices.for_guest(
        turn,
        offered,
        f"offer_{found.looks_at}",
        asked=request.wanted_at or request.quantity or 1,
        nights=offered.quantity or 1,
        departure=outlook.departure_after(offered, found.stay),
    )
    return other_offers.with_answers(asked, offer)


def _ask(turn: Turn, request: ServiceRequest, found: Outlook) -> Reply:
    decides = outlook.DECIDES[found.looks_at]
    text = say(
        turn.language,
        f"offers.make_offer.ask_{decides}",
        number=request.number,
        headline=cards.headline(turn.language, request),
        arrival=found.is_arrival,
    )
    buttons = outlook.steps(turn, turn.language, request, found)
    ask = Question(Call(outlook.OFFER, {"number": request.number}), decides)
    return Reply(text, buttons, ask=ask, about=request.id)


def _waiting(turn: Turn) -> list[ServiceRequest]:
    """What waits for the approval of this colleague."""
    return [each for each in desk.of_my_department(turn) if cards.looks_at(turn, each) in outlook.DECIDES]


def _which(turn: Turn, waiting: Sequence[ServiceRequest]) -> Reply:
    if not waiting:
        return Reply(say(turn.language, "offers.make_offer.none"))
    buttons = desk.choices(turn, waiting[:MOST_LINES], Call(outlook.OFFER, turn.call.slots))
    return Reply(say(turn.language, "offers.make_offer.which", count=len(waiting)), buttons)
