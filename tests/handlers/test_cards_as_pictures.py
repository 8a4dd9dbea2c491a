"""The guest card and the card that tells how the house is reached: what stands on them, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from crm.conversations.attachments import CARD, attachment_content
from crm.properties.houses import get_property, put_property
from crm.properties.knowledge import Words
from crm.properties.knowledge_changes import Configured, put_knowledge
from crm.service_requests.steps import rate
from crm.staff.audit import AuditEntry
from crm.stays.bookings import StayState
from crm.stays.links import find_linked_stay_id, stay_link
from crm.store import table
from prompts.pictures import Card, drawn, packed, unpacked
from tests.support.house import Heard, House, Person

LINK = "https://stay.example.com/?t="
TWELVE = [
    "towels",
    "pillows",
    "bedding",
    "toiletries",
    "cleaning",
    "turndown",
    "laundry",
    "light",
    "tv",
    "wifi",
    "water",
    "lock",
]
WIFI = {"en": Words("Wifi", "The network is Lakeside, the password welcome-home.")}


def cards_in(house: House, heard: Heard) -> list[Card]:
    shown = [attachment for reply in heard.replies if reply.to is None for attachment in reply.attachments]
    assert all((each.kind, each.mime) == (CARD, "image/png") for each in shown)
    kept = [attachment_content(house.db, each.id) for each in shown]
    return [unpacked(each.content) for each in kept if each]


def only_card(house: House, heard: Heard) -> Card:
    (card,) = cards_in(house, heard)
    assert drawn(packed(card)).startswith(b"\x89PNG")
    return card


def words(card: Card) -> str:
    lines = [
        line for each in card.sections for line in (each.heading, *each.lines, *(w for f in each.facts for w in f))
    ]
    return "\n".join([card.title, card.subtitle, *lines, card.caption])


def with_chat_link(house: House) -> None:
    home = house.home
    put_property(
        house.db,
        house.now,
        key=home.key,
        name=home.name,
        time_zone=home.time_zone,
        language=home.language,
        phone=home.phone,
        chat_link=LINK,
        accent="#2f6b5e",
    )
    house.home = get_property(house.db, home.id)


def look(house: House, person: Person, room: str = "302") -> Card:
    return only_card(house, house.ask(person, "guest_card", room=room))


def test_guest_card_tells_who_until_when_and_what_is_open(house: House) -> None:
    guest = house.guest("Anna Berg", "302", adults=2, children=1)
    house.ask(guest, "request_service", service="towels", quantity=2)
    card = look(house, house.staff("Dora", "front_desk"))
    assert card.title == "302 · Anna Berg"
    assert "Yesterday to Thu · 4 nights · 2 adults, 1 child" in card.subtitle
    assert "in house" in card.subtitle
    said = words(card)
    assert "1 open" in said
    assert "#1 2 towels · by" in said
    assert "Here for the first time" in said
    assert "Writes English" in said, "the house writes Chinese"
    assert "302 · 2 towels" not in said, "the room stands above"


def test_guest_card_remembers_earlier_stays(house: House) -> None:
    stay = house.book("Anna Berg", "302")
    for days in ((-400, -390), (-200, -197)):
        house.book("Anna Berg", state=StayState.DEPARTED, days=days, guest_id=stay.guest_id)
    house.book("Anna Berg", state=StayState.CANCELLED, days=(-100, -97), guest_id=stay.guest_id)
    assert "Here 2 times, the last time until 10 May" in words(look(house, house.staff("Dora", "front_desk")))


def test_allergies_stand_out_even_when_the_order_is_done(house: House) -> None:
    guest, cook = house.guest(), house.staff("Carl", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="noodles", allergy=["peanuts"], diet=["vegetarian"])
    house.ask(cook, "complete_request", number=1)
    card = look(house, house.staff("Dora", "front_desk"))
    assert [each.lines for each in card.sections if each.warns] == [["⚠ Allergy: peanuts"]]
    assert "Diet: vegetarian" in words(card)
    assert "0 open\nNothing" in words(card)
    heard = house.ask(house.staff("Dora2", "front_desk"), "guest_card", room="302")
    assert "⚠ Allergy: peanuts" in heard.own


def test_what_went_wrong_is_known_before_the_door_opens(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="towels")
    house.ask(lily, "complete_request", number=1)
    assert rate(house.db, house.requests()[0], 2)
    assert "Rated 2 of 5: towels" in words(look(house, house.staff("Dora", "front_desk")))


def test_twelve_requests_are_nine_and_three_more(house: House) -> None:
    guest = house.guest()
    for service in TWELVE:
        house.ask(guest, "request_service", service=service, note="w" * 500)
    assert len(house.requests()) == 12
    said = words(look(house, house.staff("Dora", "front_desk")))
    assert said.count("· by ") == 9
    assert "12 open" in said
    assert "and 3 more" in said


def test_housekeeping_sees_the_room_and_its_own_work_but_no_name_and_no_health(house: House) -> None:
    guest = house.guest("Anna Berg", "302")
    house.ask(guest, "request_service", service="food_order", note="noodles", allergy=["peanuts"])
    house.ask(guest, "request_service", service="pillows", allergy=["feathers"])
    heard = house.ask(house.staff("Lily"), "guest_card", room="302")
    said = words(only_card(house, heard)) + heard.own
    assert "302" in said
    assert "feathers" in said
    for hidden in ("Anna", "peanuts", "noodles", "Here for"):
        assert hidden not in said


def test_each_card_is_a_look_that_is_written_down(house: House) -> None:
    stay = house.book("Anna Berg", "302")
    dora = house.staff("Dora", "front_desk")
    look(house, dora)
    entries = table(AuditEntry)
    rows = house.db.execute(select(entries.c.action, entries.c.subject)).all()
    assert [tuple(row) for row in rows] == [("guest_card", f"guest:{stay.guest_id}")]


def test_a_guest_who_was_found_can_be_seen_as_a_card(house: House) -> None:
    house.book("Anna Berg", "302")
    dora = house.staff("Dora", "front_desk")
    heard = house.ask(dora, "find_guest", name="Anna Berg")
    assert only_card(house, house.press(dora, heard, "Guest card 302")).title == "302 · Anna Berg"


def test_a_guest_who_left_has_a_card_without_open_work(house: House) -> None:
    house.book("Anna Berg", "302", state=StayState.DEPARTED, days=(-5, -1))
    dora = house.staff("Dora", "front_desk")
    card = only_card(house, house.press(dora, house.ask(dora, "find_guest", name="Anna Berg"), "Guest card 302"))
    assert "left" in card.subtitle


def test_two_parties_in_a_room_are_two_cards(house: House) -> None:
    house.book("Anna Berg", "302")
    house.book("Ben Cole", "302")
    heard = house.ask(house.staff("Dora", "front_desk"), "guest_card", room="302")
    assert {card.title for card in cards_in(house, heard)} == {"302 · Anna Berg", "302 · Ben Cole"}


@pytest.mark.parametrize(
    ("room", "said"), [("303", "Room 303: nobody in house."), ("999", "There is no room 999 here.")]
)
def test_a_room_with_nobody_has_no_card(house: House, room: str, said: str) -> None:
    heard = house.ask(house.staff("Dora", "front_desk"), "guest_card", room=room)
    assert heard.own == said
    assert not cards_in(house, heard)


def test_without_a_room_it_is_asked_for(house: House) -> None:
    house.book("Anna Berg", "302")
    dora = house.staff("Dora", "front_desk")
    heard = house.ask(dora, "guest_card")
    assert heard.asks == "room"
    assert only_card(house, house.reply(dora, heard, "302")).title == "302 · Anna Berg"


def test_a_long_or_rare_name_does_no_harm(house: House) -> None:
    house.book("𠮷田" * 60, "302")
    assert look(house, house.staff("Dora", "front_desk")).title.startswith("302 · 𠮷田")


def test_a_guest_is_told_how_the_house_is_reached(house: House) -> None:
    put_knowledge(house.db, house.now, house.home, [Configured("wifi", WIFI, guests_only=True)])
    with_chat_link(house)
    guest = house.guest("Anna Berg", "302")
    heard = house.ask(guest, "contact_card")
    card = only_card(house, heard)
    for said in (heard.own, words(card)):
        for fact in ("+86 571 8888 0000", "302", "welcome-home", "120", "119", "110"):
            assert fact in said
    assert card.accent == "#2f6b5e"
    assert card.qr.startswith(LINK + "g")
    assert guest.stay
    assert find_linked_stay_id(house.db, house.now, card.qr.removeprefix(LINK)) == guest.stay.id


def test_a_stranger_is_told_the_phone_but_neither_wifi_nor_anybodys_code(house: House) -> None:
    put_knowledge(house.db, house.now, house.home, [Configured("wifi", WIFI, guests_only=True)])
    with_chat_link(house)
    heard = house.ask(house.stranger(), "contact_card")
    said = words(only_card(house, heard)) + heard.own
    assert "+86 571 8888 0000" in said
    assert "welcome-home" not in said
    assert not only_card(house, heard).qr
    assert house.db.execute(select(func.count()).select_from(stay_link)).scalar() == 0


def test_the_code_ends_with_the_stay(house: House) -> None:
    with_chat_link(house)
    card = only_card(house, house.ask(house.guest(days=(-1, 3)), "contact_card"))
    house.later(days=5)
    assert find_linked_stay_id(house.db, house.now, card.qr.removeprefix(LINK)) is None


def test_a_house_that_nobody_reaches_from_outside_shows_no_code(house: House) -> None:
    assert not only_card(house, house.ask(house.guest(), "contact_card")).qr


def test_where_one_number_serves_all_it_is_said_once(house: House) -> None:
    house.home = replace(house.home, time_zone="Europe/Vienna")
    heard = house.ask(house.stranger(), "contact_card")
    assert heard.own.count("112") == 1
    assert words(only_card(house, heard)).count("112") == 1


def test_dates_on_the_card_are_those_of_the_house(house: House) -> None:
    stay = house.book("Anna Berg", "302", days=(0, 2))
    assert stay.arrival == date(2026, 11, 23)
    assert "Today to Wed · 2 nights" in look(house, house.staff("Dora", "front_desk")).subtitle
