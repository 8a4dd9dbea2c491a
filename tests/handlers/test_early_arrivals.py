"""An early check-in looks at the room: who has it until then, whether they have left, whether it is checked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.properties.catalogue import shipped_catalogue
from crm.service_requests.requests import RequestState
from crm.stays.bookings import StayInfo, StayState, get_stay
from crm.stays.room_plan import keep_until, previous_stay
from crm.stays.steps import check_in, check_out
from handlers.timed.stay_events import after_leaving
from handlers.turn import Moment
from tests.support.house import Heard, House, Person

BOOKED, DEPARTED = StayState.BOOKED, StayState.DEPARTED


@pytest.fixture
def desk(house: House) -> Person:
    return house.staff("Dora", "front_desk")


@pytest.fixture
def guest(house: House) -> Person:
    """Arrives in 302 today, or on another day where a test says so."""
    return house.guest("Anna Berg", "302", state=BOOKED, days=(0, 3))


@pytest.fixture
def before(house: House) -> StayInfo:
    """In 302 until today."""
    return house.book("Li Wei", "302", days=(-2, 0))


def early(house: House, guest: Person, hour: int = 11) -> Heard:
    return house.ask(guest, "request_service", service="early_checkin", time=house.at(hour))


def outlook(heard: Heard, person: Person) -> str:
    return heard.by(person).splitlines()[2]


def expected(house: House, guest: Person) -> str:
    assert guest.stay
    return get_stay(house.db, guest.stay.id).expected_time


def test_desk_sees_who_is_still_in_the_room(house: House, guest: Person, desk: Person, before: StayInfo) -> None:
    heard = early(house, guest)
    assert outlook(heard, desk) == "Before in 302: Li Wei, leaves today, hour not agreed, still in house"
    assert heard.labels_of(desk) == ["Confirm", "From 12:00 pm", "Cannot", "Take over"]


def test_desk_reads_it_in_chinese(house: House, guest: Person, before: StayInfo) -> None:
    desk = house.staff("前台", "front_desk", language="zh")
    assert outlook(early(house, guest), desk) == "302 上一位：Li Wei，今天离店，时间未约定，还没走"
    keep_until(house.db, before, "12:00")
    assert "302 上一位：Li Wei，12:00 离店，还没走" in house.ask(desk, "show_request", number=1).own
    assert house.ask(desk, "complete_request", number=1).own.endswith("\n302 的上一位客人 12:00 才离店。")
    check_out(house.db, house.now, before.id)
    assert "302 上一位 Li Wei 9:00 已离店，还没查房" in house.ask(desk, "show_request", number=1).own


def test_who_may_see_no_names_sees_only_when(house: House, guest: Person, before: StayInfo) -> None:
    catalogue = shipped_catalogue()
    by_housekeeping = catalogue["early_checkin"].model_copy(update={"department": "housekeeping"})
    house.catalogue = {**catalogue, "early_checkin": by_housekeeping}
    lily = house.staff("Lily")
    heard = early(house, guest)
    assert outlook(heard, lily) == "Before in 302: leaves today, hour not agreed, still in house"
    check_out(house.db, house.now, before.id)
    assert "302: left 9:00 am, room not checked yet" in house.ask(lily, "show_request", number=1).own


def test_free_since_the_room_was_checked(house: House, guest: Person, desk: Person, before: StayInfo) -> None:
    lily = house.staff("Lily")
    check_out(house.db, house.now, before.id)
    house.later(minutes=10)
    moment = Moment(house.db, house.now, house.home, house.catalogue)
    work = after_leaving(timedelta())
    (event,) = work.due(house.db, house.now, 9)
    work.act(moment, event)
    heard = early(house, guest)
    assert outlook(heard, desk) == "302: Li Wei left 9:00 am, room not checked yet"
    assert heard.labels_of(desk) == ["Confirm", "From 12:00 pm", "Cannot", "Take over"]
    house.later(minutes=5)
    house.ask(lily, "complete_request", number=1)
    heard = house.ask(desk, "show_request", number=2)
    assert "302: free since 9:15 am" in heard.own
    assert heard.labels == ["Confirm", "Cannot", "Take over", "Cancel"]


def test_without_room_checks_it_is_free_since_they_left(
    house: House, guest: Person, desk: Person, before: StayInfo
) -> None:
    house.catalogue = {code: each for code, each in house.catalogue.items() if not each.opens_on}
    check_out(house.db, house.now, before.id)
    house.later(minutes=20)
    assert outlook(early(house, guest), desk) == "302: free since 9:00 am"


@pytest.mark.parametrize(
    ("state", "days"),
    [(StayState.CANCELLED, (-2, 0)), (StayState.NO_SHOW, (-2, 0)), (BOOKED, (-5, -2)), (BOOKED, (3, 5))],
)
def test_who_does_not_come_is_in_nobodys_way(
    house: House, guest: Person, desk: Person, state: StayState, days: tuple[int, int]
) -> None:
    house.book("Li Wei", "302", state=state, days=days)
    heard = early(house, guest)
    assert outlook(heard, desk) == "302: nobody the night before"
    assert heard.labels_of(desk) == ["Confirm", "Cannot", "Take over"]


def test_guest_without_a_room_may_ask_and_the_desk_sees_so(house: House, desk: Person) -> None:
    guest = house.guest(room="", state=BOOKED, days=(2, 5))
    house.book("Li Wei", "", state=BOOKED, days=(0, 2))
    assert outlook(early(house, guest), desk) == "No room assigned yet"


def test_of_several_before_the_last_one_counts(house: House, desk: Person) -> None:
    guest = house.guest("Anna Berg", "302", state=BOOKED, days=(4, 6))
    house.book("In House", "302", days=(-2, 1))
    assert outlook(early(house, guest), desk) == "302: nobody the night before"
    house.book("Next One", "302", state=BOOKED, days=(1, 4))
    house.book("After Her", "302", state=BOOKED, days=(6, 8))
    assert (
        "Before in 302: Next One, leaves Fri, hour not agreed\n" in house.ask(desk, "show_request", number=1).own + "\n"
    )


def test_who_stays_longer_than_booked_is_seen_on_the_day(house: House, guest: Person, desk: Person) -> None:
    house.book("Li Wei", "302", days=(-3, -1))
    assert "leaves yesterday" in outlook(early(house, guest), desk)


def test_other_guests_of_the_same_booking_are_in_nobodys_way(house: House, guest: Person, desk: Person) -> None:
    house.book("Ben Berg", "302", days=(0, 3))
    assert outlook(early(house, guest), desk) == "302: nobody the night before"


def test_approved_hour_is_written_into_the_stay(house: House, guest: Person, desk: Person) -> None:
    heard = house.press(desk, early(house, guest), "Confirm")
    assert heard.own == "Room 302 · early check-in\n#1 confirmed · 11:00 am · guest told"
    assert heard.by(guest) == "Early check-in, 11:00 am: confirmed."
    assert expected(house, guest) == "11:00"
    assert house.ask(guest, "my_stay").own.endswith("We expect you at 11:00 am.")
    assert "at 11:00 am" in house.ask(desk, "arrivals").own


def test_who_leaves_later_stands_against_it_until_the_desk_overrules(
    house: House, guest: Person, desk: Person, before: StayInfo
) -> None:
    keep_until(house.db, before, "12:00")
    card = early(house, guest)
    assert outlook(card, desk) == "Before in 302: Li Wei, leaves 12:00 pm, still in house"
    assert card.labels_of(desk) == ["From 1:00 pm", "Cannot", "Take over"]
    heard = house.ask(desk, "complete_request", number=1)
    assert heard.own == "#1 Room 302 · early check-in\nThe guest before keeps 302 until 12:00 pm."
    assert heard.labels == ["Confirm anyway", "From 1:00 pm", "Cannot"]
    assert not heard.listeners()
    assert house.requests()[0].state is RequestState.OPEN
    assert house.press(desk, heard, "Confirm anyway").by(guest) == "Early check-in, 11:00 am: confirmed."
    assert expected(house, guest) == "11:00"


def test_a_later_hour_is_a_question_to_the_guest_and_yes_confirms_it(
    house: House, guest: Person, desk: Person, before: StayInfo
) -> None:
    keep_until(house.db, before, "12:00")
    heard = house.press(desk, early(house, guest), "From 1:00 pm")
    assert heard.own == "Room 302 · early check-in\n#1 · the guest is asked: from 1:00 pm?"
    assert heard.by(guest) == (
        "Room 302 can be yours from 1:00 pm, but not from 11:00 am, I am sorry. Shall I confirm 1:00 pm?"
    )
    assert expected(house, guest) == ""
    assert house.press(guest, heard, "Yes, please").own == "Early check-in, 1:00 pm: confirmed."
    assert expected(house, guest) == "13:00"


def test_hour_the_desk_writes_falls_on_the_day_of_arrival(house: House, desk: Person) -> None:
    guest = house.guest("Anna Berg", "302", state=BOOKED, days=(2, 5))
    early(house, guest)
    heard = house.ask(desk, "make_offer", number=1)
    assert (heard.own, heard.asks) == ("Room 302 · early check-in · #1: from what time?", "time")
    assert "Wed 1:00 pm" in house.reply(desk, heard, house.at(13)).by(guest)


def test_whoever_stays_another_night_has_the_room(house: House, guest: Person, desk: Person) -> None:
    house.book("Li Wei", "302", days=(-2, 1))
    early(house, guest)
    heard = house.ask(desk, "complete_request", number=1)
    assert heard.own == "#1 Room 302 · early check-in\n302 is taken until tomorrow."
    assert heard.labels == ["Confirm anyway", "Cannot"]


def test_guest_who_has_arrived_meanwhile_needs_no_hour(house: House, guest: Person, desk: Person) -> None:
    early(house, guest)
    assert guest.stay
    check_in(house.db, guest.stay.id)
    heard = house.ask(desk, "complete_request", number=1)
    assert heard.own.endswith("The guest is in house already, there is nothing to change.")
    assert heard.labels == ["Cannot"]
    assert expected(house, guest) == ""


def test_granted_hour_stands_against_a_later_check_out(
    house: House, guest: Person, desk: Person, before: StayInfo
) -> None:
    house.press(desk, early(house, guest), "Confirm")
    leaving = house.guest("Li Wei", "302", guest_id=before.guest_id, days=(-2, 0))
    house.ask(leaving, "request_service", service="late_checkout", time=house.at(13))
    assert "The next guest of 302 is expected today 11:00 am." in house.ask(desk, "complete_request", number=2).own


def test_usual_hours_are_offered_when_none_was_said(house: House, guest: Person) -> None:
    house.later(hours=2, minutes=30)
    heard = house.ask(guest, "request_service", service="early_checkin")
    assert heard.own == "What time will you arrive?"
    assert heard.labels == ["12:00 pm", "1:00 pm", "2:00 pm"]


def test_of_those_who_left_the_last_one_counts(house: House, guest: Person) -> None:
    house.book("Long Ago", "302", state=DEPARTED, days=(-9, -7))
    last = house.book("Li Wei", "302", state=DEPARTED, days=(-3, -1))
    assert guest.stay
    found = previous_stay(house.db, guest.stay, house.today.date())
    assert found == last
