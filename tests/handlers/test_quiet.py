"""Who does not want to be disturbed: colleagues read it at once and on the cards of the room, until it ends."""

from __future__ import annotations

import pytest

from crm.stays.bookings import StayState
from crm.stays.quiet import Quiet, find_quiet
from tests.support.house import House, Person


def _held(house: House, guest: Person) -> Quiet | None:
    assert guest.stay
    return find_quiet(house.db, house.now, guest.stay.id)


def test_it_stands_on_the_cards_of_that_room_until_it_ends(house: House) -> None:
    guest, lily, tom = house.guest(room="302"), house.staff("Lily"), house.staff("Tom", "maintenance")
    cook, desk = house.staff("Jane", "kitchen"), house.staff("陈静", "front_desk", language="zh")
    heard = house.ask(guest, "keep_quiet", time=house.at(12))
    assert heard.own == "Nobody disturbs you until 12:00 pm. My colleagues know."
    assert heard.by(lily) == "Room 302\nDo not disturb, until 12:00 pm"
    assert heard.by(desk) == "302 房\n请勿打扰，到 12:00"
    assert "Do not disturb" in house.ask(guest, "request_service", service="towels", quantity=1).by(lily)
    assert "Do not disturb" in house.ask(guest, "request_service", service="light", note="flickers").by(tom)
    assert "disturb" not in house.ask(guest, "request_service", service="food_order", note="soup").by(cook)
    neighbour = house.guest("Ben", room="301")
    assert "disturb" not in house.ask(neighbour, "request_service", service="towels", quantity=1).by(lily)
    house.later(hours=3)
    assert "disturb" not in house.ask(guest, "request_service", service="pillows", quantity=1).by(lily)
    assert house.ask(guest, "end_quiet").own == "No quiet was asked for just now. What can I do for you?"


@pytest.mark.parametrize(("hours", "until"), [(0, "tomorrow 9:00 am"), (14, "tomorrow 9:00 am"), (17, "9:00 am")])
def test_without_an_hour_it_ends_in_the_next_morning(house: House, hours: int, until: str) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    house.later(hours=hours)  # from nine in the morning
    assert f"until {until}." in house.ask(guest, "keep_quiet").own


def test_a_later_word_takes_its_place_and_the_guest_takes_it_back(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    (button,) = house.ask(guest, "keep_quiet", time=house.at(12)).buttons
    house.ask(guest, "keep_quiet", time=house.at(14))
    assert _held(house, guest) == Quiet(undisturbed_until=house.at(14))
    heard = house.ask(guest, button.call.intent, **button.call.slots)
    assert heard.by(lily) == "Room 302 · the guest may be disturbed again"
    assert _held(house, guest) is None


def test_no_cleaning_is_for_housekeeping_and_for_the_day(house: House) -> None:
    guest, lily = house.guest(language="zh"), house.staff("Lily")
    tom, desk = house.staff("Tom", "maintenance"), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "cancel_request", service="cleaning", unwanted=True)
    assert heard.own.strip() == "302 房，今天不打扫。客房部已经知道。"
    assert (heard.by(lily), heard.by(desk)) == ("Room 302\nNo cleaning, until tomorrow 6:00 am", "")
    assert "No cleaning" in house.ask(guest, "request_service", service="towels", quantity=1).by(lily)
    assert "cleaning" not in house.ask(guest, "request_service", service="light", note="坏了").by(tom)
    house.ask(guest, "cancel_request", service="cleaning", day=house.at(0, days=1))
    assert _held(house, guest) == Quiet(uncleaned_until=house.at(6, days=2))


def test_what_was_ordered_of_it_is_cancelled(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="cleaning")
    assert "No cleaning" not in house.ask(guest, "cancel_request", service="cleaning", unwanted=True).by(
        lily
    )  # only that one
    house.ask(guest, "request_service", service="cleaning")
    heard = house.ask(guest, "cancel_request", service="cleaning", day=house.at(0))
    assert "No cleaning of room 302 today" in heard.own
    assert "No cleaning" in heard.by(lily)
    assert all(not each.is_unfinished for each in house.requests())


def test_whoever_orders_the_cleaning_may_be_disturbed(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    house.ask(guest, "keep_quiet")
    assert "Do not disturb" in house.ask(guest, "request_service", service="cleaning", time=house.at(15)).by(lily)
    assert "disturb" not in house.ask(guest, "request_service", service="cleaning", apart=True).by(lily)
    assert _held(house, guest) is None


def test_other_things_are_not_done_without_by_the_day(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    assert "no towels" in house.ask(guest, "cancel_request", service="towels", day=house.at(0)).own
    assert _held(house, guest) is None


def test_a_button_pressed_late_and_a_question_waved_away_leave_the_daily_cleaning(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    house.ask(guest, "cancel_request", service="cleaning")
    house.ask(guest, "request_service", service="cleaning")
    for _ in range(2):
        house.ask(guest, "cancel_request", service="cleaning", number=1)
    assert _held(house, guest) is None
    stranger = house.stranger()
    assert house.ask(stranger, "cancel_request", service="cleaning", unwanted=True).own == "Noted, no room cleaning."


def test_only_whoever_lives_here_is_disturbed(house: House) -> None:
    coming, lily = house.guest(state=StayState.BOOKED, days=(2, 4)), house.staff("Lily")
    assert house.ask(coming, "keep_quiet").by(lily) == ""
    assert _held(house, coming) is None
    assert house.ask(house.stranger(), "keep_quiet").asks == "credential"
