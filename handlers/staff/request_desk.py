"""Staff at work: what is open, and each step of a request. A step pressed late only shows the true state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crm.errors import NotAllowed
from crm.service_requests.photos import add_photos, photos_of, tell_photos
from crm.service_requests.requests import (
    RequestState,
    ServiceRequest,
    assigned_requests,
    get_request,
)
from crm.service_requests.steps import accept, complete, decline, start, wait_for_guest
from crm.staff.roles import may
from handlers import approvals, cards, desk, notices, quiet, reach
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say, table

AT_THE_DOOR = ("no_answer", "do_not_disturb", "guest_away")


def open_requests(turn: Turn) -> list[Reply]:
    """By due time, so that what is late comes first; of one department, or of a room, where it is named."""
    if turn.slot("room"):
        return [Reply("", follow_up=Call("requests_of_room", {"room": turn.slot("room")}))]
    named = turn.slot("department")
    if named not in (None, turn.member.department) and not may(turn.member.role, "see_all_departments"):
        raise NotAllowed
    found = [each for each in desk.of_my_department(turn) if named in (None, each.department)]
    return [desk.listed(turn, found, "open_requests", department=cards.role(turn.language, named) if named else "")]


def my_tasks(turn: Turn) -> list[Reply]:
    return [desk.listed(turn, assigned_requests(turn.db, turn.member), "my_tasks")]


def accept_request(turn: Turn) -> list[Reply]:
    waiting = [each for each in desk.of_my_department(turn) if each.state is RequestState.OPEN]
    request = desk.meant(turn, waiting)
    if request is None:
        return [desk.listed(turn, waiting, "accept_request")]
    return _taken(turn, request, accept(turn.db, turn.now, request, turn.member), "accepted")


def start_request(turn: Turn) -> list[Reply]:
    mine = assigned_requests(turn.db, turn.member)
    waiting = [each for each in mine if each.state is RequestState.ACCEPTED]
    request = desk.meant(turn, waiting or _untaken(turn, mine))
    if request is None:
        return [desk.listed(turn, mine, "my_tasks")]
    return _taken(turn, request, start(turn.db, turn.now, request, turn.member), "on_the_way")


def _untaken(turn: Turn, mine: Sequence[ServiceRequest]) -> list[ServiceRequest]:
    """Who has nothing and is on the way goes to what nobody has taken yet."""
    if mine:
        return []
    return [each for each in desk.of_my_department(turn) if each.state is RequestState.OPEN]


def complete_request(turn: Turn) -> list[Reply]:
    """A note and photos are told to the guest together with the news."""
    mine = assigned_requests(turn.db, turn.member)
    request = desk.meant(turn, mine)
    if request is None:
        return [_which_is_done(turn, mine)]
    note = turn.slot("note") or ""
    if cards.needs_approval(turn, request):
        return approvals.approve(turn, request.number, note=note, overrule=bool(turn.slot("overrule")))
    done = complete(turn.db, turn.now, request, turn.member)
    if done:
        add_photos(turn.db, request, turn.attachments)
    photos = tell_photos(turn.db, request) if done else []
    replies = _taken(turn, request, done, "done", photos=photos, note=note)
    if done and not photos and len(replies) > 1:
        label = say(turn.language, "photos.show_photo.add")
        button = Button(label, Call("show_picture", {"number": request.number}))
        replies[0] = replace(replies[0], buttons=[*replies[0].buttons, button])
    return replies


def _which_is_done(turn: Turn, mine: Sequence[ServiceRequest]) -> Reply:
    """A photo that came along waits for the answer."""
    listed = desk.listed(turn, mine, "my_tasks", step="complete")
    if not turn.attachments or not mine:
        return listed
    return replace(listed, ask=Question(Call("complete_request", dict(turn.call.slots)), "number"))


def decline_request(turn: Turn) -> list[Reply]:
    """The guest hears why, and the desk hears that it must find another way; a closed door only waits for the guest."""
    mine = assigned_requests(turn.db, turn.member)
    request = desk.meant(turn, mine)
    if request is None:
        return [desk.listed(turn, mine, "my_tasks", step="decline")]
    if not request.is_unfinished or not desk.is_free_for(turn, request):
        return [desk.true_state(turn, request)]
    reason = turn.slot("reason")
    if not reason:
        return [_ask_reason(turn, request)]
    if reason in AT_THE_DOOR and request.guest_id is not None:
        waits = wait_for_guest(turn.db, turn.now, request, turn.member, reason)
        return _taken(turn, request, waits, "waiting", reason_code=reason)
    declined = decline(turn.db, turn.now, request, turn.member, reason)
    there = turn.at_property(request.property_id)
    people = notices.people_for(there, notices.DESK)[0]
    told = _taken(turn, request, declined, "cannot", desk=bool(people), phone=there.house.phone)
    if declined:
        photos = photos_of(turn.db, request, of_wish=True)
        told += notices.lines(turn, get_request(turn.db, request.number), "declined", people, photos)
    return told


def _taken(turn: Turn, request: ServiceRequest, changed: bool, sentence: str, **values: Any) -> list[Reply]:
    """What staff and guest hear after a step; when somebody was faster, only what is true now."""
    fresh = get_request(turn.db, request.number)
    if not changed:
        return [desk.true_state(turn, fresh)]
    told = notices.for_guest(turn, fresh, sentence, **values)
    turn = turn.at_property(fresh.property_id)
    text = say(
        turn.language,
        f"request_desk.steps.{sentence}",
        number=fresh.number,
        headline=cards.headline(turn.language, fresh),
        due=cards.at(turn, turn.language, fresh.due_at),
        wanted=cards.at(turn, turn.language, fresh.wanted_at) if fresh.wanted_at else "",
        told=reach.is_heard(told),
    )
    return [Reply(text, cards.steps(turn, turn.language, fresh), about=fresh.id), *told]


def _ask_reason(turn: Turn, request: ServiceRequest) -> Reply:
    call = {"number": request.number}
    reasons = dict(table(turn.language, "cards", "reasons"))
    is_behind_a_door = request.department in quiet.IN_THE_ROOM and request.guest_id is not None
    if not is_behind_a_door or cards.needs_approval(turn, request):
        reasons = {code: words for code, words in reasons.items() if code not in AT_THE_DOOR}
    buttons = [
        Button(cards.capital(words), Call("decline_request", {**call, "reason": code}))
        for code, words in reasons.items()
    ]
    text = say(
        turn.language,
        "request_desk.decline_request.ask",
        headline=cards.headline(turn.language, request),
        by_house=request.guest_id is None,
    )
    return Reply(text, buttons, ask=Question(Call("decline_request", call), "reason"), about=request.id)
