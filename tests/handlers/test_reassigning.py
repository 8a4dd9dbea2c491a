"""A request changes hands, or becomes one with another; old cards show what is true, guests hear only what is new."""

from __future__ import annotations

import pytest

from crm.service_requests.requests import RequestState
from crm.staff.members import set_on_duty
from tests.support.house import House, Person


@pytest.fixture
def guest(house: House) -> Person:
    return house.guest("Anna Berg", "302")


@pytest.fixture
def lily(house: House, guest: Person) -> Person:
    """Lily of housekeeping, who has taken the two towels for 302."""
    lily = house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2, note="big ones")
    house.ask(lily, "accept_request", number=1)
    return lily


def holder(house: House, number: int = 1) -> tuple[RequestState, str, str]:
    request = house.requests()[number - 1]
    return request.state, request.assignee_name, request.department


def test_colleague_by_name_gets_the_card_and_the_guest_the_new_name(house: House, guest: Person, lily: Person) -> None:
    rosa = house.staff("Rosa")
    heard = house.ask(lily, "reassign_request", number=1, name="Rosa")
    assert heard.own == "Room 302 · 2 towels\n#1 is with Rosa · by 9:15 am · guest told"
    assert heard.by(rosa) == "From Lily · #1 Room 302 · 2 towels · by 9:15 am\n“big ones”"
    assert heard.labels_of(rosa) == ["On my way", "Done", "Cannot", "Pass on"]
    assert heard.by(guest) == "Rosa is looking after it: 2 towels, by 9:15 am."
    assert holder(house) == (RequestState.ACCEPTED, "Rosa", "housekeeping")


def test_in_chinese_too(house: House, guest: Person, lily: Person) -> None:
    xiaowang = house.staff("小王", language="zh")
    heard = house.ask(lily, "reassign_request", number=1, name="小王")
    assert heard.by(xiaowang) == "Lily 转来 · #1 302 · 毛巾 2条 · 9:15 前\n“big ones”"
    heard = house.ask(xiaowang, "reassign_request", number=1, name="Lily")
    assert heard.own == "302 · 毛巾 2条\n#1 已转给 Lily · 9:15 前 · 已告知客人"


def test_guest_who_was_told_no_name_hears_nothing_new(house: House, guest: Person) -> None:
    xiaowang, _ = house.staff("小王", language="zh"), house.staff("小李", language="zh")
    house.ask(guest, "request_service", service="towels")
    house.ask(xiaowang, "accept_request", number=1)
    heard = house.ask(xiaowang, "reassign_request", number=1, name="小李")
    assert not heard.by(guest)  # both are housekeeping to a guest who reads no Chinese


def test_old_cards_show_who_has_it_now(house: House, lily: Person) -> None:
    house.staff("Rosa")
    house.ask(lily, "reassign_request", number=1, name="Rosa")
    for step in ("accept_request", "start_request", "reassign_request"):
        heard = house.ask(lily, step, number=1)
        assert heard.own == "#1 accepted by Rosa, 9:00 am"
        assert not heard.labels
        assert not heard.listeners()


def test_button_asks_to_whom_and_offers_those_on_duty_and_the_departments(house: House, lily: Person) -> None:
    house.staff("Rosa"), house.staff("Olga", on_duty=False), house.staff("Max", "maintenance")
    heard = house.ask(lily, "reassign_request", number=1)
    assert (heard.own, heard.asks) == ("Room 302 · 2 towels: who takes it?", "name")
    assert heard.labels == ["Rosa", "Front desk", "Maintenance", "Kitchen"]
    assert house.press(lily, heard, "Rosa").own.startswith("Room 302 · 2 towels\n#1 is with Rosa")


def test_another_department_gets_the_card_and_the_guest_hears_nothing_yet(
    house: House, guest: Person, lily: Person
) -> None:
    max_ = house.staff("Max", "maintenance")
    heard = house.ask(lily, "reassign_request", number=1, department="maintenance")
    assert heard.own == "Room 302 · 2 towels\n#1 is with maintenance"
    assert heard.by(max_) == "Room 302 · 2 towels\nby 9:15 am · #1\n“big ones”"
    assert not heard.by(guest)
    assert holder(house) == (RequestState.OPEN, "", "maintenance")
    assert house.ask(lily, "complete_request", number=1).own == "#1 is with maintenance."
    assert house.ask(max_, "accept_request", number=1).by(guest).startswith("Max is looking after it")


