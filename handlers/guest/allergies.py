"""A guest tells an allergy or a diet by itself: it reaches the orders it concerns, else the desk, and is never lost."""

from __future__ import annotations

from dataclasses import replace

from crm.service_requests.needs import Needs, needs_of
from crm.service_requests.requests import ServiceRequest, get_request, guest_requests
from crm.service_requests.steps import change, details_of
from handlers import cards, needs, notices
from handlers.turn import Call, Question, Reply, Turn
from prompts.words import say

DESK = "ask_for_person"


def tell_needs(turn: Turn) -> list[Reply]:
    told = replace(needs_of(turn.call.slots), ages=(), money={})
    if not told:
        return [Reply(say(turn.language, "allergies.tell_needs.which"), ask=Question(Call("tell_needs"), "allergy"))]
    replies: list[Reply] = []
    left = told
    for request in guest_requests(turn.db, turn.speaker.guest_id) if turn.speaker.guest_id else []:
        added = _added(turn, request, told)
        if added:
            replies += added
            left = left.without(needs.taken(told, turn.catalogue[request.service]))
    return [*replies, *([Reply("", follow_up=Call(DESK, left.as_slots()))] if left else [])]


def _added(turn: Turn, request: ServiceRequest, told: Needs) -> list[Reply]:
    """What the guest and whoever has the request hear; nothing when it takes none of it or was finished meanwhile."""
    service = turn.catalogue.get(request.service)
    taken = needs.taken(told, service) if service else Needs()
    if service is None or not taken:
        return []
    words = str(turn.slot("note") or turn.text).strip()
    known = details_of(request).with_words([words], turn.meaning)
    details = replace(known, needs=known.needs.joined(taken))
    there = turn.at_property(request.property_id)
    if not change(turn.db, turn.now, request, service, details, there.house):
        return []
    fresh = get_request(turn.db, request.number)
    people = notices.to_assignee(there, fresh, "changed")
    text = say(
        turn.language,
        "allergies.tell_needs.added",
        what=cards.what(turn.language, fresh, noted=False),
        who=cards.capital(cards.server(turn.language, fresh, _department(there, fresh))) if people else "",
        phone=there.house.phone,
    )
    return [Reply(f"{needs.noted(turn.language, taken)}\n{text}", about=fresh.id), *people]


def _department(turn: Turn, request: ServiceRequest) -> str:
    """Who of the house was told of a request that nobody has taken."""
    return notices.people_for(turn, request.department)[1]
