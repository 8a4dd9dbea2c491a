"""A room that somebody has left is not offered as free without a word, until it was checked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.stays.bookings import StayState, get_stay
from crm.stays.steps import check_out
from handlers.timed.stay_events import after_leaving
from handlers.turn import Moment
from tests.support.house import Heard, House, Person

LATER = timedelta(minutes=10)


@pytest.fixture
def desk(house: House) -> Person:
    return house.staff("Dora", "front_desk")


@pytest.fixture
def moved(house: House, desk: Person) -> Person:
    """Has moved from 302 to 301 just now."""
    guest = house.guest("Anna Berg", "302")
    house.ask(guest, "request_service", service="room_move")
    house.ask(desk, "make_offer", number=1, room="301")
    assert guest.stay
    assert get_stay(house.db, guest.stay.id).room == "301"
    return guest


def open_check(house: House) -> int:
    """Lets the clock open the room check; returns its number."""
    work = after_leaving(LATER)
    house.now += LATER
    moment = Moment(house.db, house.now, house.home, house.catalogue)
    for key in work.due(house.db, house.now, 10):
        work.act(moment, key)
    return house.requests()[-1].number


def wishes_to_move(house: House, guest: Person) -> Heard:
    return house.ask(guest, "request_service", service="room_move")


def test_room_left_by_a_move_is_offered_with_a_word_until_it_was_checked(
    house: House, moved: Person, desk: Person
) -> None:
    lily = house.staff("Lily")
    heard = wishes_to_move(house, moved)
    assert heard.by(desk).splitlines()[-1] == "Free until Thu: 303 suite, 302 double (not checked yet)"
    assert heard.labels_of(desk)[:2] == ["303 suite", "302 double (not checked yet)"]
    number = open_check(house)
    listed = house.ask(desk, "show_request", number=2)
    assert "302 double (not checked yet)" in listed.own
    house.ask(lily, "complete_request", number=number)
    assert "Free until Thu: 302 double, 303 suite" in house.ask(desk, "show_request", number=2).own


def test_whoever_gives_it_all_the_same_reads_it_once_more(house: House, moved: Person, desk: Person) -> None:
    heard = house.press(desk, wishes_to_move(house, moved), "302 double (not checked yet)")
    assert "#2 confirmed · moves to 302, not checked yet" in heard.own
    assert heard.by(moved) == "Room change: confirmed. Your new room is 302."


def test_desk_reads_it_in_chinese(house: House, moved: Person) -> None:
    desk = house.staff("前台", "front_desk", language="zh")
    heard = wishes_to_move(house, moved)
    assert heard.by(desk).splitlines()[-1] == "空到周四的房间：303 suite、302 double（还没查房）"
    assert "换到 302（还没查房）" in house.press(desk, heard, "302 double（还没查房）").own


def test_room_left_by_a_departure_is_told_so_too(house: House, desk: Person) -> None:
    leaver = house.book("Li Wei", "303", days=(-2, 0))
    check_out(house.db, house.now, leaver.id)
    heard = wishes_to_move(house, house.guest("Anna Berg", "302"))
    assert heard.labels_of(desk)[:2] == ["301 double", "303 suite (not checked yet)"]


def test_house_that_checks_no_rooms_offers_it_as_it_is(house: House, desk: Person) -> None:
    house.catalogue = {code: each for code, each in house.catalogue.items() if not each.opens_on}
    check_out(house.db, house.now, house.book("Li Wei", "303", days=(-2, 0)).id)
    assert wishes_to_move(house, house.guest("Anna Berg", "302")).labels_of(desk)[:2] == ["301 double", "303 suite"]


def test_early_arrival_does_not_find_it_free(house: House, moved: Person, desk: Person) -> None:
    coming = house.guest("Ben Low", "302", state=StayState.BOOKED, days=(0, 2))
    heard = house.ask(coming, "request_service", service="early_checkin", time=house.at(11))
    assert "302: empty, room not checked yet" in heard.by(desk)
    assert heard.labels_of(desk)[0] == "Confirm", "nothing stands against the hour itself"
    number = open_check(house)
    assert "302: empty, room not checked yet" in house.ask(desk, "show_request", number=2).own
    house.ask(house.staff("Lily"), "complete_request", number=number)
    assert "302: nobody the night before" in house.ask(desk, "show_request", number=2).own


def test_arrival_of_another_day_does_not_wait_for_the_check(house: House, moved: Person, desk: Person) -> None:
    coming = house.guest("Ben Low", "302", state=StayState.BOOKED, days=(2, 4))
    heard = house.ask(coming, "request_service", service="early_checkin", time=house.at(11, days=2))
    assert "302: nobody the night before" in heard.by(desk)


def test_room_of_the_same_number_in_another_house_is_not_meant(house: House, desk: Person) -> None:
    own, house.home = house.home, house.another_property()
    check_out(house.db, house.now, house.book("Li Wei", "302", days=(-2, 0)).id)
    house.home = own
    heard = wishes_to_move(house, house.guest("Anna Berg", "301"))
    assert heard.labels_of(desk)[:2] == ["302 double", "303 suite"]
