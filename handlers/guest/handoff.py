"""The guest wants a person, and no longer wants one."""

from __future__ import annotations

from crm.conversations.accounts import lock_conversation
from crm.conversations.handoff_steps import ask, end, follow
from crm.conversations.handoffs import Handoff, find_open_handoff, get_handoff
from crm.conversations.messages import MessageClass
from crm.conversations.recipients import Recipient
from crm.properties.catalogue import shipped_catalogue
from crm.service_requests.needs import needs_of
from crm.service_requests.photos import add_photos
from crm.service_requests.requests import ServiceRequest
from crm.service_requests.steps import Details, cancel, open_request
from crm.stays.bookings import StayInfo, find_last_stay
from handlers import cards, handoffs, needs, notices
from handlers.parties import PERSON, party_in, talk_buttons
from handlers.turn import Call, Question, Reply, Turn
from prompts.words import say


def ask_for_person(turn: Turn) -> list[Reply]:
    """What the desk should know beside (slots of an allergy or a diet that no other request takes) goes along."""
    stay = turn.speaker.stay
    if stay is None and turn.speaker.guest_id:
        stay = find_last_stay(turn.db, turn.speaker.guest_id)
    known = _open_with(turn)
    if known is not None and not needs_of(turn.call.slots):
        if known.is_taken:
            return [Reply(say(turn.language, "handoff.ask_for_person.here"))]
        if handoffs.request_of(turn, known) is not None:
            return _asked_again(turn, known)
    return _announced(turn) if stay is None else _requested(turn, stay)


def back_to_house(turn: Turn) -> list[Reply]:
    """By the guest, who may also only have asked for a person."""
    known = _open_with(turn)
    if known is None:
        return [Reply(say(turn.language, "handoff.back_to_house.alone"))]
    if known.is_taken:
        return handoffs.ended(turn, known, "by_guest")
    lock_conversation(turn.db, turn.here)
    end(turn.db, turn.now, known, "by_guest")
    request = handoffs.request_of(turn, known)
    told = []
    if request is not None and cancel(turn.db, turn.now, request):
        told = notices.to_assignee(turn, request, "cancelled")
    return [Reply(say(turn.language, "handoff.back.by_guest", who="", waiting=False)), *told]


def _open_with(turn: Turn) -> Handoff | None:
    """What is open with the guest, who is answered from now on where they write."""
    known = find_open_handoff(turn.db, turn.here)
    return get_handoff(turn.db, known.id) if known and follow(turn.db, known, turn.here) else known


def _asked_again(turn: Turn, known: Handoff) -> list[Reply]:
    """Nothing new is opened; the desk hears that the guest still waits."""
    there = turn.at_property(known.property_id)
    party, (people, attended) = party_in(there, turn.here), handoffs.desk(there)
    told = [
        handoffs.waiting_card(
            each,
            party,
            "asked_again",
            at=cards.at(there, each.language, known.opened_at),
            words=_words(turn),
            translation=turn.meaning(_words(turn)),
        )
        for each in people
    ]
    text = say(
        turn.language,
        "handoff.ask_for_person.again",
        attended=attended,
        words=bool(_words(turn)),
        opens=handoffs.opens(there, turn.language),
        phone=there.house.phone,
    )
    return [Reply(text), *told]


def _requested(turn: Turn, stay: StayInfo) -> list[Reply]:
    turn = turn.at_property(stay.property_id)
    request = open_request(
        turn.db,
        turn.now,
        turn.catalogue.get(PERSON) or shipped_catalogue()[PERSON],
        stay,
        Details(note=_words(turn), translation=turn.meaning(_words(turn)), needs=needs_of(turn.call.slots)),
        house=turn.house,
        conversation_id=turn.here,
        inbound_id=turn.inbound_id,
        part=turn.part,
    )
    add_photos(turn.db, request, turn.attachments, of_wish=True)
    people, attended = _desk(turn)
    if request.needs:
        return [_noted(turn, request, attended), *notices.for_staff(turn, request, people, turn.attachments)]
    ask(turn.db, turn.now, stay.property_id, turn.here, request.number)
    text = say(
        turn.language,
        "handoff.ask_for_person.requested",
        attended=attended,
        told=bool(people),
        opens=handoffs.opens(turn, turn.language),
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
    people, attended = _desk(turn)
    told_needs = needs_of(turn.call.slots)
    ask(turn.db, turn.now, turn.house.id, turn.here, None)
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
            talk_buttons(each, turn.here),
            to=each,
            attachments=turn.attachments,
            message_class=MessageClass.SERVICE,
        )
        for each in people
    ]
    text = say(
        turn.language,
        "handoff.ask_for_person.announced",
        attended=attended,
        told=bool(told),
        opens=handoffs.opens(turn, turn.language),
        phone=turn.house.phone,
    )
    text = "\n".join(filter(None, (needs.noted(turn.language, told_needs), text)))
    return [Reply(text, ask=Question(Call("link_stay"), "credential")), *told]


def _desk(turn: Turn) -> tuple[list[Recipient], bool]:
    """The desk on duty, else managers on duty, else all of them at home; and whether any of them is on duty."""
    on_duty, _ = notices.people_for(turn, notices.DESK)
    return (on_duty, True) if on_duty else (notices.everybody(turn, handoffs.DESK_ROLES), False)
