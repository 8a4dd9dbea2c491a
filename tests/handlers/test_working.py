"""Staff take a request through its steps; the guest hears each one, and a late press shows what is true."""

from __future__ import annotations

import pytest

from crm.service_requests.requests import RequestState
from tests.support.house import House, Person


@pytest.fixture
def guest(house: House) -> Person:
    """A guest who asked for two towels when 小李 was on duty."""
    guest = house.guest("Anna Berg", "302")
    house.staff("小李", language="zh")
    house.ask(guest, "request_service", service="towels", quantity=2)
    return guest


@pytest.fixture
def lily(house: House, guest: Person) -> Person:
    return house.staff("Lily")


def test_accepting_tells_both_sides(house: House, guest: Person, lily: Person) -> None:
    heard = house.ask(lily, "accept_request", number=1)
    assert heard.own == "Room 302 · 2 towels\n#1 is yours · by 9:15 am · guest told"
    assert heard.labels == ["On my way", "Done", "Cannot", "Pass on"]
    assert heard.by(guest) == "Lily is looking after it: 2 towels, by 9:15 am."
    assert heard.replies_to(guest)[0].about == house.requests()[0].id
    assert heard.replies_to(guest)[0].message_class == "service"


def test_each_side_reads_its_own_language(house: House) -> None:
    guest, lily = house.guest("张三", "303", language="zh"), house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2)
    assert house.ask(lily, "accept_request", number=1).by(guest) == "Lily 正在办：毛巾 2条，9:15 前。"
    assert house.ask(lily, "start_request", number=1).by(guest) == "Lily 正在来 303 房的路上：毛巾 2条。"
    done = house.ask(lily, "complete_request", number=1)
    assert done.by(guest) == "毛巾 2条，已经办好。您打几分？1 到 5，5 分最好。"
    assert done.own == "Room 303 · 2 towels\n#1 done · guest told"


def test_name_the_guest_cannot_read_is_not_used(house: House, guest: Person) -> None:
    xiaowang = house.staff("小王", language="zh")
    heard = house.ask(xiaowang, "accept_request", number=1)
    assert heard.by(guest) == "Housekeeping is looking after it: 2 towels, by 9:15 am."
    assert heard.own == "302 · 毛巾 2条\n#1 已接单 · 9:15 前 · 已告知客人"


def test_whoever_is_slower_sees_who_was_faster_and_nothing_happens(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "accept_request", number=1)
    house.later(minutes=3)
    xiaowang = house.staff("小王", language="zh")
    heard = house.ask(xiaowang, "accept_request", number=1)
    assert heard.own == "#1 已由 Lily 接单 9:00"
    assert not heard.labels
    assert not heard.listeners()


def test_pressing_twice_tells_the_guest_once(house: House, guest: Person, lily: Person) -> None:
    house.ask(lily, "accept_request", number=1)
    heard = house.ask(lily, "accept_request", number=1)
    assert heard.own == "#1 accepted by Lily, 9:00 am"
    assert heard.labels == ["On my way", "Done", "Cannot", "Pass on"]
    assert not heard.listeners()


def test_nobody_walks_off_with_the_request_of_a_colleague(house: House, guest: Person, lily: Person) -> None:
    rosa = house.staff("Rosa")
    house.ask(lily, "accept_request", number=1)
    assert house.ask(rosa, "start_request", number=1).own == "#1 accepted by Lily, 9:00 am"
    assert house.ask(rosa, "decline_request", number=1).own == "#1 accepted by Lily, 9:00 am"
    assert house.requests()[0].assignee_name == "Lily"


def test_on_my_way_may_come_without_accepting(house: House, guest: Person, lily: Person) -> None:
    heard = house.ask(lily, "start_request", number=1)
    assert heard.by(guest) == "Lily is on the way to room 302: 2 towels."
    assert heard.labels == ["Done", "Cannot", "Pass on"]


