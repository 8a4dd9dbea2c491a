"""When something may be asked for: its hours, from when before the arrival, until the guest has left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.properties.catalogue import house_catalogue
from crm.properties.opening import is_within, next_within
from crm.service_requests.requests import RequestState
from crm.stays.bookings import StayState
from crm.stays.steps import check_out
from tests.support.house import PHONE, House, Person

SHANGHAI = ZoneInfo("Asia/Shanghai")


def with_service(house: House, code: str, **changes: Any) -> None:
    house.catalogue = house_catalogue({code: changes})


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{clock}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "open_at", "closed_at", "opens"),
    [
        ("07:00-22:00", "07:00", "06:59", "2026-11-23T07:00"),
        ("07:00-22:00", "22:00", "22:01", "2026-11-24T07:00"),
        ("18:00-02:00", "23:30", "17:59", "2026-11-23T18:00"),
        ("18:00-02:00", "01:59", "02:01", "2026-11-23T18:00"),
    ],
)
def test_hours_may_cross_midnight(hours: str, open_at: str, closed_at: str, opens: str) -> None:
    assert is_within(hours, at(open_at))
    assert next_within(hours, at(open_at)) == at(open_at)
    assert not is_within(hours, at(closed_at))
    assert next_within(hours, at(closed_at)) == datetime.fromisoformat(opens).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("wrong", ["7-22", "07:00", "07:00-24:00", "7:00-22:00", "22.00-23.00", "always"])
def test_hours_nobody_can_read_are_refused_by_name(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"services\.food_order\.hours"):
        house_catalogue({"food_order": {"hours": wrong}})


def test_outside_the_hours_nothing_is_promised_and_the_next_time_is_offered(house: House) -> None:
    with_service(house, "food_order", hours="11:00-22:00")
    guest, cook = house.guest(), house.staff("Carl", "kitchen")
    heard = house.ask(guest, "request_service", service="food_order", note="noodles")
    assert heard.own == (
        "Food order: from 11:00 am to 10:00 pm. When would you like it? The next possible time is 11:00 am."
    )
    assert (heard.labels, heard.asks) == (["11:00 am"], "time")
    assert house.requests() == []
    heard = house.press(guest, heard, "11:00 am")
    assert heard.own.startswith("Food order for room 302, 11:00 am.")
    assert "noodles" in heard.by(cook)
    assert house.requests()[0].wanted_at == house.at(11)


def test_wanted_hour_outside_the_hours_is_asked_again(house: House) -> None:
    with_service(house, "food_order", hours="07:00-22:00")
    guest = house.guest(language="zh")
    heard = house.ask(guest, "request_service", service="food_order", note="一碗面", time=house.at(23))
    assert heard.own == "点餐的时间是 7:00 到 22:00。您看改在几点？最早 明天 7:00。"
    assert heard.labels == ["明天 7:00"]
    heard = house.reply(guest, heard, house.at(21))
    assert "21:00" in heard.own
    assert [each.wanted_at for each in house.requests()] == [house.at(21)]


def test_within_the_hours_nothing_is_said_of_them(house: House) -> None:
    with_service(house, "towels", hours="07:00-22:00")
    guest, _ = house.guest(), house.staff("Lily")
    assert house.ask(guest, "request_service", service="towels", quantity=2).own.startswith("2 towels for room 302")


def test_what_asks_for_its_hour_may_be_asked_for_at_any_time(house: House) -> None:
    with_service(house, "restaurant_table", hours="17:00-22:00")
    guest = house.guest()
    heard = house.ask(guest, "request_service", service="restaurant_table")
    assert heard.asks == "time"
    assert "from 5:00 pm" in house.reply(guest, heard, house.at(12)).own
    assert house.reply(guest, heard, house.at(19)).asks == "people"


def test_hours_past_midnight_are_kept(house: House) -> None:
    with_service(house, "food_order", hours="18:00-02:00")
    guest, _ = house.guest(), house.staff("Carl", "kitchen")
    house.later(hours=16)  # one in the morning
    assert "Food order" in house.ask(guest, "request_service", service="food_order", note="soup").own
    assert len(house.requests()) == 1
    house.later(hours=2)
    assert house.ask(guest, "request_service", service="food_order", note="soup").labels == ["6:00 pm"]


def test_hour_that_is_over_is_refused_with_a_question(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "request_service", service="taxi", time=house.at(8))
    assert (heard.own.splitlines()[0], heard.asks) == ("8:00 am is over already.", "time")
    assert house.requests() == []
    assert house.reply(guest, heard, house.at(18)).by(desk)
    assert house.ask(guest, "request_service", service="taxi", time=house.now - timedelta(minutes=2)).by(desk)


def test_wish_is_not_changed_to_an_hour_that_is_over_or_closed(house: House) -> None:
    with_service(house, "taxi", hours="06:00-23:00")
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="taxi", time=house.at(18))
    yesterday = house.at(18, days=-1)
    heard = house.ask(guest, "change_request", service="taxi", time=yesterday, day=yesterday)
    assert heard.own == "Yesterday 6:00 pm is over already."
    heard = house.ask(guest, "change_request", service="taxi", time=house.at(23, 30))
    assert heard.own.startswith("Taxi: from 6:00 am to 11:00 pm.")
    assert house.requests()[0].wanted_at == house.at(18)
    assert "8:00 pm" in house.reply(guest, heard, house.at(20)).own
    assert house.requests()[0].wanted_at == house.at(20)


def test_hours_of_a_departure_day_that_are_over_are_not_offered(house: House) -> None:
    guest = house.guest(days=(-2, 0))
    house.later(hours=4, minutes=30)  # half past one
    heard = house.ask(guest, "request_service", service="late_checkout")
    assert heard.labels == ["2:00 pm", "4:00 pm", "6:00 pm"]
    assert house.ask(guest, "request_service", service="late_checkout", time=house.at(13)).asks == "time"


def test_what_is_booked_long_before_is_told_from_when_it_may_be(house: House) -> None:
    with_service(house, "early_checkin", not_before_days=7)
    guest = house.guest("张三", room="", language="zh", state=StayState.BOOKED, days=(20, 22))
    heard = house.ask(guest, "request_service", service="early_checkin", time=house.at(10))
    assert heard.own == "提前入住要从12月6日起才能安排。到时告诉我，马上为您办。"
    assert house.requests() == []
    house.staff("Dora", "front_desk")
    house.later(days=13)
    house.ask(guest, "request_service", service="early_checkin", time=house.at(10))
    assert len(house.requests()) == 1


def test_room_that_does_not_exist_is_named_and_nothing_is_lost(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    heard = house.ask(guest, "request_service", service="towels", quantity=2, room="999")
    assert heard.own.splitlines()[1] == "There is no room 999 here, so it goes to your room, 302."
    assert heard.by(lily).startswith("Room 302 · 2 towels")
    assert "There is no" not in house.ask(guest, "request_service", service="towels", room="301").own


def test_guest_who_left_hears_so_with_the_phone(house: House) -> None:
    guest = house.guest(days=(-2, 0))
    assert guest.stay
    check_out(house.db, house.now, guest.stay.id)
    for heard in (house.ask(guest, "request_service", service="towels"), house.ask(guest, "my_stay")):
        assert heard.own == (
            f"Your stay ended today, so I can no longer arrange this. For anything else please call {PHONE}. "
            "If you left something behind, just write what it is."
        )
        assert heard.asks is None
    assert house.requests() == []


def test_guest_whose_booking_was_cancelled_is_asked_for_another(house: House) -> None:
    guest = house.guest(state=StayState.CANCELLED, days=(2, 4))
    assert house.ask(guest, "request_service", service="towels").asks == "credential"


@pytest.fixture
def switched_off(house: House) -> tuple[Person, Person, Person]:
    """Towels and a late check-out are open, then the house takes both services out."""
    guest, lily, desk = house.guest(), house.staff("Lily"), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(guest, "request_service", service="late_checkout", time=house.at(14))
    house.catalogue = house_catalogue({"towels": {"offered": False}, "late_checkout": {"offered": False}})
    return guest, lily, desk


def test_open_requests_of_a_service_that_was_switched_off_are_worked_to_the_end(
    house: House, switched_off: tuple[Person, Person, Person]
) -> None:
    guest, lily, desk = switched_off
    assert house.ask(guest, "request_service", service="towels").own == "What may I bring or arrange for you?"
    assert "#1 Room 302 · 2 towels" in house.ask(lily, "open_requests").own
    assert "Lily is looking after it: 2 towels" in house.ask(lily, "accept_request", number=1).by(guest)
    assert "2 towels" in house.ask(guest, "my_requests").own
    assert "on the way" in house.ask(lily, "start_request", number=1).by(guest)
    heard = house.ask(lily, "complete_request", number=1)
    assert heard.by(guest) == "2 towels: done. How was it, from 1 to 5?"
    assert house.press(guest, heard, "5").own == "Thank you, noted."
    assert house.ask(desk, "open_requests").labels == ["Confirm #2"]


def test_approval_of_a_service_that_was_switched_off_is_still_an_approval(
    house: House, switched_off: tuple[Person, Person, Person]
) -> None:
    guest, _, desk = switched_off
    assert "3:00 pm" in house.ask(guest, "change_request", service="late_checkout", time=house.at(15, days=3)).own
    assert house.ask(desk, "complete_request", number=2).by(guest) == "Late check-out, Thu 3:00 pm: confirmed."
    assert house.requests()[1].state is RequestState.DONE


def test_request_of_a_service_that_was_switched_off_can_be_cancelled_and_refused(
    house: House, switched_off: tuple[Person, Person, Person]
) -> None:
    guest, _, desk = switched_off
    assert "cancelled" in house.ask(guest, "cancel_request", service="towels").own
    heard = house.press(desk, house.ask(desk, "decline_request", number=2), "None available at the moment")
    assert "cannot be done: late check-out" in heard.by(guest)
