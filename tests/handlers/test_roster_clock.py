"""The clock keeps the roster: on duty at the beginning, off at the end, once, and never against a colleague's word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm.properties.houses import put_property
from crm.staff.members import find_staff_member
from tests.handlers.test_roster import days, open_from, plan
from tests.support.house import Heard, House, Person


@pytest.fixture
def boss(house: House) -> Person:
    return house.staff("Max", "manager")


@pytest.fixture
def lily(house: House) -> Person:
    return house.staff("Lily", on_duty=False)


def works(house: House, person: Person) -> bool:
    assert person.member
    member = find_staff_member(house.db, person.member.id)
    assert member
    return member.on_duty


def tick_at(house: House, hour: int, minute: int = 0, after: int = 0) -> Heard:
    house.now = house.at(hour, minute, days=after)
    return house.tick()


def test_shift_begins_with_what_is_open_and_what_was_left_word_of(house: House, boss: Person, lily: Person) -> None:
    mei, guest = house.staff("Mei"), house.guest()
    plan(house, boss, "Lily", "10:00-15:00", (0,))
    house.ask(mei, "go_off_duty")
    house.ask(mei, "hand_over", note="303 is a late riser")
    house.ask(guest, "request_service", service="towels", quantity=2)
    assert tick_at(house, 9, 59).by(lily) == ""
    assert not works(house, lily)
    heard = tick_at(house, 10)
    assert heard.by(lily).startswith(
        "Your shift has begun, until 3:00 pm. You are on duty.\nMei, 9:00 am: “303 is a late riser”\n"
        "Open, 1:\n45 min late · #1 Room 302 · 2 towels"
    )
    assert heard.labels_of(lily) == ["Accept #1", "Off duty"]
    assert works(house, lily)
    assert house.tick().by(lily) == ""
    assert house.ask(boss, "who_is_on_duty").own == ("Housekeeping: Lily since 10:00 am until 3:00 pm\nManager: Max")


def test_shift_ends_with_what_is_still_in_hand_and_a_button_to_hand_over(
    house: House, boss: Person, lily: Person
) -> None:
    guest = house.guest()
    plan(house, boss, "Lily", "09:00-15:00", (0,))
    house.tick()
    house.ask(guest, "request_service", service="laundry", time=house.at(16))
    house.ask(lily, "accept_request", number=1)
    heard = tick_at(house, 15)
    assert "Your shift is over. You are off duty. Housekeeping: nobody else is on duty now." in heard.by(lily)
    assert "Still in your hands, please hand over:\n#1 Room 302 · laundry" in heard.by(lily)
    assert heard.labels_of(lily)[-2:] == ["Hand over", "On duty"]
    assert not works(house, lily)
    assert house.press(lily, heard, "Hand over").asks == "note"
    assert house.tick().by(lily) == ""


def test_without_a_roster_nobody_is_moved(house: House, boss: Person, lily: Person) -> None:
    mei = house.staff("Mei")
    assert house.wait(minutes=1).replies == []
    assert (works(house, mei), works(house, lily)) == (True, False)


def test_who_is_there_already_hears_nothing_and_goes_by_plan(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "10:00-15:00", (0,))
    house.now = house.at(9, 50)
    house.ask(lily, "go_on_duty")
    assert tick_at(house, 10).by(lily) == ""
    assert tick_at(house, 15).by(lily).startswith("Your shift is over.")


def test_who_went_off_by_hand_stays_off_until_the_next_planned_change(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "07:00-15:00", (0, 1))
    house.tick()
    house.now = house.at(11)
    house.ask(lily, "go_off_duty")
    assert tick_at(house, 12).by(lily) == tick_at(house, 15).by(lily) == ""
    assert not works(house, lily)
    assert tick_at(house, 7, after=1).by(lily).startswith("Your shift has begun")


def test_word_given_after_the_planned_begin_outdoes_a_plan_that_comes_later(
    house: House, boss: Person, lily: Person
) -> None:
    house.ask(lily, "go_off_duty")
    house.now = house.at(9, 30)
    plan(house, boss, "Lily", "07:00-15:00", (0,))
    assert house.tick().by(lily) == ""
    assert not works(house, lily)


def test_who_comes_back_after_the_end_stays(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "09:00-15:00", (0,))
    house.tick()
    heard = tick_at(house, 15)
    house.now = house.at(15, 5)
    house.press(lily, heard, "On duty")
    assert tick_at(house, 23).by(lily) == ""
    assert works(house, lily)


def test_shift_that_follows_at_once_is_not_interrupted(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "09:00-12:00, 12:00-15:00", (0,))
    house.tick()
    assert tick_at(house, 12).by(lily) == ""
    assert works(house, lily)
    assert tick_at(house, 15).by(lily)


def test_night_ends_on_the_next_day(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "22:00-06:00", (0,))
    assert "until tomorrow 6:00 am" in tick_at(house, 22).by(lily)
    assert tick_at(house, 5, 59, after=1).by(lily) == ""
    assert tick_at(house, 6).by(lily).startswith("Your shift is over.")


def test_late_begin_is_still_done_unless_the_shift_is_over(house: House, boss: Person, lily: Person) -> None:
    mei = house.staff("Mei", on_duty=False)
    plan(house, boss, "Lily", "10:00-15:00", (0,))
    plan(house, boss, "Mei", "10:00-12:00", (0,))
    heard = tick_at(house, 13)
    assert heard.by(lily).startswith("Your shift has begun, until 3:00 pm.")
    assert (heard.by(mei), works(house, mei)) == ("", False)


def test_late_end_is_done_without_a_word(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "09:00-15:00", (0,))
    house.tick()
    assert tick_at(house, 16, 30).by(lily) == ""
    assert not works(house, lily)


def test_clock_that_is_set_back_or_runs_ahead_does_nothing_twice(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "09:00-15:00", (0, 1))
    assert house.tick().by(lily)
    house.later(hours=-2)
    assert house.tick().by(lily) == ""
    assert works(house, lily)
    assert tick_at(house, 9).by(lily) == ""
    heard = tick_at(house, 10, after=1)
    assert heard.by(lily) == ""  # yesterday's end goes over into today's shift
    assert works(house, lily)
    house.later(days=-1)
    assert house.tick().by(lily) == ""
    assert tick_at(house, 15, after=1).by(lily).startswith("Your shift is over.")
    assert tick_at(house, 15, 1).by(lily) == ""


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 7), ((2026, 10, 25), 9)])
def test_nights_on_which_the_clock_is_changed(house: House, day: tuple[int, int, int], hours: int) -> None:
    paris = put_property(house.db, house.now, key="paris", name="Paris", time_zone="Europe/Paris", language="en")
    house.home = paris
    house.now = datetime(*day, 12, tzinfo=UTC) - timedelta(days=1)
    boss = house.staff("Max", "manager", properties=[paris])
    lily = house.staff("Lily", on_duty=False, properties=[paris])
    plan(house, boss, "Lily", "22:00-06:00", (0,))
    begins = ends = None
    for _ in range(24 * 4):
        house.later(minutes=15)
        said = house.tick().by(lily)
        if said.startswith("Your shift has begun"):
            assert begins is None
            begins = house.now
        elif said:
            assert ends is None
            ends = house.now
    assert begins
    assert ends
    assert ends - begins == timedelta(hours=hours)


def test_hour_that_the_clock_leaves_out_begins_with_the_next(house: House) -> None:
    paris = put_property(house.db, house.now, key="paris", name="Paris", time_zone="Europe/Paris", language="en")
    house.home = paris
    house.now = datetime(2026, 3, 28, 20, tzinfo=UTC)
    boss = house.staff("Max", "manager", properties=[paris])
    lily = house.staff("Lily", on_duty=False, properties=[paris])
    plan(house, boss, "Lily", "02:30-09:00")
    house.now = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert house.tick().by(lily) == ""
    house.now = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 3:00
    assert house.tick().by(lily).startswith("Your shift has begun")


def test_day_off_in_the_midst_of_a_shift_ends_it(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "09:00-15:00", (0,))
    house.tick()
    house.now = house.at(11, 20)
    house.ask(boss, "cancel_shift", colleagues=["Lily"], days=days(house, 0))
    assert house.tick().by(lily).startswith("Your shift is over.")
    assert not works(house, lily)
    assert house.ask(boss, "show_roster", days=days(house, 0)).own.endswith("9:00 am–11:20 am Lily")


def test_managers_hear_that_nobody_is_left_within_the_hours_of_the_department(
    house: House, boss: Person, lily: Person
) -> None:
    open_from(house, "housekeeping", (7 * 60, 22 * 60))
    mei = house.staff("Mei", on_duty=False)
    plan(house, boss, "Lily", "09:00-15:00", (0,))
    plan(house, boss, "Mei", "18:00-22:00", (0,))
    house.tick()
    assert tick_at(house, 15).by(boss) == (
        "Housekeeping: nobody is on duty, the shift of Lily is over. Next by plan: Mei, 6:00 pm–10:00 pm."
    )
    assert tick_at(house, 18).by(mei)
    assert tick_at(house, 22).by(boss) == ""
    card = house.ask(house.guest(), "request_service", service="towels")
    assert card.by(boss)


def test_house_that_has_set_no_hours_does_not_alarm_its_managers(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "09:00-15:00", (0,))
    house.tick()
    assert tick_at(house, 15).by(boss) == ""


def test_shift_in_another_house_goes_by_its_clock(house: House) -> None:
    paris = put_property(house.db, house.now, key="paris", name="Paris", time_zone="Europe/Paris", language="en")
    both = [house.home, paris]
    chief = house.staff("Mia", "manager", properties=both)
    luc = house.staff("Luc", "kitchen", on_duty=False, properties=[paris])
    plan(house, chief, "Luc", "07:00-15:00")
    assert tick_at(house, 7, after=1).by(luc) == ""
    assert tick_at(house, 14).by(luc).startswith("Your shift has begun, until 3:00 pm.")
