"""A colleague cancels what a guest asked for: once, with a reason, and everybody whom it concerns hears it."""

from __future__ import annotations

import pytest

from crm.service_requests.requests import RequestState
from crm.staff.audit import AuditEntry
from tests.support.house import House, Person


@pytest.fixture
def guest(house: House) -> Person:
    return house.guest("Anna Berg", "302")


@pytest.fixture
def lily(house: House, guest: Person) -> Person:
    """Lily of housekeeping; two towels for 302 are open."""
    lily = house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2)
    return lily


def state(house: House, number: int = 1) -> tuple[RequestState, str, str]:
    request = house.requests()[number - 1]
    return request.state, request.assignee_name, request.reason


def test_guest_and_colleagues_hear_it_and_lists_tell_it_from_the_guests_own(
    house: House, guest: Person, lily: Person
) -> None:
    rosa = house.staff("Rosa")
    heard = house.ask(lily, "withdraw_request", number=1, reason="none left")
    assert heard.own == "Room 302 · 2 towels\n#1 cancelled · guest told"
    assert heard.by(rosa) == "#1 cancelled by Lily · Room 302 · 2 towels · none left"
    assert heard.by(guest) == (
        "I am sorry, this has been cancelled: 2 towels. The reason: none left. If you still want it, please tell us"
        " or ring +86 571 8888 0000."
    )
    assert state(house) == (RequestState.WITHDRAWN, "Lily", "none left")
    assert house.ask(lily, "show_request", number=1).own.endswith("#1 cancelled by Lily, 9:00 am: none left")
    assert "#1 · 2 towels · cancelled 9:00 am: none left · Lily" in house.ask(lily, "requests_of_room", room="302").own
    house.ask(guest, "request_service", service="drinking_water")
    house.ask(guest, "cancel_request", number=2)
    assert house.ask(lily, "show_request", number=2).own.endswith("#2 cancelled by the guest, 9:00 am")


def test_reason_is_asked_for_and_the_guests_wish_needs_none(house: House, guest: Person, lily: Person) -> None:
    heard = house.ask(lily, "withdraw_request", number=1)
    assert (heard.own, heard.asks) == (
        "Room 302 · 2 towels · #1: why cancel it? The guest will hear the reason.",
        "reason",
    )
    assert heard.labels == ["The guest no longer wants it", "Ordered twice", "Ordered by mistake"]
    assert state(house)[0] is RequestState.OPEN
    heard = house.press(lily, heard, "The guest no longer wants it")
    assert heard.by(guest) == "Cancelled as you wished: 2 towels. Write whenever you would like it again."
    house.ask(guest, "request_service", service="towels")
    heard = house.ask(lily, "withdraw_request", said="the guest no longer wants the towels, cancel 2", number=2)
    assert heard.by(guest).startswith("Cancelled as you wished")
    assert house.ask(lily, "show_request", number=2).own.endswith("9:00 am: the guest no longer wants it")


def test_words_of_the_guests_wish_stay_with_the_request_and_are_not_read_back(
    house: House, guest: Person, lily: Person
) -> None:
    heard = house.ask(lily, "withdraw_request", number=1, reason="guest changed her mind")
    assert heard.by(guest) == "Cancelled as you wished: 2 towels. Write whenever you would like it again."
    assert state(house)[2] == "guest changed her mind"


def test_guest_who_is_only_spoken_of_has_wished_nothing(house: House, guest: Person, lily: Person) -> None:
    heard = house.ask(lily, "withdraw_request", number=1, reason="the guest is out")
    assert heard.by(guest).startswith("I am sorry, this has been cancelled: 2 towels. The reason: the guest is out.")


def test_in_chinese_too(house: House) -> None:
    guest, wang = house.guest("王芳", "301", language="zh"), house.staff("小王", language="zh")
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.ask(wang, "withdraw_request", number=1)
    assert heard.own == "301 · 毛巾 2条 · #1：为什么取消？原因会告诉客人。"
    heard = house.press(wang, heard, "重复下单")
    assert heard.own == "301 · 毛巾 2条\n#1 已取消 · 已告知客人"
    assert heard.by(guest) == ("很抱歉，毛巾 2条取消了。原因：重复下单。还需要的话请告诉我们，或拨 +86 571 8888 0000。")
    assert house.ask(wang, "show_request", number=1).own.endswith("#1 小王 取消 9:00：重复下单")
    assert house.ask(guest, "my_requests").own == "您现在没有进行中的请求。"


