"""The hour at which a guest leaves tells what is meant: the room for longer, or the bill before breakfast; and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from crm.calendar import local
from crm.properties.catalogue import Service
from crm.service_requests.requests import ServiceRequest
from crm.service_requests.sharing import requests_of_guest
from crm.stays.bookings import StayInfo
from handlers import cards
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say, services


def meant_by_its_hour(turn: Turn, service: Service) -> Turn:
    """The turn with the service that is meant at the hour it is wanted at: checking out at five is not late."""
    wanted: datetime | None = turn.slot("time")
    if wanted is None or not service.turns_into:
        return turn
    hour = f"{local(wanted, turn.house.time_zone):%H:%M}"
    other = service.turns_into if _is_outside(service, hour) else ""
    if other not in turn.catalogue:
        return turn
    return replace(turn, call=replace(turn.call, slots={**turn.call.slots, "service": other}))


def which_day(turn: Turn, service: Service, stay: StayInfo) -> Reply | None:
    """Whether the day that was agreed is meant, where the hour was understood for another one."""
    wanted: datetime | None = turn.slot("time")
    if wanted is None or not service.on_departure or turn.slot("day_told"):
        return None
    wanted = local(wanted, turn.house.time_zone)
    agreed = datetime.combine(stay.departure, time(wanted.hour, wanted.minute), wanted.tzinfo)
    if wanted == agreed or agreed <= turn.now:
        return None
    told = {**turn.call.slots, "day_told": True}
    labels = {cards.at(turn, turn.language, each): each for each in sorted((wanted, agreed))}
    text = say(
        turn.language,
        "service_requests.request_service.which_day",
        agreed=cards.on(turn, turn.language, stay.departure),
        choices=list(labels),
    )
    calls = {cards.capital(label): Call(turn.call.intent, {**told, "time": at}) for label, at in labels.items()}
    buttons = [Button(label, call) for label, call in calls.items()]
    unanswered = {name: value for name, value in told.items() if name != "time"} | {"hour": f"{wanted:%H:%M}"}
    return Reply(text, buttons, ask=Question(Call(turn.call.intent, unanswered), "time"))


def other_day(turn: Turn, service: Service, stay: StayInfo) -> str:
    """For the desk, which day was agreed, where the guest leaves on another one."""
    wanted: datetime | None = turn.slot("time")
    if not service.on_departure or wanted is None or local(wanted, turn.house.time_zone).date() == stay.departure:
        return ""
    agreed = cards.on(turn, turn.language, stay.departure)
    return say(turn.language, "service_requests.request_service.agreed_day", agreed=agreed)


def offered_beside(turn: Turn, request: ServiceRequest) -> list[Button]:
    """One thing that goes with it at the same hour, unless the guest has asked for it or the like."""
    service = turn.catalogue.get(request.service)
    other = turn.catalogue.get(service.offers) if service else None
    if other is None or request.wanted_at is None or turn.speaker.guest_id is None:
        return []
    alike = {other.code, *_instead_of(turn.language, other.code)}
    if any(each.service in alike for each in requests_of_guest(turn.db, turn.speaker.guest_id)):
        return []
    at = cards.at(turn, turn.language, request.wanted_at)
    what = cards.service_name(turn.language, other.code)
    label = say(turn.language, "service_requests.request_service.beside", what=what, at=at)
    call = Call("request_service", {"service": other.code, "time": request.wanted_at})
    return [Button(cards.capital(label), call)]


def _is_outside(service: Service, hour: str) -> bool:
    return bool((service.earliest and hour < service.earliest) or (service.latest and hour >= service.latest))


def _instead_of(language: str, code: str) -> Sequence[str]:
    """What may have been asked for instead of it, as a transfer instead of a taxi."""
    return [other for other, words in services(language).items() if words.get("instead_of") == code]
