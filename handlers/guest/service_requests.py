"""A guest asks for something, changes their mind, asks where it is, and says how it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crm.errors import NoStay
from crm.service_requests.levels import service_of
from crm.service_requests.lookups import find_last_done
from crm.service_requests.requests import RequestState, ServiceRequest, get_request
from crm.service_requests.sharing import current_number, requests_of_guest
from crm.service_requests.steps import cancel, rate
from handlers import cards, leaving, lists, needs, notices, ordering, reopening, said_again, windows
from handlers.ordering import Placed
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

LOW_RATING = 2
MOST_CHOICES = 8


def request_service(turn: Turn) -> list[Reply]:
    service = turn.catalogue.get(str(turn.slot("service")))
    if service is None or service.opens_on:
        return [_which_service(turn)]
    stay = windows.stay_for(turn, service)
    turn = leaving.meant_by_its_hour(turn.at_property(stay.property_id), service)
    service = turn.catalogue[str(turn.slot("service"))]
    closed = ordering.closed(turn, service, stay)
    if closed:
        return [closed]
    detail = ordering.missing(turn, service, stay)
    if detail:
        return [ordering.ask(turn, service, stay, detail)]
    unsure = leaving.which_day(turn, service, stay) or said_again.changed_or_asked(turn, service, stay)
    if unsure:
        return [unsure]
    if reopening.is_back(turn, service, stay):
        return [Reply("", follow_up=Call("reopen_request", {"service": service.code, "text": turn.text}))]
    placed = ordering.place(turn, service, stay, turn.speaker.conversation_id)
    if placed.request.state is RequestState.WAITING:
        resumed = {"number": placed.request.number, "now": True, "time": turn.slot("time")}
        return [Reply("", follow_up=Call("resume_request", resumed))]
    if placed.known is not None:
        return [_joined(turn, placed), *ordering.told_of_joining(turn, placed)]
    people, department = notices.people_for(turn, service.department)
    return [
        _confirmation(turn, placed.request, department if people else ""),
        *notices.for_staff(turn, placed.request, people, turn.attachments),
    ]


def cancel_request(turn: Turn) -> list[Reply]:
    """By service or by number (slot `numbers`: all of these); with neither, the guest chooses."""
    code, number = turn.slot("service"), turn.slot("number")
    mine = requests_of_guest(turn.db, turn.speaker.guest_id) if turn.speaker.guest_id else []
    if turn.slot("numbers"):
        meant = [each for each in mine if each.number in turn.slot("numbers")]
        return _all_cancelled(turn, meant) if meant else [_which_to_cancel(turn, mine)]
    if code is None and number is None:
        return [_which_to_cancel(turn, mine)]
    number = number and current_number(turn.db, number)
    named = mine if code is None else lists.of_service(turn.language, mine, code)
    meant = [each for each in named if number in (None, each.number)]
    if code and ordering.is_unwanted(turn, code, ordered=bool(meant)):
        return [Reply("", follow_up=Call("skip_cleaning", {"day": turn.slot("day")}))]
    if not meant:
        service = cards.service_name(turn.language, code) if number is None else ""
        return [Reply(say(turn.language, "service_requests.cancel_request.nothing_such", service=service))]
    return [reply for each in meant for reply in _cancelled(turn, each)]


def my_requests(turn: Turn) -> list[Reply]:
    """Where each request stands, or those asked of; whoever is late hears that the guest is asking."""
    if turn.speaker.guest_id is None:
        raise NoStay
    under_way, code = requests_of_guest(turn.db, turn.speaker.guest_id), turn.slot("service")
    mine = lists.of_service(turn.language, under_way, code) if code else under_way
    done = [] if mine else reopening.reopenable(turn, code)
    if done:
        return [reopening.doubted(turn, done[0])]
    mine = mine or under_way
    if not mine:
        return [Reply(say(turn.language, "service_requests.my_requests.none"))]
    late = [each for each in mine if each.due_at < turn.now]
    reminded = [reply for each in late for reply in notices.to_assignee(turn, each, "asked_again")]
    lines = notices.standings(turn, mine)
    if reminded:
        lines.append(say(turn.language, "service_requests.my_requests.reminded"))
    return [Reply("\n".join(lines), [cards.person_button(turn.language)] if late else []), *reminded]


def rate_request(turn: Turn) -> list[Reply]:
    rating, request = turn.slot("rating"), _rated(turn)
    if request is None:
        return [
            Reply(say(turn.language, "service_requests.rate_request.nothing"), [cards.person_button(turn.language)])
        ]
    if rating not in cards.RATINGS:
        question = Question(Call("rate_request", {"number": request.number}), "rating")
        text = say(turn.language, "service_requests.rate_request.ask", what=cards.what(turn.language, request))
        return [Reply(cards.capital(text), cards.rating_buttons(request), ask=question)]
    if not rate(turn.db, request, rating):
        return [Reply(say(turn.language, "service_requests.rate_request.already", done=request.rating is not None))]
    if rating > LOW_RATING:
        return [Reply(say(turn.language, "service_requests.rate_request.thanks"))]
    there = turn.at_property(request.property_id)
    people = notices.managers(there) or notices.people_for(there, notices.DESK)[0]
    apology = say(turn.language, "service_requests.rate_request.sorry", told=bool(people))
    words = turn.slot("note") or ""
    told = notices.lines(turn, request, "low_rating", people, rating=rating, said=words)
    again = reopening.rated_low(turn, request, words)
    return [Reply(apology, [cards.person_button(turn.language)]), *told, *again]


def _which_service(turn: Turn) -> Reply:
    common = [code for code in cards.COMMON_SERVICES if code in turn.catalogue]
    buttons = [cards.service_button(turn.language, code) for code in common]
    text = say(turn.language, "service_requests.request_service.which")
    return Reply(text, [*buttons, cards.person_button(turn.language)], ask=Question(turn.call, "service"))


def _confirmation(turn: Turn, request: ServiceRequest, department: str) -> Reply:
    """What, how many, which room, by when; then who has it, or honestly that nobody has it yet."""
    sentence = "unattended" if not department else _promise(turn, request)
    text = say(
        turn.language,
        f"service_requests.request_service.{sentence}",
        what=cards.what(turn.language, request, noted=False),
        words=" ".join(ordering.own_words(turn, request).split()),
        room=request.room,
        fault=cards.is_fault(turn.language, request.service),
        contact=cards.promises_contact(turn.language, request.service),
        wanted=cards.at(turn, turn.language, request.wanted_at) if request.wanted_at else "",
        due=cards.at(turn, turn.language, request.due_at),
        department=cards.department(turn.language, department) if department else "",
        phone=turn.house.phone,
    )
    noted = [needs.noted(turn.language, request.needs), windows.of_named_room(turn, request)]
    buttons = leaving.offered_beside(turn, request)
    return Reply("\n".join(filter(None, (cards.capital(text), *noted))), buttons, about=request.id)


def _promise(turn: Turn, request: ServiceRequest) -> str:
    if cards.needs_approval(turn, request):
        return "for_approval"
    return "searched" if cards.promises_answer(turn.language, request.service) else "opened"


def _joined(turn: Turn, placed: Placed) -> Reply:
    """It is under way already, or what was added to it; a guest who meant two of it says so with a button."""
    request, known = placed.request, placed.known
    is_counted = bool(known and request.quantity != known.quantity) and not ordering.in_words(turn, request.service)
    text = say(
        turn.language,
        f"service_requests.request_service.{'added' if placed.adds else 'already'}",
        what=cards.what(turn.language, request, noted=not placed.adds),
        room=request.room,
        state=request.state.value,
        who=notices.in_whose_hands(turn, request),
        late=request.promise < turn.now,
        wanted=cards.at(turn, turn.language, request.wanted_at) if request.wanted_at else "",
        due=cards.at(turn, turn.language, request.promise),
        approval=cards.needs_approval(turn, request),
        counted=is_counted,
        words=" ".join(request.note.split()),
    )
    noted = needs.noted(turn.language, request.needs) if placed.adds else ""
    text = "\n".join(filter(None, (cards.capital(text), noted)))
    return Reply(text, _meant_otherwise(turn, placed, is_counted), about=request.id)


def _meant_otherwise(turn: Turn, placed: Placed, is_counted: bool) -> list[Button]:
    """As many again, where it was only joined; that many in all, where it was added."""
    request, said = placed.request, turn.slot("quantity")
    if request.wanted_at and turn.slot("time") is None and not placed.adds and not _is_one(turn, request):
        now = Call("request_service", {**turn.call.slots, "apart": True})
        return [Button(say(turn.language, "service_requests.request_service.now"), now)]
    if said is None or request.quantity is None or cards.needs_approval(turn, request):
        return []
    what = cards.what(turn.language, replace(request, quantity=said), noted=False)
    if not placed.adds:
        again = Call("request_service", {**turn.call.slots, "apart": True})
        return [Button(say(turn.language, "service_requests.request_service.again", what=what), again)]
    in_all = Call("change_request", {"number": request.number, "quantity": said})
    if not is_counted or said == request.quantity or turn.slot("more"):
        return []
    return [Button(say(turn.language, "service_requests.request_service.in_all", what=what), in_all)]


def _is_one(turn: Turn, request: ServiceRequest) -> bool:
    return ordering.is_ever_one(turn.language, service_of(turn.catalogue, request))


def _which_to_cancel(turn: Turn, mine: Sequence[ServiceRequest]) -> Reply:
    if not mine:
        return Reply(say(turn.language, "service_requests.cancel_request.nothing"))
    shown = mine[-MOST_CHOICES:]
    buttons = [
        Button(
            _cancel_label(turn, each, shown), Call("cancel_request", {"service": each.service, "number": each.number})
        )
        for each in shown
    ]
    what = cards.what(turn.language, mine[0]) if len(mine) == 1 else ""
    if len(shown) > 1:
        label = say(turn.language, "service_requests.cancel_request.all", count=len(mine))
        buttons.append(Button(label, Call("cancel_request", {"numbers": [each.number for each in mine]})))
    return Reply(say(turn.language, "service_requests.cancel_request.which", what=what), buttons)


def _cancel_label(turn: Turn, request: ServiceRequest, among: Sequence[ServiceRequest]) -> str:
    """What would be cancelled; of several of one service the hour, the words or the number tells which."""
    details = [_detail(turn, each) for each in among if each.service == request.service]
    detail = _detail(turn, request) if len(details) > 1 else ""
    if detail and details.count(detail) > 1:
        detail = f"#{request.number}"
    what = cards.what(turn.language, request, noted=not detail)
    return say(turn.language, "service_requests.cancel_request.button", what=what, detail=detail)


def _detail(turn: Turn, request: ServiceRequest) -> str:
    if request.wanted_at:
        return cards.at(turn.at_property(request.property_id), turn.language, request.wanted_at)
    return cards.short(request.note) or f"#{request.number}"


def _cancelled(turn: Turn, request: ServiceRequest) -> list[Reply]:
    was_waiting = cancel(turn.db, turn.now, request)
    request = get_request(turn.db, request.number)
    if not was_waiting:
        return [Reply(notices.standings(turn, [request])[0], about=request.id)]
    what = cards.what(turn.language, request)
    text = say(turn.language, "service_requests.cancel_request.cancelled", what=what, room=request.room)
    told = [*notices.to_assignee(turn, request, "cancelled"), *notices.for_guest(turn, request, "cancelled")]
    return [Reply(cards.capital(text), about=request.id), *told]


def _all_cancelled(turn: Turn, meant: Sequence[ServiceRequest]) -> list[Reply]:
    """The guest reads one list, whoever has them hears of each."""
    replies = [reply for each in meant for reply in _cancelled(turn, each)]
    own = [reply.text for reply in replies if reply.to is None]
    return [Reply("\n".join(own)), *(reply for reply in replies if reply.to is not None)]


def _rated(turn: Turn) -> ServiceRequest | None:
    if turn.slot("number") is not None:
        return get_request(turn.db, turn.slot("number"))
    return find_last_done(turn.db, turn.speaker.guest_id) if turn.speaker.guest_id else None
