"""A guest asks for something, changes their mind, asks where it is, and says how it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from crm.calendar import local
from crm.errors import NoStay, NotAvailable, NotFound
from crm.properties.catalogue import Service
from crm.service_requests.needs import needs_of
from crm.service_requests.requests import ServiceRequest, find_last_done, get_request, guest_requests
from crm.service_requests.steps import Details, cancel, open_request, rate
from crm.stays.bookings import StayInfo, find_last_stay
from handlers import cards, needs, notices
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say, services

MOST = 200  # of anything; a larger number was misheard
LOW_RATING = 2
MOST_CHOICES = 8


def request_service(turn: Turn) -> list[Reply]:
    service = turn.catalogue.get(str(turn.slot("service")))
    if service is None:
        return [_which_service(turn)]
    stay = _stay_for(turn, service)
    turn = turn.at_property(stay.property_id)
    missing = _missing(turn, service, stay)
    if missing:
        return [_question(turn, service, stay, missing)]
    request = open_request(
        turn.db,
        turn.now,
        service,
        stay,
        _details(turn, service, stay),
        house=turn.house,
        conversation_id=turn.speaker.conversation_id,
        inbound_id=turn.inbound_id,
        part=turn.part,
    )
    people, department = notices.people_for(turn, service.department)
    return [
        _confirmation(turn, request, department if people else ""),
        *notices.for_staff(turn, request, people, turn.attachments),
    ]


def cancel_request(turn: Turn) -> list[Reply]:
    """By service or by number; with neither, the guest chooses."""
    code, number = turn.slot("service"), turn.slot("number")
    mine = guest_requests(turn.db, turn.speaker.guest_id) if turn.speaker.guest_id else []
    if code is None and number is None:
        return [_which_to_cancel(turn, mine)]
    meant = [each for each in mine if number in (None, each.number) and code in (None, each.service)]
    if not meant:
        service = cards.service_name(turn.language, code) if number is None else ""
        return [Reply(say(turn.language, "service_requests.cancel_request.nothing_such", service=service))]
    return [reply for each in meant for reply in _cancelled(turn, each)]


def my_requests(turn: Turn) -> list[Reply]:
    """Where each request stands; whoever is late hears that the guest is asking."""
    if turn.speaker.guest_id is None:
        raise NoStay
    mine = guest_requests(turn.db, turn.speaker.guest_id)
    if not mine:
        return [Reply(say(turn.language, "service_requests.my_requests.none"))]
    late = [each for each in mine if each.due_at < turn.now]
    reminded = [reply for each in late for reply in notices.to_assignee(turn, each, "asked_again")]
    lines = notices.standings(turn, mine)
    if reminded:
        lines.append(say(turn.language, "service_requests.my_requests.reminded"))
    return [Reply("\n".join(lines), [cards.person_button(turn.language)] if late else []), *reminded]


def rate_request(turn: Turn) -> list[Reply]:
    rating, request = turn.slot("rating"), _rated(turn)
    if rating not in cards.RATINGS:
        question = Question(Call("rate_request", {"number": request.number}), "rating")
        text = say(turn.language, "service_requests.rate_request.ask", what=cards.what(turn.language, request))
        return [Reply(cards.capital(text), cards.rating_buttons(request), ask=question)]
    if not rate(turn.db, request, rating):
        return [Reply(say(turn.language, "service_requests.rate_request.already", done=request.rating is not None))]
    if rating > LOW_RATING:
        return [Reply(say(turn.language, "service_requests.rate_request.thanks"))]
    there = turn.at_property(request.property_id)
    people = notices.managers(there) or notices.people_for(there, notices.DESK)[0]
    apology = say(turn.language, "service_requests.rate_request.sorry", told=bool(people))
    told = notices.lines(turn, request, "low_rating", people, rating=rating)
    return [Reply(apology, [cards.person_button(turn.language)]), *told]


def _which_service(turn: Turn) -> Reply:
    common = [code for code in cards.COMMON_SERVICES if code in turn.catalogue]
    buttons = [cards.service_button(turn.language, code) for code in common]
    text = say(turn.language, "service_requests.request_service.which")
    return Reply(text, [*buttons, cards.person_button(turn.language)], ask=Question(turn.call, "service"))


def _stay_for(turn: Turn, service: Service) -> StayInfo:
    stay = turn.speaker.stay
    if stay is None and turn.speaker.guest_id and service.available == "always":
        stay = find_last_stay(turn.db, turn.speaker.guest_id)
    if stay is None:
        raise NoStay
    is_early = service.available == "in_house" and not stay.is_in_house
    is_past = service.day == "arrival" and stay.is_in_house
    if is_early or is_past:
        name = cards.service_name(turn.language, service.code)
        raise NotAvailable(service=name, day=cards.on(turn, turn.language, stay.arrival), past=is_past)
    return stay


def _missing(turn: Turn, service: Service, stay: StayInfo) -> str | None:
    """The first detail to ask for: one nobody can start without, an odd number, an hour that is over."""
    unknown = (name for name in service.asks if turn.slot(name) in (None, ""))
    odd = (name for name in ("quantity", "people") if turn.slot(name) is not None and not 0 < turn.slot(name) <= MOST)
    over = "time" if cards.over(turn, _wanted_at(turn, service, stay)) else None
    return next(unknown, None) or next(odd, None) or over


def _question(turn: Turn, service: Service, stay: StayInfo, missing: str) -> Reply:
    slots = {name: value for name, value in turn.call.slots.items() if name != missing and value is not None}
    asked = services(turn.language).get(service.code, {}).get("question", {}).get(missing)
    text = asked or say(turn.language, f"service_requests.questions.{missing}")
    buttons = _hours(turn, service, stay, slots) if missing == "time" else []
    over = cards.over(turn, _wanted_at(turn, service, stay)) if missing == "time" else ""
    noted = needs.noted(turn.language, needs.taken(needs_of(slots), service))
    return Reply(
        "\n".join(filter(None, (noted, over, text))), buttons, ask=Question(Call("request_service", slots), missing)
    )


def _hours(turn: Turn, service: Service, stay: StayInfo, slots: dict[str, Any]) -> list[Button]:
    """The hours this service is usually wanted at, each the next time it comes round."""
    now = local(turn.now, turn.house.time_zone)
    buttons = []
    for hour in service.times:
        hours, _, minutes = hour.partition(":")
        next_time = now.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0)
        next_time = _on_its_day(next_time, service, stay)
        if next_time <= now and not service.day:
            next_time += timedelta(days=1)
        label = cards.at(turn, turn.language, next_time)
        buttons.append(Button(label, Call("request_service", {**slots, "time": next_time})))
    return buttons


def _details(turn: Turn, service: Service, stay: StayInfo) -> Details:
    asked = Details(
        quantity=turn.slot("quantity"),
        people=turn.slot("people"),
        wanted_at=_wanted_at(turn, service, stay),
        needs=needs.taken(needs_of(turn.call.slots), service),
    )
    return asked.with_words([turn.slot("words") or "", turn.slot("note") or ""], turn.meaning)


def _wanted_at(turn: Turn, service: Service, stay: StayInfo) -> datetime | None:
    wanted: datetime | None = turn.slot("time")
    return _on_its_day(local(wanted, turn.house.time_zone), service, stay) if wanted else None


def _on_its_day(wanted: datetime, service: Service, stay: StayInfo) -> datetime:
    if not service.day:
        return wanted
    day = stay.arrival if service.day == "arrival" else stay.departure
    return datetime.combine(day, time(wanted.hour, wanted.minute), wanted.tzinfo)


def _confirmation(turn: Turn, request: ServiceRequest, department: str) -> Reply:
    """What, how many, which room, by when; then who has it, or honestly that nobody has it yet."""
    sentence = "unattended" if not department else _promise(turn, request)
    text = say(
        turn.language,
        f"service_requests.request_service.{sentence}",
        what=cards.what(turn.language, request, noted=False),
        words=" ".join(request.note.split()),
        room=request.room,
        fault=cards.is_fault(turn.language, request.service),
        wanted=cards.at(turn, turn.language, request.wanted_at) if request.wanted_at else "",
        due=cards.at(turn, turn.language, request.due_at),
        department=cards.department(turn.language, department) if department else "",
        phone=turn.house.phone,
    )
    noted = needs.noted(turn.language, request.needs)
    return Reply("\n".join(filter(None, (cards.capital(text), noted))), about=request.id)


def _promise(turn: Turn, request: ServiceRequest) -> str:
    if cards.needs_approval(turn, request):
        return "for_approval"
    return "searched" if cards.promises_answer(turn.language, request.service) else "opened"


def _which_to_cancel(turn: Turn, mine: Sequence[ServiceRequest]) -> Reply:
    if not mine:
        return Reply(say(turn.language, "service_requests.cancel_request.nothing"))
    shown = mine[-MOST_CHOICES:]
    buttons = [
        Button(
            _cancel_label(turn, each, shown), Call("cancel_request", {"service": each.service, "number": each.number})
        )
        for each in shown
    ]
    what = cards.what(turn.language, mine[0]) if len(mine) == 1 else ""
    return Reply(say(turn.language, "service_requests.cancel_request.which", what=what), buttons)


def _cancel_label(turn: Turn, request: ServiceRequest, among: Sequence[ServiceRequest]) -> str:
    """What would be cancelled; of several of one service the hour, the words or the number tells which."""
    details = [_detail(turn, each) for each in among if each.service == request.service]
    detail = _detail(turn, request) if len(details) > 1 else ""
    if detail and details.count(detail) > 1:
        detail = f"#{request.number}"
    what = cards.what(turn.language, request, noted=not detail)
    return say(turn.language, "service_requests.cancel_request.button", what=what, detail=detail)


def _detail(turn: Turn, request: ServiceRequest) -> str:
    if request.wanted_at:
        return cards.at(turn.at_property(request.property_id), turn.language, request.wanted_at)
    return cards.short(request.note) or f"#{request.number}"


def _cancelled(turn: Turn, request: ServiceRequest) -> list[Reply]:
    was_waiting = cancel(turn.db, turn.now, request)
    request = get_request(turn.db, request.number)
    if not was_waiting:
        return [Reply(notices.standings(turn, [request])[0], about=request.id)]
    what = cards.what(turn.language, request)
    text = say(turn.language, "service_requests.cancel_request.cancelled", what=what, room=request.room)
    return [Reply(cards.capital(text), about=request.id), *notices.to_assignee(turn, request, "cancelled")]


def _rated(turn: Turn) -> ServiceRequest:
    if turn.slot("number") is not None:
        return get_request(turn.db, turn.slot("number"))
    request = find_last_done(turn.db, turn.speaker.guest_id) if turn.speaker.guest_id else None
    if request is None:
        raise NotFound(what="")
    return request
