"""What nobody need approve cannot be done as asked for: the guest is asked, and the yes changes it, once."""

from __future__ import annotations

import pytest

from crm.service_requests.requests import RequestState, ServiceRequest
from tests.support.house import House, Person


@pytest.fixture
def guest(house: House) -> Person:
    return house.guest("Anna Berg", "302")


@pytest.fixture
def desk(house: House, guest: Person) -> Person:
    """Dora of the front desk; a taxi for 302 is wanted at seven in the evening."""
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="taxi", time=house.at(19))
    return desk


def taxi(house: House) -> ServiceRequest:
    return house.requests()[0]


def test_guest_is_asked_and_the_yes_changes_the_hour(house: House, guest: Person, desk: Person) -> None:
    sam = house.staff("Sam", "front_desk")
    house.ask(sam, "accept_request", number=1)
    heard = house.ask(desk, "make_offer", said="12 only at 8 pm", number=1, time=house.at(20))
    assert heard.own == "Room 302 · taxi\n#1 · the guest is asked: 8:00 pm?"
    assert heard.by(guest) == "Taxi: 8:00 pm is possible, but not 7:00 pm, I am sorry. Shall we say 8:00 pm?"
    assert taxi(house).wanted_at == house.at(19)
    said = house.press(guest, heard, "Yes, please")
    assert said.own == "Taxi, 8:00 pm: arranged, thank you."
    assert said.by(sam) == said.by(desk) == "#1 Room 302 · taxi · 8:00 pm · the guest says yes"
    assert (taxi(house).wanted_at, taxi(house).state) == (house.at(20), RequestState.ACCEPTED)
    assert taxi(house).due_at >= house.at(20)
    again = house.press(guest, heard, "Yes, please")
    assert not again.listeners()
    assert "8:00 pm" in again.own


def test_no_leaves_it_as_it_was(house: House, guest: Person, desk: Person) -> None:
    heard = house.ask(desk, "make_offer", firm=True, number=1, time=house.at(20))
    said = house.press(guest, heard, "No, thank you")
    assert said.by(desk) == "#1 Room 302 · taxi · the guest does not want what was offered"
    assert (taxi(house).wanted_at, taxi(house).state) == (house.at(19), RequestState.OPEN)
    assert taxi(house).due_at < house.at(20)
    assert taxi(house).respond_by is not None


def test_later_than_promised_is_asked_and_earlier_or_wished_is_done(house: House, guest: Person, desk: Person) -> None:
    heard = house.ask(desk, "amend_request", number=1, time=house.at(20))
    assert "the guest is asked: 8:00 pm?" in heard.own
    assert heard.labels == ["The guest wants it so, change it"]
    wished = house.press(desk, heard, "The guest wants it so, change it")
    assert wished.by(guest) == "Changed as you wished: taxi for room 302, 8:00 pm."
    assert taxi(house).wanted_at == house.at(20)
    late = house.press(guest, heard, "No, thank you")  # of what is offered no longer
    assert not late.listeners()
    heard = house.ask(desk, "amend_request", number=1, time=house.at(18))
    assert heard.by(guest) == "Changed as you wished: taxi for room 302, 6:00 pm."


def test_another_day_is_offered_as_it_was_said(house: House, guest: Person, desk: Person) -> None:
    tomorrow = house.at(10, days=1)
    heard = house.ask(desk, "amend_request", number=1, time=tomorrow, day=house.at(0, days=1))
    assert heard.by(guest).endswith("Shall we say tomorrow 10:00 am?")
    house.press(desk, heard, "The guest wants it so, change it")
    assert taxi(house).wanted_at == tomorrow


def test_words_that_do_not_say_that_it_is_all_change_it(house: House, guest: Person, desk: Person) -> None:
    heard = house.ask(desk, "make_offer", said="move 1 to 6 pm", number=1, time=house.at(18))
    assert heard.by(guest).startswith("Changed as you wished: taxi")
    heard = house.ask(desk, "make_offer", said="move 1 to 303", number=1, room="303")
    assert "Room 303 · taxi" in heard.own
    assert "Room 303 · taxi" in house.ask(desk, "show_request", number=1).own


def test_fewer_are_offered_and_keep_the_promise(house: House, guest: Person) -> None:
    guest, mei = house.guest("王芳", "301", language="zh"), house.staff("小梅", language="zh")
    house.ask(guest, "request_service", service="towels", quantity=6)
    due_at = house.requests()[0].due_at
    heard = house.ask(mei, "make_offer", said="1号最多四条", number=1, quantity=4)
    assert heard.own == "301 · 毛巾 6条\n#1 · 已问客人：毛巾 4条可以吗"
    assert heard.by(guest) == "毛巾 4条：现在能给您的是这些，抱歉。就这样可以吗？"
    assert house.requests()[0].due_at == due_at
    said = house.press(guest, heard, "好的")
    assert said.own == "毛巾 4条，就这样为您安排。"
    assert said.by(mei) == "#1 301 · 毛巾 4条 · 客人同意"
    assert house.requests()[0].quantity == 4


def test_unanswered_it_is_late_when_it_would_have_been_done(house: House, guest: Person, desk: Person) -> None:
    house.ask(desk, "make_offer", firm=True, number=1, time=house.at(20))
    assert house.at(20) <= taxi(house).due_at <= house.at(21)
    assert "#1 Room 302 · taxi" in house.wait(hours=13).by(desk)


def test_what_nobody_can_mean_is_asked_again(house: House, guest: Person, desk: Person) -> None:
    for slots, asks in (({"time": house.at(7)}, "time"), ({"quantity": 900}, "quantity")):
        heard = house.ask(desk, "make_offer", firm=True, number=1, **slots)
        assert heard.asks == asks
        assert not heard.listeners()
    heard = house.ask(desk, "make_offer", firm=True, number=1, time=house.at(19))
    assert heard.own == "#1 waiting since 9:00 am"


def test_cancelled_meanwhile_the_yes_changes_nothing(house: House, guest: Person, desk: Person) -> None:
    heard = house.ask(desk, "make_offer", firm=True, number=1, time=house.at(20))
    house.ask(desk, "withdraw_request", number=1, reason="no cars")
    said = house.press(guest, heard, "Yes, please")
    assert said.own == "Taxi: cancelled."
    assert (taxi(house).state, taxi(house).wanted_at) == (RequestState.WITHDRAWN, house.at(19))
