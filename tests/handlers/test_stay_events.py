"""A guest has left: after a while the house asks itself to look at the room, once, and no guest hears of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from crm.service_requests.requests import RequestState
from crm.stays.bookings import StayInfo, StayState
from crm.stays.events import handle_event, waiting_events
from crm.stays.room_plan import free_rooms, move
from crm.stays.steps import check_out
from handlers.timed.stay_events import after_leaving
from handlers.turn import Moment
from tests.support.house import Heard, House

WORK = after_leaving(timedelta(minutes=10))


def leave(house: House, room: str = "302") -> StayInfo:
    stay = house.book("Anna Berg", room)
    assert check_out(house.db, house.now, stay.id)
    return stay


def tick(house: House) -> Heard:
    """Does what is due, as bot/timed.py would."""
    moment = Moment(house.db, house.now, house.home, house.catalogue)
    return Heard([reply for key in WORK.due(house.db, house.now, 100) for reply in WORK.act(moment, key)])


def test_room_is_checked_ten_minutes_after_its_guest_has_left(house: House) -> None:
    lily, xiaoli = house.staff("Lily"), house.staff("小李", language="zh")
    leave(house)
    house.later(minutes=9, seconds=59)
    assert not tick(house).replies
    house.later(seconds=1)
    heard = tick(house)
    assert heard.by(lily) == "Room 302 · room check\nby 9:40 am · #1"
    assert heard.by(xiaoli) == "302 · 查房\n9:40 前 · #1"
    assert heard.labels_of(lily) == ["Accept", "On my way", "Done", "Cannot"]
    (request,) = house.requests()
    assert (request.service, request.room, request.guest_id, request.conversation_id) == (
        "room_check",
        "302",
        None,
        None,
    )


def test_it_is_opened_once_however_often_the_clock_looks(house: House) -> None:
    house.staff("Lily")
    leave(house)
    house.later(minutes=30)
    moment = Moment(house.db, house.now, house.home, house.catalogue)
    (event,) = WORK.due(house.db, house.now, 100)
    assert WORK.act(moment, event)
    assert WORK.act(moment, event) == [], "another process saw it due at the same moment"
    assert not tick(house).replies
    assert len(house.requests()) == 1
    assert not handle_event(house.db, house.now, event)


def test_guest_who_left_hears_nothing_of_it(house: House) -> None:
    guest, lily = house.guest("Gus Guest", "301"), house.staff("Lily")
    assert guest.stay
    check_out(house.db, house.now, guest.stay.id)
    house.later(minutes=10)
    assert not tick(house).by(guest)
    for step in ("accept_request", "start_request", "complete_request"):
        heard = house.ask(lily, step, number=1)
        assert not heard.by(guest)
        assert "guest told" not in heard.own
    assert house.requests()[0].state is RequestState.DONE


def test_what_cannot_be_done_is_not_told_to_a_guest(house: House) -> None:
    lily, desk = house.staff("Lily"), house.staff("Dora", "front_desk")
    leave(house)
    house.later(minutes=10)
    tick(house)
    heard = house.ask(lily, "decline_request", number=1)
    assert heard.own == "Room 302 · room check: why not?"
    assert heard.labels == ["None available at the moment"], "nobody is behind this door"
    heard = house.reply(lily, heard, "the lock is broken")
    assert heard.by(desk) == "#1 Room 302 · room check · Lily cannot: the lock is broken."


def test_with_nobody_on_duty_it_waits_for_whoever_comes(house: House) -> None:
    lily = house.staff("Lily", on_duty=False)
    leave(house)
    house.later(minutes=10)
    assert not tick(house).replies
    assert house.ask(lily, "go_on_duty").own.endswith("1 open:\n#1 Room 302 · room check · by 9:40 am")


def test_guest_cannot_ask_for_what_the_house_opens_by_itself(house: House) -> None:
    heard = house.ask(house.guest(), "request_service", service="room_check")
    assert heard.own == "What may I bring or arrange for you?"
    assert house.requests() == []


def test_house_that_leaves_it_out_opens_nothing(house: House) -> None:
    house.catalogue = {code: each for code, each in house.catalogue.items() if code != "room_check"}
    leave(house)
    house.later(minutes=10)
    assert not tick(house).replies
    assert house.requests() == []
    house.catalogue = type(house)(house.db, house.now, house.home).catalogue
    assert not tick(house).replies, "what was let go does not come back with the next setting"


def test_one_that_failed_waits_and_the_others_are_served(house: House) -> None:
    house.staff("Lily")
    leave(house, "301")
    (first,) = waiting_events(house.db, house.now, 100)
    leave(house, "302")
    house.later(minutes=10)
    WORK.put_off(house.db, house.now, first)
    assert len(WORK.due(house.db, house.now, 100)) == 1
    assert first not in WORK.due(house.db, house.now, 100)
    house.later(minutes=15)
    assert len(tick(house).replies) == 2
    assert {each.room for each in house.requests()} == {"301", "302"}


def test_stay_without_a_room_has_nothing_to_be_checked(house: House) -> None:
    stay = house.book("Anna Berg")
    check_out(house.db, house.now, stay.id)
    house.later(minutes=10)
    assert not tick(house).replies
    assert house.requests() == []


def test_what_was_seen_to_costs_the_clock_nothing(house: House) -> None:
    for number in range(300):
        stay = house.book(f"Guest {number}", "302")
        check_out(house.db, house.now, stay.id)
        (event,) = waiting_events(house.db, house.now, 9)
        handle_event(house.db, house.now, event)
    leave(house)
    if house.db.dialect.name == "sqlite":
        asked = "SELECT id FROM stay_event WHERE counts_from <= 'x'"
        asked += " AND stay_event.handled_at IS NULL ORDER BY counts_from LIMIT 9"
        (plan,) = house.db.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all()
        assert "ix_stay_event_waiting" in plan.detail
    house.later(minutes=10)
    assert len(WORK.due(house.db, house.now, 100)) == 1


def test_room_a_guest_moved_out_of_is_checked_once_for_each_move(house: House) -> None:
    guest, lily, desk = house.guest("Gus Guest", "301"), house.staff("Lily"), house.staff("Dora", "front_desk")
    for number, room in ((1, "302"), (3, "301")):
        house.ask(guest, "request_service", service="room_move")
        house.ask(desk, "make_offer", number=number, room=room)
        assert not tick(house).by(lily), "the guest is still packing"
        house.later(minutes=10)
        heard = tick(house)
        assert heard.by(lily).startswith(f"Room {'301' if room == '302' else '302'} · room check\nby ")
        assert "now in" not in heard.by(lily)
        assert not heard.by(guest)
        assert not tick(house).replies
    checks = [each for each in house.requests() if each.service == "room_check"]
    assert [(each.room, each.guest_id) for each in checks] == [("301", None), ("302", None)]


def test_move_before_the_arrival_leaves_nothing_to_check(house: House) -> None:
    house.staff("Lily")
    stay = house.book("Anna Berg", "301", state=StayState.BOOKED, days=(1, 3))
    room = next(each for each in free_rooms(house.db, stay, house.today.date()) if each.number == "302")
    assert move(house.db, house.now, stay, room, house.today.date(), occasion="request")
    house.later(minutes=10)
    assert not tick(house).replies
    assert house.requests() == []


def test_what_the_house_asks_of_itself_is_changed_and_cancelled_without_a_guest(house: House) -> None:
    lily, rosa = house.staff("Lily"), house.staff("Rosa")
    leave(house)
    house.later(minutes=10)
    tick(house)
    for act, hour in (("amend_request", house.at(13)), ("make_offer", house.at(14))):
        heard = house.ask(lily, act, number=1, time=hour, firm=True)
        assert "#1 changed · " in heard.own
        assert heard.listeners() == {rosa.place.conversation_id}
        assert house.requests()[0].wanted_at == hour
    heard = house.ask(lily, "withdraw_request", number=1)
    assert heard.own == "Room 302 · room check · #1: why cancel it?"
    assert heard.labels == ["Ordered twice", "Ordered by mistake"]
    assert house.press(lily, heard, "Ordered twice").own == "Room 302 · room check\n#1 cancelled"
