"""What the records say before the desk approves: who comes next, which nights and rooms are free. For the handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from crm.calendar import local, zone
from crm.properties.catalogue import Service
from crm.service_requests.levels import service_of
from crm.service_requests.lost_items import LostItem
from crm.service_requests.requests import ServiceRequest
from crm.stays.bookings import StayInfo, StayState, get_stay
from crm.stays.room_plan import FreeRoom, following_stays, free_rooms
from handlers import cards, found_things, vacancy
from handlers.turn import Button, Call, Moment
from handlers.vacancy import Vacancy
from prompts.words import clock, say

MOST_ROOMS = 4
OFFER = "make_offer"
# The slot that may differ from what was asked for.
DECIDES = {"next_arrival": "time", "following_stays": "quantity", "free_rooms": "room", "previous_stay": "time"}


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of one request: its stay, who has the room before and after it, which others are free, what was found there.

    `obstacle` names what stands against it; whoever approves may overrule it where `may_overrule`. `instead` is what
    could be offered: another hour, or fewer nights.
    """

    looks_at: str
    stay: StayInfo
    following: Sequence[StayInfo] = ()
    rooms: Sequence[FreeRoom] = ()
    items: Sequence[LostItem] = ()
    vacancy: Vacancy | None = None
    obstacle: str = ""
    may_overrule: bool = False
    instead: datetime | int | None = None

    @property
    def is_arrival(self) -> bool:
        """Whether an hour of it is one of the arrival, else of the departure."""
        return self.looks_at == "previous_stay"

    @property
    def day(self) -> date:
        return self.stay.arrival if self.is_arrival else self.stay.departure


def look(turn: Moment, request: ServiceRequest) -> Outlook | None:
    """None where the records say nothing of it, and where nothing is to be done any more."""
    service = service_of(turn.catalogue, request)
    if not service.looks_at or request.stay_id is None or not request.is_unfinished:
        return None
    turn, stay = turn.at_property(request.property_id), get_stay(turn.db, request.stay_id)
    if service.looks_at in DECIDES and stay.state not in (StayState.BOOKED, StayState.IN_HOUSE):
        return Outlook(service.looks_at, stay, obstacle="over")
    return _LOOKS[service.looks_at](turn, request, service, stay)


def line(turn: Moment, language: str, found: Outlook, *, named: bool) -> str:
    """For a card; with the names of other guests only where this reader may see them."""
    turn = turn.at_property(found.stay.property_id)
    stay, following = found.stay, found.following
    if found.is_arrival:
        return vacancy.line(turn, language, stay, found.vacancy, named=named) if found.vacancy else ""
    next_stay = following[0] if following else None
    return say(
        language,
        f"cards.outlook.{found.looks_at}",
        room=stay.room,
        name=next_stay.guest_name if next_stay and named else "",
        arrival=cards.on(turn, language, next_stay.arrival) if next_stay else "",
        same_day=next_stay is not None and next_stay.arrival <= stay.departure,
        expected=clock(language, next_stay.expected_time) if next_stay else "",
        stays=[_stay_line(turn, language, each, named=named) for each in following],
        departure=cards.on(turn, language, stay.departure),
        rooms=[room_label(language, each) for each in found.rooms[:MOST_ROOMS]],
        more=max(0, len(found.rooms) - MOST_ROOMS),
        items=[found_things.item_line(turn, language, each, named=named) for each in found.items],
    )


def obstacle(turn: Moment, language: str, found: Outlook) -> str:
    """What stands against it, as a sentence for staff."""
    next_stay = found.following[0] if found.following else None
    before = found.vacancy.stay if found.vacancy else None
    return say(
        language,
        f"cards.obstacle.{found.obstacle}",
        room=found.stay.room,
        arrival=cards.on(turn, language, next_stay.arrival) if next_stay else "",
        expected=clock(language, next_stay.expected_time) if next_stay else "",
        departure=cards.on(turn, language, before.departure) if before else "",
        leaves=cards.at(turn, language, found.vacancy.leaves_at) if found.vacancy and found.vacancy.leaves_at else "",
    )


def departure_after(request: ServiceRequest, stay: StayInfo) -> date:
    """Of the longer stay that is asked for."""
    return stay.departure + timedelta(days=request.quantity or 1)


def changed(found: Outlook) -> Outlook:
    """Somebody was faster: what was seen is true no longer."""
    return replace(found, obstacle="changed", may_overrule=False)


def steps(turn: Moment, language: str, request: ServiceRequest, found: Outlook | None) -> list[Button]:
    """What staff may do next: confirm where nothing stands against it, offer what is possible instead, or not."""
    usual = cards.steps(turn, language, request)
    if found is None:
        return usual
    if found.items:
        return [*usual, *found_things.match_buttons(language, request, found.items)]
    confirm, rest = usual[:1], usual[1:]
    if found.obstacle or found.rooms:
        confirm = []
    return [*confirm, *_offers(turn, language, request, found), *rest]


def room_label(language: str, room: FreeRoom) -> str:
    return say(language, "cards.outlook.room", room=room.number, type=room.room_type, checked=room.is_checked)


