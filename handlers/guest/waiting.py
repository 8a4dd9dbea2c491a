"""The guest says when we may come: what waited for it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crm.errors import NoStay
from crm.service_requests.levels import service_of
from crm.service_requests.requests import RequestState, ServiceRequest, get_request
from crm.service_requests.sharing import requests_of_guest
from crm.service_requests.steps import resume
from handlers import cards, notices
from handlers.turn import Call, Question, Reply, Turn
from prompts.words import say


def resume_request(turn: Turn) -> list[Reply]:
    """All that waits, or the one of a number or a service; `now` or a time, else it asks for one."""
    if turn.speaker.guest_id is None:
        raise NoStay
    mine = requests_of_guest(turn.db, turn.speaker.guest_id)
    number, code = turn.slot("number"), turn.slot("service")
    waiting = [each for each in mine if each.state is RequestState.WAITING and code in (None, each.service)]
    meant = [each for each in waiting if number in (None, each.number)]
    if not meant:
        return [_nothing_waits(turn, mine)]
    over = cards.over(turn, turn.slot("time"))
    if over or (number is not None and not turn.slot("now") and turn.slot("time") is None):
        text = " ".join(filter(None, (over, say(turn.language, "waiting.resume_request.when"))))
        call = Call("resume_request", {"number": number} if number is not None else {})
        return [Reply(text, ask=Question(call, "time"))]
    return [reply for each in meant for reply in _resumed(turn, each)]


def _nothing_waits(turn: Turn, mine: Sequence[ServiceRequest]) -> Reply:
    """Where the requests stand, for "come now" is also said by who has waited too long; or a person, who comes."""
    if not mine and turn.slot("number") is None:
        return Reply("", follow_up=Call("ask_for_person"))
    text = say(turn.language, "waiting.resume_request.nothing", standings=notices.standings(turn, mine))
    return Reply(text, [cards.person_button(turn.language)])


def _resumed(turn: Turn, request: ServiceRequest) -> list[Reply]:
    there = turn.at_property(request.property_id)
    wanted_at = turn.slot("time")
    resume(turn.db, turn.now, request, service_of(turn.catalogue, request), wanted_at)
    fresh = get_request(turn.db, request.number)
    told = notices.to_assignee(there, fresh, "resumed")
    text = say(
        turn.language,
        "waiting.resume_request.done",
        what=cards.what(turn.language, fresh),
        wanted=cards.at(there, turn.language, wanted_at) if wanted_at else "",
        due=cards.at(there, turn.language, fresh.due_at),
        attended=bool(told),
        phone=there.house.phone,
    )
    return [Reply(cards.capital(text), about=fresh.id), *(replace(each, attachments=turn.attachments) for each in told)]
