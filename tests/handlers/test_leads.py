"""A manager says who leads a department, and both hear it."""

from __future__ import annotations

from crm.staff.members import find_staff_member
from tests.support.house import House, Person


def is_lead(house: House, person: Person) -> bool:
    assert person.member
    member = find_staff_member(house.db, person.member.id)
    assert member
    return member.is_lead


def test_lead_hears_late_work_before_a_manager_does(house: House) -> None:
    mia, lily, guest = house.staff("Mia", "manager"), house.staff("Lily"), house.guest()
    heard = house.ask(mia, "make_lead", name="lily")
    assert heard.own.startswith("Lily now leads housekeeping.")
    assert heard.by(lily).startswith("You now lead housekeeping.")
    house.ask(guest, "request_service", service="cleaning")
    house.wait(minutes=15)
    heard = house.wait(minutes=15)
    assert heard.by(lily).startswith("Nobody has taken it")
    assert heard.by(mia) == ""


def test_lead_ends(house: House) -> None:
    mia, lily = house.staff("Mia", "manager"), house.staff("Lily")
    house.ask(mia, "make_lead", name="Lily")
    heard = house.ask(mia, "end_lead", name="Lily")
    assert (heard.own, heard.by(lily)) == ("Lily no longer leads housekeeping.", "You no longer lead housekeeping.")
    assert not is_lead(house, lily)


def test_name_that_only_sounds_alike_is_asked_about(house: House) -> None:
    mia, lily = house.staff("Mia", "manager"), house.staff("Lily")
    heard = house.ask(mia, "make_lead", name="Lilly")
    assert heard.labels == ["Lily · housekeeping"]
    assert not is_lead(house, lily)
    house.press(mia, heard, "Lily · housekeeping")
    assert is_lead(house, lily)


def test_nobody_of_that_name(house: House) -> None:
    mia = house.staff("Mia", "manager")
    assert "Zebulon" in house.ask(mia, "make_lead", name="Zebulon").own
    assert house.ask(mia, "make_lead").asks == "name"


def test_colleague_is_asked_about_who_is_only_called_so(house: House) -> None:
    mia, chen, li = house.staff("Mia", "manager"), house.staff("陈静"), house.staff("李丽")
    assert house.ask(mia, "make_lead", name="陈师傅").labels == ["陈静 · housekeeping"]
    assert house.ask(mia, "make_lead", name="小丽").labels == ["李丽 · housekeeping"]
    assert not is_lead(house, chen)
    assert not is_lead(house, li)
    assert "王师傅" in house.ask(mia, "make_lead", name="王师傅").own
