"""The same thing asked for again from one room is one request, and everybody who asked hears of it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from crm.service_requests.requests import RequestState
from crm.service_requests.sharing import requests_of_guest
from crm.stays.bookings import Stay, StayState
from tests.support.house import House, Person


@pytest.fixture
def guest(house: House) -> Person:
    """A guest of 302 who asked Lily's housekeeping for two towels."""
    guest = house.guest("Anna Berg", "302")
    house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2)
    return guest


@pytest.fixture
def lily(house: House, guest: Person) -> Person:
    return house.staff("Lily")


def open_numbers(house: House) -> list[int]:
    return [each.number for each in house.requests() if each.is_unfinished]


def test_asked_again_it_is_on_its_way_already(house: House, guest: Person) -> None:
    heard = house.ask(guest, "request_service", service="towels", quantity=2)
    assert heard.own == "2 towels for room 302: already with housekeeping, by 9:15 am."
    assert not heard.listeners()
    assert open_numbers(house) == [1]


def test_asked_again_in_another_chat_the_guest_still_has_one_request(house: House, guest: Person) -> None:
    assert guest.stay
    phone = house.another_chat(guest)
    house.ask(phone, "request_service", service="towels", quantity=2)
    assert open_numbers(house) == [1]
    assert house.ask(phone, "my_requests").own.count("2 towels") == 1
    assert [each.number for each in requests_of_guest(house.db, guest.stay.guest_id)] == [1]
    assert house.ask(guest, "cancel_request", service="towels").own.count("cancelled") == 1


def test_asked_again_by_name_only_it_is_the_same(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "start_request", number=1)
    heard = house.ask(guest, "request_service", service="towels", note="towels")
    assert heard.own == "2 towels for room 302: Lily is on the way with it, by 9:15 am."
    assert open_numbers(house) == [1]


def test_in_chinese_too(house: House) -> None:
    guest, lily = house.guest("张三", "303", language="zh"), house.staff("小李", language="zh")
    house.ask(guest, "request_service", service="towels", quantity=2)
    assert house.ask(guest, "request_service", service="towels", quantity=2).own == (
        "303 房，毛巾 2条：客房部已经收到，9:15 前。"
    )
    house.ask(lily, "accept_request", number=1)
    heard = house.ask(guest, "request_service", service="towels", quantity=2)
    assert heard.own == "303 房，毛巾 2条：小李已经在办，9:15 前。"
    assert heard.labels == ["再要毛巾 2条"]


def test_so_many_now_and_so_many_at_eight_are_two(house: House, guest: Person) -> None:
    house.ask(guest, "request_service", service="towels", quantity=3, time=house.at(20))
    assert [(each.quantity, each.wanted_at) for each in house.requests()] == [(2, None), (3, house.at(20))]


def test_an_hour_told_later_is_that_of_the_same_towels(house: House, guest: Person) -> None:
    house.ask(guest, "request_service", service="towels", time=house.at(20))
    assert [(each.quantity, each.wanted_at) for each in house.requests()] == [(2, house.at(20))]


def test_whoever_meant_two_more_presses_it(house: House, guest: Person) -> None:
    heard = house.ask(guest, "request_service", service="towels", quantity=2)
    assert heard.labels == ["Another 2 towels"]
    assert house.press(guest, heard, "Another 2 towels").own.startswith("2 towels for room 302, by 9:15 am.")
    assert open_numbers(house) == [1, 2]


def test_more_is_added_while_nobody_has_taken_it(house: House, guest: Person, lily: Person) -> None:
    heard = house.ask(guest, "request_service", service="towels", quantity=2, more=True)
    assert heard.own == "4 towels in all for room 302, by 9:15 am."
    assert heard.by(lily).startswith("Changed by the guest · #1 Room 302 · 4 towels")
    assert not heard.labels
    assert [each.quantity for each in house.requests()] == [4]


def test_another_number_is_added_and_may_be_put_right(house: House, guest: Person) -> None:
    heard = house.ask(guest, "request_service", service="towels", quantity=3)
    assert heard.own == "5 towels in all for room 302, by 9:15 am."
    assert heard.labels == ["3 towels in all"]
    house.press(guest, heard, "3 towels in all")
    assert [each.quantity for each in house.requests()] == [3]


def test_more_of_what_somebody_is_carrying_is_carried_again(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "accept_request", number=1)
    heard = house.ask(guest, "request_service", service="towels", quantity=1, more=True)
    assert heard.own.startswith("1 towel for room 302, by 9:15 am.")
    assert open_numbers(house) == [1, 2]


def test_more_of_an_unknown_number_is_another_request(house: House, guest: Person) -> None:
    house.ask(guest, "request_service", service="towels", more=True)
    assert open_numbers(house) == [1, 2]


