"""Scarce things wait for the desk: it sees what stands against them, offers what is possible, the stay changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.properties.catalogue import shipped_catalogue
from crm.service_requests.offers import offers_to
from crm.service_requests.requests import RequestState
from crm.stays.bookings import StayState, get_stay
from crm.stays.room_plan import extend, free_rooms, move
from crm.stays.steps import cancel, check_out
from tests.support.house import PHONE, Heard, House, Person

BOOKED = StayState.BOOKED


@pytest.fixture
def desk(house: House) -> Person:
    return house.staff("Dora", "front_desk")


@pytest.fixture
def guest(house: House) -> Person:
    """In 302 until Thursday."""
    return house.guest("Anna Berg", "302", days=(-1, 3))


def late(house: House, guest: Person, hour: int = 16) -> Heard:
    return house.ask(guest, "request_service", service="late_checkout", time=house.at(hour))


def longer(house: House, guest: Person, nights: int = 2) -> Heard:
    return house.ask(guest, "request_service", service="extend_stay", quantity=nights)


def stay_of(house: House, guest: Person):  # type: ignore[no-untyped-def]
    assert guest.stay
    return get_stay(house.db, guest.stay.id)


def test_desk_sees_who_comes_next_and_at_what_hour(house: House, guest: Person, desk: Person) -> None:
    house.book("Li Wei", "302", state=BOOKED, days=(3, 5), expected_time="18:30")
    assert late(house, guest).by(desk).splitlines()[2] == "Next in 302: Li Wei, Thu 6:30 pm"


def test_desk_sees_that_the_hour_of_the_next_guest_is_not_known(house: House, guest: Person) -> None:
    desk = house.staff("前台", "front_desk", language="zh")
    house.book("李伟", "302", state=BOOKED, days=(3, 5))
    assert late(house, guest).by(desk).splitlines()[2] == "302 下一位：李伟，周四，到店时间未说"


def test_desk_sees_until_when_nobody_comes(house: House, guest: Person, desk: Person) -> None:
    house.book("Li Wei", "302", state=BOOKED, days=(5, 7))
    house.book("Gone Away", "302", state=StayState.CANCELLED, days=(3, 5))
    heard = late(house, guest)
    assert heard.by(desk).splitlines()[2] == "302: nobody until Sat"
    assert heard.labels_of(desk) == ["Confirm", "Until Thu 2:00 pm", "Cannot", "Take over"]


def test_who_may_see_no_names_sees_only_when(house: House, guest: Person) -> None:
    house.book("Li Wei", "302", state=BOOKED, days=(3, 5), expected_time="18:30")
    catalogue = shipped_catalogue()
    by_housekeeping = catalogue["late_checkout"].model_copy(update={"department": "housekeeping"})
    house.catalogue = {**catalogue, "late_checkout": by_housekeeping}
    lily = house.staff("Lily")
    assert late(house, guest).by(lily).splitlines()[2] == "Next in 302: Thu 6:30 pm"


def test_guest_without_a_room_may_ask_and_the_desk_sees_so(house: House, desk: Person) -> None:
    guest = house.guest(room="", state=BOOKED, days=(2, 5))
    assert late(house, guest).by(desk).splitlines()[2] == "No room assigned yet"


def test_approved_hour_is_written_into_the_stay(house: House, guest: Person, desk: Person) -> None:
    heard = house.press(desk, late(house, guest), "Confirm")
    assert heard.own == "Room 302 · late check-out\n#1 confirmed · Thu 4:00 pm · guest told"
    assert heard.by(guest) == "Late check-out, Thu 4:00 pm: confirmed."
    assert stay_of(house, guest).departure_time == "16:00"
    assert house.ask(guest, "my_stay").own.endswith("You check out Thu, by 4:00 pm.")
    assert "keeps the room until 4:00 pm" in house.ask(desk, "departures", day=house.at(0, days=3)).own


def test_whoever_comes_earlier_stands_against_it_until_the_desk_overrules(
    house: House, guest: Person, desk: Person
) -> None:
    house.book("Li Wei", "302", state=BOOKED, days=(3, 5), expected_time="15:00")
    card = late(house, guest)
    assert card.labels_of(desk) == ["Until Thu 2:00 pm", "Cannot", "Take over"]
    heard = house.ask(desk, "complete_request", number=1)
    assert heard.own == "#1 Room 302 · late check-out\nThe next guest of 302 is expected Thu 3:00 pm."
    assert heard.labels == ["Confirm anyway", "Until Thu 2:00 pm", "Cannot"]
    assert not heard.listeners()
    assert house.requests()[0].state is RequestState.OPEN
    assert house.press(desk, heard, "Confirm anyway").by(guest) == "Late check-out, Thu 4:00 pm: confirmed."
    assert stay_of(house, guest).departure_time == "16:00"


def test_an_earlier_hour_is_a_question_to_the_guest_and_yes_confirms_it(
    house: House, guest: Person, desk: Person
) -> None:
    heard = house.press(desk, late(house, guest), "Until Thu 2:00 pm")
    assert heard.own == "Room 302 · late check-out\n#1 · the guest is asked: until Thu 2:00 pm?"
    assert heard.by(guest) == (
        "You can keep room 302 until Thu 2:00 pm, but not until Thu 4:00 pm, I am sorry. Shall I confirm Thu 2:00 pm?"
    )
    assert heard.labels_of(guest) == ["Yes, please", "No, thank you"]
    assert house.requests()[0].state is RequestState.OPEN
    heard = house.press(guest, heard, "Yes, please")
    assert heard.own == "Late check-out, Thu 2:00 pm: confirmed."
    assert heard.by(desk) == "#1 Room 302 · late check-out · Thu 2:00 pm · the guest says yes, confirmed"
    assert (house.requests()[0].state, house.requests()[0].wanted_at) == (RequestState.DONE, house.at(14, days=3))
    assert stay_of(house, guest).departure_time == "14:00"


def test_yes_pressed_twice_shows_what_is_true(house: House, guest: Person, desk: Person) -> None:
    offered = house.press(desk, late(house, guest), "Until Thu 2:00 pm")
    house.press(guest, offered, "Yes, please")
    for label in ("Yes, please", "No, thank you"):
        heard = house.press(guest, offered, label)
        assert heard.own == "Late check-out: done."
        assert not heard.listeners()


def test_no_goes_back_to_the_desk_and_the_wish_stays_open(house: House, guest: Person, desk: Person) -> None:
    offered = house.press(desk, late(house, guest), "Until Thu 2:00 pm")
    heard = house.press(guest, offered, "No, thank you")
    assert heard.own == (
        "Late check-out: I have told the front desk that this does not suit you. You will hear from them by 9:30 am."
    )
    assert heard.by(desk) == "#1 Room 302 · late check-out · the guest does not want what was offered"
    assert heard.labels_of(desk) == ["Confirm", "Until Thu 2:00 pm", "Cannot"]
    assert house.requests()[0].state is RequestState.OPEN
    assert house.press(guest, offered, "Yes, please").own.startswith("Late check-out: passed on to the front desk")


def test_while_the_guest_thinks_about_it_no_promise_breaks(house: House, guest: Person, desk: Person) -> None:
    house.press(desk, late(house, guest), "Until Thu 2:00 pm")
    assert not house.wait(minutes=45).replies
    house.ask(guest, "decline_offer")
    assert house.requests()[0].due_at == house.now + timedelta(minutes=30)
    heard = house.wait(minutes=31)
    assert "there is no answer yet. You will have it by" in heard.by(guest)
    assert heard.by(desk)


def test_yes_in_words_means_the_offer_that_waits(house: House, guest: Person, desk: Person) -> None:
    assert house.ask(guest, "accept_offer").own == "Nothing waits for your answer just now. What can I do for you?"
    house.press(desk, late(house, guest), "Until Thu 2:00 pm")
    assert house.ask(guest, "accept_offer").own == "Late check-out, Thu 2:00 pm: confirmed."


def test_an_ok_that_may_be_thanks_is_asked_again(house: House, guest: Person, desk: Person) -> None:
    house.press(desk, late(house, guest), "Until Thu 2:00 pm")
    heard = house.ask(guest, "thank")
    assert heard.own.strip() == "Late check-out, Thu 2:00 pm: shall I confirm this?"
    assert house.requests()[0].state is RequestState.OPEN
    assert house.press(guest, heard, "Yes, please").own == "Late check-out, Thu 2:00 pm: confirmed."
    assert house.ask(guest, "thank").own == "You are welcome."


def test_an_older_offer_is_not_what_yes_confirms(house: House, guest: Person, desk: Person) -> None:
    card = late(house, guest, 18)
    first = house.press(desk, card, "Until Thu 4:00 pm")
    second = house.ask(desk, "make_offer", number=1, time=house.at(13))
    heard = house.press(guest, first, "Yes, please")
    assert "confirmed" not in heard.own
    assert house.requests()[0].state is RequestState.OPEN
    assert house.press(guest, second, "Yes, please").own == "Late check-out, Thu 1:00 pm: confirmed."


def test_offer_ends_with_the_answer_of_the_desk(house: House, guest: Person, desk: Person) -> None:
    card = late(house, guest)
    offered = house.press(desk, card, "Until Thu 2:00 pm")
    house.press(desk, card, "Confirm")
    assert guest.stay
    assert offers_to(house.db, guest.stay.guest_id) == []
    assert house.press(guest, offered, "Yes, please").own == "Late check-out: done."
    assert stay_of(house, guest).departure_time == "16:00"


def test_cancelled_wish_is_not_confirmed_by_an_old_yes(house: House, guest: Person, desk: Person) -> None:
    card = late(house, guest)
    offered = house.press(desk, card, "Until Thu 2:00 pm")
    house.ask(guest, "cancel_request", service="late_checkout")
    assert house.press(guest, offered, "Yes, please").own == "Late check-out: cancelled."
    heard = house.press(desk, card, "Until Thu 2:00 pm")
    assert heard.own == "#1 cancelled by the guest, 9:00 am"
    assert not heard.listeners()
    assert stay_of(house, guest).departure_time == ""


def test_offer_of_what_was_asked_for_confirms_it(house: House, guest: Person, desk: Person) -> None:
    late(house, guest)
    assert "confirmed" in house.ask(desk, "make_offer", number=1, time=house.at(16)).by(guest)


def test_offer_without_an_hour_asks_for_it(house: House, guest: Person, desk: Person) -> None:
    late(house, guest)
    heard = house.ask(desk, "make_offer")
    assert (heard.own, heard.asks) == ("Room 302 · late check-out · #1: until what time?", "time")
    assert "until Thu 1:00 pm" in house.reply(desk, heard, house.at(13)).by(guest)


def test_offer_of_nothing_is_refused_with_what_can_be_done(house: House, guest: Person, desk: Person) -> None:
    house.ask(guest, "request_service", service="luggage")
    heard = house.ask(desk, "make_offer", number=1)
    assert heard.own == "#1: nothing else can be offered for this one."
    assert heard.labels == ["Accept", "On my way", "Done", "Cannot"]
    assert house.ask(desk, "make_offer").own == "Nothing waits for your approval."


def test_hour_that_is_over_is_asked_again(house: House, desk: Person) -> None:
    guest = house.guest("Gus Guest", "301", days=(-2, 0))
    late(house, guest)
    house.later(hours=4, minutes=30)
    assert house.ask(desk, "make_offer", number=1, time=house.at(13)).asks == "time"


def test_longer_stay_shows_the_stays_that_follow(house: House, guest: Person, desk: Person) -> None:
    house.book("Li Wei", "302", state=BOOKED, days=(4, 6))
    house.book("Chen Jie", "302", state=BOOKED, days=(7, 8))
    heard = longer(house, guest)
    assert heard.by(desk).splitlines()[2:] == [
        "302: free until Fri",
        "Then Fri to Sun, Li Wei · 30 Nov to 1 Dec, Chen Jie",
    ]
    assert heard.labels_of(desk) == ["1 night", "Cannot", "Take over"]


def test_approved_nights_are_written_into_the_stay(house: House, guest: Person, desk: Person) -> None:
    before = stay_of(house, guest).departure
    house.press(desk, late(house, guest), "Confirm")
    heard = house.press(desk, longer(house, guest), "Confirm")
    assert heard.by(guest) == "2 extra nights: confirmed. Your room is yours until Sat."
    assert heard.own == "Room 302 · 2 extra nights\n#2 confirmed · leaves Sat · guest told"
    assert stay_of(house, guest).departure == before + timedelta(days=2)
    assert stay_of(house, guest).departure_time == "", "what was agreed for Thursday says nothing of Saturday"


def test_nights_another_guest_has_booked_are_not_granted(house: House, guest: Person, desk: Person) -> None:
    house.book("Li Wei", "302", state=BOOKED, days=(4, 6))
    longer(house, guest)
    heard = house.ask(desk, "complete_request", number=1, overrule=True)
    assert heard.own == "#1 Room 302 · 2 extra nights\n302 is booked from Fri."
    assert heard.labels == ["1 night", "Cannot"]
    assert house.requests()[0].state is RequestState.OPEN
    heard = house.press(desk, heard, "1 night")
    assert heard.by(guest) == (
        "Room 302 is free for 1 more night, until Fri, but not for 2, I am sorry. Shall I book it so?"
    )
    assert house.press(guest, heard, "Yes, please").own == "1 extra night: confirmed. Your room is yours until Fri."
    assert stay_of(house, guest).departure == house.at(0, days=4).date()


def test_booking_that_came_meanwhile_is_told_to_guest_and_desk(house: House, guest: Person, desk: Person) -> None:
    house.book("Li Wei", "302", state=BOOKED, days=(5, 6))
    offered = house.press(desk, longer(house, guest, 3), "2 nights")
    house.book("Chen Jie", "302", state=BOOKED, days=(3, 5))
    heard = house.press(guest, offered, "Yes, please")
    assert heard.own.startswith("I am sorry, in the meantime this is no longer possible. The front desk knows")
    assert "no longer possible" in heard.by(desk)
    assert (house.requests()[0].state, house.requests()[0].quantity) == (RequestState.OPEN, 3)
    assert stay_of(house, guest).departure == house.at(0, days=3).date()


def test_room_change_lists_the_free_rooms_and_the_pressed_one_is_given(
    house: House, guest: Person, desk: Person
) -> None:
    house.book("Li Wei", "301", state=BOOKED, days=(0, 2))
    heard = house.ask(guest, "request_service", service="room_move", note="quieter")
    assert heard.by(desk).splitlines()[-1] == "Free until Thu: 303 suite"
    assert heard.labels_of(desk) == ["303 suite", "Cannot", "Take over"]
    heard = house.press(desk, heard, "303 suite")
    assert heard.by(guest) == "Room change “quieter”: confirmed. Your new room is 303."
    assert stay_of(house, guest).room == "303"
    assert free_rooms(house.db, stay_of(house, guest), house.today.date())[0].number == "302"


def test_room_is_asked_for_before_it_is_given(house: House, guest: Person, desk: Person) -> None:
    house.ask(guest, "request_service", service="room_move")
    heard = house.ask(desk, "complete_request", number=1)
    assert (heard.own, heard.asks) == ("Room 302 · room change · #1\nWhich room?", "room")
    house.book("Li Wei", "301")
    heard = house.reply(desk, heard, "301")
    assert (heard.own, heard.asks) == ("Room 302 · room change · #1\n301 is not free. Which room?", "room")
    assert "Your new room is 303." in house.reply(desk, heard, "303").by(guest)


def test_without_a_free_room_the_desk_can_only_say_no(house: House, guest: Person, desk: Person) -> None:
    house.book("Li Wei", "301")
    house.book("Chen Jie", "303")
    heard = house.ask(guest, "request_service", service="room_move")
    assert heard.by(desk).splitlines()[-1] == "No other room is free until Thu"
    assert heard.labels_of(desk) == ["Cannot", "Take over"]
    assert house.ask(desk, "complete_request", number=1).own.endswith("No other room is free for the rest of the stay.")


def test_room_that_was_given_to_another_meanwhile_is_not_given_twice(house: House, guest: Person) -> None:
    other = house.book("Li Wei", "301")
    assert guest.stay
    (room,) = free_rooms(house.db, guest.stay, house.today.date())
    assert move(house.db, house.now, other, room, house.today.date(), occasion="first")
    assert not move(house.db, house.now, guest.stay, room, house.today.date(), occasion="second")


def test_stay_that_has_changed_is_not_extended_twice(house: House, guest: Person) -> None:
    assert guest.stay
    until = guest.stay.departure + timedelta(days=1)
    assert extend(house.db, guest.stay, until)
    assert not extend(house.db, guest.stay, until)


def test_stay_that_is_over_is_not_changed(house: House, guest: Person, desk: Person) -> None:
    late(house, guest)
    assert guest.stay
    check_out(house.db, house.now, guest.stay.id)
    heard = house.ask(desk, "complete_request", number=1)
    assert heard.own.endswith("The stay is over, there is nothing to change.")
    assert heard.labels == ["Cannot"]
    assert stay_of(house, guest).departure_time == ""


def test_cancelled_stay_is_not_changed(house: House, desk: Person) -> None:
    guest = house.guest(state=BOOKED, days=(2, 5))
    late(house, guest)
    assert guest.stay
    cancel(house.db, guest.stay.id)
    assert "The stay is over" in house.ask(desk, "complete_request", number=1).own


def test_open_requests_keep_the_reported_room_and_say_where_the_guest_lives_now(
    house: House, guest: Person, desk: Person
) -> None:
    lily = house.staff("Lily")
    card = house.ask(guest, "request_service", service="towels", quantity=2)
    house.press(desk, house.ask(guest, "request_service", service="room_move"), "303 suite")
    assert house.requests()[0].room == "302"
    assert "Room 302 · 2 towels · now in 303" in house.ask(lily, "open_requests").own
    heard = house.press(lily, card, "Accept")
    assert heard.own.startswith("Room 302 · 2 towels · now in 303")
    xiaoli = house.staff("小李", language="zh")
    assert "302 · 毛巾 2条 · 现住 303" in house.ask(xiaoli, "open_requests").own
    house.ask(lily, "complete_request", number=1)
    assert "now in" not in house.ask(lily, "accept_request", number=1).own


def test_changed_wish_shows_the_desk_what_stands_against_the_new_one(house: House, guest: Person, desk: Person) -> None:
    house.book("Li Wei", "302", state=BOOKED, days=(3, 5), expected_time="15:00")
    late(house, guest, 14)
    heard = house.ask(guest, "change_request", service="late_checkout", time=house.at(17, days=3))
    assert heard.by(desk).splitlines()[-1] == "Next in 302: Li Wei, Thu 3:00 pm"
    assert heard.labels_of(desk) == ["Until Thu 2:00 pm", "Cannot"]


def test_with_nobody_to_hear_the_no_the_guest_gets_the_phone(house: House, guest: Person, desk: Person) -> None:
    offered = house.press(desk, late(house, guest), "Until Thu 2:00 pm")
    house.ask(desk, "go_off_duty")
    assert PHONE in house.press(guest, offered, "No, thank you").own
