"""The daily brief: what each colleague reads in it, and when the clock brings it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from crm.conversations.accounts import set_reachable
from crm.conversations.messages import Body, Message, NewMessage, message
from crm.conversations.outbox import queue_messages
from crm.properties.catalogue import shipped_catalogue
from crm.properties.houses import put_property, put_rooms
from crm.staff.audit import AuditEntry
from crm.staff.members import find_staff_member
from crm.stays.bookings import StayState
from crm.store import table
from handlers.timed.brief import WORK
from handlers.turn import Moment, Reply
from tests.support.house import House, Person

BOOKED = StayState.BOOKED
audit = table(AuditEntry)


def tick(house: House) -> list[Reply]:
    """What the clock does about briefs at this moment."""
    moment = Moment(house.db, house.now, house.home, shipped_catalogue())
    return [reply for key in WORK.due(house.db, house.now, 100) for reply in WORK.act(moment, key)]


def heard_by(replies: Sequence[Reply]) -> list[str]:
    return [reply.to.name for reply in replies if reply.to]


def stays_of_a_day(house: House) -> tuple[Person, Person]:
    """A house with something of everything; it is 7:30 of the next morning then."""
    anna, wang = house.guest("Anna Berg", "301", days=(-1, 3)), house.guest("王芳", "302", days=(-1, 9), language="zh")
    house.ask(anna, "request_service", service="light", note="bulb broken")
    house.ask(wang, "complain", text="The corridor was loud all night")
    house.ask(
        wang, "request_service", service="food_order", note="rice", allergy=["peanuts"], time=house.at(18, days=1)
    )
    house.ask(anna, "request_service", service="taxi", time=house.at(14, days=1))
    (failed,) = queue_messages(
        house.db, house.now, [NewMessage(wang.place.conversation_id, "fake", "zh", Body("好的"))]
    )
    lost = {"state": "failed", "reason": "blocked", "settled_at": house.now}
    house.db.execute(update(Message).where(message.c.id == failed).values(**lost))
    house.now = house.at(7, 30, days=1)
    house.book("Ben Low", "303", state=BOOKED, days=(0, 8), children=1, expected_time="15:00")
    house.book("Leaver", "303", days=(-2, 0))
    return anna, wang


def test_manager_reads_exceptions_first_and_then_the_day(house: House) -> None:
    stays_of_a_day(house)
    boss = house.staff("Max", "manager")
    heard = house.ask(boss, "brief_now")
    assert heard.own == (
        "Tue brief · 7:30 am\n\n"
        "Overdue: 1\n22 h 0 min late · #1 Room 301 · light and power · nobody has it\n\n"
        "Complaints since yesterday: 1\n302 · yesterday 9:00 am “The corridor was loud all night”\n\n"
        "Guests not reached: 1\n302 · 王芳 · 1 not delivered\n\n"
        "Arrivals today: 1 booking, 2 guests\n303 · Ben Low · 8 nights · 1 adult, 1 child · at 3:00 pm\n– long stay\n\n"
        "Departures today: 1 booking, 1 guest\n303 · Leaver · 1 adult\n\n"
        "In house: 3 bookings, 3 guests\n\n"
        "At a set hour today: 2\n2:00 pm · Room 301 · taxi · #3\n"
        "6:00 pm · Room 302 · food order “rice” · ⚠ Allergy: peanuts · #2\n\n"
        "On duty\nManager: Max"
    )
    assert heard.labels == ["Overdue requests", "Open requests", "Arrivals", "Departures", "In house"]
    assert house.press(boss, heard, "Departures").own.startswith("Departures today")


def test_alarms_that_nobody_has_closed_come_first_of_all(house: House) -> None:
    anna, _ = stays_of_a_day(house)
    boss, desk = house.staff("Max", "manager"), house.staff("Dora", "front_desk")
    house.ask(anna, "emergency", text="my husband fell")
    house.later(minutes=5)
    house.ask(house.stranger("Bo"), "emergency", text="fire")
    house.ask(desk, "answer_alarm", room="301")
    heard = house.ask(boss, "brief_now")
    assert heard.own.startswith(
        "Tue brief · 7:35 am\n\nAlarms not closed: 2\n"
        "301 · Anna Berg · since 7:30 am “my husband fell” · Dora on the way\n"
        "room unknown · Bo · since 7:35 am “fire” · nobody on the way\n\nOverdue: 1\n"
    )
    assert heard.labels[0] == "Alarms"
    listed = house.press(boss, heard, "Alarms")
    assert listed.labels == ["On my way 301", "All clear 301", "On my way", "All clear"]
    house.press(boss, listed, "All clear")
    house.press(boss, listed, "All clear 301")
    assert "Alarms" not in house.ask(boss, "brief_now").own
    assert house.ask(boss, "open_alarms").own == "No alarm is open."


def test_brief_of_the_clock_begins_with_them_too(house: House) -> None:
    boss, guest = house.staff("周明", "manager", language="zh"), house.guest()
    tick(house)
    house.ask(guest, "emergency", text="help me")
    house.now = house.at(7, 30, days=1)
    (reply,) = tick(house)
    assert reply.text.startswith(
        "周二简报 · 7:30\n\n未解除的警报 1 个\n302 · Anna Berg · 昨天 9:00 起“help me” · 还没有人过去\n\n没有其他异常。"
    )
    assert reply.buttons[0].label == "警报"
    assert boss.member


def test_alarm_tells_no_name_and_no_words_to_whoever_may_not_read_them(house: House) -> None:
    house.ask(house.guest(), "emergency", text="my chest hurts")
    read = house.ask(house.staff("Tom", "maintenance"), "brief_now").own
    assert read == (
        "Mon brief · 9:00 am\n\nAlarms not closed: 1\n302 · since 9:00 am · nobody on the way\n\n"
        "Nothing else to look out for today."
    )


def test_alarm_is_listed_once_with_the_name_of_its_house_and_not_in_another(house: House) -> None:
    hillside, own = house.another_property(), house.home
    both = house.staff("Max", "manager", properties=[own, hillside])
    there = house.staff("Hal", "front_desk", properties=[hillside])
    house.ask(house.guest(), "emergency", text="help me")
    read = house.ask(both, "brief_now").own
    assert read.count("help me") == 1
    assert "\n\nAlarms not closed: 1\nLakeside · 302 · Anna Berg" in read
    assert "Hillside\nNothing to look out for today." in read
    assert "Lakeside\nNo other exceptions." in read
    house.home = hillside
    assert "Alarms" not in house.ask(there, "brief_now").own


def test_housekeeping_reads_rooms_and_tasks_and_no_names(house: House) -> None:
    stays_of_a_day(house)
    lily = house.staff("小李", language="zh")
    assert house.ask(lily, "brief_now").own == (
        "周二简报 · 7:30\n\n没有异常。\n\n"
        "今天到店：1 单，2 人\n303 · 8晚 · 1大1小 · 15:00 到\n– 长住\n\n"
        "今天离店：1 单，1 人\n303 · 1大\n\n在住：3 单，3 人\n\n在岗\n客房：小李"
    )


def test_kitchen_reads_what_is_eaten_and_what_must_not_be(house: House) -> None:
    stays_of_a_day(house)
    heard = house.ask(house.staff("Carl", "kitchen"), "brief_now")
    assert heard.own == (
        "Tue brief · 7:30 am\n\nNo exceptions.\n\n"
        "At a set hour today: 1\n6:00 pm · Room 302 · food order “rice” · ⚠ Allergy: peanuts · #2\n\n"
        "Allergies and diets\n302 · 王芳 · ⚠ Allergy: peanuts\n\nOn duty\nKitchen: Carl"
    )
    assert heard.labels == ["Overdue requests", "Open requests"]


def test_desk_reads_no_complaint(house: House) -> None:
    stays_of_a_day(house)
    read = house.ask(house.staff("Dora", "front_desk"), "brief_now").own
    assert "corridor" not in read
    assert "Guests not reached: 1" in read


def test_what_is_open_since_yesterday_is_told_unless_its_hour_is_still_to_come(house: House) -> None:
    guest = house.guest()
    house.now = house.at(23, 50)
    house.ask(guest, "request_service", service="baby_cot")
    house.ask(guest, "request_service", service="taxi", time=house.at(14, days=1))
    house.later(minutes=15)
    read = house.ask(house.staff("Max", "manager"), "brief_now").own
    assert "Open over night: 1\n#1 Room 302 · baby cot" in read


def test_nothing_to_say_is_said_in_one_line(house: House) -> None:
    assert house.ask(house.staff("Tom", "maintenance"), "brief_now").own == (
        "Mon brief · 9:00 am\n\nNothing to look out for today."
    )


def test_manager_of_two_houses_reads_each_under_its_name_and_by_its_clock(house: House) -> None:
    paris = put_property(house.db, house.now, key="paris", name="Paris", time_zone="Europe/Paris", language="en")
    put_rooms(house.db, house.now, paris, [("501", "suite")])
    boss = house.staff("Max", "manager", properties=[house.home, paris])
    house.book("Anna Berg", "302", state=BOOKED, days=(0, 1))
    own, house.home = house.home, paris
    house.ask(house.guest("Luc Petit", "501"), "request_service", service="taxi", time=house.at(18))
    house.home = own
    read = house.ask(boss, "brief_now").own
    lakeside, _, in_paris = read.partition("\n\nParis\n")
    assert lakeside.startswith("Mon brief · 9:00 am\n\nLakeside\nNo exceptions.")
    assert "302 · Anna Berg" in lakeside
    assert "6:00 pm · Room 501 · taxi" in in_paris


def test_busiest_morning_is_read_in_three_minutes(house: House) -> None:
    """At 200 words a minute."""
    stays_of_a_day(house)
    for number in range(60):
        house.book(f"Guest Number{number}", "302", state=BOOKED, days=(0, 9), children=2)
        house.book(f"Other Guest{number}", "303", days=(-1, 0))
    boss = house.staff("Max", "manager")
    for number in range(40):
        guest = house.guest(f"Loud One{number}", "301")
        house.ask(guest, "request_service", service="towels", quantity=2, apart=True)
        house.ask(guest, "complain", text="much too loud " * 30)
        house.ask(guest, "request_service", service="taxi", time=house.at(15), apart=True)
    house.later(hours=2)
    read = house.ask(boss, "brief_now").own
    assert len(read.replace("·", " ").split()) < 600
    assert read.count("and 53 more") == 2  # arrivals, departures
    assert read.count("and 33 more") == 2  # overdue, complaints
    assert read.count("and 34 more") == 1  # taxis and a meal


def test_an_allergy_is_never_cut_off(house: House) -> None:
    for number in range(30):
        guest = house.guest(f"Guest Number{number}", "302")
        house.ask(guest, "request_service", service="food_order", note="rice", allergy=["peanuts"], apart=True)
    assert house.ask(house.staff("Carl", "kitchen"), "brief_now").own.count("302 · Guest Number") == 30


def test_a_look_at_the_brief_is_recorded(house: House) -> None:
    house.book("Anna Berg", "302", state=BOOKED, days=(0, 1))
    house.ask(house.staff("Dora", "front_desk"), "brief_now")
    assert [(each.action, each.subject) for each in house.db.execute(select(audit))] == [
        ("brief", "list:brief:2026-11-23:1")
    ]


def test_manager_gets_it_at_half_past_seven_from_the_next_morning_on(house: House) -> None:
    boss, _ = house.staff("Max", "manager"), house.staff("Dora", "front_desk")
    assert tick(house) == []
    house.now = house.at(7, 29, days=1)
    assert tick(house) == []
    house.later(minutes=1)
    (reply,) = tick(house)
    assert reply.text.startswith("Tue brief · 7:30 am")
    assert next(button.label for button in reply.buttons) == "Overdue requests"
    assert heard_by([reply]) == [boss.name]
    assert tick(house) == []
    house.later(days=1)
    assert heard_by(tick(house)) == ["Max"]


def test_everyone_chooses_an_hour_and_hears_from_which_day_on(house: House) -> None:
    desk = house.staff("小周", "front_desk", language="zh")
    assert house.ask(desk, "set_brief", time=house.at(10)).own == "好，每天 10:00 发简报，今天开始。"
    house.now = house.at(10)
    assert heard_by(tick(house)) == ["小周"]
    assert house.ask(desk, "set_brief", time=house.at(11)).own == "好，每天 11:00 发简报，明天开始。"
    house.now = house.at(11)
    assert tick(house) == []  # this day has had its brief
    house.later(days=1)
    assert heard_by(tick(house)) == ["小周"]
    assert house.ask(desk, "set_brief", time=house.at(7)).own == "好，每天 7:00 发简报，明天开始。"


def test_hour_is_asked_for_where_none_was_said(house: House) -> None:
    lily = house.staff("Lily")
    heard = house.ask(lily, "set_brief")
    assert (heard.own, heard.asks) == ("At what hour each day? For example 7:30.", "time")
    assert house.reply(lily, heard, house.at(6, 45)).own == "Your brief comes every day at 6:45 am, from tomorrow on."


def test_who_stops_it_gets_none_and_not_two_of_one_day_after_all(house: House) -> None:
    boss = house.staff("Max", "manager")
    tick(house)
    house.now = house.at(7, 30, days=1)
    assert heard_by(tick(house)) == ["Max"]
    assert house.ask(boss, "stop_brief").own.startswith("No more daily briefs.")
    assert house.ask(boss, "stop_brief").own.startswith("You have no daily brief.")
    house.ask(boss, "set_brief", time=house.at(9))
    house.now = house.at(9)
    assert tick(house) == []
    house.ask(boss, "stop_brief")
    house.later(days=2)
    assert tick(house) == []


@pytest.mark.parametrize(("hour", "is_given"), [(8, True), (11, True), (12, False), (15, False)])
def test_house_that_was_down_brings_it_until_noon(house: House, hour: int, is_given: bool) -> None:
    house.staff("Max", "manager")
    tick(house)
    house.now = house.at(hour, days=3)
    assert heard_by(tick(house)) == ["Max"] * is_given
    assert tick(house) == []
    house.now = house.at(7, 30, days=1)
    assert heard_by(tick(house)) == ["Max"]


def test_down_over_the_hour_it_was_due_it_waits_for_the_next_one(house: House) -> None:
    house.staff("Max", "manager")
    tick(house)
    house.now = house.at(0, 30, days=3)
    assert tick(house) == []
    house.now = house.at(7, 30)
    assert heard_by(tick(house)) == ["Max"]


def test_brief_of_an_evening_comes_until_midnight(house: House) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(desk, "set_brief", time=house.at(22))
    house.now = house.at(23, 59)
    assert heard_by(tick(house)) == ["Dora"]
    house.now = house.at(21, 59, days=1)
    assert tick(house) == []


def test_clock_that_jumps_forward_and_back_brings_no_second_one(house: House) -> None:
    house.staff("Max", "manager")
    tick(house)
    house.now = house.at(7, 30, days=1)
    assert len(tick(house)) == 1
    house.later(hours=-2)
    assert tick(house) == []
    house.later(hours=2)
    assert tick(house) == []
    house.later(days=1)
    assert len(tick(house)) == 1
    house.later(days=-1)
    assert tick(house) == []
    house.later(days=1)
    assert tick(house) == []


@pytest.mark.parametrize(
    ("day", "hours"),
    [(datetime(2026, 3, 29), 23), (datetime(2026, 10, 25), 25)],  # summer time begins and ends at night
    ids=["begins", "ends"],
)
def test_night_of_the_time_change_has_one_brief(house: House, day: datetime, hours: int) -> None:
    paris = put_property(house.db, house.now, key="paris", name="Paris", time_zone="Europe/Paris", language="en")
    house.home = paris
    house.now = house.at(12).replace(year=day.year, month=day.month, day=day.day) - timedelta(days=1)
    owl = house.staff("Olga", "front_desk")
    house.ask(owl, "set_brief", time=house.at(2, 30))
    house.now = house.at(0, days=1)
    midnight, given = house.now, []
    while house.now.astimezone(midnight.tzinfo).date() == midnight.date():
        given += tick(house)
        house.now = (house.now.astimezone(tz=None) + timedelta(minutes=10)).astimezone(tz=None)
    assert len(given) == 1
    assert (house.now.timestamp() - midnight.timestamp()) / 3600 == hours


def test_each_house_has_its_own_half_past_seven(house: House) -> None:
    paris = put_property(house.db, house.now, key="paris", name="Paris", time_zone="Europe/Paris", language="en")
    house.staff("Max", "manager"), house.staff("Zoe", "manager", properties=[paris])
    tick(house)
    house.now = house.at(7, 30, days=1)
    assert heard_by(tick(house)) == ["Max"]
    house.later(hours=7)  # 7:30 in Paris
    assert heard_by(tick(house)) == ["Zoe"]


def test_who_is_reached_nowhere_or_has_left_holds_nobody_up(house: House) -> None:
    boss, blocked, gone = (house.staff(name, "manager") for name in ("Max", "Bea", "Gus"))
    tick(house)
    set_reachable(house.db, blocked.place.account_id, house.now)
    house.ask(boss, "revoke_staff", name="Gus")
    house.now = house.at(7, 30, days=1)
    assert heard_by(tick(house)) == ["Max"]
    assert WORK.due(house.db, house.now, 100) == []
    assert gone.member is not None
    assert find_staff_member(house.db, gone.member.id) is None


def test_one_that_failed_waits_ten_minutes_and_keeps_nobody_from_theirs(house: House) -> None:
    house.staff("Max", "manager"), house.staff("Bea", "manager")
    tick(house)
    house.now = house.at(7, 30, days=1)
    first, second = WORK.due(house.db, house.now, 100)
    WORK.put_off(house.db, house.now, first)
    assert WORK.due(house.db, house.now, 100) == [second]
    house.later(minutes=10)
    assert set(WORK.due(house.db, house.now, 100)) == {first, second}
    assert len(tick(house)) == 2