def test_a_number_told_later_is_no_addition(house: House, guest: Person) -> None:
    house.ask(guest, "request_service", service="pillows")
    heard = house.ask(guest, "request_service", service="pillows", quantity=2)
    assert heard.own == "2 pillows in all for room 302, by 9:15 am."
    assert not heard.labels


def test_another_hour_is_another_taxi(house: House) -> None:
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="taxi", time=house.at(18))
    assert house.ask(guest, "request_service", service="taxi", time=house.at(18)).own == (
        "Taxi for room 302: already with the front desk, 6:00 pm."
    )
    house.ask(guest, "request_service", service="taxi", time=house.at(20))
    assert open_numbers(house) == [1, 2]


def test_another_hour_of_late_check_out_replaces_the_first(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="late_checkout", time=house.at(14))
    heard = house.ask(guest, "request_service", service="late_checkout", time=house.at(16))
    assert "Thu 4:00 pm, you will have the answer by" in heard.own
    assert "Changed by the guest" in heard.by(desk)
    assert open_numbers(house) == [1]


def test_other_words_go_along_to_whoever_mends_it(house: House) -> None:
    guest, max_ = house.guest(), house.staff("Max", "maintenance")
    house.ask(guest, "request_service", service="air_conditioning", note="AC is broken")
    house.ask(max_, "accept_request", number=1)
    heard = house.ask(guest, "request_service", service="air_conditioning", note="it drips on the bed")
    assert "Your words go along: “AC is broken; it drips on the bed”." in heard.own
    assert "it drips on the bed" in heard.by(max_)
    assert open_numbers(house) == [1]
    heard = house.ask(guest, "request_service", service="air_conditioning", note="AC is broken")
    assert heard.own.startswith("Air conditioning for room 302: Max is looking after it already")


def test_another_dish_joins_the_order_until_it_is_cooked(house: House) -> None:
    guest, carl = house.guest(), house.staff("Carl", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="fried rice")
    house.ask(guest, "request_service", service="food_order", note="a coke", allergy=["peanuts"])
    assert [(each.note, each.needs.allergy) for each in house.requests()] == [("fried rice; a coke", ("peanuts",))]
    house.ask(carl, "accept_request", number=1)
    house.ask(guest, "request_service", service="food_order", note="an ice cream")
    assert open_numbers(house) == [1, 2]


def test_what_is_late_is_asked_for_again_and_the_colleague_hears_it(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "accept_request", number=1)
    house.later(minutes=20)
    heard = house.ask(guest, "request_service", service="towels", quantity=2)
    assert "It is late, I am sorry, and I have just reminded them." in heard.own
    assert heard.by(lily).startswith("5 min late · #1 Room 302 · 2 towels · the guest is asking")


def test_what_is_done_may_be_asked_for_again(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "complete_request", number=1)
    house.ask(guest, "request_service", service="towels", quantity=2)
    assert open_numbers(house) == [2]


def test_two_guests_of_a_room_wait_for_one_request_and_both_hear_of_it(
    house: House, guest: Person, lily: Person
) -> None:
    ben = house.guest("Ben Berg", "302")
    assert house.ask(ben, "request_service", service="towels", quantity=2).own.endswith("by 9:15 am.")
    assert open_numbers(house) == [1]
    heard = house.ask(lily, "accept_request", number=1)
    assert heard.by(ben) == heard.by(guest) == "Lily is looking after it: 2 towels, by 9:15 am."
    assert house.ask(ben, "my_requests").own.startswith("2 towels: Lily is looking after it")
    done = house.ask(lily, "complete_request", number=1)
    assert house.press(ben, done, "5").own == "Thank you, noted."
    assert "already rated" in house.press(guest, done, "2").own


def test_one_of_them_may_cancel_it_and_the_other_hears_it(house: House, guest: Person, lily: Person) -> None:
    ben = house.guest("Ben Berg", "302")
    house.ask(ben, "request_service", service="towels", quantity=2)
    heard = house.ask(ben, "cancel_request", service="towels")
    assert heard.by(guest) == "2 towels: cancelled from your room."
    assert heard.by(lily)
    assert house.requests()[0].state is RequestState.CANCELLED


def test_other_rooms_and_former_guests_are_not_joined(house: House, guest: Person) -> None:
    next_door = house.guest("Carla", "301")
    house.ask(next_door, "request_service", service="towels", quantity=2)
    assert open_numbers(house) == [1, 2]
    assert "cannot find" in house.ask(next_door, "rate_request", number=1, rating=5).own


def test_a_request_of_the_guest_before_is_not_the_new_guests(house: House, guest: Person) -> None:
    house.db.execute(update(Stay).values(state=StayState.DEPARTED))
    house.ask(house.guest("Nora New", "302"), "request_service", service="towels", quantity=2)
    assert open_numbers(house) == [1, 2]
