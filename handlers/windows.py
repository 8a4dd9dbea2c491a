"""When a service may be asked for: at which point of the stay, at which hours. For the handlers of guests."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from crm.calendar import local, zone
from crm.errors import NoStay, NotAvailable, Refusal, StayOver, TooEarly
from crm.properties.catalogue import Service
from crm.properties.houses import room_numbers
from crm.properties.opening import bounds, is_within, next_within
from crm.service_requests.requests import ServiceRequest
from crm.stays.bookings import StayInfo, StayState, find_last_stay
from handlers import cards
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import clock, say


def stay_for(turn: Turn, service: Service) -> StayInfo:
    """The stay it is for. Raises a refusal where it is too early or too late for this service."""
    stay = turn.speaker.stay
    if stay is None and service.available == "always" and turn.speaker.guest_id:
        stay = find_last_stay(turn.db, turn.speaker.guest_id)
    if stay is None:
        raise no_stay(turn)
    _check_day(turn.at_property(stay.property_id), service, stay)
    return stay


def no_stay(turn: Turn) -> Refusal:
    """Why the guest has no stay: it is over, or we do not know it yet."""
    last = find_last_stay(turn.db, turn.speaker.guest_id) if turn.speaker.guest_id else None
    if last is None or last.state != StayState.DEPARTED:
        return NoStay()
    there = turn.at_property(last.property_id)
    return StayOver(day=cards.on(there, turn.language, last.departure), phone=there.house.phone)


def closed(turn: Turn, service: Service, wanted: datetime | None, call: Call) -> Reply | None:
    """Where that hour (now, when none is named) is outside those of the service: the next possible one is offered.

    `call` is the wish without its hour. An hour that is over is not ours to judge.
    """
    at = local(wanted or turn.now, turn.house.time_zone)
    if not service.hours or at < turn.now - cards.JUST_NOW or is_within(service.hours, at):
        return None
    opens, closes = bounds(service.hours)
    possible = next_within(service.hours, at)
    label = cards.at(turn, turn.language, possible)
    text = say(
        turn.language,
        "windows.closed.text",
        service=cards.service_name(turn.language, service.code),
        opens=clock(turn.language, f"{opens:%H:%M}"),
        closes=clock(turn.language, f"{closes:%H:%M}"),
        possible=label,
    )
    again = Call(call.intent, {**call.slots, "time": possible})
    return Reply(cards.capital(text), [Button(label, again)], ask=Question(call, "time"))


def of_named_room(turn: Turn, request: ServiceRequest) -> str:
    """That the room the guest named does not exist, or was passed on, so that it goes to their own for now."""
    named = str(turn.slot("room") or "")
    if not named or not request.room or named == request.room:
        return ""
    if other_room(turn, request.room):
        return say(turn.language, "windows.other_room.text", named=named)
    return say(turn.language, "windows.no_room.text", named=named, room=request.room)


def other_room(turn: Turn, room: str) -> str:
    """For staff, that the guest named another room of the house, for nobody guesses; nothing where it is none."""
    named = str(turn.slot("room") or "")
    is_other = named not in ("", room) and named in room_numbers(turn.db, turn.house)
    return say(turn.language, "changes.change_request.room", room=named) if is_other else ""


def _check_day(turn: Turn, service: Service, stay: StayInfo) -> None:
    name = cards.service_name(turn.language, service.code)
    is_early = service.available == "in_house" and not stay.is_in_house
    is_past = service.day == "arrival" and stay.is_in_house
    if is_early or is_past:
        raise NotAvailable(service=name, day=cards.on(turn, turn.language, stay.arrival), past=is_past)
    if stay.state != StayState.BOOKED or service.not_before_days is None:
        return
    first = stay.arrival - timedelta(days=service.not_before_days)
    if cards.today(turn) < first:
        raise TooEarly(service=name, day=cards.on(turn, turn.language, first))


def moved_hour(turn: Turn, request: ServiceRequest, wanted: datetime | None) -> datetime | None:
    """The new hour; one without a day (slot `day`) belongs to the day that was agreed before."""
    if wanted is None or request.wanted_at is None or turn.slot("day") is not None:
        return wanted or request.wanted_at
    zone_name = turn.house.time_zone
    new, before = local(wanted, zone_name), local(request.wanted_at, zone_name)
    if turn.slot("either_half"):
        new = min(new, new.replace(hour=(new.hour + 12) % 24), key=lambda at: abs(at.hour - before.hour))
    moved = datetime.combine(before.date(), time(new.hour, new.minute), zone(zone_name))
    return moved if moved > turn.now and new.date() - local(turn.now, zone_name).date() <= timedelta(days=1) else wanted
