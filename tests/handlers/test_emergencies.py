"""Emergencies: the right people at once, the right numbers, and nothing promised that is not so."""

from __future__ import annotations

import pytest

from crm.conversations.messages import MessageClass
from crm.properties.houses import put_property
from crm.stays.bookings import StayState
from tests.support.house import PHONE, House


def test_desk_and_every_manager_hear_it_at_once(house: House) -> None:
    guest = house.guest("王芳", "302", language="zh")
    desk, boss = house.staff("Dora", "front_desk"), house.staff("店长", "manager", language="zh", on_duty=False)
    asleep, lily = house.staff("Nina", "front_desk", on_duty=False), house.staff("Lily")
    heard = house.ask(guest, "emergency", text="我妈摔倒了！")
    assert heard.by(boss) == "紧急 · 302 · 王芳\n“我妈摔倒了！”"
    assert heard.by(desk) == "EMERGENCY · Room 302 · 王芳\n“我妈摔倒了！”"
    assert heard.labels_of(desk) == ["On my way", "All clear", "Room 302", "Take over", "Answer"]
    assert {each.message_class for each in heard.replies_to(desk)} == {MessageClass.SERVICE}
    assert not heard.by(asleep)
    assert not heard.by(lily)
    assert heard.own == (f"已经通知当班同事和经理：302 房。急救请拨 120，火警 119，报警 110。酒店电话：{PHONE}。")
    assert heard.asks is None
    assert house.requests() == []


def test_guest_hears_it_in_english(house: House) -> None:
    guest, _ = house.guest("Anna Berg", "302"), house.staff("Max", "manager")
    assert house.ask(guest, "emergency", text="fire in my room").own == (
        "Our staff are alerted now: room 302. Call 120 for an ambulance, 119 for fire, 110 for the police. "
        f"The house: {PHONE}."
    )


def test_colleague_is_called_when_neither_desk_nor_manager_exists(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily", on_duty=False)
    assert house.ask(guest, "emergency", text="help").by(lily).startswith("EMERGENCY · Room 302")


def test_nobody_alerted_is_not_claimed(house: House) -> None:
    heard = house.ask(house.guest(), "emergency", text="fire")
    assert "alerted" not in heard.own
    assert "119 for fire" in heard.own
    assert heard.own.endswith("Nobody could be reached from this chat. Please call.")


def test_somebody_unlinked_is_heard_in_every_house(house: House) -> None:
    hill = house.another_property()
    desk, far = house.staff("Dora", "front_desk"), house.staff("Hanna", "manager", properties=[hill])
    both = house.staff("Max", "manager", properties=[house.home, hill])
    heard = house.ask(house.stranger("Pat"), "emergency", text="smoke everywhere")
    for person in (desk, far, both):
        assert heard.by(person) == ("EMERGENCY · room unknown · Pat · fake · not linked to a stay\n“smoke everywhere”")
        assert len(heard.replies_to(person)) == 1
    assert "alerted now" in heard.own


def test_guest_not_yet_in_house_has_no_room_to_run_to(house: House) -> None:
    guest, desk = house.guest(state=StayState.BOOKED, days=(1, 3)), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "emergency", text="fire")
    assert heard.by(desk).startswith("EMERGENCY · room unknown · Anna Berg\n")
    assert heard.labels_of(desk) == ["On my way", "All clear", "Take over", "Answer"]


@pytest.mark.parametrize(
    ("zone", "numbers"),
    [
        ("Asia/Urumqi", "Call 120 for an ambulance, 119 for fire, 110 for the police."),
        ("Asia/Taipei", "Call 119 for an ambulance, 119 for fire, 110 for the police."),
        ("Asia/Hong_Kong", "Call the emergency number: 999."),
        ("Europe/Berlin", "Call the emergency number: 112."),
        ("America/New_York", "Call the emergency number: 911."),
        ("Pacific/Tahiti", "Call the emergency number: 112."),
    ],
)
def test_numbers_are_those_of_the_country(house: House, zone: str, numbers: str) -> None:
    house.home = put_property(house.db, house.now, key="there", name="There", time_zone=zone, language="en")
    assert house.ask(house.stranger(), "emergency", text="help").own.startswith(numbers)
