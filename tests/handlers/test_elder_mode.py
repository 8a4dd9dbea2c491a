"""Guests who want it simple and large: switched on and off by themselves or by the house, kept with the guest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from crm.conversations.accounts import bind_guest, load_speaker
from crm.staff.audit import AuditEntry
from crm.store import table
from handlers import intents
from prompts.words import say
from tests.support.house import House, Person


def is_on(house: House, person: Person) -> bool:
    return load_speaker(house.db, person.place).elder_mode


def test_a_guest_switches_it_on_and_off(house: House) -> None:
    guest = house.guest()
    assert not is_on(house, guest)
    heard = house.ask(guest, "elder_mode")
    assert heard.own == say("en", "elder.elder_mode.on", changed=True)
    assert [reply.elder_mode for reply in heard.replies] == [True]
    assert is_on(house, guest)
    heard = house.ask(guest, "elder_mode", switch="off")
    assert [reply.elder_mode for reply in heard.replies] == [False]
    assert not is_on(house, guest)


def test_said_twice_it_says_how_things_stand(house: House) -> None:
    guest = house.guest()
    house.ask(guest, "elder_mode")
    assert house.ask(guest, "elder_mode").own == say("en", "elder.elder_mode.on", changed=False)
    house.ask(guest, "elder_mode", switch="off")
    assert house.ask(guest, "elder_mode", switch="off").own == say("en", "elder.elder_mode.off", changed=False)


def test_it_holds_on_every_channel_of_the_guest(house: House) -> None:
    guest, phone = house.guest(), house.stranger("the same on another channel")
    house.ask(guest, "elder_mode")
    assert guest.stay
    bind_guest(house.db, phone.place.account_id, guest.stay.guest_id)
    assert is_on(house, phone)


def test_who_links_the_stay_of_an_elder_is_spoken_to_so_from_the_first_word(house: House) -> None:
    guest = house.guest("Anna Berg", "302", code="GJ-77")
    house.ask(guest, "elder_mode")
    heard = house.ask(house.stranger(), "link_stay", credential={"code": "GJ-77"})
    assert [reply.elder_mode for reply in heard.replies] == [True]


def test_a_stranger_is_asked_who_they_are_and_then_it_is_done(house: House) -> None:
    house.book("Anna Berg", "302", code="GJ-77")
    stranger = house.stranger()
    heard = house.ask(stranger, "elder_mode")
    assert heard.asks == "credential"
    assert "large now" in house.reply(stranger, heard, {"code": "GJ-77"}).own
    assert is_on(house, stranger)


def test_the_desk_switches_it_on_for_a_room_and_the_guest_hears_of_it(house: House) -> None:
    guest, dora = house.guest("王芳", "302", language="zh"), house.staff("Dora", "front_desk")
    heard = house.ask(dora, "room_elder_mode", room="302")
    assert heard.own == "Room 302 · 王芳 · elder mode on"
    assert heard.by(guest) == say("zh", "elder.room_elder_mode.told_on")
    assert heard.replies_to(guest)[0].to.elder_mode  # type: ignore[union-attr]
    assert is_on(house, guest)
    assert heard.labels == ["Elder mode for 302 off"]
    off = house.press(dora, heard, "Elder mode for 302 off")
    assert off.by(guest) == say("zh", "elder.room_elder_mode.told_off")
    assert not is_on(house, guest)


def test_twice_for_a_room_tells_the_guest_once(house: House) -> None:
    guest, dora = house.guest("Anna Berg", "302"), house.staff("Dora", "front_desk")
    house.ask(dora, "room_elder_mode", room="302")
    again = house.ask(dora, "room_elder_mode", room="302")
    assert again.own == "Room 302 · Anna Berg · elder mode was on already"
    assert not again.by(guest)


def test_a_guest_without_a_chat_has_it_as_soon_as_there_is_one(house: House) -> None:
    house.book("Anna Berg", "302")
    heard = house.ask(house.staff("Dora", "front_desk"), "room_elder_mode", room="302")
    assert heard.own == "Room 302 · Anna Berg · elder mode on · no chat linked yet, applies as soon as there is one"


def test_housekeeping_may_switch_it_on_without_reading_a_name(house: House) -> None:
    guest = house.guest("Anna Berg", "302")
    heard = house.ask(house.staff("Lily"), "room_elder_mode", room="302")
    assert heard.own == "Room 302 · elder mode on"
    assert is_on(house, guest)


def test_the_switch_is_written_down(house: House) -> None:
    guest = house.guest("Anna Berg", "302")
    house.ask(house.staff("Dora", "front_desk"), "room_elder_mode", room="302")
    entries = table(AuditEntry)
    rows = house.db.execute(select(entries.c.action, entries.c.subject)).all()
    assert guest.stay
    assert [tuple(row) for row in rows] == [("room_elder_mode", f"guest:{guest.stay.guest_id}")]


@pytest.mark.parametrize(
    ("room", "said"), [("303", "Room 303: nobody in house."), ("999", "There is no room 999 here.")]
)
def test_a_room_with_nobody_changes_nothing(house: House, room: str, said: str) -> None:
    assert house.ask(house.staff("Dora", "front_desk"), "room_elder_mode", room=room).own == said


def test_without_a_room_it_is_asked_for(house: House) -> None:
    guest, dora = house.guest("Anna Berg", "302"), house.staff("Dora", "front_desk")
    heard = house.ask(dora, "room_elder_mode")
    assert heard.asks == "room"
    house.reply(dora, heard, "302")
    assert is_on(house, guest)


def test_a_call_is_a_request_of_the_desk_for_that_room(house: House) -> None:
    guest, dora = house.guest("Anna Berg", "302"), house.staff("Dora", "front_desk")
    house.ask(guest, "elder_mode")
    heard = house.ask(guest, "call_me")
    (request,) = house.requests()
    assert (request.service, request.room, request.department) == ("call_back", "302", "front_desk")
    assert heard.by(dora).splitlines()[0] == "Room 302 · call back · elder"
    assert heard.labels_of(dora) == ["Accept", "On my way", "Done", "Cannot", "Take over"]
    assert "302" in heard.own


def test_a_house_without_the_service_still_sends_a_person(house: House) -> None:
    guest = house.guest("Anna Berg", "302")
    turn = house.turn(guest, "call_me")
    house.staff("Dora", "front_desk")
    fewer = {code: service for code, service in turn.catalogue.items() if code != "call_back"}
    intents.answer(replace(turn, catalogue=fewer))
    assert [each.service for each in house.requests()] == ["person"]


def test_a_call_for_somebody_unknown_reaches_the_desk(house: House) -> None:
    dora = house.staff("Dora", "front_desk")
    assert house.ask(house.stranger(), "call_me").by(dora)


def test_the_card_says_that_an_elder_asks(house: House) -> None:
    guest, lily = house.guest("王芳", "302"), house.staff("Lily", language="zh")
    assert "长者" not in house.ask(guest, "request_service", service="towels", quantity=2).by(lily)
    house.ask(guest, "elder_mode")
    assert "302 · 枕头 2个 · 长者" in house.ask(guest, "request_service", service="pillows", quantity=2).by(lily)


def test_help_is_a_few_choices_instead_of_a_list_of_sayings(house: House) -> None:
    guest = house.guest()
    assert "“" in house.ask(guest, "help").own
    house.ask(guest, "elder_mode")
    assert "“" not in house.ask(guest, "help").own
