"""The guest answers what the house offered instead of what was asked for."""

from __future__ import annotations

from dataclasses import replace

from crm.conversations.recipients import Recipient, staff_recipients
from crm.errors import NoStay
from crm.service_requests.levels import service_of
from crm.service_requests.offers import Offer, answer_offer, offers_to, refuse_offer, take_offer
from crm.service_requests.requests import ServiceRequest, get_request
from crm.service_requests.steps import change, details_of
from crm.staff.members import find_staff_member
from handlers import approvals, cards, notices, other_offers, outlook
from handlers.outlook import Outlook
from handlers.turn import Reply, Turn
from prompts.words import say


def accept_offer(turn: Turn) -> list[Reply]:
    """The yes confirms, as the colleague who offered it would; where that is no longer possible, the desk hears so.

    Slot `unsure`: it may have been a yes.
    """
    offer = _meant(turn)
    if offer is None:
        return [_nothing(turn)]
    turn = turn.at_property(get_request(turn.db, offer.request_number).property_id)
    request = approvals.hold(turn, offer.request_number)
    if turn.slot("unsure"):
        return [_asked_again(turn, request, offer)]
    if cards.looks_at(turn, request) not in outlook.DECIDES and not offer.words:
        return _taken(turn, request, offer)
    if not answer_offer(turn.db, turn.now, offer) or not request.is_unfinished:
        return [Reply(notices.standings(turn, [request])[0], about=request.id)]
    if offer.words:
        return other_offers.agreed(turn, request, offer)
    found = _grant(turn, request, offer)
    if found is None:
        told = notices.lines(turn, request, "offer_gone", notices.people_for(turn, request.department)[0])
        text = say(turn.language, "offers.accept_offer.gone", told=bool(told), phone=turn.house.phone)
        return [Reply(text, [cards.person_button(turn.language)], about=request.id), *told]
    fresh = get_request(turn.db, request.number)
    departure = approvals.changed_by(turn, fresh, found)["departure"]
    text = say(
        turn.language,
        "offers.accept_offer.confirmed",
        what=cards.what(turn.language, fresh),
        wanted=cards.at(turn, turn.language, fresh.wanted_at) if fresh.wanted_at else "",
        departure=cards.on(turn, turn.language, departure) if departure else "",
    )
    return [Reply(cards.capital(text), about=fresh.id), *notices.to_assignee(turn, fresh, "offer_accepted")]


def decline_offer(turn: Turn) -> list[Reply]:
    """What was asked for stays open: the desk finds another way, or says that there is none."""
    offer = _meant(turn)
    if offer is None:
        return [_nothing(turn)]
    request = get_request(turn.db, offer.request_number)
    there = turn.at_property(request.property_id)
    if not refuse_offer(turn.db, turn.now, request, offer, turn.catalogue, there.house):
        return [Reply(notices.standings(turn, [request])[0], about=request.id)]
    request = get_request(turn.db, request.number)
    told = notices.lines(there, request, "offer_declined", _concerned(there, request, offer))
    _, department = notices.people_for(there, request.department)
    text = say(
        turn.language,
        "offers.decline_offer.noted",
        what=cards.what(turn.language, request),
        due=cards.at(there, turn.language, request.due_at),
        department=cards.department(turn.language, department),
        told=bool(told),
        phone=there.house.phone,
    )
    return [Reply(cards.capital(text), about=request.id), *told]


def _taken(turn: Turn, request: ServiceRequest, offer: Offer) -> list[Reply]:
    """Of what nobody need approve: whoever has it does it as offered."""
    taken = take_offer(turn.db, turn.now, request, offer, turn.catalogue, turn.house)
    fresh = get_request(turn.db, request.number)
    if not taken:
        return [Reply(notices.standings(turn, [fresh])[0], about=request.id)]
    text = say(
        turn.language,
        "offers.accept_offer.agreed",
        what=cards.what(turn.language, fresh),
        wanted=cards.at(turn, turn.language, fresh.wanted_at) if fresh.wanted_at else "",
    )
    told = notices.lines(turn, fresh, "offer_taken", _concerned(turn, fresh, offer))
    return [Reply(cards.capital(text), about=fresh.id), *told]


def _concerned(turn: Turn, request: ServiceRequest, offer: Offer) -> list[Recipient]:
    """Whoever has it, else the department; and who offered it."""
    if cards.looks_at(turn, request) in outlook.DECIDES:
        return notices.people_for(turn, request.department)[0]
    taken = staff_recipients(turn.db, [request.assignee_id]) if request.assignee_id else []
    people = [*(taken or notices.people_for(turn, request.department)[0]), *staff_recipients(turn.db, [offer.staff_id])]
    return list({each.conversation_id: each for each in people}.values())


def _meant(turn: Turn) -> Offer | None:
    """The one whose button was pressed, while it is offered; else the only one, or the latest, that waits."""
    if turn.speaker.guest_id is None:
        raise NoStay
    number, pressed = turn.slot("number"), turn.slot("offer")
    waiting = offers_to(turn.db, turn.speaker.guest_id)
    meant = [each for each in waiting if number in (None, each.request_number) and pressed in (None, each.id)]
    return meant[-1] if meant else None


def _nothing(turn: Turn) -> Reply:
    """Pressed late: where the request stands now."""
    number = turn.slot("number")
    if number is None:
        return Reply(say(turn.language, "offers.accept_offer.nothing"), [cards.person_button(turn.language)])
    request = get_request(turn.db, number)
    return Reply(notices.standings(turn, [request])[0], about=request.id)


def _asked_again(turn: Turn, request: ServiceRequest, offer: Offer) -> Reply:
    offered = _as_offered(request, offer)
    text = say(
        turn.language,
        "offers.accept_offer.ask",
        what=cards.what(turn.language, offered),
        wanted=cards.at(turn, turn.language, offered.wanted_at) if offered.wanted_at else "",
        words=offer.words,
    )
    return Reply(cards.capital(text), other_offers.answers(turn.language, offer), about=request.id)


def _as_offered(request: ServiceRequest, offer: Offer) -> ServiceRequest:
    return replace(request, wanted_at=offer.wanted_at or request.wanted_at, quantity=offer.quantity or request.quantity)


def _grant(turn: Turn, request: ServiceRequest, offer: Offer) -> Outlook | None:
    """What it was granted on; None, and all is as it was, when the house cannot keep the offer any more."""
    offered = _as_offered(request, offer)
    found, member = outlook.look(turn, offered), find_staff_member(turn.db, offer.staff_id)
    service = service_of(turn.catalogue, request)
    if found is None or member is None or (found.obstacle and not found.may_overrule):
        return None
    change(turn.db, turn.now, request, service, details_of(offered), turn.house)
    if approvals.settle(turn, offered, found, member):
        return found
    change(turn.db, turn.now, request, service, details_of(request), turn.house)
    return None