@pytest.mark.parametrize("word", ["engineering", "the kitchen", "工程部", "厨房"])
def test_department_may_be_said_where_a_name_would_stand(house: House, lily: Person, word: str) -> None:
    house.ask(lily, "reassign_request", number=1, name=word)
    assert holder(house)[2] in ("maintenance", "kitchen")


def test_with_nobody_there_it_goes_to_the_desk_and_is_said(house: House, lily: Person) -> None:
    heard = house.ask(lily, "reassign_request", number=1, department="kitchen")
    assert heard.own.endswith("#1 is with the kitchen; nobody is on duty who could take it")
    desk = house.staff("Dora", "front_desk")
    heard = house.ask(desk, "reassign_request", number=1, department="maintenance")
    boss = house.staff("Max", "manager")
    heard = house.ask(desk, "reassign_request", number=1, department="kitchen")
    assert heard.own.endswith("nobody is on duty there, so the duty manager has the card")
    assert heard.by(boss).startswith("Room 302 · 2 towels")


def test_back_to_the_own_department_is_back_to_everybody(house: House, lily: Person) -> None:
    rosa = house.staff("Rosa")
    heard = house.ask(lily, "reassign_request", number=1, department="housekeeping")
    assert heard.by(rosa).startswith("Room 302 · 2 towels")
    assert holder(house) == (RequestState.OPEN, "", "housekeeping")
    assert house.ask(lily, "reassign_request", number=1, department="housekeeping").own.startswith("#1 waiting since")


def test_name_that_only_sounds_like_one_is_asked_about(house: House, lily: Person) -> None:
    house.staff("李秀英", language="zh")
    heard = house.ask(lily, "reassign_request", number=1, name="Li Xiuyin")
    assert heard.own == "I know no colleague called Li Xiuyin. Did you mean 李秀英?"
    assert heard.labels == ["李秀英"]
    assert holder(house)[1] == "Lily"
    house.press(lily, heard, "李秀英")
    assert holder(house)[1] == "李秀英"


def test_two_of_one_name_are_a_choice(house: House, lily: Person) -> None:
    house.staff("Kim"), house.staff("Kim", "maintenance")
    heard = house.ask(lily, "reassign_request", number=1, name="kim")
    assert sorted(heard.labels) == ["Kim · housekeeping", "Kim · maintenance"]
    house.press(lily, heard, "Kim · maintenance")
    assert holder(house) == (RequestState.ACCEPTED, "Kim", "maintenance")


def test_nobody_is_given_work_who_is_not_there(house: House, lily: Person) -> None:
    olga, _ = house.staff("Olga", on_duty=False), house.staff("Rosa")
    heard = house.ask(lily, "reassign_request", number=1, name="Olga")
    assert heard.own == "Olga is not on duty now. Room 302 · 2 towels: who takes it?"
    assert heard.labels[0] == "Rosa"
    assert olga.member is not None
    set_on_duty(house.db, olga.member, on_duty=True)
    assert "#1 is with Olga" in house.ask(lily, "reassign_request", number=1, name="Olga").own


def test_whoever_is_not_known_or_works_no_requests_gets_none(house: House, lily: Person) -> None:
    house.staff("Mark", "marketing")
    for name in ("Mark", "Nobody at all"):
        assert house.ask(lily, "reassign_request", number=1, name=name).own == f"I cannot find {name}."
    elsewhere = house.another_property()
    house.staff("Hanna", properties=[elsewhere])
    assert house.ask(lily, "reassign_request", number=1, name="Hanna").own == "I cannot find Hanna."
    assert holder(house)[1] == "Lily"


def test_the_desk_may_take_it_from_somebody_who_then_hears_it(house: House, lily: Person) -> None:
    desk, rosa = house.staff("Dora", "front_desk"), house.staff("Rosa")
    heard = house.ask(desk, "reassign_request", number=1, name="Rosa")
    assert heard.by(lily) == "#1 Room 302 · 2 towels · Rosa has it now"
    assert not heard.labels_of(lily)
    assert heard.by(rosa)
    heard = house.ask(desk, "reassign_request", number=1, name="Dora")
    assert heard.own.startswith("Room 302 · 2 towels\n#1 is with Dora")
    assert heard.labels == ["On my way", "Done", "Cannot", "Pass on"]
    assert holder(house) == (RequestState.ACCEPTED, "Dora", "housekeeping")


