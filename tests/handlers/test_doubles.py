"""Guests who are kept twice: joined by the house or by the desk, asked about once, and parted again."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from crm.guests.profile import add_guest, guest
from crm.identity.comparing import compare_some, skip_first
from crm.identity.joins import joins_of
from crm.identity.pairs import PairState, find_pair
from crm.stays.bookings import StayInfo, StayState, get_stay
from crm.stays.steps import check_in
from tests.support.house import House, Person

PHONE = "138 1234 5678"


@pytest.fixture
def desk(house: House) -> Person:
    return house.staff("Dora", "front_desk")


def compared(house: House) -> None:
    while compare_some(house.db, house.now).left:
        pass


def person(house: House, stay: StayInfo) -> str:
    return get_stay(house.db, stay.id).guest_id


def likely(house: House, first: str = "Jon Miler", second: str = "John Miller") -> tuple[StayInfo, StayInfo]:
    """One in house, the other was here: with one phone, and a name that is nearly the same."""
    before = house.book(first, days=(-40, -38), state=StayState.DEPARTED, phone=PHONE)
    return before, house.book(second, "302", phone=PHONE)


def test_who_certainly_is_one_person_is_joined_by_the_house(house: House, desk: Person) -> None:
    before = house.book("Zhang San", days=(-40, -38), state=StayState.DEPARTED, phone="+86 " + PHONE)
    now = house.book("张三", "302", phone=PHONE)
    compared(house)
    assert person(house, before) == person(house, now)
    assert not house.tick().replies, "nobody is asked"
    card = house.ask(desk, "find_guest", name="Zhang San").own
    assert card.startswith("302 · 张三")
    assert "returning guest" in card


def test_families_and_agencies_are_not(house: House) -> None:
    stays = [house.book(name, phone=PHONE) for name in ("张三", "李四", "张芳")]
    stays += [
        house.book(name, phone="571 8888 0000") for name in ("Ann A", "Bob B", "Cid C", "Dan D", "Eve E", "Fay F")
    ]
    stays += [house.book("Ann A", phone="571 8888 0000", days=(-9, -8), state=StayState.DEPARTED)]
    compared(house)
    assert len({person(house, each) for each in stays}) == len(stays)


def test_the_desk_is_asked_once_and_joins(house: House, desk: Person) -> None:
    before, now = likely(house)
    compared(house)
    asked = house.tick()
    assert asked.by(desk) == (
        "Same person?\n1. Jon Miler · left 16 Oct · phone …5678\n"
        "2. John Miller · 302 · yesterday to Thu · phone …5678\n"
        "name alike · phone the same\nJoined, all of it goes under John Miller. It can be undone."
    )
    assert asked.labels_of(desk) == ["Join", "Different people"]
    compared(house)
    assert not house.wait(hours=48).replies_to(desk)
    done = house.press(desk, asked, "Join")
    assert done.own == "Joined. Stays, chats and requests of both are under John Miller now."
    assert person(house, before) == person(house, now)
    subjects = house.db.execute(text("SELECT subject FROM audit_entry WHERE action = 'join_guests'")).scalars().all()
    assert {f"guest:{each.guest_id}" for each in (before, now)} == set(subjects)


def test_whoever_presses_later_hears_what_was_decided(house: House, desk: Person) -> None:
    other = house.staff("小周", "front_desk", language="zh")
    before, now = likely(house)
    compared(house)
    asked = house.tick()
    assert asked.by(other).startswith("是同一位客人吗？\n1. Jon Miler · ")
    assert "姓名相近 · 电话相同\n合并后都记在John Miller名下，可以撤销。" in asked.by(other)
    assert (
        house.press(desk, asked, "Different people").own == "Noted: two different people. The house will not ask again."
    )
    assert house.press(other, asked, "合并").own == "Dora已经决定：不是同一个人。"
    assert person(house, before) != person(house, now)


def test_different_people_are_never_joined_by_the_house(house: House, desk: Person) -> None:
    before, now = (
        house.book("Zhang San", days=(-40, -38), state=StayState.DEPARTED, phone=PHONE),
        house.book("张三", "302", phone=PHONE),
    )
    heard = house.ask(desk, "join_guests", names=["Zhang San", "张三"])
    house.press(desk, heard, "Different people")
    compared(house)
    assert person(house, before) != person(house, now)
    later = house.book("张三", days=(-90, -88), state=StayState.DEPARTED, phone=PHONE)
    compared(house)
    assert person(house, later) in (person(house, before), person(house, now))
    assert person(house, before) != person(house, now), "joined over a third"


def test_only_five_questions_wait_at_a_time(house: House, desk: Person) -> None:
    names = [
        "Anna Bergmann",
        "Peter Lindner",
        "Clara Winter",
        "Oskar Sommer",
        "Julia Keller",
        "Simon Becker",
        "Laura Fischer",
    ]
    for number, name in enumerate(names):
        house.book(name, phone=f"138 0000 000{number}")
        house.book(f"{name[:-2]}{name[-1]}", days=(-9, -8), state=StayState.DEPARTED, phone=f"138 0000 000{number}")
    compared(house)
    assert len(house.tick().replies_to(desk)) == 5
    assert len(house.ask(desk, "possible_doubles").buttons) == 7


def test_an_arrival_is_asked_about_two_days_before(house: House, desk: Person) -> None:
    house.book("Jon Miler", days=(-40, -38), state=StayState.DEPARTED, phone=PHONE)
    house.book("John Miller", days=(5, 7), state=StayState.BOOKED, phone=PHONE)
    compared(house)
    assert not house.tick().replies
    house.later(days=2)
    assert not house.tick().replies
    house.later(days=1)
    assert house.tick().by(desk).startswith("Same person?")


def test_nobody_on_duty_is_asked_later(house: House) -> None:
    likely(house)
    compared(house)
    assert not house.tick().replies
    desk = house.staff("Dora", "front_desk")
    house.later(minutes=31)
    assert house.tick().by(desk).startswith("Same person?")


def test_two_names_are_looked_at_before_they_are_joined(house: House, desk: Person) -> None:
    house.book("Anna Berg", "301", phone="138 0000 0001")
    house.book("安娜", "302")
    heard = house.ask(desk, "join_guests", names=["Anna Berg", "安娜"])
    assert "name differs" in heard.own
    done = house.press(desk, heard, "Join")
    assert done.labels == ["Undo"]
    undone = house.press(desk, done, "Undo")
    assert undone.own.startswith("Parted: ")
    assert house.press(desk, done, "Undo").own == "That join was undone already."
    compared(house)
    assert {row.joined_into for row in house.db.execute(select(guest.c.joined_into))} == {None}


def test_names_that_sound_the_same_mean_the_two(house: House, desk: Person) -> None:
    one, other = house.book("张三", "301"), house.book("Zhang San", "302")
    for names in (["张三", "Zhang San"], ["Zhang San", "张三"], ["zhangsan", "Zhang San"], ["zhangsan", "san zhang"]):
        heard = house.ask(desk, "join_guests", names=names)
        assert heard.labels == ["Join", "Different people"], names
        assert {heard.buttons[0].call.slots["one"], heard.buttons[0].call.slots["other"]} == {
            one.guest_id,
            other.guest_id,
        }


def test_of_several_of_a_name_one_is_chosen(house: House, desk: Person) -> None:
    for room, last in (("301", 1), ("302", 2)):
        house.book("Anna Berg", room, phone=f"138 0000 000{last}")
    house.book("Peter Lind", "303")
    heard = house.ask(desk, "join_guests", names=["Anna Berg", "Peter Lind"])
    assert heard.own == "Which Anna Berg?"
    assert sorted(each[-4:] for each in heard.labels) == ["0001", "0002"]
    assert house.press(desk, heard, heard.labels[1]).labels == ["Join", "Different people"]


def test_what_cannot_be_joined_is_said(house: House, desk: Person) -> None:
    house.book("Anna Berg", "301")
    heard = house.ask(desk, "join_guests")
    assert heard.own == "Which two guests? Such as: join guest Zhang San with 张三"
    assert house.reply(desk, heard, ["Anna Berg", "Nobody"]).own == "I find no guest called Nobody."
    assert (
        house.ask(desk, "join_guests", names=["Anna Berg", "anna berg"]).own == "Anna Berg is one guest here already."
    )
    assert house.ask(desk, "undo_join", name="Anna Berg").own == "Nothing is joined to Anna Berg."
    assert house.ask(desk, "possible_doubles").own == "No possible doubles."


def test_a_join_is_undone_by_name(house: House, desk: Person) -> None:
    before = house.book("Zhang San", days=(-40, -38), state=StayState.DEPARTED, phone=PHONE)
    now = house.guest("张三", "302", phone=PHONE)
    compared(house)
    assert house.ask(desk, "undo_join", name="Zhang San").own == (
        "Parted: 张三 and Zhang San are two guests again, each with their own stays, chats and requests."
    )
    assert now.stay
    assert (person(house, before), person(house, now.stay)) == (before.guest_id, now.stay.guest_id)
    compared(house)
    pair = find_pair(house.db, before.guest_id, now.stay.guest_id)
    assert pair
    assert pair.state is PairState.DIFFERENT, "what was undone is not done again"


def test_of_several_joins_one_is_chosen(house: House, desk: Person) -> None:
    stays = [house.book("Zhang San", days=(-9 * n, -8 * n), state=StayState.DEPARTED, phone=PHONE) for n in (1, 2, 3)]
    compared(house)
    kept = person(house, stays[0])
    assert len(joins_of(house.db, kept)) == 2
    heard = house.ask(desk, "undo_join", name="Zhang San")
    assert heard.own == "Joined to Zhang San. Which one is to be parted?"
    house.press(desk, heard, heard.labels[0])
    assert len({person(house, each) for each in stays}) == 2


def test_only_guests_of_the_own_houses_are_joined(house: House, desk: Person) -> None:
    one = house.book("Anna Berg", "301")
    other = add_guest(house.db, house.now, name="Ana Berg", language="en")
    assert (
        house.ask(desk, "join_guests", names=["Anna Berg", "Nobody Else"]).own == "I find no guest called Nobody Else."
    )
    heard = house.ask(desk, "join_guests", one=one.guest_id, other=other, answer="join")
    assert heard.own == "That is not yours to see or do here. The manager can help."
    assert person(house, one) == one.guest_id
    assert house.ask(house.staff("Lily"), "possible_doubles").own.startswith("That is not yours")


def test_whoever_is_verified_goes_on(house: House, desk: Person) -> None:
    """The name of the guest who has linked a chat by name and digits counts more than a newer record."""
    house.book("Zhang San", "302", phone=PHONE)
    stranger = house.stranger()
    house.ask(stranger, "link_stay", credential={"name": "Zhang San", "digits": "5678"})
    house.book("张三", days=(3, 5), state=StayState.BOOKED, phone=PHONE)
    compared(house)
    assert house.ask(desk, "find_guest", name="张三").own.startswith("302 · Zhang San")


def test_one_that_cannot_be_compared_is_left_alone(house: House) -> None:
    house.book("Anna Berg", "301")
    assert skip_first(house.db)
    assert not compare_some(house.db, house.now).left
    assert skip_first(house.db) is None


def test_an_arrival_brings_up_what_was_only_listed(house: House, desk: Person) -> None:
    before = house.book("Jon Miler", days=(-40, -38), state=StayState.DEPARTED, phone=PHONE)
    house.book("John Miller", days=(-90, -88), state=StayState.DEPARTED, phone=PHONE)
    compared(house)
    assert not house.tick().replies, "nobody of them is here"
    assert len(house.ask(desk, "possible_doubles").buttons) == 1
    booked = house.book("Jon Miler", "302", days=(0, 2), state=StayState.BOOKED, guest_id=before.guest_id)
    assert check_in(house.db, booked.id)
    compared(house)
    assert house.tick().by(desk).startswith("Same person?")
