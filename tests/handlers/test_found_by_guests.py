"""What a guest has found is expected at the desk, and shown to colleagues beside whoever asks for such a thing."""

from __future__ import annotations

import pytest

from crm.service_requests.lost_items import ItemState, get_item, kept_items
from crm.service_requests.requests import RequestState
from crm.stays.bookings import StayState
from prompts.words import say
from tests.support.house import Heard, House, Person

NOT_ALLOWED = say("en", "refusals.not_allowed.text")


@pytest.fixture
def desk(house: House) -> Person:
    return house.staff("Dora", "front_desk")


@pytest.fixture
def anna(house: House) -> Person:
    return house.guest("Anna Berg", "302")


def finds(house: House, guest: Person, words: str = "I found a phone in the lift") -> Heard:
    return house.ask(guest, "report_found", said=words)


def loses(house: House, guest: Person, words: str) -> Heard:
    return house.ask(guest, "request_service", service="lost_and_found", note=words)


def test_guest_is_thanked_and_asked_to_bring_it_and_the_desk_expects_it(
    house: House, anna: Person, desk: Person
) -> None:
    lily = house.staff("Lily")
    heard = finds(house, anna)
    assert heard.own == (
        "Thank you for taking care of it. Please hand it in at the front desk when you pass; they know of it."
    )
    line = "Item 1 · “I found a phone in the lift” · 9:00 am, guest in 302 Anna Berg · not handed in yet"
    assert heard.by(desk) == f"Found · {line}"
    assert heard.labels_of(desk) == ["Handed in", "Not handed in"]
    assert not heard.by(lily)
    item = get_item(house.db, 1)
    assert (item.state, item.found_by, item.room, item.stay_id) == (ItemState.EXPECTED, "", "", None)
    assert house.requests() == [], "nobody is to search for it"


def test_it_is_said_in_the_language_of_each(house: House) -> None:
    guest, desk = house.guest("王芳", "302", language="zh"), house.staff("前台", "front_desk", language="zh")
    heard = finds(house, guest, "我在电梯捡到一部手机")
    assert heard.own == "谢谢您帮忙收好。方便时请交到前台，前台已经知道。"
    assert heard.by(desk) == "捡到 · 失物 1 · “我在电梯捡到一部手机” · 9:00，302 客人 王芳 · 还没交来"
    assert heard.labels_of(desk) == ["已交来", "没交来"]


@pytest.mark.parametrize("words", ["", "I found something", "Hello, I have found something!", "我捡到东西了。"])
def test_what_it_is_is_asked_for_where_nothing_tells_it(house: House, anna: Person, desk: Person, words: str) -> None:
    heard = finds(house, anna, words)
    assert (heard.own, heard.asks) == ("Thank you. What is it, and where did you find it?", "words")
    assert not heard.by(desk)
    assert "“a ring, by the pool”" in house.reply(anna, heard, "a ring, by the pool").by(desk)


def test_a_photo_tells_what_it_is(house: House, anna: Person, desk: Person) -> None:
    photo = house.photo("ring.png")
    heard = house.show(anna, "report_found", [photo], words="I found something")
    assert heard.replies_to(desk)[0].attachments == [photo]
    assert list(get_item(house.db, 1).photos) == [photo]


def test_it_is_shown_to_colleagues_beside_whoever_asks_for_such_a_thing(
    house: House, anna: Person, desk: Person
) -> None:
    owner = house.guest("王芳", "303", language="zh")
    loses(house, owner, "我的手机好像掉了")
    heard = finds(house, anna)
    assert "Asked for:\n#1 Room 303 · lost and found “我的手机好像掉了”" in heard.by(desk)
    assert "303" not in heard.own
    assert "王芳" not in heard.own
    assert not heard.by(owner), "guests are never told of each other"
    assert heard.labels_of(desk) == ["Handed in", "Not handed in"], "it is not here yet"
    assert house.ask(desk, "match_item", item=1, number=1).own.endswith("· not handed in yet")
    assert house.requests()[0].state is RequestState.OPEN


def test_handed_in_it_is_given_to_whoever_asked_for_it(house: House, anna: Person, desk: Person) -> None:
    owner = house.guest("Ben Low", "303")
    loses(house, owner, "我的iPhone, black")
    heard = house.press(desk, finds(house, anna), "Handed in")
    assert heard.own == (
        "Item 1 · “I found a phone in the lift” · 9:00 am, guest in 302 Anna Berg\n"
        "Asked for:\n#1 Room 303 · lost and found “我的iPhone, black” · by 11:00 am"
    )
    assert heard.labels == ["#1 is item 1", "Returned"]
    assert not heard.listeners()
    assert "kept for you at the front desk" in house.press(desk, heard, "#1 is item 1").by(owner)
    other = loses(house, house.guest("Carl Ek", "301"), "my phone")
    assert other.by(desk).endswith("“my phone”"), "it is somebody's already"
    again = house.ask(desk, "item_brought", item=1)
    assert "Asked for" not in again.own
    assert again.labels == ["Returned"]


