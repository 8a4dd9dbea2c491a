"""The same thing in another amount: changed or added where the words say so, else the guest is asked."""

from __future__ import annotations

from typing import Any

from crm.encryption import folded
from crm.properties.catalogue import Service
from crm.service_requests.requests import ServiceRequest
from crm.service_requests.sharing import requests_of_room
from crm.stays.bookings import StayInfo
from handlers import cards
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say


def changed_or_asked(turn: Turn, service: Service, stay: StayInfo) -> Reply | None:
    """None where nothing of it is under way, where it is wanted beside that, and where nobody can tell what it is of.

    Slots: `thing` that was named in the words of an order, and `sets` where the amount was said of it.
    """
    thing, sets = str(turn.slot("thing") or ""), bool(turn.slot("sets"))
    beside = any(turn.slot(name) for name in ("more", "apart", "time")) or turn.slot("room") not in (None, stay.room)
    if not (thing or sets) or beside or ("note" in service.asks and not thing):
        return None
    same = [each for each in requests_of_room(turn.db, stay, service.code) if folded(thing) in folded(each.note)]
    if len(same) != 1 or same[0].wanted_at is not None:
        return None
    if sets:
        return Reply("", follow_up=_change(turn, same[0]))
    return _ask(turn, same[0]) if folded(_words(turn)) not in folded(same[0].note) else None


def _change(turn: Turn, request: ServiceRequest) -> Call:
    slots: dict[str, Any] = {"number": request.number, "quantity": turn.slot("quantity")}
    if turn.slot("thing"):
        slots["note"] = say(turn.language, "service_requests.said_again.changed", words=_words(turn))
    return Call("change_request", slots)


def _ask(turn: Turn, request: ServiceRequest) -> Reply:
    words = say(turn.language, "service_requests.said_again.added", words=_words(turn))
    add = Call("request_service", {**turn.call.slots, "note": words, "more": True})
    calls = {"instead": _change(turn, request), "on_top": add}
    text = say(
        turn.language,
        "service_requests.said_again.ask",
        what=cards.what(turn.language, request),
        words=_words(turn),
    )
    labels = {name: say(turn.language, f"service_requests.said_again.{name}") for name in calls}
    buttons = [Button(labels[name], call) for name, call in calls.items()]
    return Reply(cards.capital(text), buttons, about=request.id)


def _words(turn: Turn) -> str:
    return str(turn.slot("note") or turn.text).strip()
