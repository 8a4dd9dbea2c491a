"""What colleagues read of requests: which one is meant, lists of them, and what is true of one. For the handlers."""

from __future__ import annotations

from collections.abc import Sequence

from crm.conversations.recipients import Recipient, staff_recipients
from crm.errors import OtherDepartment
from crm.service_requests.requests import ServiceRequest, find_request, get_request, unfinished_requests
from crm.staff.roles import may
from handlers import cards, lists, notices
from handlers.houses import houses, under_names
from handlers.said import is_said
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say, table

MOST_LINES = 10
MOST_BUTTONS = 3


def meant(turn: Turn, candidates: Sequence[ServiceRequest]) -> ServiceRequest | None:
    """The request with the number that was said, or of the room that has it, else the only one it can be."""
    number = turn.slot("number")
    if number is None:
        return candidates[0] if len(candidates) == 1 else None
    found = find_request(turn.db, number)
    if found is None or not found.is_unfinished:  # 303 done: colleagues speak of rooms
        there = [each for each in candidates or of_my_department(turn) if each.room == str(number)]
        if there:
            return there[0] if len(there) == 1 else None
    return found or get_request(turn.db, number)


def named(turn: Turn) -> list[ServiceRequest]:
    """By number, else what is under way in the room, of the service where one was named, or all of that service.

    Raises NotFound of an unknown number, OtherDepartment where it is the work of others.
    """
    number = turn.slot("number")
    found = find_request(turn.db, number) if number is not None else None
    if found is not None and found.is_unfinished:
        return [found]
    room = str(number) if number is not None else turn.slot("room")
    there = _of(turn, room, of_my_department(turn))
    if there or (number is None and not room):
        return there
    others = _of(turn, room, [each for id_ in turn.member.property_ids for each in unfinished_requests(turn.db, id_)])
    if others:
        raise OtherDepartment(what=f"#{others[0].number}", department=others[0].department)
    return [get_request(turn.db, number)] if number is not None else []


def which(turn: Turn, requests: Sequence[ServiceRequest]) -> Reply:
    """The same, said of one of these."""
    if not requests:
        code = turn.slot("service")
        service = cards.service_name(turn.language, code) if code else ""
        text = say(turn.language, "withdrawing.meant.nothing", room=turn.slot("room") or "", service=service)
        return Reply(cards.capital(text))
    said = {name: value for name, value in turn.call.slots.items() if name != "room"}
    said |= {"wish": True} if is_wished(turn) else {}
    buttons = choices(turn, requests[:MOST_LINES], Call(turn.call.intent, said))
    return Reply(say(turn.language, "withdrawing.meant.which", count=len(requests)), buttons)


def choices(turn: Turn, requests: Sequence[ServiceRequest], call: Call) -> list[Button]:
    """A button for each, which makes the call of that one."""
    return [
        Button(
            f"#{each.number} {cards.headline(turn.language, each)}",
            Call(call.intent, {**call.slots, "number": each.number}),
        )
        for each in requests
    ]


def is_wished(turn: Turn, words: str = "") -> bool:
    """Whether the colleague says that the guest wants it so: 客人说, the guest wants."""
    return bool(turn.slot("wish")) or is_said(f"{turn.text} {words}", "withdrawing", "sentence", "wish")


def whoever_has(turn: Turn, request: ServiceRequest) -> list[Recipient]:
    """Who has taken it, else those it was offered to, but for whoever speaks."""
    if request.assignee_id is None:
        return notices.people_for(turn.at_property(request.property_id), request.department)[0]
    taken = staff_recipients(turn.db, [request.assignee_id])
    return [each for each in taken if each.conversation_id != turn.here]


def of_my_department(turn: Turn) -> list[ServiceRequest]:
    member = turn.member
    department = "" if may(member.role, "see_all_departments") else member.department
    found = [each for id_ in member.property_ids for each in unfinished_requests(turn.db, id_, department)]
    return sorted(found, key=lambda each: (each.due_at, each.number))


def is_free_for(turn: Turn, request: ServiceRequest) -> bool:
    return request.assignee_id in (None, turn.member.id) or may(turn.member.role, "see_all_departments")


def true_state(turn: Turn, request: ServiceRequest) -> Reply:
    buttons = cards.steps(turn, turn.language, request) if is_free_for(turn, request) else []
    return Reply(cards.state(turn, turn.language, request), buttons, about=request.id)


def listed(
    turn: Turn, requests: Sequence[ServiceRequest], intent: str, *, department: str = "", step: str = ""
) -> Reply:
    """With a button for each: its next step, or the one that was named, with all that was said of it."""
    values = {"department": cards.capital(department)}
    if not requests:
        return Reply(say(turn.language, f"request_desk.{intent}.none", **values))
    overdue = len(lists.overdue(turn, requests))
    lines = [say(turn.language, f"request_desk.{intent}.title", count=len(requests), overdue=overdue, **values)]
    lines.append(under_names(turn, _groups(turn, requests[:MOST_LINES])))
    if len(requests) > MOST_LINES:
        lines.append(say(turn.language, "common.lists.more", count=len(requests) - MOST_LINES))
    buttons = [button for each in requests[:MOST_BUTTONS] for button in _next(turn, each, step)]
    return Reply("\n".join(lines), buttons)


def _of(turn: Turn, room: str | None, requests: Sequence[ServiceRequest]) -> list[ServiceRequest]:
    there = [each for each in requests if not room or room in (each.room, each.room_now)]
    service = turn.slot("service")
    return lists.of_service(turn.language, there, service) if service else there


def _next(turn: Turn, request: ServiceRequest, step: str) -> list[Button]:
    if not step:
        return cards.steps(turn, turn.language, request, numbered=True)
    label = f"{table(turn.language, 'cards', 'steps')[step]} #{request.number}"
    return [Button(label, Call(cards.STEPS[step], {**turn.call.slots, "number": request.number}))]


def _groups(turn: Turn, requests: Sequence[ServiceRequest]) -> list[tuple[Turn, str]]:
    """The lines of each house that has any."""
    groups = []
    for there in houses(turn):
        here = [cards.line(there, turn.language, each) for each in requests if each.property_id == there.house.id]
        if here:
            groups.append((there, "\n".join(here)))
    return groups
