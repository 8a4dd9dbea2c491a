"""The desk orders for a guest; a photo goes to the request it shows; a shift is handed over with a word."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from crm.service_requests.photos import photos_of
from crm.service_requests.requests import RequestState
from crm.staff.members import set_on_duty
from tests.support.house import House, Person


@pytest.fixture
def desk(house: House) -> Person:
    return house.staff("Dora", "front_desk")


@pytest.fixture
def lily(house: House) -> Person:
    return house.staff("Lily")


@pytest.fixture
def guest(house: House) -> Person:
    return house.guest("Anna Berg", "302")


# -- an order for a guest


def test_order_for_a_guest_is_like_the_guests_own(house: House, guest: Person, lily: Person, desk: Person) -> None:
    heard = house.ask(desk, "open_for_guest", room="302", service="towels", quantity=2, note="big ones")
    assert heard.own == "Room 302 · 2 towels\n#1 · by 9:15 am · with housekeeping · guest told"
    assert heard.by(lily) == "Room 302 · 2 towels\nby 9:15 am · #1\n“big ones”"
    assert heard.by(guest) == "Passed on for you by the front desk: 2 towels for room 302, by 9:15 am."
    assert house.ask(lily, "accept_request", number=1).by(guest).startswith("Lily is looking after it")
    assert house.ask(guest, "my_requests").own.startswith("2 towels: Lily is looking after it")
    subjects = house.db.execute(text("SELECT subject FROM audit_entry WHERE action = 'open_for_guest'")).scalars()
    assert guest.stay is not None
    assert list(subjects) == [f"guest:{guest.stay.guest_id}"]


def test_guest_without_a_chat_is_told_by_the_desk(house: House, lily: Person) -> None:
    house.book("Carla", "301")
    desk = house.staff("小周", "front_desk", language="zh")
    heard = house.ask(desk, "open_for_guest", room="301", service="towels", quantity=2)
    assert heard.own == "301 · 毛巾 2条\n#1 · 9:15 前 · 已发客房部 · 客人没有关联聊天，请口头告知"
    assert len(heard.listeners()) == 1
    assert not house.ask(lily, "complete_request", number=1).listeners()
    assert house.requests()[0].state is RequestState.DONE


def test_what_is_missing_is_asked_for_one_at_a_time(house: House, guest: Person, desk: Person) -> None:
    heard = house.ask(desk, "open_for_guest", service="taxi")
    assert (heard.own, heard.asks) == ("For which room?", "room")
    heard = house.reply(desk, heard, "302")
    assert heard.asks == "time"
    heard = house.reply(desk, heard, house.at(18))
    assert heard.own.startswith("Room 302 · taxi\n#1 · 6:00 pm")
    heard = house.ask(desk, "open_for_guest", room="302")
    assert (heard.own, heard.asks) == ("Room 302: what shall it be?", "service")
    assert "room cleaning" in house.press(desk, heard, "Room cleaning").own


def test_empty_and_unknown_rooms_are_told_apart_and_nothing_is_opened(house: House, desk: Person) -> None:
    house.book("Gone Guest", "301", state="departed")  # type: ignore[arg-type]
    for room, said in (("301", "Room 301: nobody in house."), ("999", "There is no room 999 here.")):
        assert house.ask(desk, "open_for_guest", room=room, service="towels").own == said
    assert house.requests() == []


def test_of_two_guests_in_a_room_the_desk_chooses(house: House, guest: Person, desk: Person) -> None:
    ben = house.guest("Ben Berg", "302")
    heard = house.ask(desk, "open_for_guest", room="302", service="towels")
    assert (heard.own, sorted(heard.labels)) == ("Room 302: for whom?", ["Anna Berg", "Ben Berg"])
    heard = house.press(desk, heard, "Ben Berg")
    assert heard.by(ben)
    assert not heard.by(guest)


def test_what_the_guest_has_asked_for_already_is_joined(
    house: House, guest: Person, lily: Person, desk: Person
) -> None:
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.ask(desk, "open_for_guest", room="302", service="towels", quantity=2)
    assert heard.own == "Under way already:\n#1 Room 302 · 2 towels · by 9:15 am"
    assert not heard.listeners()
    more = house.ask(desk, "open_for_guest", room="302", service="towels", quantity=1, more=True)
    assert more.own == "Added:\n#1 Room 302 · 3 towels · by 9:15 am"
    assert more.by(guest) == "Passed on for you by the front desk: 3 towels for room 302, by 9:15 am."
    assert "3 towels" in more.by(lily)
    assert house.press(desk, heard, "Once more: 2 towels").own.startswith("Room 302 · 2 towels\n#2")


def test_with_nobody_on_duty_the_desk_hears_it(house: House, guest: Person) -> None:
    desk = house.staff("Dora", "front_desk", on_duty=False)
    heard = house.ask(desk, "open_for_guest", room="302", service="light", note="dark")
    assert "nobody is on duty" in heard.own
    assert "light" in heard.by(guest)


# -- photos


def test_done_with_a_photo_brings_it_to_the_guest(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(lily, "accept_request", number=1)
    picture = house.photo()
    heard = house.show(lily, "complete_request", [picture])
    assert heard.replies_to(guest)[0].attachments == [picture]
    assert heard.by(guest).startswith("2 towels: done.")
    assert not heard.labels


def test_photo_without_words_waits_at_the_only_task_until_it_is_done(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(lily, "start_request", number=1)
    picture = house.photo()
    heard = house.show(lily, "show_picture", [picture])
    assert heard.own == "Photo added to #1 Room 302 · 2 towels. The guest receives it when it is done."
    assert not heard.listeners()
    assert house.requests()[0].state is RequestState.ON_THE_WAY
    heard = house.press(lily, heard, "Done")
    assert heard.replies_to(guest)[0].attachments == [picture]


def test_photo_after_done_follows_the_news(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.press(lily, house.ask(lily, "complete_request", number=1), "Add a photo")
    assert (heard.own, heard.asks) == ("Room 302 · 2 towels: please send the photo now.", "picture")
    picture = house.photo()
    heard = house.show(lily, "show_picture", [picture], number=1)
    assert heard.own == "Photo added to #1 Room 302 · 2 towels. The guest has it."
    assert heard.by(guest) == "2 towels: Lily has sent a photo."
    assert heard.replies_to(guest)[0].attachments == [picture]


def test_of_several_tasks_the_colleague_says_which(house: House, guest: Person, lily: Person) -> None:
    for service in ("towels", "pillows"):
        house.ask(guest, "request_service", service=service)
    for number in (1, 2):
        house.ask(lily, "accept_request", number=number)
    picture = house.photo()
    heard = house.show(lily, "show_picture", [picture])
    assert (heard.own, heard.asks) == ("Photo received. Which request does it show?", "number")
    assert heard.labels == ["#1 Room 302 · towels", "#2 Room 302 · pillows"]
    heard = house.show(lily, "complete_request", [picture])
    assert (heard.labels, heard.asks) == (["Done #1", "Done #2"], "number")
    heard = house.show(lily, "show_picture", [picture], number=2)
    assert photos_of(house.db, house.requests()[1]) == [picture]
    assert not photos_of(house.db, house.requests()[0])


def test_photo_of_what_is_closed_or_a_colleagues_shows_the_true_state(
    house: House, guest: Person, lily: Person
) -> None:
    house.ask(guest, "request_service", service="towels")
    house.ask(guest, "request_service", service="pillows")
    house.ask(house.staff("Rosa"), "accept_request", number=1)
    house.ask(guest, "cancel_request", service="pillows")
    assert house.show(lily, "show_picture", [house.photo()], number=1).own == "#1 accepted by Rosa, 9:00 am"
    assert house.show(lily, "show_picture", [house.photo()], number=2).own.startswith("#2 cancelled by the guest")
    assert not any(photos_of(house.db, each) for each in house.requests())


def test_photo_when_nothing_is_open_is_answered(house: House, lily: Person) -> None:
    assert house.show(lily, "show_picture", [house.photo()]).own.startswith("Photo received, but no request is open")


# -- the end of a shift


def test_hand_over_shows_what_is_open_and_asks_for_a_word(house: House, guest: Person, lily: Person) -> None:
    house.ask(guest, "request_service", service="towels", quantity=2, note="big ones please")
    house.ask(lily, "accept_request", number=1)
    house.ask(guest, "request_service", service="light")
    heard = house.ask(lily, "hand_over")
    assert heard.own == (
        "Open in housekeeping, 1:\n#1 Room 302 · 2 towels · by 9:15 am · Lily · “big ones please”\n"
        "What should the next shift know?"
    )
    assert (heard.labels, heard.asks) == (["No note", "Pass on #1"], "note")


def test_note_goes_to_whoever_is_on_duty_in_the_department(house: House, guest: Person, lily: Person) -> None:
    rosa, cook = house.staff("小王", language="zh"), house.staff("Carl", "kitchen")
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.reply(lily, house.ask(lily, "hand_over"), "302 sleeps until noon")
    assert heard.own == "Handed over to 小王."
    assert heard.labels == ["Off duty"]
    assert heard.by(rosa) == "Lily 交班 · 客房部\n“302 sleeps until noon”\n#1 302 · 毛巾 2条 · 9:15 前"
    assert not heard.by(cook)


def test_note_waits_for_whoever_comes_next_and_is_sealed(house: House, lily: Person, desk: Person) -> None:
    olga = house.staff("Olga", on_duty=False)
    heard = house.reply(lily, house.ask(lily, "hand_over"), "302 sleeps until noon")
    assert heard.own == (
        "Nobody else is on duty in housekeeping. Handed over to the front desk; "
        "whoever comes next reads your note first."
    )
    assert "“302 sleeps until noon”" in heard.by(desk)
    house.press(lily, heard, "Off duty")
    house.later(days=3)
    heard = house.ask(olga, "go_on_duty")
    assert heard.own.startswith("You are on duty.\nLily, 23 Nov 9:00 am: “302 sleeps until noon”")
    kept = house.db.execute(text("SELECT note FROM handover_note")).scalar_one()
    assert b"sleeps" not in bytes(kept)


def test_note_is_read_by_later_comers_for_a_day_and_by_its_author_never(house: House, lily: Person) -> None:
    rosa, olga = house.staff("Rosa", on_duty=False), house.staff("Olga", on_duty=False)
    cook = house.staff("Carl", "kitchen", on_duty=False)
    house.reply(lily, house.ask(lily, "hand_over"), "the lift is slow")
    assert "the lift is slow" in house.ask(rosa, "go_on_duty").own
    assert "the lift is slow" not in house.ask(lily, "go_on_duty").own
    assert "the lift is slow" not in house.ask(cook, "go_on_duty").own
    house.later(hours=5)
    assert "the lift is slow" in house.ask(olga, "go_on_duty").own
    assert rosa.member is not None
    set_on_duty(house.db, rosa.member, on_duty=False)
    house.later(hours=20)
    assert "the lift is slow" not in house.ask(rosa, "go_on_duty").own


def test_without_a_note_the_others_still_see_what_is_open(house: House, guest: Person, lily: Person) -> None:
    rosa = house.staff("Rosa")
    assert not house.press(lily, house.ask(lily, "hand_over"), "No note").listeners()
    house.ask(guest, "request_service", service="towels")
    heard = house.press(lily, house.ask(lily, "hand_over"), "No note")
    assert heard.by(rosa) == "Hand-over from Lily · housekeeping\n#1 Room 302 · towels · by 9:15 am"
    assert house.db.execute(text("SELECT id FROM handover_note")).first() is None
