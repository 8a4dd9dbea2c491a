"""What was done and is not as it should be: taken up again, by whoever did it. For the handlers of guests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from crm.conversations.recipients import Recipient, leads_on_duty, staff_recipients
from crm.feedback import FeedbackKind, record_feedback
from crm.properties.catalogue import Service
from crm.service_requests.levels import service_of
from crm.service_requests.photos import add_photos, photos_of
from crm.service_requests.reopening import done_lately, reopen
from crm.service_requests.requests import ServiceRequest, get_request
from crm.service_requests.sharing import requests_of_room
from crm.staff.members import find_staff_member
from crm.stays.bookings import StayInfo
from handlers import cards, lists, notices
from handlers.said import is_said
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import LANGUAGES, say, table

TOO_OFTEN = 2  # then whoever leads hears of it, once


def reopenable(turn: Turn, code: str | None = None) -> list[ServiceRequest]:
    """What was done for the guest lately, of this service; what was approved is not done again."""
    guest_id = turn.speaker.guest_id
    done = done_lately(turn.db, guest_id, turn.now) if guest_id else []
    done = [each for each in done if not cards.needs_approval(turn, each)]
    return lists.of_service(turn.language, done, code) if code else done


def taken_up_again(turn: Turn, request: ServiceRequest, words: str, *, rated: bool = False) -> list[Reply]:
    """What the guest and the colleagues hear; nothing when it was taken up meanwhile.

    `rated`: managers hear of a low rating anyway.
    """
    there = turn.at_property(request.property_id)
    member = find_staff_member(turn.db, request.assignee_id) if request.assignee_id else None
    kept = member is not None and member.on_duty
    service = service_of(there.catalogue, request)
    if not reopen(turn.db, turn.now, request, service, there.house, _with_meaning(turn, words), kept=kept):
        return []
    fresh = get_request(turn.db, request.number)
    add_photos(turn.db, fresh, turn.attachments, of_wish=True)
    people = staff_recipients(turn.db, [member.id]) if kept and member else []
    people = people or notices.people_for(there, fresh.department)[0]
    leading = [each for each in _leading(there, fresh, rated=rated) if each not in people]
    return [
        _told_guest(there, fresh),
        *notices.for_guest(turn, fresh, "reopened", phone=there.house.phone, told=bool(people)),
        *notices.for_staff(turn, fresh, people, photos_of(turn.db, fresh, of_wish=True)),
        *notices.lines(there, fresh, "reopened_again", leading, times=fresh.reopened),
    ]


def rated_low(turn: Turn, request: ServiceRequest, words: str) -> list[Reply]:
    """What was said beside the rating is a complaint in the guest's words, also where it is too late to do it again."""
    if words:
        record_feedback(
            turn.db,
            turn.now,
            FeedbackKind.COMPLAINT,
            words,
            property_id=request.property_id,
            stay=turn.speaker.stay,
            inbound_id=turn.inbound_id,
            part=turn.part,
        )
    again = next((each for each in reopenable(turn) if each.number == request.number), None)
    return taken_up_again(turn, again, words, rated=True) if again else []


def doubted(turn: Turn, request: ServiceRequest) -> Reply:
    """Whoever says that it has not come has it taken up again; who only asks reads that it was done, and may do so."""
    call = Call("reopen_request", {"number": request.number})
    if says(turn, "undone"):
        return Reply("", follow_up=replace(call, slots={**call.slots, "text": turn.text}))
    label = say(turn.language, "reopening.reopen_request.button")
    return Reply(notices.standings(turn, [request])[0], [Button(label, call)], about=request.id)


def is_back(turn: Turn, service: Service, stay: StayInfo) -> bool:
    """Whether it is the fault that was seen to, still there or there again; what is under way is joined instead."""
    is_fault = cards.is_fault(turn.language, service.code)
    if not is_fault or turn.slot("room") not in (None, stay.room) or not says(turn, "again"):
        return False
    return not requests_of_room(turn.db, stay, service.code) and bool(reopenable(turn, service.code))


def says(turn: Turn, what: str) -> bool:
    """Whether one of these words or patterns of reopening.toml stands in the message, in whatever language."""
    if is_said(turn.text, "reopening", what, "words"):
        return True
    patterns = (pattern for each in LANGUAGES for pattern in table(each, "reopening", what).get("patterns", ()))
    return any(re.search(pattern, turn.text.casefold()) for pattern in patterns)


def _told_guest(there: Turn, request: ServiceRequest) -> Reply:
    text = say(
        there.language,
        "reopening.reopen_request.again",
        what=cards.what(there.language, request),
        room=request.room,
        who=notices.in_whose_hands(there, request),
        due=cards.at(there, there.language, request.due_at),
        phone=there.house.phone,
    )
    return Reply(cards.capital(text), about=request.id)


def _leading(there: Turn, request: ServiceRequest, *, rated: bool) -> Sequence[Recipient]:
    if request.reopened != TOO_OFTEN:
        return []
    leads = leads_on_duty(there.db, there.house.id, request.department)
    if leads or rated:
        return leads
    return notices.managers(there) or notices.everybody(there, [notices.MANAGER])


def _with_meaning(turn: Turn, words: str) -> str:
    """In the guest's words, and in the language of the house where a model has put them into it."""
    return " = ".join(filter(None, (words, turn.meaning(words))))
