"""What was done and is not as it should be is taken up again by whoever did it, once each time the guest says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.feedback import FeedbackKind, has_said
from crm.service_requests.levels import Act, due, service_of
from crm.service_requests.punctuality import Done, done_between
from crm.service_requests.requests import RequestState
from crm.stays.steps import check_out
from tests.support.house import House, Person


@pytest.fixture
def guest(house: House) -> Person:
    return house.guest("Anna Berg", "302")


@pytest.fixture
def lily(house: House) -> Person:
    return house.staff("Lily")


def done(house: House, guest: Person, who: Person, service: str = "towels") -> None:
    house.ask(guest, "request_service", service=service)
    house.ask(who, "complete_request", number=len(house.requests()))


def test_low_rating_goes_back_to_whoever_did_it_and_the_manager_hears(
    house: House, guest: Person, lily: Person
) -> None:
    manager = house.staff("Maria", "manager")
    done(house, guest, lily)
    house.later(minutes=30)
    heard = house.ask(guest, "rate_request", number=1, rating=2, note="both are wet")
    assert "Towels, room 302: I am sorry, Lily takes it up again, and you will hear by 9:45 am." in heard.own
    assert heard.by(lily) == "Room 302 · towels\nby 9:45 am · #1\nReopened · rated 2 of 5: “both are wet”"
    assert heard.by(manager) == "Rated 2 of 5 · #1 Room 302 · towels · Lily: “both are wet”"
    (request,) = house.requests()
    assert (request.state, request.assignee_name, request.reopened) == (RequestState.ACCEPTED, "Lily", 1)
    assert (request.rating, request.first_rating) == (None, 2)
    assert guest.stay
    assert has_said(house.db, guest.stay.guest_id, FeedbackKind.COMPLAINT, house.now)


def test_it_is_rated_again_after_it_was_done_again(house: House, guest: Person, lily: Person) -> None:
    done(house, guest, lily)
    house.ask(guest, "rate_request", number=1, rating=1)
    assert house.ask(guest, "rate_request", number=1, rating=1).own.startswith("This one is not done yet")
    house.ask(lily, "complete_request", number=1)
    house.ask(guest, "rate_request", number=1, rating=5)
    (request,) = house.requests()
    assert (request.rating, request.first_rating, request.reopened) == (5, 1, 1)


def test_who_did_it_is_off_duty_so_the_department_has_the_card(house: House, guest: Person, lily: Person) -> None:
    done(house, guest, lily)
    xiaoli = house.staff("小李", language="zh")
    house.ask(lily, "go_off_duty")
    heard = house.ask(guest, "reopen_request", text="nothing came")
    assert heard.by(xiaoli) == "302 · 毛巾\n9:15 前 · #1\n重开：“nothing came”"
    assert not heard.by(lily)
    assert house.requests()[0].state is RequestState.OPEN
    assert house.requests()[0].assignee_id is None


def test_with_nobody_on_duty_the_guest_hears_so(house: House, guest: Person, lily: Person) -> None:
    done(house, guest, lily)
    house.ask(lily, "go_off_duty")
    heard = house.ask(guest, "reopen_request", text="nothing came")
    assert "It is open again. Nobody is on duty just now" in heard.own


def test_leads_hear_the_second_time_and_no_other(house: House, guest: Person, lily: Person) -> None:
    manager = house.staff("Maria", "manager")
    heard = []
    done(house, guest, lily)
    for _ in range(3):
        heard.append(house.ask(guest, "reopen_request", text="still wet").by(manager))
        house.ask(lily, "complete_request", number=1)
    assert heard == ["", "Reopened 2 times · #1 Room 302 · towels · Lily: “still wet”", ""]


def test_pressed_twice_it_is_reopened_once(house: House, guest: Person, lily: Person) -> None:
    done(house, guest, lily)
    house.ask(guest, "reopen_request", number=1)
    heard = house.ask(guest, "reopen_request", number=1)
    assert heard.own == "Towels: Lily is looking after it, by 9:15 am."
    assert not heard.listeners()
    assert house.requests()[0].reopened == 1


@pytest.mark.parametrize(("hours", "reopened"), [(24, 1), (24.1, 0)])
def test_it_is_taken_up_again_for_a_day(house: House, guest: Person, lily: Person, hours: float, reopened: int) -> None:
    done(house, guest, lily, "towels")
    house.later(hours=hours)
    house.ask(guest, "reopen_request", number=1)
    assert house.requests()[0].reopened == reopened


def test_fault_of_long_ago_is_a_new_request(house: House, guest: Person) -> None:
    joe = house.staff("Joe", "maintenance")
    done(house, guest, joe, "air_conditioning")
    house.later(hours=30)
    heard = house.ask(guest, "reopen_request", text="it still does not work")
    assert "“it still does not work”" in heard.by(joe)
    first, second = house.requests()
    assert (first.state, second.service, second.state) == (RequestState.DONE, "air_conditioning", RequestState.OPEN)


def test_nobody_reopens_what_is_another_guests_or_after_the_departure(
    house: House, guest: Person, lily: Person
) -> None:
    done(house, guest, lily)
    assert "#1" in house.ask(house.guest("Li Wei", "303"), "reopen_request", number=1).own
    assert house.requests()[0].reopened == 0
    assert guest.stay
    check_out(house.db, house.now, guest.stay.id)
    house.ask(guest, "rate_request", number=1, rating=1)
    assert (house.requests()[0].reopened, house.requests()[0].rating) == (0, 1)


def test_what_was_approved_is_not_done_again(house: House, guest: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="late_checkout", time=house.now + timedelta(hours=6))
    house.ask(desk, "complete_request", number=1)
    assert house.requests()[0].state is RequestState.DONE
    house.ask(guest, "rate_request", number=1, rating=1)
    assert house.requests()[0].reopened == 0


def test_of_several_done_long_before_the_guest_chooses(house: House, guest: Person, lily: Person) -> None:
    done(house, guest, lily)
    done(house, guest, lily, "cleaning")
    house.later(hours=2)
    heard = house.ask(guest, "reopen_request", text="that was not right")
    assert heard.labels == ["Room cleaning", "Towels"]
    heard = house.press(guest, heard, "Towels")
    assert "Reopened: “that was not right”" in heard.by(lily)


def test_its_promise_runs_from_then_and_it_counts_as_done_once(house: House, guest: Person, lily: Person) -> None:
    done(house, guest, lily)
    since, day = house.now - timedelta(hours=1), timedelta(days=1)
    assert done_between(house.db, house.home.id, since, since + day) == [Done("housekeeping", 1, 1)]
    house.later(hours=3)
    house.ask(guest, "reopen_request", number=1)
    (request,) = house.requests()
    assert request.due_at == house.now + timedelta(minutes=15)
    assert Act.REMIND not in {each.act for each in due(request, service_of(house.catalogue, request), house.now)}
    assert done_between(house.db, house.home.id, since, since + day) == []
    house.later(minutes=20)
    house.ask(lily, "complete_request", number=1)
    assert done_between(house.db, house.home.id, since, since + day) == [Done("housekeeping", 1, 0)]


def test_hour_that_is_over_is_not_promised_again(house: House, guest: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="taxi", time=house.now + timedelta(minutes=20), quantity=1)
    house.ask(desk, "complete_request", number=1)
    house.later(minutes=25)
    heard = house.ask(guest, "reopen_request", text="no taxi here")
    (request,) = house.requests()
    assert request.wanted_at is None
    assert request.due_at >= house.now + timedelta(minutes=10)
    assert "Reopened: “no taxi here”" in heard.by(desk)
