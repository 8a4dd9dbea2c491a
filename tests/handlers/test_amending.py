"""A colleague changes what a guest asked for, as the guest wants it: everybody whom it concerns hears it, once."""

from __future__ import annotations

import pytest

from crm.service_requests.requests import RequestState, ServiceRequest
from crm.staff.members import revoke
from tests.support.house import House, Person


@pytest.fixture
def guest(house: House) -> Person:
    return house.guest("Anna Berg", "302")


@pytest.fixture
def lily(house: House, guest: Person) -> Person:
    """Lily of housekeeping; two towels for 302 are open."""
    lily = house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2)
    return lily


def request(house: House, number: int = 1) -> ServiceRequest:
    return house.requests()[number - 1]


def test_number_is_changed_and_whoever_has_it_hears_by_whom(house: House, guest: Person, lily: Person) -> None:
    rosa = house.staff("Rosa")
    house.ask(rosa, "accept_request", number=1)
    heard = house.ask(lily, "amend_request", number=1, quantity=3)
    assert heard.own == "Room 302 · 3 towels\n#1 changed · by 9:15 am · guest told"
    assert heard.by(rosa) == "Changed by Lily · #1 Room 302 · 3 towels"
    assert heard.by(guest) == "Changed as you wished: 3 towels for room 302, by 9:15 am."
    assert (request(house).quantity, request(house).state) == (3, RequestState.ACCEPTED)


def test_in_chinese_too(house: House) -> None:
    guest, wang = house.guest("王芳", "301", language="zh"), house.staff("小王", language="zh")
    mei = house.staff("小梅", language="zh")
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.ask(wang, "amend_request", number=1, quantity=3)
    assert heard.own == "301 · 毛巾 3条\n#1 已改 · 9:15 前 · 已告知客人"
    assert heard.by(mei) == "小王 改了 · #1 301 · 毛巾 3条"
    assert heard.by(guest) == "已按您的意思改好：毛巾 3条，301 房，9:15 前。"
    assert "小王 改过 9:00" in house.ask(wang, "show_request", number=1).own


def test_history_tells_who_changed_it_last(house: House, guest: Person, lily: Person) -> None:
    assert "Changed" not in house.ask(lily, "show_request", number=1).own
    house.ask(lily, "amend_request", number=1, quantity=3)
    house.later(minutes=2)
    assert "Changed by Lily, 9:00 am" in house.ask(lily, "show_request", number=1).own
    house.ask(guest, "change_request", service="towels", quantity=4)
    assert "Changed by the guest, 9:02 am" in house.ask(lily, "show_request", number=1).own
    rosa = house.staff("Rosa")
    house.ask(rosa, "amend_request", number=1, quantity=5)
    assert rosa.member
    revoke(house.db, rosa.member, house.now)
    house.ask(lily, "complete_request", number=1)
    assert "Changed by Rosa, 9:02 am" in house.ask(lily, "show_request", number=1).own


def test_hour_the_guest_wants_is_changed_with_its_promise(house: House, guest: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="taxi", time=house.at(19))
    heard = house.ask(desk, "amend_request", said="guest wants 8 pm", number=1, time=house.at(20))
    assert heard.own == "Room 302 · taxi\n#1 changed · 8:00 pm · guest told"
    assert heard.by(guest) == "Changed as you wished: taxi for room 302, 8:00 pm."
    assert request(house).wanted_at == house.at(20)
    assert request(house).due_at >= house.at(20)


def test_hour_without_a_day_is_of_the_day_that_was_agreed(house: House, guest: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="taxi", time=house.at(7, days=1))
    house.ask(desk, "amend_request", wish=True, number=1, time=house.at(20), either_half=True)
    assert request(house).wanted_at == house.at(8, days=1)
    house.ask(desk, "amend_request", wish=True, number=1, time=house.at(10, days=0), day=house.at(0))
    assert request(house).wanted_at == house.at(10)
    house.ask(desk, "amend_request", wish=True, number=1, time=house.at(11, days=1), day=house.at(0, days=1))
    assert request(house).wanted_at == house.at(11, days=1)


def test_it_is_brought_to_another_room(house: House, guest: Person, lily: Person) -> None:
    rosa = house.staff("Rosa")
    heard = house.ask(lily, "amend_request", room="302", place="303")
    assert heard.own == "Room 303 · 2 towels · now in 302\n#1 changed · by 9:15 am · guest told"
    assert heard.by(rosa).startswith("Changed by Lily · #1 Room 303 · 2 towels")
    assert heard.by(guest) == "Changed as you wished: 2 towels for room 303, by 9:15 am."
    heard = house.ask(lily, "amend_request", number=1, place="999")
    assert (heard.own, heard.asks) == ("There is no room 999 here. Where is #1 to be brought?", "place")
    assert request(house).room == "303"
    assert house.reply(lily, heard, "302").own.startswith("Room 302 · 2 towels\n")


