"""A guest tells an allergy or a diet by itself: it reaches the orders it concerns, else the desk, and is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crm.service_requests.allergies import take_back, told_in_stay
from crm.service_requests.needs import Needs, needs_of
from crm.service_requests.requests import ServiceRequest, get_request, guest_requests
from crm.service_requests.sharing import requests_of_guest
from crm.service_requests.steps import change, details_of
from handlers import cards, needs, notices
from handlers.turn import Button, Call, Question, Reply, Turn
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


def take_back_allergy(turn: Turn) -> list[Reply]:
    """Those named, or all told in this stay; unless `sure` the guest is asked. Who told none asks for nothing."""
    stay = turn.speaker.stay
    told = told_in_stay(turn.db, stay.id)[0].allergy if stay else ()
    named = tuple(turn.slot("allergy") or told)
    meant = [code for code in told if code in named]
    if stay is None or not meant:
        return [Reply("", follow_up=Call("thank"))]
    if turn.slot("keep"):
        return [Reply(say(turn.language, "allergies.take_back_allergy.kept", things=_things(turn, told)))]
    if not turn.slot("sure"):
        return [_asked_whether(turn, meant)]
    replies = _corrected(turn, take_back(turn.db, stay.id, meant), meant)
    text = say(
        turn.language,
        "allergies.take_back_allergy.done",
        things=_things(turn, meant),
        left=_things(turn, [code for code in told if code not in meant]),
        told=bool(replies),
    )
    return [Reply(text), *replies]


def _asked_whether(turn: Turn, meant: Sequence[str]) -> Reply:
    calls = {name: Call("take_back_allergy", {"allergy": meant, name: True}) for name in ("sure", "keep")}
    labels = {name: say(turn.language, f"allergies.take_back_allergy.{name}") for name in calls}
    text = say(turn.language, "allergies.take_back_allergy.ask", things=_things(turn, meant))
    return Reply(text, [Button(labels[name], call) for name, call in calls.items()])


def _things(turn: Turn, codes: Sequence[str]) -> str:
    return needs.things(turn.language, codes, to_guest=True)


def _corrected(turn: Turn, numbers: Sequence[int], codes: Sequence[str]) -> list[Reply]:
    """Whoever has something under way that told of it hears what is true now, before the rest of it."""
    requests = [each for each in requests_of_guest(turn.db, turn.speaker.guest_id or "") if each.number in numbers]
    return [
        replace(
            reply,
            text=say(
                reply.to.language,
                "allergies.take_back_allergy.told",
                things=needs.things(reply.to.language, codes),
            )
            + f"\n{reply.text}",
        )
        for each in requests
        for reply in notices.to_assignee(turn, each, "changed")
        if reply.to is not None
    ]


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
