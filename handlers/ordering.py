"""From what was said to a request: what is still missing, and what is under way for the room already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from crm.calendar import local
from crm.encryption import folded
from crm.properties.catalogue import Service
from crm.service_requests.allergies import told_in_stay
from crm.service_requests.levels import service_of
from crm.service_requests.needs import NEEDS, NONE, OTHER_BEFORE, Needs, in_one_note, needs_of
from crm.service_requests.photos import add_photos
from crm.service_requests.requests import RequestState, ServiceRequest, get_request
from crm.service_requests.sharing import add_companion, requests_of_room
from crm.service_requests.steps import Details, change, details_of, open_request
from crm.stays.bookings import StayInfo
from crm.stays.quiet import end_quiet
from handlers import cards, leaving, needs, notices, windows
from handlers.turn import Button, Call, Question, Reply, Turn, slots
from prompts.words import say, services

WISH = slots("service", "quantity", "more", "time", "people", "room", *NEEDS, "note")  # what may be said with it
Told = tuple[Needs, list[str]]  # allergies, and the words for those without a name of ours
MOST = 200  # of anything; a larger number was misheard


@dataclass(frozen=True, slots=True)
class Placed:
    """The request that came of a wish; `known` is one that was under way, as it was before the wish joined it."""

    request: ServiceRequest
    known: ServiceRequest | None = None

    @property
    def adds(self) -> bool:
        """Whether the one that was under way says more than before."""
        return self.known is not None and details_of(self.known) != details_of(self.request)


def closed(turn: Turn, service: Service, stay: StayInfo) -> Reply | None:
    """What is wanted at an hour, or now, outside the hours of its service; an hour still to be asked for may be any."""
    wanted = _wanted_at(turn, service, stay)
    if wanted is None and "time" in service.asks:
        return None
    slots = {name: value for name, value in turn.call.slots.items() if name != "time" and value is not None}
    return windows.closed(turn, service, wanted, Call(turn.call.intent, slots))


def missing(turn: Turn, service: Service, stay: StayInfo) -> str | None:
    """The first detail to ask for: one nobody can start without, an odd number, an hour that is over."""
    unknown = (name for name in service.asks if turn.slot(name) in (None, ""))
    odd = (name for name in ("quantity", "people") if turn.slot(name) is not None and not 0 < turn.slot(name) <= MOST)
    over = "time" if cards.over(turn, _wanted_at(turn, service, stay)) else None
    return next(unknown, None) or next(odd, None) or over


def ask(turn: Turn, service: Service, stay: StayInfo, detail: str) -> Reply:
    """For the missing detail; with what was noted so far, so that a misunderstanding is seen."""
    slots = {name: value for name, value in turn.call.slots.items() if name != detail and value is not None}
    asked = services(turn.language).get(service.code, {}).get("question", {}).get(detail)
    text = asked or say(turn.language, f"service_requests.questions.{detail}")
    buttons = _hours(turn, service, stay, slots) if detail == "time" else []
    over = cards.over(turn, _wanted_at(turn, service, stay)) if detail == "time" else ""
    noted = needs.noted(turn.language, needs.taken(needs_of(slots), service))
    question = Question(Call(turn.call.intent, slots), detail)
    return Reply("\n".join(filter(None, (noted, over, text))), buttons, ask=question)


def place(turn: Turn, service: Service, stay: StayInfo, conversation_id: str | None) -> Placed:
    """Opens a request; or the wish joins the one under way where the same is meant, or is added to it.

    Slots: `more` of what was asked for, `apart` from it. Photos of it go along.
    """
    wish, before = _details(turn, service, stay), _told_before(turn, service, stay)
    if service.is_daily and wish.wanted_at is None:
        end_quiet(turn.db, stay.id)
    placed = _joined(turn, service, stay, wish, before, conversation_id)
    if placed is None:
        placed = _opened(turn, service, stay, _with_told(turn, wish, before), conversation_id)
    add_photos(turn.db, placed.request, turn.attachments, of_wish=True)
    return placed


def is_ever_one(language: str, service: Service) -> bool:
    """Whether there are never two of it: one late check-out has one hour."""
    return service.needs_approval or service.on_departure or cards.is_fault(language, service.code)


def is_unwanted(turn: Turn, code: str, *, ordered: bool) -> bool:
    """Whether the guest does without what the house does by itself: on a day that was named, or none was `ordered`."""
    is_here = turn.speaker.stay is not None and turn.speaker.stay.is_in_house
    is_daily = code in turn.catalogue and turn.catalogue[code].is_daily
    return is_here and is_daily and bool(turn.slot("day") or (turn.slot("unwanted") and not ordered))


def own_words(turn: Turn, request: ServiceRequest) -> str:
    """The note without what the house has added to the guest's words."""
    note, stay, service = request.note, turn.speaker.stay, service_of(turn.catalogue, request)
    day = leaving.other_day(turn, service, stay) if stay else ""
    for added in (day, windows.other_room(turn, request.room)):
        note = note.removesuffix(added).rstrip("; ；")
    return note


def told_of_joining(turn: Turn, placed: Placed) -> Sequence[Reply]:
    """What staff hear of a wish that joined a request: what is new in it, or that somebody still waits."""
    request = placed.request
    is_late = request.due_at < turn.now
    sentence = "changed" if placed.adds else "asked_again" if is_late else "picture" if turn.attachments else ""
    told = notices.to_assignee(turn, request, sentence) if sentence else []
    return [replace(reply, attachments=turn.attachments) for reply in told]


