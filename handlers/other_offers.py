"""Something else than was asked for, in a colleague's own words: the guest is asked, and their yes is passed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from crm.calendar import local
from crm.service_requests.clock import note_clock
from crm.service_requests.levels import promise, service_of
from crm.service_requests.offers import Offer, make_offer
from crm.service_requests.requests import RequestState, ServiceRequest, get_request
from crm.service_requests.steps import accept, change, details_of
from handlers import cards, notices, reach
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say

ANSWERS = ("accept_offer", "decline_offer")
STANDS = timedelta(minutes=30)  # then whoever offered it is reminded that the guest has not answered


def offered(turn: Turn, request: ServiceRequest, words: str) -> list[Reply]:
    """The held request goes to the colleague, and the guest is asked whether this will do."""
    if request.state is RequestState.OPEN:
        accept(turn.db, turn.now, request, turn.member)
    wanted = _hour(turn, request)
    offer = make_offer(turn.db, turn.now, request, turn.member, wanted_at=wanted, words=words, until=turn.now + STANDS)
    asked = notices.for_guest(turn, get_request(turn.db, request.number), "offer_in_words", words=words)
    text = say(
        turn.language,
        "offers.make_offer.in_words",
        number=request.number,
        headline=cards.headline(turn.language, request),
        words=words,
        told=reach.is_heard(asked),
        waiting=bool(asked),
    )
    return [Reply(text, about=request.id), *with_answers(asked, offer)]


def with_answers(asked: Sequence[Reply], offer: Offer) -> list[Reply]:
    """The question to the guest, to be answered by a tap."""
    return [replace(each, buttons=answers(each.to.language, offer)) for each in asked if each.to is not None]


def answers(language: str, offer: Offer) -> list[Button]:
    slots = {"number": offer.request_number, "offer": offer.id}
    return [Button(say(language, f"offers.{name}.button"), Call(name, slots)) for name in ANSWERS]


def agreed(turn: Turn, request: ServiceRequest, offer: Offer) -> list[Reply]:
    """What was offered belongs to the request from now on; whoever has it goes on, and the promise begins anew."""
    service = service_of(turn.catalogue, request)
    note = say(turn.language, "offers.accept_offer.note", words=offer.words)
    known = details_of(request)
    details = replace(known.with_words([note], turn.meaning), wanted_at=offer.wanted_at or known.wanted_at)
    change(turn.db, turn.now, request, service, details, turn.house)
    if details.wanted_at is None:
        _, due_at = promise(turn.house, service, turn.now, None)
        note_clock(turn.db, request.number, due_at=due_at)
    fresh = get_request(turn.db, request.number)
    text = say(
        turn.language,
        "offers.accept_offer.agreed_in_words",
        what=cards.what(turn.language, fresh, noted=False),
        words=offer.words,
        wanted=cards.at(turn, turn.language, fresh.wanted_at) if fresh.wanted_at else "",
        approval=service.needs_approval,
    )
    return [Reply(cards.capital(text), about=fresh.id), *notices.to_assignee(turn, fresh, "offer_agreed")]


def _hour(turn: Turn, request: ServiceRequest) -> datetime | None:
    """The hour that was named, on the day that was wanted; nothing where none was wanted, or it is over."""
    named: datetime | None = turn.slot("time")
    if named is None or request.wanted_at is None:
        return None
    named, wanted = (local(each, turn.house.time_zone) for each in (named, request.wanted_at))
    hours = {named.hour, (named.hour + 12) % 24} if turn.slot("either_half") else {named.hour}
    meant = [datetime.combine(wanted.date(), time(hour, named.minute), wanted.tzinfo) for hour in hours]
    at = min(meant, key=lambda each: abs(each - wanted))
    return at if at > turn.now else None