def test_what_others_do_wants_a_second_word(house: House, guest: Person, lily: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(lily, "start_request", number=1)
    heard = house.ask(desk, "withdraw_request", number=1, reason="guest changed her mind")
    assert heard.own == "Room 302 · 2 towels · housekeeping\n#1 Lily on the way, 9:00 am\nCancel it?"
    assert heard.labels == ["Cancel it all the same"]
    assert not heard.listeners()
    heard = house.press(desk, heard, "Cancel it all the same")
    assert heard.by(lily) == "#1 cancelled by Dora · Room 302 · 2 towels · guest changed her mind"
    assert heard.by(guest).startswith("Cancelled as you wished")
    assert state(house)[:2] == (RequestState.WITHDRAWN, "Dora")


def test_own_work_needs_none_unless_a_colleague_is_on_the_way(house: House, lily: Person) -> None:
    rosa = house.staff("Rosa")
    house.ask(rosa, "start_request", number=1)
    assert house.ask(lily, "withdraw_request", number=1, reason="x").labels == ["Cancel it all the same"]
    assert house.ask(rosa, "withdraw_request", number=1, reason="x").own.endswith("#1 cancelled · guest told")


def test_second_time_shows_the_true_state_and_tells_nobody(house: House, guest: Person, lily: Person) -> None:
    rosa = house.staff("Rosa")
    house.ask(lily, "withdraw_request", number=1, reason="x")
    for who in (lily, rosa):
        heard = house.ask(who, "withdraw_request", number=1, reason="y")
        assert heard.own == "#1 cancelled by Lily, 9:00 am: x"
        assert not heard.listeners()
    for step in ("accept_request", "complete_request", "amend_request"):
        heard = house.ask(rosa, step, number=1)
        assert heard.own == "#1 cancelled by Lily, 9:00 am: x"
        assert not heard.listeners()
    assert house.ask(guest, "cancel_request", service="towels").own.startswith("Noted, no towels.")


def test_guest_was_faster(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "cancel_request", number=1)
    heard = house.ask(lily, "withdraw_request", number=1, reason="x")
    assert heard.own == "#1 cancelled by the guest, 9:00 am"
    assert not heard.listeners()


def test_clock_says_nothing_more_of_it(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "accept_request", number=1)
    house.ask(lily, "withdraw_request", number=1, reason="x")
    assert not house.wait(hours=30).replies


def test_by_room_and_service(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "request_service", service="cleaning")
    heard = house.ask(lily, "withdraw_request", room="302")
    assert heard.own == "Which one? 2:"
    assert heard.labels == ["#1 Room 302 · 2 towels", "#2 Room 302 · room cleaning"]
    heard = house.press(lily, heard, "#2 Room 302 · room cleaning")
    assert heard.own.startswith("Room 302 · room cleaning · #2: why cancel it?")
    house.ask(lily, "withdraw_request", room="302", service="towels", reason="x")
    assert [each.state for each in house.requests()] == [RequestState.WITHDRAWN, RequestState.OPEN]
    assert house.ask(lily, "withdraw_request", number=302, reason="x").own.startswith("Room 302 · room cleaning")
    assert house.ask(lily, "withdraw_request", room="302").own == "Room 302: nothing open."
    assert house.ask(lily, "withdraw_request", room="302", service="towels").own == "Room 302, towels: nothing open."
    assert house.ask(lily, "withdraw_request").own == "Nothing open."


def test_work_of_others_and_of_other_houses(house: House, guest: Person, lily: Person) -> None:
    max_ = house.staff("Max", "maintenance")
    elsewhere = house.another_property()
    stranger = house.staff("Yan", "front_desk", properties=[elsewhere])
    for slots in ({"number": 1}, {"room": "302"}, {"room": "302", "service": "towels"}):
        heard = house.ask(max_, "withdraw_request", reason="x", **slots)
        assert heard.own == "#1 is with housekeeping."
    assert house.ask(stranger, "withdraw_request", number=1, reason="x").own.startswith(
        "That is not yours to see or do here."
    )
    assert house.ask(lily, "withdraw_request", number=99, reason="x").own == "I cannot find #99."
    assert house.ask(lily, "withdraw_request", number=10**12, reason="x").own.startswith("I cannot find")
    assert state(house)[0] is RequestState.OPEN


def test_guest_who_waits_for_a_person_is_answered_first(house: House, guest: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "ask_for_person")
    heard = house.ask(desk, "withdraw_request", number=1, reason="x")
    assert heard.own.endswith("#1: the guest waits for a person, please answer first.")
    assert heard.labels == ["Take over", "Answer"]
    house.press(desk, heard, "Take over")
    heard = house.ask(desk, "withdraw_request", number=1, reason="x")
    assert state(house)[0] is not RequestState.WITHDRAWN
    assert not heard.by(guest)


def test_guest_without_a_chat_is_to_be_told(house: House) -> None:
    house.book("Anna Berg", "302")
    desk = house.staff("Dora", "front_desk")
    house.ask(desk, "open_for_guest", room="302", service="taxi", time=house.at(20))
    heard = house.ask(desk, "withdraw_request", room="302", service="taxi", reason="no cars tonight")
    assert heard.own.endswith("#1 cancelled · the guest has no chat, please tell them")


def test_it_is_written_down(house: House, lily: Person) -> None:
    house.ask(lily, "withdraw_request", number=1, reason="x")
    entries = house.db.execute(AuditEntry.__table__.select()).all()  # type: ignore[attr-defined]
    assert [(each.action, each.subject) for each in entries if each.subject.startswith("request:")] == [
        ("withdraw_request", f"request:{house.requests()[0].id}")
    ]