def test_what_nobody_can_mean_is_asked_about(house: House, guest: Person, lily: Person) -> None:
    heard = house.ask(lily, "amend_request", number=1, quantity=5000)
    assert (heard.own, heard.asks) == ("Room 302 · 2 towels · #1: 5000 cannot be meant. How many?", "quantity")
    assert house.ask(lily, "amend_request", number=1, quantity=0).asks == "quantity"
    heard = house.ask(lily, "amend_request", number=1, time=house.at(7), wish=True)
    assert (heard.own, heard.asks) == ("7:00 am is over already. #1: at what time?", "time")
    assert not heard.listeners()
    heard = house.reply(lily, heard, house.at(20))
    assert heard.by(guest) == "Changed as you wished: 2 towels for room 302, 8:00 pm."
    heard = house.ask(lily, "amend_request", number=1)
    assert (heard.own.startswith("Room 302 · 2 towels · #1: change it to what?"), heard.asks) == (True, "note")
    heard = house.reply(lily, heard, "the big ones")
    assert (request(house).note, request(house).quantity) == ("the big ones", 2)


def test_twice_is_told_once(house: House, guest: Person, lily: Person) -> None:
    rosa = house.staff("Rosa")
    house.ask(lily, "amend_request", number=1, quantity=3)
    heard = house.ask(rosa, "amend_request", number=1, quantity=3)
    assert heard.own == "#1 Room 302 · 3 towels · by 9:15 am\nIt is so already."
    assert not heard.listeners()


def test_what_has_ended_shows_its_state(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "complete_request", number=1)
    heard = house.ask(lily, "amend_request", number=1, quantity=3)
    assert heard.own == "#1 done by Lily, 9:00 am"
    assert not heard.listeners()
    house.ask(guest, "request_service", service="towels")
    house.ask(guest, "cancel_request", number=2)
    assert house.ask(lily, "amend_request", number=2, quantity=3).own == "#2 cancelled by the guest, 9:00 am"


def test_by_room_and_service_with_choices(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "request_service", service="pillows", quantity=1)
    heard = house.ask(lily, "amend_request", room="302", quantity=3)
    assert heard.labels == ["#1 Room 302 · 2 towels", "#2 Room 302 · 1 pillow"]
    assert house.press(lily, heard, "#2 Room 302 · 1 pillow").own.startswith("Room 302 · 3 pillows\n#2 changed")
    house.ask(lily, "amend_request", room="302", service="towels", quantity=4)
    assert [each.quantity for each in house.requests()] == [4, 3]
    max_ = house.staff("Max", "maintenance")
    assert house.ask(max_, "amend_request", room="302", quantity=9).own == "#1 is with housekeeping."


def test_what_waited_for_the_guest_goes_on_at_the_hour(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "decline_request", number=1, reason="no_answer")
    assert request(house).state is RequestState.WAITING
    house.ask(lily, "amend_request", number=1, time=house.at(20), said="客人说八点来")
    assert (request(house).state, request(house).wanted_at) == (RequestState.ACCEPTED, house.at(20))
    assert request(house).waiting_since is None


def test_hour_that_the_house_decides_on_is_an_offer_unless_the_guest_wants_it(house: House, guest: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="late_checkout", time=house.at(16, days=3))
    heard = house.ask(desk, "amend_request", number=1, time=house.at(14))
    assert heard.own.endswith("#1 · the guest is asked: until Thu 2:00 pm?")
    assert heard.labels_of(guest) == ["Yes, please", "No, thank you"]
    wished = house.ask(desk, "amend_request", said="guest wants 3 pm", number=1, time=house.at(15, days=3))
    assert wished.by(guest).startswith("Changed as you wished: late check-out")
    assert request(house).wanted_at == house.at(15, days=3)
    assert house.press(guest, heard, "Yes, please").own.startswith("Late check-out: passed on to")


def test_a_room_to_move_to_is_always_given_by_the_house(house: House, guest: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="room_move", note="quieter")
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.ask(desk, "amend_request", said="客人说换到303", number=1, place="303")
    assert request(house).room == "302"
    assert "new room is 303" in heard.by(guest)
    heard = house.ask(desk, "amend_request", room="302", place="301")
    assert heard.own.startswith("Room 301 · 2 towels")


def test_guests_own_change_does_not_take_the_room_back(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "amend_request", number=1, place="303")
    house.ask(guest, "change_request", service="towels", quantity=4)
    assert (request(house).room, request(house).quantity) == ("303", 4)
