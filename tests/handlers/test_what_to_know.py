"""Lists of guests tell what changes the team's work, each colleague what their work needs."""

from __future__ import annotations

from crm.stays.bookings import StayState
from tests.support.house import House


def test_what_requests_tell_of_a_stay_stands_under_its_guest(house: House) -> None:
    anna, desk = house.guest("Anna Berg", "302", adults=2, children=1, days=(-1, 7)), house.staff("Dora", "front_desk")
    house.ask(anna, "request_service", service="food_order", note="rice", allergy=["peanuts"], ages=["5y"])
    house.ask(anna, "request_service", service="towels", quantity=2)
    house.ask(house.staff("Carl", "kitchen"), "complete_request", number=1)
    assert house.ask(desk, "in_house").own == (
        "In house: 1 booking, 3 guests\n302 · Anna Berg · 2 adults, 1 child · until 30 Nov\n"
        "– ⚠ Allergy: peanuts · Children: 5 · long stay · 1 open"
    )


def test_housekeeping_hears_of_feathers_and_not_of_peanuts(house: House) -> None:
    anna, lily = house.guest("Anna Berg", "302"), house.staff("Lily")
    house.ask(anna, "request_service", service="food_order", note="rice", allergy=["peanuts"])
    assert house.ask(lily, "in_house").own.endswith("302 · 1 adult · until Thu")
    house.ask(anna, "request_service", service="pillows", allergy=["feathers"], quantity=1)
    assert house.ask(lily, "in_house").own.endswith("302 · 1 adult · until Thu\n– ⚠ Allergy: feathers · 1 open")


def test_returning_is_who_stayed_before_this_stay(house: House) -> None:
    desk, first = house.staff("小周", "front_desk", language="zh"), house.book("张三", "301", days=(-2, 0))
    house.book("张三", "302", state=StayState.BOOKED, days=(0, 7), guest_id=first.guest_id)
    assert house.ask(desk, "departures").own.endswith("301 · 张三 · 1大")
    assert house.ask(desk, "in_house").own.endswith("301 · 张三 · 1大 · 住到今天")
    assert house.ask(desk, "arrivals").own.endswith("302 · 张三 · 7晚 · 1大\n– 长住 · 回头客")


def test_open_requests_of_another_stay_are_not_counted(house: House) -> None:
    desk, anna = house.staff("Dora", "front_desk"), house.guest("Anna Berg", "302", days=(-2, 0))
    house.ask(anna, "request_service", service="towels", quantity=2)
    house.book("Ben Low", "302", state=StayState.BOOKED, days=(0, 1))
    assert house.ask(desk, "departures").own.endswith("– 1 open")
    assert house.ask(desk, "arrivals").own.endswith("302 · Ben Low · 1 night · 1 adult")
