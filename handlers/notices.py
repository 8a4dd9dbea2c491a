"""Who hears of a service request and what they hear: cards for staff, news for the guest. Shared by the handlers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from crm.conversations.messages import Attachment, MessageClass
from crm.conversations.reachability import told_in
from crm.conversations.recipients import Recipient, on_duty, staff_recipients
from crm.service_requests.requests import RequestState, ServiceRequest
from crm.service_requests.sharing import conversations_of
from crm.staff.members import staff_of
from crm.staff.roles import matrix, may
from handlers import cards, needs, outlook, parties, quiet
from handlers.outlook import Outlook
from handlers.turn import Button, Call, Moment, Reply, Turn
from prompts.words import say, table

DESK, MANAGER = "front_desk", "manager"

Hands = dict[tuple[str, str], str]  # house and department of a request → the department that has it, or nothing


def people_for(turn: Moment, department: str) -> tuple[list[Recipient], str]:
    """Who on duty hears of this department's work: its own people, else the desk, else managers; and which it was."""
    for name in dict.fromkeys((department, DESK)):
        if people := _others(turn, on_duty(turn.db, turn.house.id, department=name)):
            return people, name
    return managers(turn), MANAGER


def managers(turn: Moment) -> list[Recipient]:
    """Who on duty hears complaints."""
    found = (on_duty(turn.db, turn.house.id, role=role) for role in sorted(matrix()["hear_complaints"]))
    return _others(turn, [each for some in found for each in some])


def alarmed(turn: Moment) -> list[Recipient]:
    """Who hears of an emergency: the desk on duty and every manager; where there is neither, everybody."""
    desk = _others(turn, on_duty(turn.db, turn.house.id, department=DESK))
    return [*desk, *everybody(turn, [MANAGER])] or everybody(turn, matrix()["staff_help"])


def everybody(turn: Moment, roles: Collection[str]) -> list[Recipient]:
    """All who have one of these roles, on duty or not: for what must not stay unseen."""
    members = [each.id for each in staff_of(turn.db, turn.house.id) if each.role in roles]
    return _others(turn, staff_recipients(turn.db, members))


def for_staff(
    turn: Moment, request: ServiceRequest, people: Sequence[Recipient], photos: Sequence[Attachment]
) -> list[Reply]:
    """The request as a card for each of them, with the steps as buttons and the photos that came with the wish."""
    turn = turn.at_property(request.property_id)
    found = outlook.look(turn, request)
    told, still = _outlooks(turn, people, found), quiet.of(turn, request)
    return [
        Reply(
            say(
                each.language,
                "cards.request.card",
                headline=cards.headline(each.language, request, noted=False),
                elder=request.elder_mode,
                needs=needs.card(each.language, request.needs),
                quiet=quiet.warning(turn, each.language, still),
                due=cards.at(turn, each.language, request.due_at),
                late=cards.late(turn, each.language, request),
                reopened=request.reopened,
                rating=request.first_rating or 0,
                reason=cards.reason_words(each.language, request.reason),
                wanted=cards.at(turn, each.language, request.wanted_at) if request.wanted_at else "",
                approval=cards.needs_approval(turn, request),
                number=request.number,
                note=request.note,
                translation=request.translation,
                outlook=told.get(each.conversation_id, ""),
            ),
            buttons=parties.card_buttons(each, request, outlook.steps(turn, each.language, request, found)),
            to=each,
            about=request.id,
            attachments=photos,
            message_class=MessageClass.SERVICE,
        )
        for each in people
    ]


def to_assignee(turn: Moment, request: ServiceRequest, sentence: str) -> list[Reply]:
    """A line for whoever has taken the request, else for the people it was offered to."""
    turn = turn.at_property(request.property_id)
    taken = staff_recipients(turn.db, [request.assignee_id]) if request.assignee_id else []
    return lines(turn, request, sentence, _others(turn, taken) or people_for(turn, request.department)[0])


def lines(
    turn: Moment,
    request: ServiceRequest,
    sentence: str,
    people: Sequence[Recipient],
    photos: Sequence[Attachment] = (),
    **values: Any,
) -> list[Reply]:
    """A line about the request for each of them; `sentence` is a key of cards.toml [staff]."""
    found = outlook.look(turn, request)
    told = _outlooks(turn, people, found)
    return [
        Reply(
            say(
                each.language,
                f"cards.staff.{sentence}",
                headline=cards.headline(each.language, request),
                needs=needs.card(each.language, request.needs),
                number=request.number,
                who=request.assignee_name,
                department=cards.department(each.language, request.department),
                reason=cards.reason_words(each.language, request.reason),
                late=cards.lateness(each.language, turn.now - request.due_at),
                due=cards.at(turn, each.language, request.due_at),
                wanted=cards.at(turn, each.language, request.wanted_at) if request.wanted_at else "",
                words=request.note,
                translation=request.translation,
                outlook=told.get(each.conversation_id, ""),
                by_house=request.guest_id is None,
                **{"by": "", **values},
            ),
            buttons=outlook.steps(turn, each.language, request, found),
            to=each,
            about=request.id,
            attachments=photos,
            message_class=MessageClass.SERVICE,
        )
        for each in people
    ]


