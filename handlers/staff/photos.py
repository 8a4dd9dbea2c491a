"""A colleague's photo goes to the request it shows; the guest receives it with the news."""

from __future__ import annotations

from collections.abc import Sequence

from crm.service_requests.photos import add_photos, tell_photos
from crm.service_requests.requests import RequestState, ServiceRequest, assigned_requests, get_request
from crm.service_requests.sharing import current_number
from crm.staff.roles import may
from handlers import cards, desk, notices, reach
from handlers.turn import Call, Question, Reply, Turn
from prompts.words import say

MOST_CHOICES = 6


def show_photo(turn: Turn) -> list[Reply]:
    """To the request with the number, else to the only one the colleague has in hand."""
    if not may(turn.member.role, "work_requests"):
        return [Reply(say(turn.language, "photos.show_photo.nothing"))]
    number, mine = turn.slot("number"), assigned_requests(turn.db, turn.member)
    request = get_request(turn.db, current_number(turn.db, number)) if number else mine[0] if len(mine) == 1 else None
    if request is None:
        return [_which(turn, mine or desk.of_my_department(turn))]
    if not turn.attachments:
        headline = cards.headline(turn.language, request)
        ask = Question(Call("show_picture", {"number": request.number}), "picture")
        return [Reply(say(turn.language, "photos.show_photo.send", headline=headline), ask=ask, about=request.id)]
    return _added(turn, request)


def _added(turn: Turn, request: ServiceRequest) -> list[Reply]:
    """What is done is news by itself; before that the photo waits for it."""
    is_done = request.state is RequestState.DONE
    if not (is_done or request.is_unfinished) or not desk.is_free_for(turn, request):
        return [desk.true_state(turn, request)]
    add_photos(turn.db, request, turn.attachments)
    untold = tell_photos(turn.db, request) if is_done else []
    told = notices.for_guest(turn, request, "photo", untold) if untold else []
    text = say(
        turn.language,
        "photos.show_photo.added",
        headline=cards.headline(turn.language, request),
        number=request.number,
        done=is_done,
        told=reach.is_heard(told),
    )
    return [Reply(text, cards.steps(turn, turn.language, request), about=request.id), *told]


def _which(turn: Turn, requests: Sequence[ServiceRequest]) -> Reply:
    """The photo goes along with the answer."""
    if not requests:
        return Reply(say(turn.language, "photos.show_photo.nothing"))
    buttons = desk.choices(turn, requests[:MOST_CHOICES], Call("show_picture"))
    ask = Question(Call("show_picture"), "number")
    return Reply(say(turn.language, "photos.show_photo.which"), buttons, ask=ask)
