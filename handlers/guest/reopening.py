"""The guest says that what was done is not as it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from crm.errors import NoStay
from crm.service_requests.lookups import find_last_done
from crm.service_requests.requests import ServiceRequest, get_request
from crm.service_requests.sharing import requests_of_guest
from handlers import cards, lists, notices, ordering, reopening
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say

JUST_NOW = timedelta(hours=1)  # of several, what was done last is meant
MOST_CHOICES = 6
REPAIR = "maintenance"  # the service that asks what is broken


def reopen_request(turn: Turn) -> list[Reply]:
    """By number, by service, or what was done last; what was done long ago is a new request."""
    if turn.speaker.guest_id is None:
        raise NoStay
    number, code = turn.slot("number"), turn.slot("service")
    words = str(turn.slot("text") or (turn.text if number is None else ""))
    done = reopening.reopenable(turn, code)
    meant = [each for each in done if number in (None, each.number)]
    if number is not None and not meant:
        return [Reply(notices.standings(turn, [get_request(turn.db, number)])[0])]
    under_way = requests_of_guest(turn.db, turn.speaker.guest_id) if number is None else []
    if code and lists.of_service(turn.language, under_way, code):
        return [Reply("", follow_up=Call("my_requests", {"service": code}))]
    fresh = [each for each in meant if each.finished_at and turn.now - each.finished_at <= JUST_NOW]
    meant = meant[:1] if fresh else meant
    if not meant:
        return [_new(turn, under_way, words)]
    if len(meant) > 1:
        return [_which(turn, meant, words)]
    again = reopening.taken_up_again(turn, meant[0], words)
    return again or [Reply(notices.standings(turn, [get_request(turn.db, meant[0].number)])[0])]


def _new(turn: Turn, under_way: Sequence[ServiceRequest], words: str) -> Reply:
    """What is under way is asked after; a fault that was seen to long ago, or none knows which, is reported anew."""
    if under_way and not turn.slot("service"):
        return Reply("", follow_up=Call("my_requests"))
    last = find_last_done(turn.db, turn.speaker.guest_id) if turn.speaker.guest_id else None
    is_fault = last is not None and cards.is_fault(turn.language, last.service)
    code = turn.slot("service") or (last.service if last and is_fault else None)
    stay, repair = turn.speaker.stay, turn.catalogue.get(REPAIR)
    if code is None and stay and repair and reopening.says(turn, "broken"):
        wish = Call("request_service", {"service": REPAIR})
        return ordering.ask(replace(turn, call=wish), repair, stay, "note")
    if code is None:
        return Reply(say(turn.language, "reopening.reopen_request.nothing"), [cards.person_button(turn.language)])
    return Reply("", follow_up=Call("request_service", {"service": code, "note": words}))


def _which(turn: Turn, done: Sequence[ServiceRequest], words: str) -> Reply:
    buttons = [
        Button(
            cards.capital(cards.what(turn.language, each)),
            Call("reopen_request", {"number": each.number, "text": words}),
        )
        for each in done[:MOST_CHOICES]
    ]
    return Reply(say(turn.language, "reopening.reopen_request.which"), buttons)