def _joined(
    turn: Turn, service: Service, stay: StayInfo, wish: Details, before: Told, conversation_id: str | None
) -> Placed | None:
    is_elsewhere = turn.slot("room") not in (None, stay.room)
    known = [] if turn.slot("apart") or is_elsewhere else requests_of_room(turn.db, stay, service.code)
    joined = [
        (each, _with_told(turn, both, before))
        for each in known
        if (both := _together(turn, service, each, wish)) is not None
    ]
    joined.sort(key=lambda pair: pair[1] != details_of(pair[0]))  # the very same before one that is added to
    for each, both in joined:
        if both == details_of(each) or change(turn.db, turn.now, each, service, both, turn.house, as_seen=True):
            add_companion(turn.db, each, conversation_id, stay.guest_id)
            return Placed(get_request(turn.db, each.number), each)
    return None


def _opened(turn: Turn, service: Service, stay: StayInfo, wish: Details, conversation_id: str | None) -> Placed:
    opened = open_request(
        turn.db,
        turn.now,
        service,
        stay,
        wish,
        house=turn.house,
        conversation_id=conversation_id,
        inbound_id=turn.inbound_id,
        part=turn.part,
    )
    return Placed(opened)


def _hours(turn: Turn, service: Service, stay: StayInfo, slots: dict[str, Any]) -> list[Button]:
    """The hours this service is usually wanted at, each the next time it comes round."""
    now = local(turn.now, turn.house.time_zone)
    buttons = []
    for hour in service.times_on(now):
        next_time = _on_its_day(hour, service, stay)
        if service.on_departure:
            next_time = datetime.combine(stay.departure, time(hour.hour, hour.minute), hour.tzinfo)
        if next_time <= now:
            if service.day or service.on_departure:  # that hour is over, and there is no other such day
                continue
            next_time += timedelta(days=1)
        label = cards.at(turn, turn.language, next_time)
        buttons.append(Button(label, Call(turn.call.intent, {**slots, "time": next_time})))
    return buttons


def _details(turn: Turn, service: Service, stay: StayInfo) -> Details:
    asked = Details(
        quantity=turn.slot("quantity"),
        people=turn.slot("people"),
        wanted_at=_wanted_at(turn, service, stay),
        needs=needs.taken(needs_of(turn.call.slots), service),
    )
    words = [turn.slot("words") or "", turn.slot("note") or "", windows.other_room(turn, stay.room)]
    words.append(leaving.other_day(turn, service, stay))
    return asked.with_words(words, turn.meaning)


def _told_before(turn: Turn, service: Service, stay: StayInfo) -> Told:
    """What was told in this stay that concerns the service."""
    if not needs.minds_allergies(service):
        return NONE, []
    told, words = told_in_stay(turn.db, stay.id)
    return needs.taken(told, service), words


def _with_told(turn: Turn, details: Details, before: Told) -> Details:
    """With what was told before of allergies, whose words go along once."""
    told, words = before
    full = replace(details, needs=told.joined(details.needs))
    new = [each for each in words if each not in details.note] if OTHER_BEFORE in told.allergy else []
    said = [say(turn.language, "allergies.told_before.words", words=in_one_note(new))] if new else []
    return full.with_words(said, turn.meaning)


def _wanted_at(turn: Turn, service: Service, stay: StayInfo) -> datetime | None:
    wanted: datetime | None = turn.slot("time")
    return _on_its_day(local(wanted, turn.house.time_zone), service, stay) if wanted else None


def _on_its_day(wanted: datetime, service: Service, stay: StayInfo) -> datetime:
    if not service.day:
        return wanted
    day = stay.arrival if service.day == "arrival" else stay.departure
    return datetime.combine(day, time(wanted.hour, wanted.minute), wanted.tzinfo)


def _together(turn: Turn, service: Service, known: ServiceRequest, wish: Details) -> Details | None:
    """What both say as one request; None where they are two.

    Another hour is another taxi, but one late check-out has one hour. Whoever is on the way with two towels does not
    carry a third.
    """
    has = details_of(known)
    is_one = is_ever_one(turn.language, service)
    more = bool(turn.slot("more")) and not is_one
    if more and None in (wish.quantity, has.quantity):
        return None
    if wish.wanted_at and has.wanted_at not in (None, wish.wanted_at) and not is_one:
        return None
    adds = has.quantity is not None and wish.quantity is not None and (more or wish.quantity != has.quantity)
    if adds and wish.wanted_at and has.wanted_at is None and not is_one:  # so many now, and so many at eight
        return None
    both = replace(
        _with_words(turn, service, has, wish),
        quantity=_sum(has, wish) if adds and not is_one else wish.quantity or has.quantity,
        people=wish.people or has.people,
        wanted_at=wish.wanted_at or has.wanted_at,
        needs=has.needs.joined(wish.needs),
    )
    carries_more = both.quantity != has.quantity or (both.note != has.note and in_words(turn, service.code))
    return None if carries_more and known.state is not RequestState.OPEN and not is_one else both


def _sum(has: Details, wish: Details) -> int:
    return (has.quantity or 0) + (wish.quantity or 0)


def _with_words(turn: Turn, service: Service, has: Details, wish: Details) -> Details:
    """With the words of the wish, unless they tell nothing new."""
    is_known = folded(wish.note) in folded(has.note) or cards.only_names(turn.language, service.code, wish.note)
    return has if is_known else has.with_words([wish.note], lambda _: wish.translation)


def in_words(turn: Turn, code: str) -> bool:
    """Whether the thing itself is in the guest's words, as a dish is."""
    return "note" in services(turn.language).get(code, {}).get("question", {})
