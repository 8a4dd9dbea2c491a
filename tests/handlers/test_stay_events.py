"""A guest has left: after a while the house asks itself to look at the room, once, and no guest hears of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from crm.service_requests.requests import RequestState
from crm.stays.bookings import StayInfo
from crm.stays.events import StayEventKind, handle_event
from crm.stays.steps import check_out
from handlers.timed.stay_events import after_departure
from handlers.turn import Moment
from tests.support.house import Heard, House

WORK = after_departure(timedelta(minutes=10))


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
    stay = leave(house)
    house.later(minutes=30)
    moment = Moment(house.db, house.now, house.home, house.catalogue)
    assert WORK.act(moment, stay.id)
    assert WORK.act(moment, stay.id) == [], "another process saw it due at the same moment"
    assert not tick(house).replies
    assert len(house.requests()) == 1
    assert not handle_event(house.db, house.now, stay.id, StayEventKind.DEPARTED)


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
    first, second = leave(house, "301"), leave(house, "302")
    house.later(minutes=10)
    WORK.put_off(house.db, house.now, first.id)
    assert WORK.due(house.db, house.now, 100) == [second.id]
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
        handle_event(house.db, house.now, stay.id, StayEventKind.DEPARTED)
    stay = leave(house)
    if house.db.dialect.name == "sqlite":
        asked = "SELECT stay_id FROM stay_event WHERE kind = 'departed' AND counts_from <= 'x'"
        asked += " AND stay_event.handled_at IS NULL ORDER BY counts_from LIMIT 9"
        (plan,) = house.db.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all()
        assert "ix_stay_event_waiting" in plan.detail
    house.later(minutes=10)
    assert WORK.due(house.db, house.now, 100) == [stay.id]