def for_guest(
    turn: Moment, request: ServiceRequest, sentence: str, photos: Sequence[Attachment] = (), **values: Any
) -> list[Reply]:
    """News for every guest who asked for it, once, but for whoever speaks; `sentence` is a key of cards.toml [guest].

    A day or an instant among the values is told as the guest says it.
    """
    there = turn.at_property(request.property_id)
    guests = told_in(turn.db, turn.now, conversations_of(turn.db, request))
    return [_news(there, request, each, sentence, photos, **values) for each in guests if not turn.is_spoken_by(each)]


def _news(
    turn: Moment, request: ServiceRequest, guest: Recipient, sentence: str, photos: Sequence[Attachment], **values: Any
) -> Reply:
    text = say(
        guest.language,
        f"cards.guest.{sentence}",
        what=cards.what(guest.language, request),
        room=request.room,
        due=cards.at(turn, guest.language, request.promise) if request.promise > turn.now else "",
        wanted=cards.at(turn, guest.language, request.wanted_at) if request.wanted_at else "",
        reason=cards.reason_words(guest.language, request.reason),
        who=cards.server(guest.language, request),
        state=request.state.value,
        approval=cards.needs_approval(turn, request),
        contact=cards.promises_contact(guest.language, request.service),
        **{name: _said(turn, guest.language, value) for name, value in values.items()},
    )
    buttons = [] if sentence in ("approved", "found") else _buttons(guest.language, request)
    kind = MessageClass.SERVICE
    return Reply(cards.capital(text), buttons, guest, about=request.id, attachments=photos, message_class=kind)


def _buttons(language: str, request: ServiceRequest) -> list[Button]:
    """What the guest can do next: rate what is done, say when what waits for them may be brought."""
    if request.state is RequestState.DONE:
        return cards.rating_buttons(request)
    if request.state is not RequestState.WAITING:
        return []
    number = {"number": request.number}
    calls = {
        "now": Call("resume_request", {**number, "now": True}),
        "later": Call("resume_request", number),
        "cancel": Call("cancel_request", number),
    }
    return [Button(label, calls[name]) for name, label in table(language, "cards", "waiting").items()]


def standings(turn: Turn, requests: Sequence[ServiceRequest]) -> list[str]:
    """Where each of the guest's requests stands, a line each."""
    hands = _hands(turn, requests)
    return [_standing(turn.at_property(each.property_id), each, hands) for each in requests]


def in_whose_hands(turn: Turn, request: ServiceRequest) -> str:
    """Who has it, as the guest is told; nothing where nobody is there to have it."""
    return _in_whose_hands(turn.language, request, _hands(turn, [request]))


def _standing(turn: Turn, request: ServiceRequest, hands: Hands) -> str:
    language, late = turn.language, request.promise < turn.now
    is_hour_promised = request.wanted_at and not (late and cards.needs_approval(turn, request))
    text = say(
        language,
        "service_requests.my_requests.line",
        what=cards.what(language, request),
        state=request.state.value,
        who=_in_whose_hands(language, request, hands),
        due=cards.at(turn, language, request.promise),
        wanted=cards.at(turn, language, request.wanted_at) if request.wanted_at and is_hour_promised else "",
        late=late,
    )
    return cards.capital(text)


def _hands(turn: Moment, requests: Sequence[ServiceRequest]) -> Hands:
    """For the requests nobody has taken: who is there to have them, asked once for each department."""
    waiting = {(each.property_id, each.department) for each in requests if each.assignee_id is None}
    found = {key: people_for(turn.at_property(key[0]), key[1]) for key in waiting}
    return {key: department if people else "" for key, (people, department) in found.items()}


def _in_whose_hands(language: str, request: ServiceRequest, hands: Hands) -> str:
    """Who has it, as the confirmation says it; nothing where nobody is there to have it."""
    if request.assignee_id is not None:
        return cards.server(language, request)
    return (there := hands[request.property_id, request.department]) and cards.server(language, request, there)


def _said(turn: Moment, language: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return cards.at(turn, language, value)
    return cards.on(turn, language, value) if isinstance(value, date) else value


def _outlooks(turn: Moment, people: Sequence[Recipient], found: Outlook | None) -> dict[str, str]:
    """For each of them, by conversation; names of other guests for whom these are."""
    if found is None or not people:
        return {}
    roles = {each.id: each.role for each in staff_of(turn.db, found.stay.property_id)}
    return {
        each.conversation_id: outlook.line(
            turn, each.language, found, named=may(roles.get(each.staff_id or "", ""), "see_guest_names")
        )
        for each in people
    }


def _others(turn: Moment, people: Iterable[Recipient]) -> list[Recipient]:
    return [each for each in people if each.conversation_id != turn.here]
