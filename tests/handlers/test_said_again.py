"""The same thing in another amount: changed or added where the words say so, else the guest is asked."""

from __future__ import annotations

from typing import Any

from tests.support.house import Heard, House, Person


def _milk(house: House, guest: Person, words: str, quantity: int, **slots: Any) -> Heard:
    return house.ask(
        guest, "request_service", service="food_order", note=words, quantity=quantity, thing="milk", **slots
    )


def test_an_amount_said_of_the_thing_changes_it(house: House) -> None:
    guest, cook = house.guest(), house.staff("Jane", "kitchen")
    _milk(house, guest, "a glass of milk", 1)
    heard = _milk(house, guest, "make the milk two glasses", 2, sets=True)
    assert heard.own.strip().startswith("Changed: room 302, food order")
    assert "“a glass of milk; Now: make the milk two glasses”" in heard.by(cook)
    (request,) = house.requests()
    assert request.quantity == 2


def test_when_nobody_can_tell_the_guest_is_asked(house: House) -> None:
    guest, cook = house.guest(language="zh"), house.staff("Jane", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="牛奶一杯", quantity=1, thing="牛奶")
    asked = house.ask(guest, "request_service", service="food_order", note="要两杯牛奶", quantity=2, thing="牛奶")
    assert asked.own == "点餐“牛奶一杯”已经在办。“要两杯牛奶”：是改成这样，还是另外再加？"
    assert (asked.labels, asked.by(cook)) == (["改成这样", "另外再加"], "")
    instead, on_top = (button.call for button in asked.buttons)
    heard = house.ask(guest, on_top.intent, **on_top.slots)
    assert "一共" not in heard.own
    assert house.requests()[0].note == "牛奶一杯；另加：要两杯牛奶"
    house.ask(guest, instead.intent, **instead.slots)
    assert house.requests()[0].note.endswith("改成：要两杯牛奶")


def test_two_more_are_added_without_a_question(house: House) -> None:
    guest, cook = house.guest(), house.staff("Jane", "kitchen")
    _milk(house, guest, "a glass of milk", 1)
    heard = _milk(house, guest, "two more glasses of milk", 2, more=True)
    assert heard.labels == []
    assert "a glass of milk; two more glasses of milk" in heard.by(cook)


def test_another_thing_and_another_hour_are_another_matter(house: House) -> None:
    guest, cook = house.guest(), house.staff("Jane", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="fried rice", quantity=1, thing="fried")
    assert "fried rice; two glasses of milk" in _milk(house, guest, "two glasses of milk", 2).by(cook)
    _milk(house, guest, "five glasses of milk", 5, time=house.at(20))
    assert len(house.requests()) == 2


def test_what_is_counted_is_changed_too(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2)
    assert "3 towels" in house.ask(guest, "request_service", service="towels", quantity=3, sets=True).by(lily)
    assert [each.quantity for each in house.requests()] == [3]
    house.ask(lily, "complete_request", number=1)
    house.ask(guest, "request_service", service="towels", quantity=2, sets=True)  # nothing is under way
    assert [each.quantity for each in house.requests()] == [3, 2]
