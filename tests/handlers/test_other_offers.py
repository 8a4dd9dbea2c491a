"""Something else than was asked for, in a colleague's words: the guest is asked first, and the answer is passed on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from crm.service_requests.requests import RequestState
from tests.support.house import House, Person

FULL = "The private room is full, only a window table in the hall"


def _table(house: House, guest: Person, hour: int = 19) -> None:
    house.ask(guest, "request_service", service="restaurant_table", time=house.at(hour), people=4)


def test_the_guest_is_asked_and_nothing_is_declined(house: House) -> None:
    guest, cook = house.guest(room="302"), house.staff("Jane", "kitchen")
    _table(house, guest)
    heard = house.ask(cook, "make_offer", words=FULL)
    assert f"the guest is asked: “{FULL}”" in heard.own
    assert f"Restaurant table (4 people), 7:00 pm. Word from Jane: “{FULL}”. Would that suit you?" in heard.by(guest)
    assert heard.labels_of(guest) == ["Yes, please", "No, thank you"]
    (request,) = house.requests()
    assert (request.state, request.assignee_name) == (RequestState.ACCEPTED, "Jane")


def test_a_yes_keeps_the_request_with_what_was_agreed(house: House) -> None:
    guest, cook = house.guest(room="302", language="zh"), house.staff("何勇", "kitchen", language="zh")
    _table(house, guest)
    yes, _ = house.ask(cook, "make_offer", words="包间满了，只有大厅靠窗").replies_to(guest)[0].buttons
    heard = house.ask(guest, yes.call.intent, **yes.call.slots)
    assert heard.own == "餐厅订位 4位，19:00：就按“包间满了，只有大厅靠窗”办，已经告诉同事。"
    assert "客人同意改后的安排" in heard.by(cook)
    assert "“商定：包间满了，只有大厅靠窗”" in heard.by(cook)
    assert house.requests()[0].state is RequestState.ACCEPTED
    assert house.ask(guest, yes.call.intent, **yes.call.slots).by(cook) == ""  # pressed twice


def test_another_hour_in_the_words_becomes_the_hour(house: House) -> None:
    guest, cook = house.guest(), house.staff("Jane", "kitchen")
    _table(house, guest)
    half_past_seven = house.at(7, 30, days=1)
    house.ask(cook, "make_offer", words="7 is full, 7:30 is possible", time=half_past_seven, either_half=True)
    heard = house.ask(guest, "accept_offer")
    assert "7:30 pm" in heard.own
    assert house.requests()[0].wanted_at == house.at(19, 30)


def test_a_no_leaves_it_with_the_department(house: House) -> None:
    guest, cook = house.guest(), house.staff("Jane", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="fried rice")
    house.ask(cook, "make_offer", number=1, words="rice is out, only noodles")
    heard = house.ask(guest, "decline_offer")
    assert "I have told the kitchen that this does not suit you." in heard.own
    assert "the guest does not want what was offered" in heard.by(cook)
    assert house.requests()[0].is_unfinished


def test_the_promise_begins_anew_with_the_yes(house: House) -> None:
    guest, cook = house.guest(), house.staff("Jane", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="fried rice")
    house.later(minutes=40)
    house.ask(cook, "make_offer", words="rice is out, only noodles")
    house.later(minutes=20)
    house.ask(guest, "accept_offer")
    assert house.requests()[0].due_at == house.now + timedelta(minutes=45)


def test_of_several_the_colleague_chooses(house: House) -> None:
    guest, cook = house.guest(), house.staff("Jane", "kitchen")
    _table(house, guest)
    house.ask(guest, "request_service", service="food_order", note="fried rice")
    asked = house.ask(cook, "make_offer", words=FULL)
    assert asked.by(guest) == ""
    first = asked.buttons[0].call
    assert f"“{FULL}”" in house.ask(cook, first.intent, **first.slots).by(guest)


def test_what_a_colleague_has_in_hand_is_theirs_to_offer(house: House) -> None:
    guest, jane, ben = house.guest(), house.staff("Jane", "kitchen"), house.staff("Ben", "kitchen")
    _table(house, guest)
    house.ask(jane, "accept_request", number=1)
    assert house.ask(ben, "make_offer", number=1, words=FULL).by(guest) == ""
    house.ask(jane, "complete_request", number=1)
    assert house.ask(jane, "make_offer", number=1, words=FULL).by(guest) == ""


def test_with_nothing_asked_for_there_is_nothing_to_offer(house: House) -> None:
    cook = house.staff("Jane", "kitchen")
    assert house.ask(cook, "make_offer", words=FULL).own


def test_the_words_are_sealed(house: House) -> None:
    guest, cook = house.guest(), house.staff("Jane", "kitchen")
    _table(house, guest)
    house.ask(cook, "make_offer", words=FULL)
    kept = house.db.execute(text("SELECT words FROM request_offer")).scalar()
    assert kept is not None
    assert b"window" not in bytes(kept)