def test_it_stands_beside_a_wish_that_comes_later_without_the_finder_s_name(
    house: House, anna: Person, desk: Person
) -> None:
    lily, owner = house.staff("Lily"), house.guest("Ben Low", "303")
    finds(house, anna)
    heard = loses(house, owner, "my phone is gone")
    assert heard.by(lily).endswith(
        "Already found:\nItem 1 · “I found a phone in the lift” · 9:00 am, guest in 302 · not handed in yet"
    )
    assert "#1 is item 1" not in heard.labels_of(lily)
    assert "302" not in heard.own
    assert "Anna" not in heard.own


def test_other_things_and_things_of_another_room_are_not_shown(house: House, anna: Person, desk: Person) -> None:
    loses(house, house.guest("Ben Low", "303"), "my grey scarf")
    assert "Asked for" not in finds(house, anna).by(desk)
    lily = house.staff("Lily")
    house.ask(lily, "found_item", words="a scarf", room="301")
    heard = loses(house, house.guest("Carl Ek", "302"), "my scarf")
    assert heard.by(lily) == "Room 302 · lost and found\nby 11:00 am · #2\n“my scarf”"


def test_colleague_s_find_in_the_lobby_is_matched_by_its_kind_too(house: House, desk: Person) -> None:
    loses(house, house.guest("Ben Low", "303"), "I cannot find my sunglasses")
    heard = house.ask(desk, "found_item", words="sunglasses, sofa in the lobby")
    assert heard.labels == ["#1 is item 1", "Returned"]


def test_what_is_never_brought_is_struck_off(house: House, anna: Person, desk: Person) -> None:
    heard = finds(house, anna)
    listed = house.ask(desk, "lost_items")
    assert listed.own.startswith("Held for their owners: 1\nItem 1 ·")
    assert listed.labels == ["Handed in 1", "Not handed in 1"]
    over = house.press(desk, heard, "Not handed in")
    assert over.own.endswith("· not handed in, noted by Dora, 9:00 am")
    assert get_item(house.db, 1).state is ItemState.NOT_BROUGHT
    assert kept_items(house.db, house.home.id) == []
    assert house.press(desk, heard, "Handed in").own.endswith("· not handed in, noted by Dora, 9:00 am")
    assert house.ask(desk, "item_brought").own == "No guest is to hand anything in."


def test_pressed_late_or_by_somebody_else_nothing_happens_twice(house: House, anna: Person, desk: Person) -> None:
    heard, boss = finds(house, anna), house.staff("Max", "manager")
    house.press(desk, heard, "Handed in")
    assert house.press(desk, heard, "Not handed in").labels == ["Returned"]
    assert get_item(house.db, 1).state is ItemState.HELD
    assert "is kept until" in house.ask(boss, "dispose_item", item=1).own
    assert house.ask(house.staff("Lily"), "item_brought", item=1).own == NOT_ALLOWED


def test_what_is_only_expected_is_not_disposed_of(house: House, anna: Person, desk: Person) -> None:
    boss = house.staff("Max", "manager")
    finds(house, anna)
    house.later(days=100)
    assert house.ask(boss, "dispose_item", item=1).labels == ["Handed in", "Not handed in"]
    assert get_item(house.db, 1).state is ItemState.EXPECTED
    assert house.ask(boss, "return_item", item=1).own.endswith("returned by Max, 9:00 am"), "given over in the corridor"


def test_only_one_that_is_expected_is_meant_by_bringing(house: House, anna: Person, desk: Person) -> None:
    house.ask(desk, "found_item", words="a hat")
    finds(house, anna)
    assert "Item 2 ·" in house.ask(desk, "item_brought").own
    assert get_item(house.db, 2).state is ItemState.HELD


def test_stranger_and_who_has_left_are_thanked_too(house: House, desk: Person) -> None:
    heard = finds(house, house.stranger("Pat"), "found a wallet at your door")
    assert heard.by(desk).endswith("9:00 am, guest · not handed in yet")
    gone = house.guest("Eve Hart", "303", state=StayState.DEPARTED, days=(-3, 0))
    assert finds(house, gone, "I found your key in my bag").own == (
        "Thank you for taking care of it. Please tell us how we may get it: +86 571 8888 0000."
    )


def test_with_nobody_on_duty_no_promise_is_made(house: House, anna: Person) -> None:
    assert (
        finds(house, anna).own == "Thank you for taking care of it. Please hand it in at the front desk when you pass."
    )
    assert len(kept_items(house.db, house.home.id)) == 1


def test_desk_of_another_house_neither_hears_nor_settles(house: House, anna: Person) -> None:
    hillside = house.another_property()
    foreign = house.staff("Hal", "front_desk", properties=[hillside])
    assert not finds(house, anna).by(foreign)
    house.home = hillside
    house.ask(foreign, "item_brought", item=1)
    assert get_item(house.db, 1).state is ItemState.EXPECTED
