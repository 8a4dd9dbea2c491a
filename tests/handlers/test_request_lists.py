"""Staff ask about requests: what is late, what is with a room, what a department has open, what was done."""

from __future__ import annotations

import pytest

from crm.service_requests.punctuality import share
from crm.staff.members import set_lead
from tests.support.house import House, Person


@pytest.fixture
def desk(house: House) -> Person:
    return house.staff("Dora", "front_desk")


def test_overdue_are_latest_first_with_who_has_them(house: House, desk: Person) -> None:
    anna, lily = house.guest("Anna Berg", "302"), house.staff("Lily")
    house.ask(anna, "request_service", service="towels", quantity=2)
    house.later(minutes=5)
    house.ask(house.guest("Ben Low", "301"), "request_service", service="pillows", quantity=1)
    house.ask(anna, "request_service", service="cleaning")
    house.ask(lily, "accept_request", number=2)
    house.later(minutes=30)
    heard = house.ask(desk, "overdue_requests")
    assert heard.own == (
        "2 overdue:\n20 min late · #1 Room 302 · 2 towels · nobody has it\n15 min late · #2 Room 301 · 1 pillow · Lily"
    )
    assert heard.labels == ["Accept #1", "On my way #2"]
    house.ask(lily, "start_request", number=2)
    assert "1 pillow · Lily on the way" in house.ask(desk, "overdue_requests").own


def test_each_sees_the_late_work_of_their_own_department(house: House, desk: Person) -> None:
    house.ask(house.guest(), "request_service", service="towels", quantity=2)
    house.later(hours=1)
    assert "#1" in house.ask(house.staff("小李", language="zh"), "overdue_requests").own
    assert house.ask(house.staff("小何", "kitchen", language="zh"), "overdue_requests").own == "没有逾期的请求。"
    assert "#1" in house.ask(desk, "overdue_requests").own


def test_what_waits_for_the_guest_is_not_late(house: House, desk: Person) -> None:
    lily = house.staff("Lily")
    house.ask(house.guest(), "request_service", service="towels", quantity=2)
    house.ask(lily, "accept_request", number=1)
    house.ask(lily, "decline_request", number=1, reason="no_answer")
    house.later(hours=1)
    assert house.ask(desk, "overdue_requests").own == "Nothing is overdue."


def test_room_shows_what_is_open_and_what_was_finished_today(house: House, desk: Person) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    for service in ("towels", "pillows", "baby_cot"):
        house.ask(guest, "request_service", service=service, quantity=1)
    house.ask(lily, "complete_request", number=1)
    house.ask(lily, "decline_request", number=2, reason="none_available")
    heard = house.ask(desk, "requests_of_room", room="302")
    assert heard.own.splitlines() == [
        "Room 302: 1 open, 2 finished today",
        "#3 Room 302 · 1 baby cot · by 9:45 am",
        "#1 · 1 towel · done 9:00 am · Lily",
        "#2 · 1 pillow · could not be done 9:00 am: none available at the moment · Lily",
    ]
    assert heard.labels == ["Accept #3"]
    house.later(days=1)
    assert house.ask(desk, "requests_of_room", room="302").own.startswith("Room 302: 1 open\n")


def test_room_is_shown_by_department_asked_for_and_known(house: House, desk: Person) -> None:
    house.ask(house.guest(), "request_service", service="towels", quantity=1)
    cook = house.staff("Carl", "kitchen")
    assert house.ask(cook, "requests_of_room", room="302").own == "Room 302: nothing open"
    assert house.ask(desk, "requests_of_room", room="999").own == "There is no room 999 here."
    heard = house.ask(desk, "requests_of_room")
    assert (heard.own, heard.asks) == ("Which room?", "room")
    assert house.reply(desk, heard, "302").own.startswith("Room 302: 1 open")


def test_open_requests_of_one_department(house: House, desk: Person) -> None:
    guest = house.guest()
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(guest, "request_service", service="light", note="bulb")
    heard = house.ask(desk, "open_requests", department="housekeeping").own
    assert heard == "Housekeeping, 1 open:\n#1 Room 302 · 2 towels · by 9:15 am"
    assert house.ask(desk, "open_requests", department="kitchen").own == "Kitchen: nothing open."
    lily = house.staff("Lily")
    assert house.ask(lily, "open_requests", department="housekeeping").own.startswith("Housekeeping, 1 open")
    assert house.ask(lily, "open_requests", department="maintenance").own.startswith("That is not yours")


def test_open_requests_with_a_room_are_those_of_the_room(house: House, desk: Person) -> None:
    house.ask(house.guest(), "request_service", service="towels", quantity=2)
    assert house.ask(desk, "open_requests", room="302").own.startswith("\nRoom 302: 1 open")
    assert house.ask(desk, "open_requests", room="303").own == "\nRoom 303: nothing open"


def test_work_done_is_counted_by_department_with_the_share_on_time(house: House, desk: Person) -> None:
    guest, lily, tom = house.guest(), house.staff("Lily"), house.staff("Tom", "maintenance")
    for service in ("towels", "pillows", "toiletries"):
        house.ask(guest, "request_service", service=service, quantity=1)
    house.ask(guest, "request_service", service="light", note="bulb")
    house.ask(lily, "complete_request", number=1)
    house.ask(lily, "decline_request", number=3, reason="none_available")
    house.later(minutes=15)  # to the second: still on time
    house.ask(lily, "complete_request", number=2)
    house.later(hours=3)
    house.ask(tom, "complete_request", number=4)
    assert house.ask(desk, "work_done").own == (
        "Done today: 3, 2 on time (67%)\nHousekeeping: 2, 2 on time (100%)\nMaintenance: 1, 0 on time (0%)"
    )
    assert house.ask(tom, "work_done").own == "Done today: 1, 0 on time (0%)"
    house.later(days=1)
    assert house.ask(desk, "work_done").own == "Nothing was done today."
    for day in (-1, 6):  # yesterday, and its day of the week
        assert house.ask(desk, "work_done", day=house.at(0, days=day)).own.startswith("Done yesterday: 3")


@pytest.mark.parametrize(
    ("on_time", "count", "per_cent"), [(0, 1, 0), (1, 8, 13), (2, 3, 67), (1, 200, 1), (5, 5, 100)]
)
def test_shares_are_rounded_half_up(on_time: int, count: int, per_cent: int) -> None:
    assert share(on_time, count) == per_cent


def test_lead_and_since_when_are_told_of_who_is_on_duty(house: House, desk: Person) -> None:
    lily, rosa = house.staff("Lily", on_duty=False), house.staff("Rosa")
    assert rosa.member is not None
    set_lead(house.db, rosa.member, is_lead=True)
    house.ask(lily, "go_on_duty")
    assert house.ask(desk, "who_is_on_duty").own == ("Front desk: Dora\nHousekeeping: Lily since 9:00 am, Rosa (lead)")
    house.later(hours=2)
    house.ask(lily, "go_on_duty")
    assert "Lily since 9:00 am" in house.ask(desk, "who_is_on_duty").own
    house.ask(lily, "go_off_duty")
    house.ask(lily, "go_on_duty")
    assert "Lily since 11:00 am" in house.ask(desk, "who_is_on_duty").own
