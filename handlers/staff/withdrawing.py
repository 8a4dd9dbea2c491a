"""A colleague cancels what a guest asked for: the guest hears it with the reason, whoever had it is told."""

from __future__ import annotations

from dataclasses import replace

from crm.conversations.handoffs import find_open_handoff
from crm.conversations.recipients import recipient_in
from crm.service_requests.hands import withdraw
from crm.service_requests.lookups import hold_request
from crm.service_requests.offers import withdraw_offer
from crm.service_requests.requests import RequestState, ServiceRequest, get_request
from handlers import audit, cards, desk, notices, reach
from handlers.parties import PERSON, talk_buttons
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say, table

WISH = "guest_wish"  # the reason where the guest wants it no more


def withdraw_request(turn: Turn) -> list[Reply]:
    """By number, or by room and service. The reason is asked for, unless the guest wants it no more.

    Slot `sure`: also what others are to do, or are under way with.
    """
    found = desk.named(turn)
    if len(found) != 1:
        return [desk.which(turn, found)]
    turn = turn.at_property(found[0].property_id)
    request = hold_request(turn.db, found[0].number)
    if not request.is_unfinished:
        return [desk.true_state(turn, request)]
    if in_talk := _in_talk(turn, request):
        return [in_talk]
    reason = turn.slot("reason") or (WISH if desk.is_wished(turn) else "")
    if not reason:
        return [_ask_reason(turn, request)]
    if not (turn.slot("sure") or _is_own(turn, request)):
        return [_ask_whether(turn, request, reason)]
    return _withdrawn(turn, request, reason)


def _in_talk(turn: Turn, request: ServiceRequest) -> Reply | None:
    """A guest who waits for a person, or talks with one, is answered; only then it is over."""
    place = request.conversation_id
    held = find_open_handoff(turn.db, place) if place and request.service == PERSON else None
    if place is None or held is None or held.request_number != request.number:
        return None
    text = say(
        turn.language,
        "withdrawing.withdraw_request.in_talk",
        headline=cards.headline(turn.language, request),
        number=request.number,
        who=held.staff_name if held.is_taken else "",
    )
    reader = replace(recipient_in(turn.db, turn.here), role=turn.member.role)
    return Reply(text, talk_buttons(reader, place), about=request.id)


def _is_own(turn: Turn, request: ServiceRequest) -> bool:
    """Whether it is work of the own department that nobody else is under way with; all work is a manager's own."""
    is_theirs = turn.member.role == notices.MANAGER or request.department == turn.member.department
    is_begun = request.state is RequestState.ON_THE_WAY and request.assignee_id != turn.member.id
    return is_theirs and not is_begun


def _ask_reason(turn: Turn, request: ServiceRequest) -> Reply:
    call, by_house = {"number": request.number}, request.guest_id is None
    reasons = table(turn.language, "cards", "withdrawals").items()
    buttons = [
        Button(cards.capital(words), Call("withdraw_request", {**call, "reason": code}))
        for code, words in reasons
        if code != WISH or not by_house
    ]
    text = say(
        turn.language,
        "withdrawing.withdraw_request.ask",
        headline=cards.headline(turn.language, request),
        number=request.number,
        by_house=by_house,
    )
    return Reply(text, buttons, ask=Question(Call("withdraw_request", call), "reason"), about=request.id)


def _ask_whether(turn: Turn, request: ServiceRequest, reason: str) -> Reply:
    """Who is to do it, or does it already."""
    text = say(
        turn.language,
        "withdrawing.withdraw_request.whether",
        headline=cards.headline(turn.language, request),
        department=cards.department(turn.language, request.department),
        state=cards.state(turn, turn.language, request),
    )
    slots = {"number": request.number, "reason": reason, "sure": True}
    if reason != WISH and desk.is_wished(turn, reason):
        slots["wish"] = True
    button = Button(say(turn.language, "withdrawing.withdraw_request.sure"), Call("withdraw_request", slots))
    return Reply(cards.capital(text), [button], about=request.id)


def _withdrawn(turn: Turn, request: ServiceRequest, reason: str) -> list[Reply]:
    if not withdraw(turn.db, turn.now, request, turn.member, reason):
        return [desk.true_state(turn, get_request(turn.db, request.number))]
    withdraw_offer(turn.db, turn.now, request)
    audit.act(turn, f"request:{request.id}", request.property_id)
    fresh, is_wish = get_request(turn.db, request.number), reason == WISH or desk.is_wished(turn, reason)
    told = notices.for_guest(turn, fresh, "withdrawn", wish=is_wish, phone=turn.house.phone)
    text = say(
        turn.language,
        "withdrawing.withdraw_request.done",
        headline=cards.headline(turn.language, fresh),
        number=fresh.number,
        told=reach.is_heard(told),
        untold=not told and not is_wish and fresh.guest_id is not None,
    )
    people = desk.whoever_has(turn, request)
    return [Reply(text, about=fresh.id), *notices.lines(turn, fresh, "withdrawn", people), *told]