def _offers(turn: Moment, language: str, request: ServiceRequest, found: Outlook) -> list[Button]:
    buttons = [
        Button(room_label(language, each), Call(OFFER, {"number": request.number, "room": each.number}))
        for each in found.rooms[:MOST_ROOMS]
    ]
    if isinstance(found.instead, datetime):
        label = say(
            language, "cards.outlook.hour", at=cards.at(turn, language, found.instead), arrival=found.is_arrival
        )
        buttons.append(Button(label, Call(OFFER, {"number": request.number, "time": found.instead})))
    elif found.instead:
        label = say(language, "cards.outlook.nights", nights=found.instead)
        buttons.append(Button(label, Call(OFFER, {"number": request.number, "quantity": found.instead})))
    return buttons


def _next_arrival(turn: Moment, request: ServiceRequest, service: Service, stay: StayInfo) -> Outlook:
    """Whoever arrives on that day at an hour that is known may wait for the room: the desk decides."""
    following = following_stays(turn.db, stay)
    wanted = local(request.wanted_at, turn.house.time_zone) if request.wanted_at else None
    comes_at = _announced(turn, following[0]) if following and following[0].arrival <= stay.departure else None
    in_the_way = wanted is not None and comes_at is not None and comes_at <= wanted
    return Outlook(
        service.looks_at,
        stay,
        following,
        obstacle="arrives_before" if in_the_way else "",
        may_overrule=True,
        instead=_earlier(service, wanted, comes_at) if wanted else None,
    )


def _earlier(service: Service, wanted: datetime, comes_at: datetime | None) -> datetime | None:
    """The latest of the usual hours before the wanted one, and before whoever comes next."""
    bound = min(wanted, comes_at or wanted)
    return max((each for each in service.times_on(wanted) if each < bound), default=None)


def _previous_stay(turn: Moment, request: ServiceRequest, service: Service, stay: StayInfo) -> Outlook:
    """Whoever keeps the room beyond the wanted hour is in the way of an early arrival: the desk decides."""
    if stay.is_in_house:
        return Outlook(service.looks_at, stay, obstacle="arrived")
    found = vacancy.before_arrival(turn, stay)
    wanted = local(request.wanted_at, turn.house.time_zone) if request.wanted_at else None
    if wanted is None or found.is_free:
        return Outlook(service.looks_at, stay, vacancy=found)
    obstacle = ("leaves_after" if found.leaves_at else "occupied") if found.keeps_beyond(wanted) else ""
    instead = _later(service, wanted, found.leaves_at) if obstacle != "occupied" else None
    return Outlook(service.looks_at, stay, vacancy=found, obstacle=obstacle, may_overrule=True, instead=instead)


def _later(service: Service, wanted: datetime, leaves_at: datetime | None) -> datetime | None:
    """The first of the usual hours after the wanted one, and after whoever has the room has left it."""
    bound = max(wanted, leaves_at or wanted)
    return min((each for each in service.times_on(wanted) if each > bound), default=None)


def _following_stays(turn: Moment, request: ServiceRequest, service: Service, stay: StayInfo) -> Outlook:
    following = following_stays(turn.db, stay)
    wanted = request.quantity or 1
    free = max(0, (following[0].arrival - stay.departure).days) if following else wanted
    if free >= wanted:
        return Outlook(service.looks_at, stay, following)
    return Outlook(service.looks_at, stay, following, obstacle="taken", instead=free or None)


def _free_rooms(turn: Moment, request: ServiceRequest, service: Service, stay: StayInfo) -> Outlook:
    today = cards.today(turn)
    unchecked = vacancy.unchecked_rooms(turn) if stay.arrival <= today else set()
    free = free_rooms(turn.db, stay, today)
    rooms = sorted((replace(each, is_checked=each.number not in unchecked) for each in free), key=_unchecked_last)
    return Outlook(service.looks_at, stay, rooms=rooms, obstacle="" if rooms else "none_free")


def _unchecked_last(room: FreeRoom) -> bool:
    return not room.is_checked


def _held_items(turn: Moment, request: ServiceRequest, service: Service, stay: StayInfo) -> Outlook | None:
    items = found_things.items_for(turn, request)
    return Outlook(service.looks_at, stay, items=items) if items else None


_LOOKS: Mapping[str, Callable[[Moment, ServiceRequest, Service, StayInfo], Outlook | None]] = {
    "next_arrival": _next_arrival,
    "following_stays": _following_stays,
    "free_rooms": _free_rooms,
    "previous_stay": _previous_stay,
    "held_items": _held_items,
}


def _announced(turn: Moment, stay: StayInfo) -> datetime | None:
    try:
        hour = time.fromisoformat(stay.expected_time)
    except ValueError:
        return None
    return datetime.combine(stay.arrival, hour, zone(turn.house.time_zone))


def _stay_line(turn: Moment, language: str, stay: StayInfo, *, named: bool) -> str:
    return say(
        language,
        "cards.outlook.stay",
        name=stay.guest_name if named else "",
        arrival=cards.on(turn, language, stay.arrival),
        departure=cards.on(turn, language, stay.departure),
    )
