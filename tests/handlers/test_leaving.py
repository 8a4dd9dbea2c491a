"""Who leaves early needs no approval: the desk is told the hour, and the day where it is another than agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.properties.catalogue import house_catalogue
from crm.service_requests.requests import RequestState
from tests.support.house import House

EARLY, LATE = "early_checkout", "late_checkout"


@pytest.mark.parametrize(("asked", "hour", "meant"), [(LATE, 5, EARLY), (EARLY, 14, LATE), (EARLY, 6, EARLY)])
def test_the_hour_tells_which_is_meant(house: House, asked: str, hour: int, meant: str) -> None:
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service=asked, time=house.at(hour, days=3))
    assert [(each.service, each.wanted_at) for each in house.requests()] == [(meant, house.at(hour, days=3))]


def test_the_desk_is_told_the_hour_and_has_nothing_to_approve(house: House) -> None:
    guest, desk = house.guest(room="302"), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "request_service", service=LATE, time=house.at(5, days=3))
    assert heard.own == "Early check-out for room 302, Thu 5:00 am. It is with the front desk now."
    assert heard.labels == ["Taxi, Thu 5:00 am"]
    assert heard.by(desk).startswith("Room 302 · early check-out\nThu 5:00 am")
    assert heard.labels_of(desk)[:2] == ["Accept", "On my way"]
    assert house.ask(desk, "complete_request", number=1).own
    assert house.requests()[0].state is RequestState.DONE


def test_the_taxi_is_offered_only_to_whoever_has_none(house: House) -> None:
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="airport_transfer", time=house.at(5, days=3))
    assert house.ask(guest, "request_service", service=EARLY, time=house.at(5, days=3)).labels == []
    ben = house.guest("Ben", room="301")
    (taxi,) = house.ask(ben, "request_service", service=EARLY, time=house.at(5, days=3)).buttons
    house.ask(ben, taxi.call.intent, **taxi.call.slots)
    assert [(each.service, each.wanted_at) for each in house.requests()][-1] == ("taxi", house.at(5, days=3))


def test_another_day_than_agreed_is_asked_about(house: House) -> None:
    guest, desk = house.guest(language="zh"), house.staff("陈静", "front_desk", language="zh")
    asked = house.ask(guest, "request_service", service=EARLY, time=house.at(5, days=1), note="明早五点退房")
    assert asked.own == "您原定周四退房。这次是明天 5:00，还是周四 5:00？"
    assert (asked.labels, asked.asks) == (["明天 5:00", "周四 5:00"], "time")
    tomorrow = asked.buttons[0].call
    heard = house.ask(guest, tomorrow.intent, **tomorrow.slots)
    assert "明天 5:00" in heard.own
    assert heard.own.count("原定") == 0
    assert "“明早五点退房；原定周四退房”" in heard.by(desk)
    assert house.requests()[0].wanted_at == house.at(5, days=1)


def test_there_is_one_hour_to_leave_at(house: House) -> None:
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service=EARLY, time=house.at(5, days=3))
    house.ask(guest, "request_service", service=EARLY, time=house.at(6, days=3))
    assert [each.wanted_at for each in house.requests()] == [house.at(6, days=3)]


def test_without_an_hour_those_of_the_last_day_are_offered(house: House) -> None:
    guest = house.guest()
    asked = house.ask(guest, "request_service", service=EARLY)
    assert asked.own == "At what time do you check out?"
    assert asked.labels == ["Thu 5:00 am", "Thu 6:00 am", "Thu 7:00 am", "Thu 8:00 am"]
    house.later(days=3)  # nine in the morning of the last day
    assert house.ask(guest, "request_service", service=EARLY).labels == []


def test_on_the_last_day_itself_nothing_is_asked(house: House) -> None:
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    house.later(days=3, hours=-5)
    house.ask(guest, "request_service", service=EARLY, time=house.now + timedelta(hours=1))
    assert house.requests()[0].wanted_at == house.now + timedelta(hours=1)


def test_a_house_without_it_reads_it_as_before(house: House) -> None:
    house.catalogue = house_catalogue({EARLY: {"offered": False}})
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service=LATE, time=house.at(5, days=3))
    assert house.requests()[0].service == LATE