def test_done_may_come_first_and_asks_for_a_rating(house: House, guest: Person, lily: Person) -> None:
    heard = house.ask(lily, "complete_request", number=1, note="At the door")
    assert heard.by(guest) == "2 towels: done. Lily writes: “At the door” How was it, from 1 to 5?"
    assert heard.labels_of(guest) == ["1", "2", "3", "4", "5"]
    assert heard.labels == ["Add a photo"]
    assert house.ask(lily, "complete_request", number=1).own == "#1 done by Lily, 9:00 am"


def test_cannot_asks_why_and_the_guest_and_the_desk_hear_it(house: House, guest: Person, lily: Person) -> None:
    desk = house.staff("前台小周", "front_desk", language="zh")
    heard = house.ask(lily, "decline_request", number=1)
    assert heard.asks == "reason"
    assert heard.labels == [
        "None available at the moment",
        "Nobody answered the door",
        "The do-not-disturb sign is on",
        "The guest asks to come later",
    ]
    assert house.requests()[0].state is RequestState.OPEN
    heard = house.press(lily, heard, "None available at the moment")
    assert heard.by(guest) == (
        "I am sorry, this cannot be done: 2 towels. The reason: none available at the moment. "
        "The front desk knows and will look for another way with you."
    )
    assert heard.by(desk) == "#1 302 · 毛巾 2条 · Lily 做不了：暂时没有。请和客人另想办法。"
    assert house.ask(desk, "accept_request", number=1).own == "#1 Lily 做不了 9:00：暂时没有"


def test_reason_in_own_words_is_told_as_it_is(house: House, guest: Person, lily: Person) -> None:
    heard = house.reply(lily, house.ask(lily, "decline_request", number=1), "the laundry is late today")
    assert "The reason: the laundry is late today." in heard.by(guest)
    assert "Please call us" in heard.by(guest)  # nobody is at the desk


def test_approval_is_confirmed_or_refused(house: House) -> None:
    guest, desk = house.guest("Anna Berg", "302"), house.staff("Dora", "front_desk")
    card = house.ask(guest, "request_service", service="late_checkout", time=house.at(14))
    heard = house.press(desk, card, "Confirm")
    assert heard.by(guest) == "Late check-out, Thu 2:00 pm: confirmed."
    assert not heard.labels_of(guest)
    card = house.ask(guest, "request_service", service="room_move")
    boss = house.staff("Max", "manager")
    heard = house.press(desk, house.press(desk, card, "Cannot"), "None available at the moment")
    assert "room change" in heard.by(guest)
    assert heard.by(boss)


def test_open_requests_show_what_is_late_first_and_plainly(house: House, guest: Person, lily: Person) -> None:
    house.later(minutes=10)
    house.ask(guest, "request_service", service="cleaning")
    house.later(minutes=17)
    heard = house.ask(lily, "open_requests")
    assert heard.own == (
        "2 open, 1 overdue:\n12 min late · #1 Room 302 · 2 towels\n#2 Room 302 · room cleaning · by 10:10 am"
    )
    assert heard.labels == ["Accept #1", "Accept #2"]
    xiaowang = house.staff("小王", language="zh")
    assert house.ask(xiaowang, "open_requests").own == (
        "未完成 2 项，其中逾期 1 项：\n逾期 12 分 · #1 302 · 毛巾 2条\n#2 302 · 客房打扫 · 10:10 前"
    )


def test_long_list_is_cut_and_says_so(house: House, guest: Person, lily: Person) -> None:
    for _ in range(11):
        house.ask(guest, "request_service", service="pillows", quantity=1, apart=True)
    heard = house.ask(lily, "open_requests")
    assert heard.own.splitlines()[0] == "12 open:"
    assert heard.own.splitlines()[-1] == "and 2 more"
    assert len(heard.own.splitlines()) == 12
    assert len(heard.buttons) == 3


