"""The guest wants a person."""

from __future__ import annotations

from crm.conversations.messages import MessageClass
from crm.properties.catalogue import shipped_catalogue
from crm.service_requests.needs import needs_of
from crm.service_requests.requests import ServiceRequest
from crm.service_requests.steps import Details, open_request
from crm.stays.bookings import StayInfo, find_last_stay
from handlers import cards, needs, notices
from handlers.turn import Call, Question, Reply, Turn
from prompts.words import say

SERVICE = "person"
ROLES_OF_THE_DESK = (notices.DESK, notices.MANAGER)


def ask_for_person(turn: Turn) -> list[Reply]:
    """What the desk should know beside (slots of an allergy or a diet that no other request takes) goes along."""
    stay = turn.speaker.stay
    if stay is None and turn.speaker.guest_id:
        stay = find_last_stay(turn.db, turn.speaker.guest_id)
    return _announced(turn) if stay is None else _requested(turn, stay)


def _requested(turn: Turn, stay: StayInfo) -> list[Reply]:
    turn = turn.at_property(stay.property_id)
    request = open_request(
        turn.db,
        turn.now,
        turn.catalogue.get(SERVICE) or shipped_catalogue()[SERVICE],
        stay,
        Details(note=_words(turn), translation=turn.meaning(_words(turn)), needs=needs_of(turn.call.slots)),
        house=turn.house,
        conversation_id=turn.speaker.conversation_id,
        inbound_id=turn.inbound_id,
        part=turn.part,
    )
    people, _ = notices.people_for(turn, request.department)
    if request.needs:
        return [_noted(turn, request, bool(people)), *notices.for_staff(turn, request, people, turn.attachments)]
    text = say(
        turn.language,
        "handoff.ask_for_person.requested",
        attended=bool(people),
        room=stay.room if stay.is_in_house else "",
        due=cards.at(turn, turn.language, request.due_at),
        phone=turn.house.phone,
    )
    return [Reply(text, about=request.id), *notices.for_staff(turn, request, people, turn.attachments)]


def _noted(turn: Turn, request: ServiceRequest, attended: bool) -> Reply:
    text = say(turn.language, "handoff.ask_for_person.noted", attended=attended, phone=turn.house.phone)
    return Reply(f"{needs.noted(turn.language, request.needs)}\n{text}", about=request.id)


def _words(turn: Turn) -> str:
    """What the guest wrote; the label of a pressed button says nothing."""
    return "" if turn.text == cards.person_button(turn.language).label else turn.text


def _announced(turn: Turn) -> list[Reply]:
    """Nobody knows yet who is asking, so there is no request; the desk hears it nevertheless."""
    on_duty, _ = notices.people_for(turn, notices.DESK)
    people = on_duty or notices.everybody(turn, ROLES_OF_THE_DESK)
    told_needs = needs_of(turn.call.slots)
    told = [
        Reply(
            say(
                each.language,
                "cards.staff.stranger_asks",
                name=turn.speaker.name,
                channel=turn.speaker.channel,
                needs=needs.card(each.language, told_needs),
                words=_words(turn),
                translation=turn.meaning(_words(turn)),
            ),
            to=each,
            attachments=turn.attachments,
            message_class=MessageClass.SERVICE,
        )
        for each in people
    ]
    text = say(
        turn.language,
        "handoff.ask_for_person.announced",
        attended=bool(on_duty),
        told=bool(told),
        phone=turn.house.phone,
    )
    text = "\n".join(filter(None, (needs.noted(turn.language, told_needs), text)))
    return [Reply(text, ask=Question(Call("link_stay"), "credential")), *told]
