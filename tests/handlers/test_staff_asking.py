"""Staff look up rooms, guests, arrivals; come and go; invite and remove colleagues."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from crm.conversations.accounts import load_speaker
from crm.service_requests.requests import RequestState
from crm.staff.audit import AuditEntry
from crm.stays.bookings import StayState
from crm.store import table
from tests.support.house import House, Person

audit = table(AuditEntry)


def audited(house: House) -> list[tuple[str, str]]:
    rows = house.db.execute(select(audit.c.action, audit.c.subject).order_by(audit.c.id))
    return [(row.action, row.subject) for row in rows]


def test_desk_sees_who_is_in_a_room_and_the_look_is_recorded(house: House) -> None:
    guest, desk = house.guest("Anna Berg", "302", adults=2, children=1), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.ask(desk, "who_is_in_room", room="302")
    assert heard.own == ("302 · Anna Berg · yesterday to Thu · 2 adults, 1 child\n#1 Room 302 · 2 towels · by 9:15 am")
    assert guest.stay is not None
    assert audited(house) == [("who_is_in_room", f"guest:{guest.stay.guest_id}")]


def test_housekeeping_sees_room_people_and_task_but_no_name(house: House) -> None:
    guest, xiaoli = house.guest("Anna Berg", "302", adults=2), house.staff("小李", language="zh")
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(guest, "request_service", service="taxi", time=house.at(18))
    heard = house.ask(xiaoli, "who_is_in_room", room="302")
    assert heard.own == "302 · 昨天到周四 · 2大\n#1 302 · 毛巾 2条 · 9:15 前"
    assert len(audited(house)) == 1


def test_empty_and_unknown_rooms_are_told_apart(house: House) -> None:
    desk = house.staff("Dora", "front_desk")
    assert house.ask(desk, "who_is_in_room", room="303").own == "Room 303: nobody in house."
    assert house.ask(desk, "who_is_in_room", room="999").own == "There is no room 999 here."
    assert house.ask(desk, "who_is_in_room").asks == "room"
    assert audited(house) == []


def test_guest_is_found_by_the_beginning_of_the_name(house: House) -> None:
    house.book("Zhang San", "302", adults=2)
    desk = house.staff("小周", "front_desk", language="zh")
    heard = house.ask(desk, "find_guest", name="ZHANG s")
    assert heard.own == "302 · Zhang San · 昨天到周四 · 2大"
    assert house.ask(desk, "find_guest", name="ang").own == "没有找到叫“ang”的客人。"
    assert len(audited(house)) == 1


def test_wildcards_and_nothing_find_nobody(house: House) -> None:
    house.book("Zhang San", "302")
    desk = house.staff("Dora", "front_desk")
    for name in ("%", "_hang", "*"):
        assert house.ask(desk, "find_guest", name=name).own.startswith("I find no guest called")
    assert house.ask(desk, "find_guest", name="").asks == "name"


def test_several_of_a_name_become_a_choice(house: House) -> None:
    house.book("张伟", "302"), house.book("张伟", "303"), house.book("张芳", "", state=StayState.BOOKED, days=(1, 2))
    desk = house.staff("小周", "front_desk", language="zh")
    heard = house.ask(desk, "find_guest", name="张")
    assert heard.own == "叫这个名字的有 3 位，是哪一位？"
    assert sorted(heard.labels[:2]) == ["张伟 · 302 · 昨天到周四", "张伟 · 303 · 昨天到周四"]
    assert heard.labels[2] == "张芳 · 明天到周三"
    assert audited(house) == [("find_guest", "list:namesakes:2026-11-23:3")]
    assert house.press(desk, heard, "张伟 · 303 · 昨天到周四").own.startswith("303 · 张伟")
    assert len(audited(house)) == 2


def test_stay_in_house_stands_for_the_guest_before_an_earlier_one(house: House) -> None:
    first = house.book("Anna Berg", "301", state=StayState.DEPARTED, days=(-30, -25))
    house.book("Anna Berg", "302", guest_id=first.guest_id)
    desk = house.staff("Dora", "front_desk")
    assert house.ask(desk, "find_guest", name="anna").own == (
        "302 · Anna Berg · yesterday to Thu · 1 adult · returning guest"
    )


def test_arrivals_of_a_day(house: House) -> None:
    first = house.book("Anna Berg", "301", state=StayState.DEPARTED, days=(-30, -25))
    booked = StayState.BOOKED
    house.book("Anna Berg", "302", state=booked, days=(1, 3), guest_id=first.guest_id, expected_time="15:00", adults=2)
    house.book("张三", state=booked, days=(1, 2), children=1)
    house.book("Gone Away", "303", state=StayState.CANCELLED, days=(1, 2))
    desk, lily = house.staff("Dora", "front_desk"), house.staff("小李", language="zh")
    assert house.ask(desk, "arrivals", day=house.at(0, days=1)).own == (
        "Arrivals tomorrow: 2 bookings, 4 guests\n"
        "302 · Anna Berg · 2 nights · 2 adults · at 3:00 pm\n– returning guest\n"
        "no room yet · 张三 · 1 night · 1 adult, 1 child"
    )
    assert house.ask(lily, "arrivals", day=house.at(0, days=1).date()).own == (
        "明天到店：2 单，4 人\n302 · 2晚 · 2大 · 15:00 到\n未排房 · 1晚 · 1大1小"
    )
    assert house.ask(desk, "arrivals").own == "No arrivals today."


def test_departures_of_a_day(house: House) -> None:
    house.book("Anna Berg", "302", days=(-2, 0))
    house.book("张三", "301", state=StayState.DEPARTED, days=(-2, 0))
    desk = house.staff("小周", "front_desk", language="zh")
    assert house.ask(desk, "departures").own == (
        "今天离店：2 单，2 人\n301 · 张三 · 1大 · 已离店\n302 · Anna Berg · 1大"
    )
    assert house.ask(desk, "departures", day=house.at(0, days=1)).own == "明天没有离店的客人。"


def test_in_house_is_counted_and_cut(house: House) -> None:
    desk = house.staff("Dora", "front_desk")
    assert house.ask(desk, "in_house").own == "Nobody is in house."
    for _ in range(23):
        house.book("Anna Berg", "302", adults=2)
    lines = house.ask(desk, "in_house").own.splitlines()
    assert lines[0] == "In house: 23 bookings, 46 guests"
    assert lines[1] == "302 · Anna Berg · 2 adults · until Thu"
    assert lines[-1] == "and 3 more"
    assert len(lines) == 22


def test_coming_on_duty_shows_what_waits(house: House) -> None:
    guest, lily = house.guest(), house.staff("小李", language="zh", on_duty=False)
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.ask(lily, "go_on_duty")
    assert heard.own == "已上班。\n未完成 1 项：\n#1 302 · 毛巾 2条 · 9:15 前"
    assert house.ask(guest, "request_service", service="pillows").by(lily)


def test_going_off_duty_names_what_is_still_in_hand(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(lily, "accept_request", number=1)
    assert house.ask(lily, "go_off_duty").own == (
        "You are off duty. Housekeeping: nobody else is on duty now.\nStill in your hands, please hand over:\n"
        "#1 Room 302 · 2 towels · by 9:15 am · Lily"
    )
    assert not house.ask(guest, "request_service", service="pillows").listeners()
    house.staff("Rosa")
    assert "nobody else" not in house.ask(lily, "go_off_duty").own


def test_who_is_on_duty_by_department(house: House) -> None:
    lily, _, _ = house.staff("Lily"), house.staff("Rosa"), house.staff("Olga", on_duty=False)
    house.staff("Max", "manager"), house.staff("小周", "front_desk")
    assert house.ask(lily, "who_is_on_duty").own == "Front desk: 小周\nHousekeeping: Lily, Rosa\nManager: Max"


def test_manager_invites_a_colleague_who_is_in_at_once(house: House) -> None:
    boss = house.staff("Max", "manager")
    heard = house.ask(boss, "invite_staff", role="housekeeping", name="李娜")
    assert "within 10 minutes" in heard.own
    token = re.search(r"^/start (s\S+)$", heard.own, re.MULTILINE)
    assert token is not None
    chat = house.stranger()
    house.ask(chat, "enter_token", token=token[1])
    member = load_speaker(house.db, chat.place).staff
    assert member is not None
    assert (member.name, member.role, member.department) == ("李娜", "housekeeping", "housekeeping")
    assert member.property_ids == (house.home.id,)
    assert audited(house) == [("invite_staff", "role:housekeeping")]


def test_invitation_asks_for_role_and_name_one_at_a_time(house: House) -> None:
    boss = house.staff("店长", "manager", language="zh")
    heard = house.ask(boss, "invite_staff")
    assert heard.own == "新同事是什么岗位？"
    assert heard.labels == ["前台", "客房", "工程", "餐饮", "市场", "经理"]
    heard = house.press(boss, heard, "客房")
    assert (heard.own, heard.asks) == ("新同事（客房）叫什么名字？", "name")
    assert "/start s" in house.reply(boss, heard, "李娜").own


@pytest.mark.parametrize("role", ["guest", "stranger", "owner"])
def test_nobody_is_invited_as_something_that_is_no_job(house: House, role: str) -> None:
    boss = house.staff("Max", "manager")
    assert house.ask(boss, "invite_staff", role=role, name="Eve").asks == "role"


def test_removed_colleague_has_no_access_and_their_work_is_free_again(house: House) -> None:
    guest, boss, lily = house.guest(), house.staff("Max", "manager"), house.staff("Lily")
    house.ask(guest, "request_service", service="towels")
    house.ask(lily, "start_request", number=1)
    heard = house.ask(boss, "revoke_staff", name="lily")
    assert heard.own == "Lily no longer has access. Open again for the others: #1."
    assert [(each.state, each.assignee_id) for each in house.requests()] == [(RequestState.OPEN, None)]
    assert house.ask(lily, "complete_request", number=1).own.startswith("That is not yours")
    assert not house.ask(guest, "request_service", service="pillows").by(lily)
    assert lily.member is not None
    assert audited(house) == [("revoke_staff", f"staff:{lily.member.id}")]


def test_managers_do_not_remove_themselves_or_somebody_unknown(house: House) -> None:
    boss = house.staff("Max", "manager")
    assert house.ask(boss, "revoke_staff", name="Max").own.startswith("You cannot take away your own access.")
    assert house.ask(boss, "revoke_staff", name="Nobody").own == "I cannot find Nobody."
    assert house.ask(boss, "revoke_staff").asks == "name"
    assert load_speaker(house.db, boss.place).staff is not None


def test_two_colleagues_of_one_name_become_a_choice(house: House) -> None:
    boss, _, cook = house.staff("Max", "manager"), house.staff("Li"), house.staff("Li", "kitchen")
    heard = house.ask(boss, "revoke_staff", name="Li")
    assert sorted(heard.labels) == ["Li · housekeeping", "Li · kitchen"]
    house.press(boss, heard, "Li · kitchen")
    assert load_speaker(house.db, cook.place).staff is None


def test_help_shows_each_colleague_what_they_may_ask(house: House) -> None:
    def lines(person: Person) -> str:
        return house.ask(person, "staff_help").own

    assert "invite" in lines(house.staff("Max", "manager"))
    assert "invite" not in lines(house.staff("Dora", "front_desk"))
    assert "find Zhang San" not in lines(house.staff("Lily"))
    assert "open requests" not in lines(house.staff("Mark", "marketing"))
    assert house.ask(house.staff("Mark", "marketing"), "staff_help").labels == ["Who is on duty"]


def test_colleague_is_greeted_with_work_at_hand(house: House) -> None:
    heard = house.ask(house.staff("小李", language="zh"), "greet")
    assert (heard.own, heard.labels) == ("小李，您好。", ["未完成的请求", "能问什么"])
