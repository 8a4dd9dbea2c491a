"""The hour at which a guest will arrive stands in the booking; the desk hears of it where that changes its evening."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm.properties.hours import Hours, Shifts
from crm.stays.bookings import StayState, get_stay
from tests.support.house import House, Person

TODAY, LATER = (0, 2), (3, 5)
DAYTIME = Shifts(work=((7 * 60, 22 * 60),), rest=((7 * 60, 22 * 60),))


def _coming(house: House, days: tuple[int, int] = TODAY, **values: str) -> Person:
    return house.guest("Anna Berg", "302", state=StayState.BOOKED, days=days, **values)


def _expected(house: House, guest: Person) -> str:
    assert guest.stay
    return get_stay(house.db, guest.stay.id).expected_time


def test_it_stands_in_the_booking_and_a_later_word_takes_its_place(house: House) -> None:
    guest, desk = _coming(house), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "tell_arrival", time=house.at(21))
    assert heard.own == "Your arrival is noted: 9:00 pm."
    assert heard.by(desk) == "Arrival 9:00 pm · room 302 · Anna Berg"
    assert _expected(house, guest) == "21:00"
    assert "9:00 pm" in house.ask(desk, "arrivals").own
    heard = house.ask(guest, "tell_arrival", time=house.at(22, 30))
    assert heard.by(desk) == "Arrival 10:30 pm · room 302 · Anna Berg · was 9:00 pm"
    assert _expected(house, guest) == "22:30"
    assert house.ask(guest, "tell_arrival", time=house.at(22, 30)).by(desk) == ""  # told twice


def test_the_day_is_the_booked_one_and_nobody_is_disturbed_days_before(house: House) -> None:
    guest, desk = _coming(house, LATER, language="zh"), house.staff("陈静", "front_desk", language="zh")
    heard = house.ask(guest, "tell_arrival", time=house.at(21))
    assert (heard.own, heard.by(desk)) == ("到店时间已记下：周四 21:00。", "")
    assert _expected(house, guest) == "21:00"


def test_after_midnight_belongs_to_the_evening_before(house: House) -> None:
    guest, _ = _coming(house), house.staff("Dora", "front_desk")
    assert house.ask(guest, "tell_arrival", time=house.at(1, days=1)).own == "Your arrival is noted: tomorrow 1:00 am."
    assert _expected(house, guest) == "01:00"


@pytest.mark.parametrize(("hour", "offered"), [(9, ["Early check-in"]), (15, []), (21, [])])
def test_before_the_usual_hours_an_early_check_in_is_offered(house: House, hour: int, offered: list[str]) -> None:
    guest, _ = _coming(house, LATER), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "tell_arrival", time=house.at(hour))
    assert heard.labels == offered
    for button in heard.buttons:
        house.ask(guest, button.call.intent, **button.call.slots)
        assert [(each.service, each.wanted_at) for each in house.requests()] == [("early_checkin", house.at(9, days=3))]


def test_when_nobody_is_at_the_desk_guest_and_desk_know(house: House) -> None:
    guest, desk = _coming(house, LATER), house.staff("Dora", "front_desk")
    house.home = replace(house.home, hours=Hours({"front_desk": DAYTIME}))
    heard = house.ask(guest, "tell_arrival", time=house.at(23))
    assert "Nobody is at the desk then; please call" in heard.own
    assert heard.by(desk).endswith("nobody at the desk then")
    heard = house.ask(guest, "tell_arrival", time=house.at(21))
    assert "Nobody" not in heard.own


def test_an_hour_that_is_over_is_asked_again(house: House) -> None:
    guest = _coming(house)
    assert house.ask(guest, "tell_arrival", time=house.at(7)).asks == "time"
    assert _expected(house, guest) == ""
    assert house.ask(guest, "tell_arrival").asks == "time"


def test_who_is_here_or_unknown_arrives_nowhere(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "tell_arrival", said="we arrive at 9", time=house.at(21))
    assert (heard.own.strip(), heard.by(desk)) == ("All right. Just write if you need anything.", "")
    assert house.ask(house.stranger(), "tell_arrival", time=house.at(21)).asks == "credential"