def test_housekeeping_sees_its_own_work_and_the_desk_sees_all(house: House, guest: Person, lily: Person) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="taxi", time=house.at(18))
    assert "taxi" not in house.ask(lily, "open_requests").own
    assert "taxi" in house.ask(desk, "open_requests").own
    assert "towels" in house.ask(desk, "open_requests").own


def test_nothing_open_is_said_calmly(house: House) -> None:
    lily, xiaoli = house.staff("Lily"), house.staff("小李", language="zh")
    assert house.ask(lily, "open_requests").own == "Nothing open. All is done."
    assert house.ask(xiaoli, "my_tasks").own == "您手上没有任务。"
    assert house.ask(xiaoli, "accept_request").own == "没有待接的请求。"


def test_accept_alone_takes_the_only_one(house: House, guest: Person, lily: Person) -> None:
    assert house.ask(lily, "accept_request").own.splitlines()[1].startswith("#1 is yours")


def test_accept_alone_with_several_waiting_asks_which(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "request_service", service="pillows", quantity=1)
    heard = house.ask(lily, "accept_request")
    assert heard.own.splitlines()[0] == "Which one? 2 waiting:"
    assert house.press(lily, heard, "Accept #2").own.splitlines()[1].startswith("#2 is yours")


def test_done_alone_is_about_the_only_task_in_hand(house: House, guest: Person, lily: Person) -> None:
    assert house.ask(lily, "complete_request").own == "Nothing assigned to you."
    house.ask(lily, "accept_request", number=1)
    assert house.ask(lily, "my_tasks").own == "Yours, 1:\n#1 Room 302 · 2 towels · by 9:15 am · Lily"
    assert house.ask(lily, "start_request").own.splitlines()[1].startswith("#1 on the way")
    assert house.ask(lily, "complete_request").own.splitlines()[1].startswith("#1 done")


def test_number_nobody_knows_is_not_found(house: House, lily: Person) -> None:
    assert house.ask(lily, "accept_request", number=99).own == "I cannot find #99."
    assert house.ask(lily, "accept_request", number=10**30).own.startswith("I cannot find")


def test_cancelled_request_cannot_be_accepted(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "cancel_request", service="towels")
    assert house.ask(lily, "accept_request", number=1).own == "#1 cancelled by the guest, 9:00 am"


def test_on_the_way_alone_goes_to_the_only_one_nobody_has_taken(house: House, guest: Person, lily: Person) -> None:
    heard = house.ask(lily, "start_request")
    assert heard.own.startswith("Room 302 · 2 towels\n#1 on the way")
    assert "on the way" in heard.by(guest)


def test_done_alone_with_several_in_hand_asks_which_is_done(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "request_service", service="pillows")
    for number in (1, 2):
        house.ask(lily, "accept_request", number=number)
    assert house.ask(lily, "complete_request").labels == ["Done #1", "Done #2"]
    assert house.ask(lily, "decline_request").labels == ["Cannot #1", "Cannot #2"]


def test_a_word_left_for_the_guest_ends_before_the_question(house: House) -> None:
    guest, lily = house.guest("张三", "303", language="zh"), house.staff("李秀英", language="zh")
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.ask(lily, "complete_request", number=1, note="放在门口了")
    assert "李秀英留言：“放在门口了”。您打几分？" in heard.by(guest)


def test_a_colleague_may_say_the_room_instead_of_the_number(house: House) -> None:
    guest, lily = house.guest(room="302"), house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(guest, "request_service", service="pillows", quantity=1)
    house.ask(lily, "accept_request", number=1)
    assert "2 towels" in house.ask(lily, "complete_request", number=302).own
    assert [each.state for each in house.requests()] == [RequestState.DONE, RequestState.OPEN]
    assert "1 pillow" in house.ask(lily, "complete_request", number=302).own
    assert house.ask(lily, "complete_request", number=302).own == "I cannot find #302."
