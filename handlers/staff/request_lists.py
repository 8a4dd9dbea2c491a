"""What a colleague may ask about requests beside the open ones: one of them, what is late, a room's, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from crm.calendar import day_bounds, local
from crm.conversations.messages import MessageClass
from crm.conversations.recipients import recipient_in
from crm.properties.houses import room_numbers
from crm.service_requests.lookups import finished_in_room
from crm.service_requests.photos import photos_of
from crm.service_requests.punctuality import Done, done_between, share
from crm.service_requests.requests import RequestState, ServiceRequest, get_request
from crm.staff.members import names_of
from crm.staff.roles import may
from handlers import cards, desk, lists, notices
from handlers.houses import houses, under_names
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_LINES = 10
MOST_BUTTONS = 3
A_WEEK = timedelta(days=7)


def show_request(turn: Turn) -> list[Reply]:
    """One request as its card, with its photos and who changed it; what is finished says what has become of it."""
    number = turn.slot("number")
    if number is None:
        return [Reply(say(turn.language, "request_lists.show_request.ask"), ask=Question(turn.call, "number"))]
    request = get_request(turn.db, number)
    photos, state, changed = photos_of(turn.db, request), desk.true_state(turn, request), _changed(turn, request)
    if not request.is_unfinished:
        text = "\n".join([cards.headline(turn.language, request), *changed, state.text])
        return [replace(state, text=text, attachments=photos)]
    reader = replace(recipient_in(turn.db, turn.here), role=turn.member.role)
    (card,) = notices.for_staff(turn, request, [reader], photos)
    text = "\n".join([card.text, *changed, *([state.text] if request.state is not RequestState.OPEN else [])])
    label = say(turn.language, "withdrawing.withdraw_request.button")
    withdraw = Button(label, Call("withdraw_request", {"number": number}))
    buttons = [*card.buttons, withdraw] if desk.is_free_for(turn, request) else ()
    return [replace(card, text=text, buttons=buttons, to=None, message_class=MessageClass.REPLY)]


def overdue_requests(turn: Turn) -> list[Reply]:
    """What should be done by now and is not, the latest first; with several houses, in each of them."""
    found = [(there, lists.overdue(there, lists.unfinished(there, turn.member))) for there in houses(turn)]
    late = [each for _, requests in found for each in requests]
    if not late:
        return [Reply(say(turn.language, "request_lists.overdue_requests.none"))]
    groups = [
        (there, "\n".join(lists.cut(turn.language, _overdue_lines(there, requests), MOST_LINES)))
        for there, requests in found
        if requests
    ]
    title = say(turn.language, "request_lists.overdue_requests.title", count=len(late))
    return [Reply(f"{title}\n{under_names(turn, groups)}", _steps(turn, late))]


def requests_of_room(turn: Turn) -> list[Reply]:
    """What is open for a room, and what was finished there today."""
    number = turn.slot("room")
    if not number:
        return [Reply(say(turn.language, "request_lists.requests_of_room.ask"), ask=Question(turn.call, "room"))]
    known = [there for there in houses(turn) if number in room_numbers(turn.db, there.house)]
    if not known:
        return [Reply(say(turn.language, "request_lists.requests_of_room.unknown", room=number))]
    unfinished = {
        there.house.id: [each for each in lists.unfinished(there, turn.member) if each.room == number]
        for there in known
    }
    groups = [(there, _of_room(there, number, unfinished[there.house.id])) for there in known]
    return [Reply(under_names(turn, groups), _steps(turn, [each for some in unfinished.values() for each in some]))]


def work_done(turn: Turn) -> list[Reply]:
    """How much was done on a day, and how much of it on time; crm/service_requests/punctuality.py has the formula."""
    groups = [(there, _done_on(there, _day(there))) for there in houses(turn)]
    return [Reply(under_names(turn, groups))]


def _changed(turn: Turn, request: ServiceRequest) -> list[str]:
    """When what is wanted was last changed, and by whom."""
    if request.changed_at is None:
        return []
    who = names_of(turn.db, [request.changed_by]).get(request.changed_by, "") if request.changed_by else ""
    at = cards.at(turn.at_property(request.property_id), turn.language, request.changed_at)
    return [say(turn.language, "amending.amend_request.history", who=who, at=at)]


def _overdue_lines(there: Turn, requests: Sequence[ServiceRequest]) -> list[str]:
    return [lists.overdue_line(there, there.language, each) for each in requests]


def _of_room(there: Turn, number: str, unfinished: Sequence[ServiceRequest]) -> str:
    language, member = there.language, there.member
    since, _ = day_bounds(cards.today(there), there.house.time_zone)
    finished = finished_in_room(there.db, there.house.id, number, since)
    if not may(member.role, "see_all_departments"):
        finished = [each for each in finished if each.department == member.department]
    counts = {"room": number, "unfinished": len(unfinished), "finished": len(finished)}
    lines = [say(language, "request_lists.requests_of_room.title", **counts)]
    lines += lists.cut(language, [cards.line(there, language, each) for each in unfinished], MOST_LINES)
    lines += lists.cut(language, [_finished_line(there, each) for each in finished], MOST_LINES)
    return "\n".join(lines)


def _finished_line(there: Turn, request: ServiceRequest) -> str:
    assert request.finished_at is not None
    return say(
        there.language,
        "request_lists.requests_of_room.finished",
        number=request.number,
        what=cards.what(there.language, request, translated=True),
        state=request.state.value,
        at=cards.at(there, there.language, request.finished_at),
        who=request.assignee_name,
        reason=cards.reason_words(there.language, request.reason),
    )


def _day(there: Turn) -> date:
    """The day asked about, else today by the clock of the house; Tuesday is the last one, for it is over."""
    day, today = there.slot("day"), cards.today(there)
    if isinstance(day, datetime):
        day = local(day, there.house.time_zone).date()
    if not isinstance(day, date):
        return today
    return day - A_WEEK if today < day <= today + A_WEEK else day


def _done_on(there: Turn, day: date) -> str:
    language, member = there.language, there.member
    done = done_between(there.db, there.house.id, *day_bounds(day, there.house.time_zone))
    if not may(member.role, "see_all_departments"):
        done = [each for each in done if each.department == member.department]
    when = cards.on(there, language, day)
    if not done:
        return cards.capital(say(language, "request_lists.work_done.none", day=when))
    whole = Done("", sum(each.count for each in done), sum(each.on_time for each in done))
    lines = [_done_line(language, "title", whole, day=when)]
    lines += [_done_line(language, "line", each, department=_department(language, each)) for each in done]
    return "\n".join(lines if len(done) > 1 else lines[:1])


def _done_line(language: str, sentence: str, done: Done, **values: str) -> str:
    counts = {"count": done.count, "on_time": done.on_time, "share": share(done.on_time, done.count)}
    return cards.capital(say(language, f"request_lists.work_done.{sentence}", **counts, **values))


def _department(language: str, done: Done) -> str:
    return cards.role(language, done.department)


def _steps(turn: Turn, requests: Sequence[ServiceRequest]) -> list[Button]:
    """The next step of the first few, with its number."""
    return [
        button for each in requests[:MOST_BUTTONS] for button in cards.steps(turn, turn.language, each, numbered=True)
    ]
