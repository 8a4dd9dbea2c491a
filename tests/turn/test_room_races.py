"""Two colleagues approve in the same instant: no room is given twice, no stay is changed twice, no yes counts twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from threading import Barrier
from time import sleep
from zoneinfo import ZoneInfo

from crm.conversations.accounts import Place, load_speaker
from crm.guests.profile import add_guest
from crm.properties.catalogue import shipped_catalogue
from crm.properties.houses import find_room_id
from crm.service_requests.lookups import hold_request
from crm.service_requests.offers import answer_offer, make_offer, offers_to
from crm.service_requests.requests import RequestState, get_request
from crm.service_requests.steps import Details, open_request
from crm.stays.bookings import StayInfo, StayState, find_current_stay, get_stay
from crm.stays.events import handle_event, waiting_events
from crm.stays.room_plan import extend, free_rooms, move
from crm.stays.steps import add_stay, check_out
from crm.store import Connection
from handlers.intents import answer
from handlers.turn import Call, Turn
from tests.turn.houses import House

A_MOMENT = 0.3  # long enough for the other side to run into the lock, if there is one


def stay_of(house: House, who: str, room: str) -> StayInfo:
    place = house.add_guest(who, room)

    def find(db: Connection) -> StayInfo:
        guest_id = load_speaker(db, place).guest_id
        stay = find_current_stay(db, guest_id) if guest_id else None
        assert stay
        return stay

    return house.look(find)


def at_once(house: House, *acts: Callable[[Connection], bool]) -> list[bool]:
    """Each in a transaction of its own that stays open a moment after its act."""
    start = Barrier(len(acts))

    def act(one: Callable[[Connection], bool]) -> bool:
        def slowly(db: Connection) -> bool:
            done = one(db)
            sleep(A_MOMENT)
            return done

        start.wait(timeout=10)
        return house.write(slowly)

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(act, acts))


def test_one_room_is_not_given_to_two_guests(house: House) -> None:
    stays = [stay_of(house, "wang", "201"), stay_of(house, "li", "202")]
    today = house.clock().date()
    room = next(each for each in house.look(lambda db: free_rooms(db, stays[0], today)) if each.number == "250")
    moves = [lambda db, of=of: move(db, house.clock(), of, room, today, occasion="") for of in stays]
    assert at_once(house, *moves) == [False, True]
    rooms = house.look(lambda db: [get_stay(db, of.id).room for of in stays])
    assert rooms.count("250") == 1


def test_who_leaves_late_and_who_arrives_early_are_not_granted_the_same_hours(house: House) -> None:
    leaving, desk = stay_of(house, "wang", "201"), house.place("dora")
    house.add_staff("dora", "front_desk")
    day = datetime.combine(leaving.departure, time(), ZoneInfo("Asia/Shanghai"))
    arriving = house.write(lambda db: book(house, db, leaving))
    numbers = house.write(
        lambda db: [
            ask(house, db, leaving, "late_checkout", day + timedelta(hours=16)),
            ask(house, db, arriving, "early_checkin", day + timedelta(hours=11)),
        ]
    )
    assert at_once(house, *[lambda db, number=number: approve(house, db, desk, number) for number in numbers]) == [
        False,
        True,
    ]
    states = house.look(lambda db: sorted(get_request(db, number).state for number in numbers))
    assert states == [RequestState.DONE, RequestState.OPEN]


def book(house: House, db: Connection, after: StayInfo) -> StayInfo:
    now = house.clock()
    stay_id = add_stay(
        db,
        now,
        property_id=after.property_id,
        guest_id=add_guest(db, now, name="Li", language="en"),
        room_id=find_room_id(db, house.property, after.room),
        reservation_code="GJ-9001",
        state=StayState.BOOKED,
        arrival=after.departure,
        departure=after.departure + timedelta(days=2),
    )
    return get_stay(db, stay_id)


def ask(house: House, db: Connection, stay: StayInfo, code: str, wanted_at: datetime) -> int:
    return open_request(
        db,
        house.clock(),
        shipped_catalogue()[code],
        stay,
        Details(wanted_at=wanted_at),
        house=house.property,
        conversation_id=None,
        inbound_id=f"inbound-{code}",
        part=0,
    ).number


def approve(house: House, db: Connection, desk: Place, number: int) -> bool:
    """Whether the colleague's yes confirmed it."""
    call = Call("complete_request", {"number": number})
    speaker = load_speaker(db, desk)
    answer(Turn(db, house.clock(), house.property, shipped_catalogue(), speaker, call))
    return get_request(db, number).state is RequestState.DONE


def test_one_stay_is_not_extended_twice(house: House) -> None:
    stay = stay_of(house, "wang", "201")
    until = stay.departure + timedelta(days=1)
    assert at_once(house, *[lambda db: extend(db, stay, until)] * 2) == [False, True]


def test_one_offer_is_answered_once(house: House) -> None:
    stay, dora, now = stay_of(house, "wang", "201"), house.add_staff("dora", "front_desk"), house.clock()

    def offer(db: Connection) -> int:
        service = shipped_catalogue()["extend_stay"]
        opened = open_request(
            db,
            now,
            service,
            stay,
            Details(quantity=2),
            house=house.property,
            conversation_id=None,
            inbound_id="inbound-1",
            part=0,
        )
        make_offer(db, now, hold_request(db, opened.number), dora, quantity=1)
        return opened.number

    house.write(offer)
    (waiting,) = house.look(lambda db: offers_to(db, stay.guest_id))
    assert at_once(house, *[lambda db: answer_offer(db, now, waiting)] * 2) == [False, True]


def test_one_departure_is_seen_to_by_one_replica(house: House) -> None:
    stay, now = stay_of(house, "wang", "201"), house.clock()
    house.write(lambda db: check_out(db, now, stay.id))
    (event,) = house.look(lambda db: waiting_events(db, now, 9))
    acts = [lambda db: handle_event(db, now, event) is not None] * 2
    assert at_once(house, *acts) == [False, True]
