"""The duty roster is made and read in chat: who plans whom, what is asked for, what each hears."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm.properties.hours import Hours, Shifts
from crm.properties.houses import put_property
from crm.staff.audit import AuditEntry
from crm.staff.members import set_lead
from crm.staff.roster import PlannedShift, shifts_of_house
from crm.store import table
from prompts.words import say
from tests.support.house import Heard, House, Person

REFUSED = say("en", "refusals.not_allowed.text")


@pytest.fixture
def boss(house: House) -> Person:
    return house.staff("Max", "manager")


@pytest.fixture
def lily(house: House) -> Person:
    return house.staff("Lily", on_duty=False)


def days(house: House, *after: int) -> list[datetime]:
    return [house.at(0, days=each) for each in after]


def plan(house: House, by: Person, whom: str, hours: str = "07:00-15:00", after: tuple[int, ...] = (1,)) -> Heard:
    return house.ask(by, "plan_shift", colleagues=[whom], days=days(house, *after), hours=hours.split(", "))


def planned(house: House) -> list[PlannedShift]:
    today = house.today.date()
    return shifts_of_house(house.db, house.home.id, today - timedelta(days=9), today + timedelta(days=40))


def spans(house: House, whom: str = "Lily") -> list[str]:
    today: date = house.today.date()
    return [f"{(each.day - today).days} {each.begins}-{each.ends}" for each in planned(house) if each.name == whom]


def open_from(house: House, department: str, *shifts: tuple[int, int]) -> None:
    """The hours of a department, in minutes since midnight, every day of the week."""
    hours = Hours({department: Shifts(shifts, shifts)})
    kept = {name: getattr(house.home, name) for name in ("key", "name", "time_zone", "language", "phone")}
    house.home = put_property(house.db, house.now, **kept, hours=hours)


def test_manager_plans_and_the_colleague_hears_it_once(house: House, boss: Person, lily: Person) -> None:
    heard = plan(house, boss, "lily", "07:00-15:00, 18:00-20:00", (1, 2))
    assert heard.own == "Planned: Lily\nTomorrow to Wed 7:00 am–3:00 pm, 6:00 pm–8:00 pm"
    assert heard.by(lily) == "Max has planned you:\nTomorrow to Wed 7:00 am–3:00 pm, 6:00 pm–8:00 pm"
    assert spans(house) == ["1 07:00-15:00", "1 18:00-20:00", "2 07:00-15:00", "2 18:00-20:00"]
    again = plan(house, boss, "Lily", "07:00-15:00, 18:00-20:00", (1, 2))
    assert (again.own, again.by(lily)) == ("Lily is planned like that already.", "")
    audit = table(AuditEntry)
    assert lily.member
    assert house.db.execute(select(audit.c.action, audit.c.subject)).all() == [
        ("plan_shift", f"staff:{lily.member.id}")
    ]


def test_what_is_missing_is_asked_for_one_thing_at_a_time(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "06:00-14:00", (3,))
    heard = house.ask(boss, "plan_shift")
    assert heard.asks == "colleagues"
    heard = house.reply(boss, heard, ["Lily"])
    assert (heard.own, heard.asks) == ("Lily: on which days? For example: tomorrow, Mon to Fri.", "days")
    heard = house.reply(boss, heard, days(house, 1))
    assert heard.asks == "hours"
    assert heard.labels == ["6:00 am–2:00 pm"]
    house.press(boss, heard, "6:00 am–2:00 pm")
    assert spans(house) == ["1 06:00-14:00", "3 06:00-14:00"]


def test_shift_that_overlaps_stands_in_the_place_of_the_former(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily")
    plan(house, boss, "Lily", "22:00-06:00", (3,))
    heard = plan(house, boss, "Lily", "08:00-16:00")
    assert heard.by(lily).endswith("Tomorrow 8:00 am–4:00 pm\nInstead of Tomorrow 7:00 am–3:00 pm.")
    plan(house, boss, "Lily", "05:00-12:00", (4,))
    assert spans(house) == ["1 08:00-16:00", "4 05:00-12:00"]


def test_what_is_over_is_not_planned(house: House, boss: Person, lily: Person) -> None:
    house.now = house.at(16)
    assert plan(house, boss, "Lily", after=(0,)).own.startswith("That is over.")
    assert plan(house, boss, "Lily", after=(-1,)).own.startswith("That is over.")
    assert "Left out, as it is over: Today 7:00 am–3:00 pm." in plan(house, boss, "Lily", after=(0, 1)).own
    assert plan(house, boss, "Lily", after=tuple(range(1, 40))).own == "At most 31 days at a time, please."
    assert spans(house) == ["1 07:00-15:00"]


def test_everybody_plans_themselves_a_lead_the_department_a_manager_all(
    house: House, boss: Person, lily: Person
) -> None:
    mei, cook = house.staff("Mei"), house.staff("Carl", "kitchen")
    assert plan(house, lily, "I").own == "Planned: Lily\nTomorrow 7:00 am–3:00 pm"
    assert plan(house, lily, "Mei").own == REFUSED
    assert house.ask(lily, "cancel_shift", colleagues=["Mei"], days=days(house, 1)).own == REFUSED
    assert house.ask(lily, "swap_shifts", colleagues=["me", "Mei"], days=days(house, 1)).own == REFUSED
    assert lily.member
    set_lead(house.db, lily.member, is_lead=True)
    assert plan(house, lily, "Mei").by(mei).startswith("Lily has planned you:")
    assert plan(house, lily, "Carl").own == REFUSED
    assert plan(house, boss, "Carl").by(cook)


def test_name_that_only_sounds_alike_is_asked_about_and_the_others_stay(
    house: House, boss: Person, lily: Person
) -> None:
    house.staff("Mei")
    heard = house.ask(boss, "plan_shift", colleagues=["Lilly", "Mei"], days=days(house, 1), hours=["07:00-15:00"])
    assert heard.labels == ["Lily · housekeeping"]
    house.press(boss, heard, "Lily · housekeeping")
    assert (spans(house), spans(house, "Mei")) == (["1 07:00-15:00"], ["1 07:00-15:00"])
    assert plan(house, boss, "Zebulon").own == "I cannot find Zebulon."


def test_two_of_one_name_are_told_apart(house: House, boss: Person, lily: Person) -> None:
    other = house.staff("Lily", "kitchen")
    heard = plan(house, boss, "Lily")
    assert sorted(heard.labels) == ["Lily · housekeeping", "Lily · kitchen"]
    assert house.press(boss, heard, "Lily · kitchen").by(other).startswith("Max has planned you:")
    assert [each.department for each in planned(house)] == ["kitchen"]


def test_day_off_takes_the_shift_away_and_says_what_is_open(house: House, boss: Person, lily: Person) -> None:
    open_from(house, "housekeeping", (7 * 60, 22 * 60))
    house.staff("Mei")
    plan(house, boss, "Lily")
    plan(house, boss, "Mei", "15:00-22:00")
    heard = house.ask(boss, "cancel_shift", colleagues=["Lily"], days=days(house, 1))
    assert heard.own == (
        "Taken off the roster: Lily\nTomorrow 7:00 am–3:00 pm\nTomorrow · Nobody planned: Housekeeping 7:00 am–3:00 pm"
    )
    assert heard.by(lily) == "Max has taken you off the roster:\nTomorrow 7:00 am–3:00 pm"
    again = house.ask(boss, "cancel_shift", colleagues=["Lily"], days=days(house, 1))
    assert (again.own, again.by(lily)) == ("Lily has nothing planned tomorrow.", "")


def test_who_takes_themselves_off_is_heard_by_whoever_answers_for_it(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", after=(1, 2))
    heard = house.ask(lily, "cancel_shift", colleagues=["我"], days=days(house, 1))
    assert heard.by(boss).startswith("Lily (housekeeping) has come off the roster:\nTomorrow 7:00 am–3:00 pm")
    head = house.staff("Helga")
    assert head.member
    set_lead(house.db, head.member, is_lead=True)
    heard = house.ask(lily, "cancel_shift", colleagues=["me"], days=days(house, 2))
    assert heard.by(head)
    assert not heard.by(boss)


def test_two_swap_and_both_hear_it(house: House, boss: Person, lily: Person) -> None:
    mei = house.staff("Mei")
    plan(house, boss, "Lily")
    plan(house, boss, "Mei", "07:00-11:00")
    plan(house, boss, "Mei", "15:00-23:00", (2,))
    heard = house.ask(boss, "swap_shifts", colleagues=["Lily", "Mei"], days=days(house, 1))
    assert heard.own == "Swapped:\nTomorrow 7:00 am–11:00 am Lily\nTomorrow 7:00 am–3:00 pm Mei"
    assert heard.by(lily) == heard.by(mei) == heard.own.replace("Swapped", "Max has swapped shifts")
    assert (spans(house), spans(house, "Mei")) == (["1 07:00-11:00"], ["1 07:00-15:00", "2 15:00-23:00"])
    nothing = house.ask(boss, "swap_shifts", colleagues=["Lily", "Mei"], days=days(house, 5))
    assert nothing.own.startswith("Neither Lily nor Mei has a shift to swap")
    assert house.ask(boss, "swap_shifts", colleagues=["Lily"], days=days(house, 1)).asks == "colleagues"


def test_roster_of_a_day_by_department_and_time_exceptions_first(house: House, boss: Person, lily: Person) -> None:
    open_from(house, "housekeeping", (7 * 60, 22 * 60))
    for who, role, hours in (("Mei", "housekeeping", "07:00-15:00"), ("Dora", "front_desk", "22:00-06:00")):
        house.staff(who, role)
        plan(house, boss, who, hours)
    plan(house, boss, "Lily", "07:00-15:00, 18:00-20:00")
    assert house.ask(lily, "show_roster", days=days(house, 1)).own == (
        "Tomorrow\nNobody planned: Housekeeping 3:00 pm–6:00 pm, 8:00 pm–10:00 pm\n"
        "Front desk\n10:00 pm–6:00 am Dora\n"
        "Housekeeping\n7:00 am–3:00 pm Lily, Mei\n6:00 pm–8:00 pm Lily"
    )
    assert house.ask(lily, "who_is_on_duty", days=days(house, 1)).own.startswith("Tomorrow\nNobody planned")


def test_roster_of_the_week(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", after=(0, 1, 2, 3, 4))
    assert house.ask(boss, "show_roster", days=days(house, 3, 4, 5)).own == (
        "Sat · Nobody planned: Housekeeping\n"
        "Thu\nHousekeeping: 7:00 am–3:00 pm Lily\nFri\nHousekeeping: 7:00 am–3:00 pm Lily"
    )
    assert house.ask(boss, "show_roster").own.count("Lily") == 5


def test_without_a_roster_it_says_so(house: House, boss: Person) -> None:
    assert house.ask(boss, "show_roster").own == ("No roster is planned. Say for example: Lily works tomorrow 7 to 15.")
    assert house.ask(boss, "my_shifts").own == "Nothing is planned for you."


def test_what_has_passed_of_today_is_no_gap(house: House, boss: Person, lily: Person) -> None:
    open_from(house, "housekeeping", (6 * 60, 22 * 60))
    plan(house, boss, "Lily", "10:00-18:00", (0,))
    assert "Nobody planned: Housekeeping 9:00 am–10:00 am, 6:00 pm–10:00 pm" in (
        house.ask(boss, "show_roster", days=days(house, 0)).own
    )


def test_my_shifts(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily", "07:00-15:00, 18:00-20:00", (0, 1))
    assert house.ask(lily, "my_shifts").own == (
        "You work:\nToday 7:00 am–3:00 pm, 6:00 pm–8:00 pm\nTomorrow 7:00 am–3:00 pm, 6:00 pm–8:00 pm"
    )
    house.now = house.at(16)
    assert "Today 6:00 pm–8:00 pm\n" in house.ask(lily, "my_shifts").own
    assert house.ask(lily, "my_shifts", days=days(house, 3)).own == "Nothing is planned for you Thu."


def test_colleague_of_two_houses_is_asked_where(house: House, boss: Person) -> None:
    hillside = house.another_property()
    both = [house.home, hillside]
    chief, lily = house.staff("Mia", "manager", properties=both), house.staff("Lily", properties=both)
    heard = plan(house, chief, "Lily")
    assert heard.labels == ["Hillside", "Lakeside"]
    assert house.press(chief, heard, "Hillside").by(lily).startswith("Mia has planned you at Hillside:")
    assert planned(house) == []
    assert "· Hillside" in house.ask(lily, "my_shifts").own
    assert house.ask(chief, "show_roster", days=days(house, 1)).own.startswith("Hillside\nTomorrow\nHousekeeping")


def test_plan_of_another_house_is_not_for_a_manager_of_this_one(house: House, boss: Person) -> None:
    both = [house.home, house.another_property()]
    chief, lily = house.staff("Mia", "manager", properties=both), house.staff("Lily", properties=both)
    house.press(chief, plan(house, chief, "Lily"), "Hillside")
    heard = plan(house, boss, "Lily", "07:00-11:00", (1, 2))
    assert (
        heard.own
        == "Planned: Lily\nWed 7:00 am–11:00 am\nLeft out, planned in another house: Tomorrow 7:00 am–11:00 am."
    )
    assert heard.by(lily).endswith("Wed 7:00 am–11:00 am")
    heard = plan(house, boss, "Lily", "14:00-18:00")
    assert heard.own == "Lily is planned in another house then: Tomorrow 2:00 pm–6:00 pm."
    assert (
        house.ask(boss, "cancel_shift", colleagues=["Lily"], days=days(house, 1)).own
        == "Lily has nothing planned tomorrow."
    )


def test_colleague_of_another_house_is_nobody_here(house: House, boss: Person) -> None:
    hillside = house.another_property()
    hanna = house.staff("Hanna", properties=[hillside])
    assert plan(house, boss, "Hanna").own == "I cannot find Hanna."
    assert hanna.member
    call: dict[str, Any] = {"staff": [hanna.member.id], "days": days(house, 1), "hours": ["07:00-15:00"]}
    assert house.ask(boss, "plan_shift", **call).asks == "colleagues"


def test_brief_tells_a_manager_who_keeps_a_roster_of_tomorrows_gaps(house: House, boss: Person, lily: Person) -> None:
    open_from(house, "housekeeping", (7 * 60, 22 * 60))
    assert "planned" not in house.ask(boss, "brief_now").own
    plan(house, boss, "Lily")
    assert house.ask(boss, "brief_now").own.startswith(
        "Mon brief · 9:00 am\n\nNobody planned for tomorrow: 1\nHousekeeping 3:00 pm–10:00 pm"
    )
    assert "planned" not in house.ask(lily, "brief_now").own
    house.later(days=9)
    assert "planned" not in house.ask(boss, "brief_now").own


def test_roster_in_chinese(house: House) -> None:
    boss, li = house.staff("周明", "manager", language="zh"), house.staff("小丽", language="zh")
    heard = plan(house, boss, "小丽", "07:00-15:00, 18:00-20:00", (1, 2))
    assert heard.own == "已排班：小丽\n明天到周三 7:00–15:00、18:00–20:00"
    assert heard.by(li) == "周明 给您排了班：\n明天到周三 7:00–15:00、18:00–20:00"
    assert house.ask(li, "my_shifts").own == "您的班：\n明天 7:00–15:00、18:00–20:00\n周三 7:00–15:00、18:00–20:00"
    assert house.ask(boss, "cancel_shift", colleagues=["小丽"], days=days(house, 1)).by(li) == (
        "周明 取消了您的班：\n明天 7:00–15:00、18:00–20:00"
    )


def test_shift_of_somebody_who_left_is_not_on_the_roster(house: House, boss: Person, lily: Person) -> None:
    plan(house, boss, "Lily")
    house.ask(boss, "revoke_staff", name="Lily")
    assert planned(house) == []
    house.now = house.at(8, days=1)
    assert house.tick().by(lily) == ""
