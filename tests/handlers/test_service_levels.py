"""The clock keeps promises: it reminds, climbs the ladder, tells the guest in time, and waits for nobody silent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.simulate import outcome_lines
from bot.simulate.checks import look_back
from crm.properties.hours import Hours, Shifts, read_shift
from crm.properties.houses import put_property
from crm.service_requests.requests import RequestState, ServiceRequest
from crm.service_requests.steps import complete
from crm.staff.members import set_lead, set_on_duty
from tests.support.house import PHONE, House, Person

TOWELS = "Room 302 · 2 towels"


@pytest.fixture
def guest(house: House) -> Person:
    return house.guest("Anna Berg", "302")


@pytest.fixture
def lily(house: House) -> Person:
    return house.staff("Lily")


@pytest.fixture
def mia(house: House) -> Person:
    """The manager on duty."""
    return house.staff("Mia", "manager")


def only(house: House) -> ServiceRequest:
    (request,) = house.requests()
    return request


def lead(house: House, name: str = "Lena") -> Person:
    person = house.staff(name)
    assert person.member
    set_lead(house.db, person.member, is_lead=True)
    return person


def order_towels(house: House, guest: Person) -> None:
    house.ask(guest, "request_service", service="towels", quantity=2)  # promised by 9:15, to be taken by 9:15 too


def test_nothing_happens_while_all_goes_well(house: House, guest: Person, lily: Person, mia: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "accept_request", number=1)
    assert house.wait(minutes=11).replies == []
    house.ask(lily, "complete_request", number=1)
    assert house.wait(hours=3).replies == []


def test_whoever_has_it_is_reminded_before_it_is_due(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "accept_request", number=1)
    heard = house.wait(minutes=12)
    assert heard.by(lily) == f"Soon due · #1 {TOWELS} · by 9:15 am"
    assert heard.labels_of(lily) == ["On my way", "Done", "Cannot", "Pass on"]
    assert heard.by(guest) == ""


def test_guest_hears_of_a_delay_before_the_promise_breaks(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "accept_request", number=1)
    house.ask(lily, "start_request", number=1)
    assert house.wait(minutes=13, seconds=55).by(guest) == ""
    told = "2 towels: this takes longer than promised, I am sorry; Lily is on the way, by 9:25 am."
    assert house.wait(seconds=5).by(guest) == told
    assert only(house).promise == house.at(9, 25)


def test_second_broken_promise_names_who_answers_for_it(house: House, guest: Person, lily: Person, mia: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "start_request", number=1)
    house.wait(minutes=23)
    heard = house.wait(minutes=2)
    assert heard.by(guest) == (
        "2 towels: still not done, I am sorry. Mia, our manager, has been told and will come back to you. "
        f"You can also ring {PHONE}."
    )
    assert heard.by(mia) == f"9 min late · #1 {TOWELS} · Lily · the guest was told that you will get in touch"
    assert house.wait(hours=1).by(guest) == ""  # no third promise that could break


def test_silent_assignee_no_longer_has_it(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "accept_request", number=1)
    ben = house.staff("Ben")
    heard = house.wait(minutes=15)
    assert f"#1 {TOWELS} · not done in time, now offered to the others" in heard.by(lily)
    assert heard.by(ben).startswith(f"{TOWELS}\nby 9:15 am")
    assert only(house).state is RequestState.OPEN
    assert house.ask(ben, "accept_request", number=1).own.startswith(TOWELS)
    assert house.ask(lily, "start_request", number=1).own == "#1 accepted by Ben, 9:15 am"


def test_whoever_is_on_the_way_keeps_it(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "start_request", number=1)
    house.wait(hours=2)
    assert only(house).state is RequestState.ON_THE_WAY


def test_unanswered_it_climbs_from_the_department_to_the_managers(house: House, guest: Person, lily: Person) -> None:
    lena, boss = lead(house), house.staff("Boss", "manager", on_duty=False)
    duty_manager = house.staff("Mia", "manager")
    house.ask(guest, "request_service", service="cleaning")  # taken by 9:15, done by 10:00
    line = "Nobody has taken it · #1 Room 302 · room cleaning · by 10:00 am"
    assert house.wait(minutes=14, seconds=55).replies == []
    heard = house.wait(seconds=5)
    assert (heard.by(lily), heard.by(lena), heard.by(duty_manager)) == (line, line, "")
    heard = house.wait(minutes=15)
    assert (heard.by(lily), heard.by(lena), heard.by(duty_manager)) == ("", line, "")
    heard = house.wait(minutes=15)
    assert (heard.by(lena), heard.by(duty_manager), heard.by(boss)) == ("", line, "")
    heard = house.wait(minutes=15)
    assert heard.by(boss).startswith("1 min late · #1 Room 302 · room cleaning · nobody has it")
    heard = house.wait(hours=1)
    assert "the guest was told that you will get in touch" in heard.by(duty_manager)
    assert "1 h 29 min late" in house.wait(hours=1).by(boss)  # every hour until somebody does it


def test_without_a_lead_the_duty_manager_is_next(house: House, guest: Person, lily: Person, mia: Person) -> None:
    house.ask(guest, "request_service", service="cleaning")
    heard = house.wait(minutes=30)
    assert heard.by(mia).startswith("Nobody has taken it")


def test_with_nobody_on_duty_the_managers_hear_at_once_where_it_stands(house: House, guest: Person) -> None:
    boss = house.staff("Boss", "manager", on_duty=False)
    order_towels(house, guest)
    assert "nobody has it" in house.wait(minutes=15).by(boss)


def test_late_work_is_told_step_by_step(house: House, guest: Person, lily: Person) -> None:
    lena, mia, boss = lead(house), house.staff("Mia", "manager"), house.staff("Boss", "manager", on_duty=False)
    house.ask(guest, "request_service", service="cleaning")
    house.ask(lily, "start_request", number=1)
    heard = house.wait(minutes=60)
    assert heard.by(lena) == "1 min late · #1 Room 302 · room cleaning · Lily · guest told"
    assert heard.by(mia) == ""
    heard = house.wait(minutes=29)  # the new promise is by 10:30
    assert "the guest was told that you will get in touch" in heard.by(mia)
    assert (heard.by(lena), heard.by(boss)) == ("", "")


def test_assignee_who_has_gone_home_is_not_waited_for(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "accept_request", number=1)
    ben = house.staff("Ben")
    assert lily.member
    set_on_duty(house.db, lily.member, on_duty=False)
    assert house.wait(minutes=12).by(ben).startswith(TOWELS)
    assert only(house).assignee_id is None


def test_taxi_that_nobody_confirms_is_told_in_time(house: House, guest: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="taxi", time=house.at(11))
    assert house.wait(minutes=44).by(guest) == ""
    assert "Soon due · #1 Room 302 · taxi · 11:00 am" in house.wait(minutes=61).by(desk)
    heard = house.wait(minutes=5)
    assert heard.by(guest) == (
        "Taxi, 11:00 am: nobody has confirmed it yet, I am sorry. We are looking into it now and you will hear from us"
        f"; you can also ring {PHONE}."
    )


def test_an_approval_that_nobody_gives_is_promised_anew_and_then_answered_for(house: House, guest: Person) -> None:
    house.staff("Dora", "front_desk")
    house.staff("Mia", "manager")
    house.ask(guest, "request_service", service="late_checkout", time=house.at(14, days=3))
    heard = house.wait(hours=2).by(guest)
    assert heard.count("there is no answer yet. You will have it by 9:45 am.") == 1
    assert heard.count("Mia") == 1
    assert "nobody has confirmed" not in heard


def test_a_taxi_that_still_nobody_confirms_is_told_of_once(house: House, guest: Person) -> None:
    house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="taxi", time=house.at(11))
    assert house.wait(minutes=119).by(guest).count("nobody has confirmed it yet") == 1


def test_what_happens_to_the_minute_is_not_late_at_once(house: House, guest: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="wake_up_call", time=house.at(11))
    house.ask(desk, "accept_request", number=1)
    heard = house.wait(minutes=125)
    assert heard.by(guest) == ""
    assert heard.by(desk) == "Soon due · #1 Room 302 · wake-up call · 11:00 am"


def test_guest_is_asked_when_the_door_stays_closed_and_no_promise_runs(
    house: House, guest: Person, lily: Person, mia: Person
) -> None:
    order_towels(house, guest)
    house.ask(lily, "start_request", number=1)
    house.later(minutes=5)
    heard = house.press(lily, house.ask(lily, "decline_request", number=1), "Nobody answered the door")
    assert heard.own == f"{TOWELS}\n#1 waits for the guest · guest asked"
    assert heard.by(guest) == "We were at your door and nobody answered: 2 towels. When may we come?"
    assert heard.labels_of(guest) == ["Come now", "At another time", "No longer needed"]
    assert house.wait(hours=1).replies == []
    heard = house.press(guest, heard, "Come now")
    assert heard.own == "Thank you. 2 towels: by 10:15 am."
    assert heard.by(lily) == f"The guest says: come now · #1 {TOWELS}"
    assert only(house).state is RequestState.ACCEPTED


def test_guest_names_another_time(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "accept_request", number=1)
    heard = house.press(lily, house.ask(lily, "decline_request", number=1), "The do-not-disturb sign is on")
    assert heard.by(guest).startswith("Your do-not-disturb sign is on, so we have not knocked")
    asked = house.press(guest, heard, "At another time")
    assert asked.own == "When may we come?"
    heard = house.reply(guest, asked, house.at(15))
    assert heard.own == "Thank you. 2 towels: 3:00 pm."
    assert only(house).due_at == house.at(15, 15)


def test_new_hour_in_the_guests_own_words_goes_on_with_what_waits(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "decline_request", number=1, reason="no_answer")
    assert house.ask(guest, "change_request", time=house.at(15)).own.strip() == "Thank you. 2 towels: 3:00 pm."
    assert only(house).state is RequestState.ACCEPTED


def test_guest_who_never_answers_is_asked_once_more_and_then_left_in_peace(
    house: House, guest: Person, lily: Person
) -> None:
    order_towels(house, guest)
    house.ask(lily, "decline_request", number=1, reason="no_answer")
    assert house.wait(hours=2).by(guest) == "2 towels: is it still wanted? Tell us when we may come."
    assert house.wait(hours=22).by(guest).startswith("2 towels: as we have not heard from you")
    assert only(house).state is RequestState.CANNOT
    late = house.ask(guest, "resume_request", number=1, now=True)
    assert late.own == "Nothing of yours is open. What may we bring or do?"


def test_change_of_plan_changes_what_is_due(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "accept_request", number=1)
    house.ask(guest, "change_request", number=1, time=house.at(15))
    assert house.wait(hours=3).replies == []
    assert "3:00 pm" in house.wait(hours=3).by(lily)


def test_clock_set_back_repeats_nothing_and_set_forward_tells_only_the_highest_rung(
    house: House, guest: Person, lily: Person, mia: Person
) -> None:
    house.ask(guest, "request_service", service="cleaning")
    house.wait(minutes=16)
    house.later(hours=-2)
    assert house.wait(minutes=30).replies == []
    house.later(days=1)
    heard = house.tick()
    assert len([each for each in heard.replies_to(mia) if each.about]) == 1  # beside the brief of the day
    assert heard.by(lily) == ""
    assert house.tick().replies == []


def test_service_that_is_no_longer_offered_is_still_looked_after(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.catalogue = {code: each for code, each in house.catalogue.items() if code != "towels"}
    assert TOWELS in house.wait(minutes=16).by(lily)


def test_revoked_colleague_leaves_no_work_behind(house: House, guest: Person, lily: Person, mia: Person) -> None:
    order_towels(house, guest)
    house.ask(lily, "accept_request", number=1)
    ben = house.staff("Ben")
    assert house.ask(mia, "revoke_staff", name="Lily").by(ben).startswith(TOWELS)


def test_promise_counts_working_time(house: House, guest: Person, lily: Person) -> None:
    shifts = tuple(map(read_shift, ("07:00-09:05", "13:00-22:00")))
    hours = Hours({"housekeeping": Shifts(shifts, shifts)})
    home = house.home
    key, name, zone, language = home.key, home.name, home.time_zone, home.language
    house.home = put_property(house.db, house.now, key=key, name=name, time_zone=zone, language=language, hours=hours)
    heard = house.ask(guest, "request_service", service="towels", quantity=2)
    assert only(house).due_at == house.at(13, 10)
    assert "1:10 pm" in heard.own


def test_looks_are_taken_once(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.later(minutes=16)
    assert house.tick().replies
    assert house.tick().replies == []


def test_simulation_notices_a_broken_promise(house: House, guest: Person, lily: Person) -> None:
    order_towels(house, guest)
    house.ask(guest, "request_service", service="pillows")
    assert lily.member
    complete(house.db, house.now + timedelta(hours=1), house.requests()[0], lily.member)  # and nobody tells the guest
    assert outcome_lines(look_back(house.db, house.catalogue))[3:] == [
        "#1: the guest did not hear: finished_at",
        "#1: the promise broke unannounced",
        "#2: still open",
    ]
