"""What a guest shows of a wish is seen by everybody the request is offered to, however late, and never comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from crm.conversations.messages import Attachment
from crm.service_requests import photos
from crm.service_requests.photos import photos_of
from crm.staff.members import set_on_duty
from crm.store import Connection, Prepared
from tests.support.house import Heard, House, Person


@pytest.fixture
def guest(house: House) -> Person:
    return house.guest("Anna Berg", "302")


@pytest.fixture
def tom(house: House) -> Person:
    return house.staff("Tom", "maintenance")


@pytest.fixture
def photo(house: House) -> Attachment:
    return house.photo("lamp.png")


def seen(heard: Heard, person: Person) -> list[Attachment]:
    return [each for reply in heard.replies_to(person) for each in reply.attachments]


def shows(house: House, guest: Person, photo: Attachment) -> Heard:
    return house.show(guest, "request_service", [photo], service="light")


def test_released_by_the_clock_the_card_brings_the_photo(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    max_ = house.staff("Max", "maintenance", on_duty=False)
    shows(house, guest, photo)
    house.ask(tom, "accept_request", number=1)
    assert tom.member
    assert max_.member
    set_on_duty(house.db, tom.member, on_duty=False)
    set_on_duty(house.db, max_.member, on_duty=True)
    heard = house.wait(hours=2)
    assert [each.attachments for each in heard.replies_to(max_) if "Room 302 · light" in each.text][:1] == [[photo]]
    assert not seen(heard, guest)


def test_photo_that_came_later_without_words_is_kept_with_the_request(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="light")
    house.ask(tom, "accept_request", number=1)
    assert seen(house.show(guest, "show_picture", [photo]), tom) == [photo]
    assert seen(house.ask(tom, "reassign_request", number=1, department="front_desk"), desk) == [photo]


@pytest.mark.parametrize("tell", ["name", "department"])
def test_whoever_is_given_the_request_sees_what_the_guest_showed(
    house: House, guest: Person, tom: Person, photo: Attachment, tell: str
) -> None:
    dora = house.staff("Dora", "front_desk")
    shows(house, guest, photo)
    house.ask(tom, "accept_request", number=1)
    said = {"name": "Dora", "department": "front_desk"}
    manager = house.staff("Mia", "manager")
    heard = house.ask(manager, "reassign_request", number=1, **{tell: said[tell]})
    assert seen(heard, dora) == [photo]


def test_each_rung_above_the_department_sees_it_once(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    mia = house.staff("Mia", "manager")
    assert seen(shows(house, guest, photo), tom) == [photo]
    heard = house.wait(hours=12)
    told = heard.replies_to(mia)
    assert told
    assert all(each.attachments == [photo] for each in told)
    assert not seen(heard, tom)
    assert not seen(heard, guest)


def test_colleague_who_leaves_hands_the_photo_on(house: House, guest: Person, tom: Person, photo: Attachment) -> None:
    mia, other = house.staff("Mia", "manager"), house.staff("Max", "maintenance")
    shows(house, guest, photo)
    house.ask(tom, "accept_request", number=1)
    assert seen(house.ask(mia, "revoke_staff", name="Tom"), other) == [photo]


def test_desk_sees_what_cannot_be_done(house: House, guest: Person, tom: Person, photo: Attachment) -> None:
    desk = house.staff("Dora", "front_desk")
    shows(house, guest, photo)
    heard = house.ask(tom, "decline_request", number=1, reason="no_parts")
    assert seen(heard, desk) == [photo]
    assert not seen(heard, guest)


def test_done_brings_the_guest_only_what_colleagues_took(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    shows(house, guest, photo)
    house.show(guest, "show_picture", [house.photo("closer.png")])
    bulb = house.photo("bulb.png")
    heard = house.show(tom, "complete_request", [bulb], number=1)
    assert seen(heard, guest) == [bulb]
    assert len(photos_of(house.db, house.requests()[0], of_wish=True)) == 2


def test_what_is_done_again_brings_only_what_the_guest_has_not_seen(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    shows(house, guest, photo)
    during, bulb = house.photo("during.png"), house.photo("bulb.png")
    house.ask(tom, "accept_request", number=1)
    house.show(tom, "show_picture", [during], number=1)
    assert seen(house.show(tom, "complete_request", [bulb], number=1), guest) == [during, bulb]
    house.ask(guest, "reopen_request", text="dark again")
    socket = house.photo("socket.png")
    assert seen(house.show(tom, "complete_request", [socket], number=1), guest) == [socket]
    house.ask(guest, "reopen_request", text="dark again")
    heard = house.ask(tom, "complete_request", number=1)
    assert heard.by(guest)
    assert not seen(heard, guest)
    assert "Add a photo" in heard.labels
    assert photos_of(house.db, house.requests()[0], of_wish=False) == [during, bulb, socket]


def test_photo_of_what_is_done_reaches_the_guest_once(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    shows(house, guest, photo)
    house.ask(tom, "complete_request", number=1)
    bulb = house.photo("bulb.png")
    assert seen(house.show(tom, "show_picture", [bulb], number=1), guest) == [bulb]
    assert not house.show(tom, "show_picture", [bulb], number=1).by(guest)
    house.ask(guest, "reopen_request", text="dark again")
    assert not seen(house.ask(tom, "complete_request", number=1), guest)


def test_merged_request_tells_no_photo_again(house: House, guest: Person, tom: Person, photo: Attachment) -> None:
    bulb = house.photo("bulb.png")
    shows(house, guest, photo)
    house.show(tom, "complete_request", [bulb], number=1)
    house.ask(guest, "reopen_request", text="dark again")
    house.ask(guest, "request_service", service="light", apart=True)
    desk = house.staff("Dora", "front_desk")
    house.ask(desk, "merge_requests", numbers=[2, 1])
    (kept,) = [each for each in house.requests() if each.is_unfinished]
    assert photos_of(house.db, kept, of_wish=False) == [bulb]
    assert not seen(house.ask(tom, "complete_request", number=kept.number), guest)


def test_same_photo_twice_is_kept_once(house: House, guest: Person, tom: Person, photo: Attachment) -> None:
    shows(house, guest, photo)
    shows(house, guest, photo)
    assert photos_of(house.db, house.requests()[0]) == [photo]


def test_merged_requests_keep_which_photos_are_whose(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    house.ask(guest, "request_service", service="light")
    house.show(guest, "request_service", [photo], service="light", apart=True)
    bulb = house.photo("bulb.png")
    house.ask(tom, "accept_request", number=2)
    house.show(tom, "show_picture", [bulb], number=2)
    dora = house.staff("Dora", "front_desk")
    heard = house.ask(dora, "merge_requests", numbers=[1, 2])
    assert seen(heard, tom) == [photo]
    first = house.requests()[0]
    assert (photos_of(house.db, first, of_wish=True), photos_of(house.db, first, of_wish=False)) == ([photo], [bulb])


def test_correction_with_a_photo_reaches_whoever_has_it(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    house.ask(guest, "request_service", service="light")
    house.ask(tom, "accept_request", number=1)
    assert seen(house.show(guest, "change_request", [photo], note="the one by the bed"), tom) == [photo]
    assert photos_of(house.db, house.requests()[0], of_wish=True) == [photo]


def test_what_the_desk_shows_when_it_orders_goes_with_the_card_and_not_to_the_guest(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    desk = house.staff("Dora", "front_desk")
    assert seen(house.show(desk, "open_for_guest", [photo], room="302", service="light"), tom) == [photo]
    assert not seen(house.ask(tom, "complete_request", number=1), guest)


def test_request_is_shown_with_its_photos_and_what_may_be_done(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    bulb = house.photo("bulb.png")
    shows(house, guest, photo)
    heard = house.ask(tom, "show_request", number=1)
    assert heard.own == "Room 302 · light and power\nby 9:30 am · #1"
    assert [each.attachments for each in heard.replies] == [[photo]]
    assert heard.labels == ["Accept", "On my way", "Done", "Cannot", "Cancel"]
    desk = house.ask(house.staff("Dora", "front_desk"), "show_request", number=1)
    assert desk.labels == ["Accept", "On my way", "Done", "Cannot", "Take over", "Cancel"]
    house.ask(house.staff("Max", "maintenance"), "accept_request", number=1)
    heard = house.ask(tom, "show_request", number=1)
    assert heard.own == "Room 302 · light and power\nby 9:30 am · #1\n#1 accepted by Max, 9:00 am"
    assert not heard.labels
    manager = house.staff("Mia", "manager")
    house.show(manager, "complete_request", [bulb], number=1)
    heard = house.ask(tom, "show_request", number=1)
    assert heard.own == "Room 302 · light and power\n#1 done by Mia, 9:00 am"
    assert [each.attachments for each in heard.replies] == [[photo, bulb]]


def test_photos_of_another_department_are_not_shown(
    house: House, guest: Person, tom: Person, photo: Attachment
) -> None:
    shows(house, guest, photo)
    heard = house.ask(house.staff("Carl", "kitchen"), "show_request", number=1)
    assert not any(each.attachments for each in heard.replies)
    assert "light" not in heard.own
    assert house.ask(tom, "show_request", number=99).own == "I cannot find #99."
    assert house.ask(tom, "show_request").asks == "number"


def test_without_a_photo_the_records_of_photos_are_asked_only_when_it_is_done(
    house: House, guest: Person, tom: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    class Noted(Prepared):
        def all(self, db: Connection, values: Mapping[str, Any]) -> list[Any]:
            asked.append(values["number"])
            return super().all(db, values)

    monkeypatch.setattr(photos, "_OF_REQUEST", Noted(photos._OF_REQUEST._statement))
    house.ask(guest, "request_service", service="light")
    house.ask(tom, "accept_request", number=1)
    house.ask(guest, "change_request", note="the one by the bed")
    assert not asked
    house.ask(tom, "complete_request", number=1)
    assert asked == [1]
