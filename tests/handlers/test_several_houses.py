"""A colleague of two houses: what belongs to a house is told by its people, its clock and its name."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.properties.houses import Property, put_property, put_rooms
from crm.staff.audit import AuditEntry
from crm.store import table
from tests.support.house import House, Person

audit = table(AuditEntry)


@pytest.fixture
def paris(house: House) -> Property:
    made = put_property(
        house.db, house.now, key="paris", name="Paris", time_zone="Europe/Paris", language="en", phone="+33 1"
    )
    put_rooms(house.db, house.now, made, [("302", "double"), ("501", "suite")])
    return made


@pytest.fixture
def boss(house: House, paris: Property) -> Person:
    return house.staff("Max", "manager", properties=[house.home, paris])


def in_paris(house: House, paris: Property, name: str, room: str = "501") -> Person:
    own, house.home = house.home, paris
    guest = house.guest(name, room)
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.home = own
    return guest


def test_open_requests_of_both_houses_by_their_own_clocks(house: House, paris: Property, boss: Person) -> None:
    in_paris(house, paris, "Luc Petit")
    house.ask(house.guest(), "request_service", service="pillows", quantity=1)
    assert house.ask(boss, "open_requests").own == (
        "2 open:\nLakeside\n#2 Room 302 · 1 pillow · by 9:15 am\nParis\n#1 Room 501 · 2 towels · by 2:15 am"
    )


def test_steps_tell_the_people_and_the_hour_of_the_requests_house(house: House, paris: Property, boss: Person) -> None:
    guest = in_paris(house, paris, "Luc Petit")
    paris_desk, home_desk = house.staff("Zoe", "front_desk", properties=[paris]), house.staff("Dora", "front_desk")
    heard = house.ask(boss, "accept_request", number=1)
    assert heard.by(guest) == "Max is looking after it: 2 towels, by 2:15 am."
    assert heard.own.endswith("#1 is yours · by 2:15 am · guest told")
    heard = house.ask(boss, "decline_request", number=1, reason="none_available")
    assert heard.by(paris_desk)
    assert not heard.by(home_desk)


def test_lists_of_guests_are_under_the_name_of_each_house_and_recorded(
    house: House, paris: Property, boss: Person
) -> None:
    in_paris(house, paris, "Luc Petit")
    house.guest("Anna Berg")
    assert house.ask(boss, "in_house").own == (
        "Lakeside\nIn house: 1 booking, 1 guest\n302 · Anna Berg · 1 adult · until Thu\n"
        "Paris\nIn house: 1 booking, 1 guest\n501 · Luc Petit · 1 adult · until Thu\n– 1 open"
    )
    assert house.ask(boss, "arrivals").own == "Lakeside\nNo arrivals today.\nParis\nNo arrivals today."
    rows = house.db.execute(select(audit.c.action, audit.c.subject, audit.c.property_id))
    assert sorted(rows.all()) == sorted(
        ("in_house", "list:in_house:2026-11-23:1", each) for each in (house.home.id, paris.id)
    )


def test_room_and_name_are_looked_for_in_both_houses(house: House, paris: Property, boss: Person) -> None:
    in_paris(house, paris, "Anna Petit", "302")
    house.guest("Anna Berg")
    assert house.ask(boss, "who_is_in_room", room="302").own == (
        "Lakeside\n302 · Anna Berg · yesterday to Thu · 1 adult\n"
        "Paris\n302 · Anna Petit · yesterday to Thu · 1 adult\n#1 Room 302 · 2 towels · by 2:15 am"
    )
    assert house.ask(boss, "who_is_in_room", room="501").own == "Room 501: nobody in house."
    assert sorted(house.ask(boss, "find_guest", name="Anna").labels) == [
        "Anna Berg · 302 · yesterday to Thu · Lakeside",
        "Anna Petit · 302 · yesterday to Thu · Paris",
    ]
    assert house.ask(boss, "find_guest", name="Anna P").own.startswith("Paris\n302 · Anna Petit")
