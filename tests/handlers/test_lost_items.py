"""What is found is written down, shown beside whoever asked for it, and given back or, much later, disposed of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from crm.conversations.messages import Attachment
from crm.service_requests.lost_items import ItemState, get_item, kept_items
from crm.service_requests.requests import RequestState
from crm.stays.bookings import StayState
from handlers import intents
from prompts.words import say
from tests.support.house import Heard, House, Person

NOT_ALLOWED = say("en", "refusals.not_allowed.text")


@pytest.fixture
def lily(house: House) -> Person:
    return house.staff("Lily")


@pytest.fixture
def desk(house: House) -> Person:
    return house.staff("Dora", "front_desk")


def find(house: House, finder: Person, what: str = "a charger", **slots: str) -> Heard:
    return house.ask(finder, "found_item", words=what, **{"room": "302", **slots})


def lose(house: House, guest: Person, what: str = "my charger") -> Heard:
    return house.ask(guest, "request_service", service="lost_and_found", note=what)


def test_found_thing_is_noted_and_the_desk_hears_of_it(house: House, lily: Person, desk: Person) -> None:
    stay = house.book("Anna Berg", "302", state=StayState.DEPARTED, days=(-3, 0))
    heard = find(house, lily)
    line = "Item 1 · room 302 · “a charger” · 9:00 am, Lily"
    assert heard.own == f"Noted: {line}\nThe front desk knows. Please hand it in there."
    assert heard.by(desk) == f"Found · {line}"
    assert (heard.labels, heard.labels_of(desk)) == ([], ["Returned"])
    assert get_item(house.db, 1).stay_id == stay.id, "whose it may be: the guest who left the room last"


def test_words_are_sealed_in_the_records(house: House, lily: Person) -> None:
    find(house, lily, "a red diary of Mrs Berg")
    (kept,) = house.db.execute(text("SELECT what FROM lost_item")).one()
    assert b"diary" not in bytes(kept)
    assert get_item(house.db, 1).what == "a red diary of Mrs Berg"


def test_it_is_read_in_the_language_of_each(house: House) -> None:
    finder, desk = house.staff("小李", language="zh"), house.staff("前台", "front_desk", language="zh")
    heard = find(house, finder, "一个充电器")
    assert heard.own == "已登记：失物 1 · 302 · “一个充电器” · 9:00，小李\n前台已经知道，请把东西交到前台。"
    assert heard.labels_of(desk) == ["已领走"]


def test_without_words_the_finder_is_asked_what_it_is(house: House, lily: Person) -> None:
    heard = house.ask(lily, "found_item")
    assert (heard.own, heard.asks) == ("What was found, and where?", "words")
    assert house.reply(lily, heard, "an umbrella").own.startswith("Noted: Item 1 · “an umbrella”")


def test_room_that_does_not_exist_is_asked_for_and_the_words_are_kept(house: House, lily: Person) -> None:
    heard = find(house, lily, room="999")
    assert (heard.own, heard.asks) == ("There is no room 999 here. In which room was it?", "room")
    assert kept_items(house.db, house.home.id) == []
    assert "room 303 · “a charger”" in house.reply(lily, heard, "303").own


def test_photo_is_kept_and_shown_to_the_desk(house: House, lily: Person, desk: Person) -> None:
    photo = Attachment("photo-1", "photo", "image/jpeg")
    turn = replace(house.turn(lily, "found_item", words="a ring", room="302"), attachments=[photo])
    heard = Heard(intents.answer(turn))
    assert heard.replies_to(desk)[0].attachments == [photo]
    assert list(get_item(house.db, 1).photos) == [photo]


def test_open_wish_of_the_room_is_shown_beside_and_never_settled_by_itself(
    house: House, lily: Person, desk: Person
) -> None:
    guest = house.guest("Anna Berg", "302")
    lose(house, guest)
    heard = find(house, lily)
    assert "Asked for:\n#1 Room 302 · lost and found “my charger”" in heard.by(desk)
    assert heard.labels_of(desk) == ["#1 is item 1", "Returned"]
    assert heard.labels == ["#1 is item 1"], "housekeeping knows what it has found, and gives nothing out"
    assert not heard.by(guest)
    assert house.requests()[0].state is RequestState.OPEN
    heard = house.press(desk, heard, "#1 is item 1")
    assert heard.by(guest) == (
        "Lost and found “my charger”: it has been found and is kept for you at the front desk. "
        "To have it sent to you, please call +86 571 8888 0000."
    )
    assert heard.own == "Room 302 · lost and found “my charger”\n#1 is item 1 · guest told"
    assert heard.labels == ["Returned"]
    assert house.requests()[0].state is RequestState.DONE
    assert (get_item(house.db, 1).state, get_item(house.db, 1).request_number) == (ItemState.HELD, 1)


def test_found_thing_is_shown_beside_a_wish_that_comes_later(house: House, lily: Person, desk: Person) -> None:
    guest = house.guest("Anna Berg", "302", state=StayState.DEPARTED, days=(-3, 0))
    find(house, desk)
    heard = lose(house, guest)
    assert heard.by(lily).endswith("Already found:\nItem 1 · room 302 · “a charger” · 9:00 am, Dora")
    assert heard.labels_of(lily) == ["Accept", "On my way", "Done", "Cannot", "#1 is item 1"]
    assert "kept for you at the front desk" in house.press(desk, heard_of(house, desk), "#1 is item 1").by(guest)


def heard_of(house: House, desk: Person) -> Heard:
    return house.ask(desk, "match_item", item=1)


def test_thing_of_another_room_is_not_shown(house: House, lily: Person, desk: Person) -> None:
    find(house, desk, room="301")
    heard = lose(house, house.guest("Anna Berg", "302"))
    assert "Already found" not in heard.by(lily)
    assert heard.labels_of(lily) == ["Accept", "On my way", "Done", "Cannot"]


def test_match_asks_which_wish_when_none_is_named(house: House, desk: Person) -> None:
    find(house, desk)
    heard = house.ask(desk, "match_item")
    assert heard.own == (
        "Item 1: which request is it for? No open one fits by its room. Please write its number, like #12."
    )
    assert heard.asks == "number"


def test_match_with_a_wish_of_another_kind_is_refused(house: House, desk: Person) -> None:
    guest = house.guest("Anna Berg", "302")
    house.ask(guest, "request_service", service="luggage")
    find(house, desk)
    assert house.ask(desk, "match_item", item=1, number=1).own == "I cannot find #1."
    assert house.requests()[0].state is RequestState.OPEN


def test_match_pressed_late_tells_the_guest_nothing_twice(house: House, desk: Person) -> None:
    guest = house.guest("Anna Berg", "302")
    lose(house, guest)
    heard = find(house, desk)
    house.press(desk, heard, "#1 is item 1")
    again = house.press(desk, heard, "#1 is item 1")
    assert again.own == "#1 done by Dora, 9:00 am"
    assert not again.listeners()


def test_returned_thing_is_returned_once(house: House, desk: Person) -> None:
    heard = find(house, desk)
    assert heard.labels == ["Returned"]
    other = house.staff("Max", "manager")
    assert house.press(desk, heard, "Returned").own.endswith("“a charger” · 9:00 am, Dora · returned by Dora, 9:00 am")
    house.later(minutes=5)
    for intent in ("return_item", "dispose_item"):
        assert house.ask(other, intent, item=1).own.endswith("· returned by Dora, 9:00 am")
    assert get_item(house.db, 1).state is ItemState.RETURNED
    assert house.ask(desk, "lost_items").own == "Nothing found is waiting for its owner."


def test_thing_may_be_disposed_of_after_ninety_days_by_a_manager(house: House, desk: Person) -> None:
    boss = house.staff("Max", "manager")
    find(house, desk)
    house.later(days=89)
    assert house.ask(boss, "dispose_item", item=1).own == (
        "Item 1 is kept until tomorrow. Until then it can only be returned."
    )
    assert house.ask(boss, "lost_items").labels == ["Returned 1"]
    house.later(days=1)
    assert house.ask(desk, "dispose_item", item=1).own == NOT_ALLOWED
    assert house.ask(desk, "lost_items").labels == ["Returned 1"]
    heard = house.press(boss, house.ask(boss, "lost_items"), "Disposed of 1")
    assert "disposed of by Max" in heard.own
    assert get_item(house.db, 1).state is ItemState.DISPOSED


def test_house_keeps_things_as_long_as_it_says(house: House, desk: Person) -> None:
    boss = house.staff("Max", "manager")
    kept = house.catalogue["lost_and_found"].model_copy(update={"keep_days": 7})
    house.catalogue = {**house.catalogue, "lost_and_found": kept}
    find(house, desk)
    house.later(days=8)
    assert "disposed of by Max" in house.ask(boss, "dispose_item").own


def test_list_shows_the_oldest_first_and_is_cut(house: House, lily: Person, desk: Person) -> None:
    for number in range(12):
        find(house, lily, f"glove {number}")
    heard = house.ask(desk, "lost_items")
    assert heard.own.splitlines()[:2] == [
        "Held for their owners: 12",
        "Item 1 · room 302 · “glove 0” · 9:00 am, Lily",
    ]
    assert heard.own.splitlines()[-1] == "and 2 more"
    assert heard.labels == ["Returned 1", "Returned 2", "Returned 3"]
    assert house.ask(lily, "lost_items").labels == [], "housekeeping gives nothing back"


def test_which_was_returned_is_asked_when_several_are_held(house: House, desk: Person) -> None:
    find(house, desk)
    find(house, desk, "a hat")
    heard = house.ask(desk, "return_item")
    assert heard.own.splitlines()[0] == "Which one was returned? 2 held:"
    assert "a hat" in house.press(desk, heard, "Returned 2").own
    assert [each.number for each in kept_items(house.db, house.home.id)] == [1]


def test_staff_of_another_house_touch_nothing(house: House, desk: Person) -> None:
    find(house, desk)
    foreigner = house.staff("Frank", "manager", properties=[house.another_property()])
    for intent in ("return_item", "dispose_item", "match_item"):
        assert house.ask(foreigner, intent, item=1).own == NOT_ALLOWED
    assert get_item(house.db, 1).state is ItemState.HELD
    assert house.ask(desk, "return_item", item=99).own == "I cannot find 99."


def test_with_nobody_at_the_desk_the_manager_hears_of_it(house: House, lily: Person) -> None:
    boss = house.staff("Max", "manager")
    assert "a charger" in find(house, lily).by(boss)