def test_colleagues_do_not_take_each_others_work_away(house: House, lily: Person) -> None:
    rosa = house.staff("Rosa")
    assert house.ask(rosa, "reassign_request", number=1, name="Rosa").own == "#1 accepted by Lily, 9:00 am"


def test_what_is_done_is_not_handed_over(house: House, guest: Person, lily: Person) -> None:
    rosa = house.staff("Rosa")
    house.ask(lily, "complete_request", number=1)
    heard = house.ask(lily, "reassign_request", number=1, name="Rosa")
    assert heard.own == "#1 done by Lily, 9:00 am"
    assert not heard.by(rosa)


def test_without_a_number_it_is_the_only_task_else_a_choice(house: House, guest: Person, lily: Person) -> None:
    house.staff("Rosa")
    house.ask(guest, "request_service", service="pillows")
    house.ask(lily, "accept_request", number=2)
    heard = house.ask(lily, "reassign_request", name="Rosa")
    assert heard.labels == ["Pass on #1", "Pass on #2"]
    assert "#2 is with Rosa" in house.press(lily, heard, "Pass on #2").own
    assert "#1 is with Rosa" in house.ask(lily, "reassign_request", name="Rosa").own


def test_what_waits_for_the_guest_goes_on_waiting_with_somebody_else(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "decline_request", number=1, reason="no_answer")
    house.staff("Rosa")
    heard = house.ask(lily, "reassign_request", number=1, name="Rosa")
    assert not heard.by(guest)
    assert holder(house) == (RequestState.WAITING, "Rosa", "housekeeping")


def test_merged_the_earlier_stays_and_both_guests_hear_of_it(house: House, guest: Person, lily: Person) -> None:
    ben = house.guest("Ben Berg", "302")
    house.ask(ben, "request_service", service="bedding", note="a blanket")
    heard = house.ask(lily, "merge_requests", numbers=[2, 1])
    assert heard.own == "Room 302 · 2 towels\n#2 goes on in #1 · by 9:15 am"
    assert heard.by(ben) == "Lily is looking after it: 2 towels, by 9:15 am."
    assert not heard.by(guest)
    first, second = house.requests()
    assert (second.state, second.merged_into) == (RequestState.MERGED, 1)
    assert first.note == "big ones; 床品; a blanket"
    done = house.ask(lily, "complete_request", number=1)
    assert done.by(ben)
    assert done.by(guest)
    assert house.ask(lily, "accept_request", number=2).own == "#2 goes on in #1, 9:00 am"


def test_whoever_took_the_later_one_does_the_earlier(house: House, guest: Person) -> None:
    lily, ben = house.staff("Lily"), house.guest("Ben Berg", "302")
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(ben, "request_service", service="towels", quantity=3, apart=True)
    house.ask(lily, "accept_request", number=2)
    rosa = house.staff("Rosa")
    heard = house.ask(rosa, "merge_requests", numbers=[1, 2])
    assert heard.by(lily) == "#2 goes on in #1 Room 302 · 3 towels"
    assert heard.by(guest) == "Lily is looking after it: 3 towels, by 9:15 am."
    assert not heard.by(ben)
    assert holder(house) == (RequestState.ACCEPTED, "Lily", "housekeeping")
    assert house.ask(ben, "cancel_request", number=2).own == "3 towels, room 302: cancelled."


def test_two_rooms_are_two_errands(house: House, guest: Person, lily: Person) -> None:
    house.ask(house.guest("Carla", "301"), "request_service", service="towels", quantity=2)
    heard = house.ask(lily, "merge_requests", numbers=[1, 2])
    assert heard.own.startswith("These are two errands")
    assert [each.is_unfinished for each in house.requests()] == [True, True]


def test_what_is_closed_or_unknown_or_foreign_is_not_merged(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "request_service", service="pillows")
    house.ask(guest, "request_service", service="light")
    assert house.ask(lily, "merge_requests", numbers=[1, 3]).own == "#3 is with maintenance."
    assert house.ask(lily, "merge_requests", numbers=[1, 99]).own == "I cannot find #99."
    assert house.ask(lily, "merge_requests", numbers=[1]).asks == "numbers"
    house.ask(lily, "complete_request", number=2)
    assert house.ask(lily, "merge_requests", numbers=[1, 2]).own == "#2 done by Lily, 9:00 am"
