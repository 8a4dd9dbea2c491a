"""Approving what was asked for: what stands against it is said, what is granted is written into the stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from crm.calendar import local
from crm.service_requests.lookups import hold_request
from crm.service_requests.offers import withdraw_offer
from crm.service_requests.requests import ServiceRequest, get_request
from crm.service_requests.steps import complete
from crm.staff.members import StaffMember
from crm.stays import room_plan
from crm.stays.bookings import get_stay
from crm.stays.room_plan import FreeRoom, hold_room
from handlers import cards, notices, outlook, reach
from handlers.outlook import Outlook
from handlers.turn import Button, Call, Moment, Question, Reply, Turn
from prompts.words import say

HOURS = ("next_arrival", "previous_stay")  # what may be overruled, so that no rule of the records stands against it


def approve(turn: Turn, number: int, *, room: str = "", note: str = "", overrule: bool = False) -> list[Reply]:
    """By the colleague who speaks: guest and colleague hear that it is confirmed, else the colleague hears why not."""
    turn = turn.at_property(get_request(turn.db, number).property_id)
    request = hold(turn, number)
    found = outlook.look(turn, request)
    if not request.is_unfinished:
        return [true_state(turn, request)]
    if found and found.obstacle and not (overrule and found.may_overrule):
        return [stopped(turn, request, found)]
    chosen = next((each for each in found.rooms if each.number == room), None) if found else None
    if found and found.rooms and chosen is None:
        return [_ask_room(turn, request, found, room)]
    if not settle(turn, request, found, turn.member, chosen):
        return [stopped(turn, request, outlook.changed(found)) if found else true_state(turn, request)]
    fresh = get_request(turn.db, number)
    changes = changed_by(turn, fresh, found)
    told = notices.for_guest(turn, fresh, "approved", note=note, **changes)
    unchecked = chosen is not None and not chosen.is_checked
    return [_approved(turn, fresh, changes, told=reach.is_heard(told), unchecked=unchecked), *told]


def hold(turn: Moment, number: int) -> ServiceRequest:
    """The request, to be decided on; of an hour of its stay nobody decides for the same room meanwhile: who leaves
    late and who arrives early do not see each other before both are granted."""
    request = hold_request(turn.db, number)
    if cards.looks_at(turn, request) in HOURS and request.stay_id is not None:
        hold_room(turn.db, get_stay(turn.db, request.stay_id))
    return request


def settle(
    turn: Moment, request: ServiceRequest, found: Outlook | None, member: StaffMember, room: FreeRoom | None = None
) -> bool:
    """Writes the held request into its stay and settles it; False, and nothing is written, when the stay resists."""
    if found and not _WRITERS[found.looks_at](turn, request, found, room):
        return False
    withdraw_offer(turn.db, turn.now, request)
    return complete(turn.db, turn.now, request, member)


def changed_by(turn: Moment, request: ServiceRequest, found: Outlook | None) -> dict[str, Any]:
    """What is new in the stay, for the sentences that say so: a day of departure, a room."""
    stay = get_stay(turn.db, request.stay_id) if found and request.stay_id else None
    is_longer = stay is not None and found is not None and stay.departure != found.stay.departure
    has_moved = stay is not None and found is not None and stay.room != found.stay.room
    departure: date | str = stay.departure if stay and is_longer else ""
    return {"departure": departure, "new_room": stay.room if stay and has_moved else ""}


def true_state(turn: Turn, request: ServiceRequest) -> Reply:
    found = outlook.look(turn, request)
    buttons = outlook.steps(turn, turn.language, request, found)
    return Reply(cards.state(turn, turn.language, request), buttons, about=request.id)


def stopped(turn: Turn, request: ServiceRequest, found: Outlook) -> Reply:
    """What stands against it, and what can be done: overrule where that is for the desk to say, offer, or not."""
    buttons = outlook.steps(turn, turn.language, request, found)
    if found.may_overrule:
        call = Call("complete_request", {"number": request.number, "overrule": True})
        buttons = [Button(say(turn.language, "cards.outlook.overrule"), call), *buttons]
    headline = cards.headline(turn.language, request)
    text = f"#{request.number} {headline}\n{outlook.obstacle(turn, turn.language, found)}"
    return Reply(text, buttons, about=request.id)


def _ask_room(turn: Turn, request: ServiceRequest, found: Outlook, room: str) -> Reply:
    text = say(
        turn.language,
        "cards.outlook.which_room",
        headline=cards.headline(turn.language, request),
        number=request.number,
        taken=room,
    )
    ask = Question(Call(outlook.OFFER, {"number": request.number}), "room")
    return Reply(text, outlook.steps(turn, turn.language, request, found), ask=ask, about=request.id)


def _approved(turn: Turn, request: ServiceRequest, changes: Mapping[str, Any], *, told: bool, unchecked: bool) -> Reply:
    departure = changes["departure"]
    text = say(
        turn.language,
        "request_desk.steps.approved",
        number=request.number,
        headline=cards.headline(turn.language, request),
        wanted=cards.at(turn, turn.language, request.wanted_at) if request.wanted_at else "",
        departure=cards.on(turn, turn.language, departure) if departure else "",
        new_room=changes["new_room"],
        unchecked=unchecked,
        told=told,
    )
    return Reply(text, about=request.id)


def _keep_room(turn: Moment, request: ServiceRequest, found: Outlook, _: FreeRoom | None) -> bool:
    if request.wanted_at is None:
        return True
    return room_plan.keep_until(turn.db, found.stay, _hour(turn, request.wanted_at))


def _expect(turn: Moment, request: ServiceRequest, found: Outlook, _: FreeRoom | None) -> bool:
    if request.wanted_at is None:
        return True
    return room_plan.expect_at(turn.db, found.stay, _hour(turn, request.wanted_at))


def _stay_longer(turn: Moment, request: ServiceRequest, found: Outlook, _: FreeRoom | None) -> bool:
    return room_plan.extend(turn.db, found.stay, outlook.departure_after(request, found.stay))


def _move(turn: Moment, request: ServiceRequest, found: Outlook, room: FreeRoom | None) -> bool:
    if room is None:
        return False
    return room_plan.move(turn.db, turn.now, found.stay, room, cards.today(turn), occasion=request.id)


def _hour(turn: Moment, at: datetime) -> str:
    return f"{local(at, turn.house.time_zone):%H:%M}"


_WRITERS: Mapping[str, Callable[[Moment, ServiceRequest, Outlook, FreeRoom | None], bool]] = {
    "next_arrival": _keep_room,
    "following_stays": _stay_longer,
    "free_rooms": _move,
    "previous_stay": _expect,
}
