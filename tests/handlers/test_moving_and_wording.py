"""A link to another stay, a photo of a colleague, and sentences that promise no more than is so."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from crm.conversations.accounts import load_speaker
from crm.conversations.messages import Attachment
from crm.staff.audit import AuditEntry
from crm.stays.bookings import StayState
from crm.stays.links import create_stay_link
from crm.store import table
from tests.support.house import House

audit = table(AuditEntry)


def test_link_of_another_stay_asks_before_it_moves_the_chat(house: House) -> None:
    guest, other = house.guest("Anna Berg", "302"), house.book("Ben Cole", "303")
    token = create_stay_link(house.db, house.now, other.id)
    heard = house.ask(guest, "enter_token", token=token)
    assert heard.own == (
        "This chat belongs to the stay of Anna Berg, room 302. The link is for another stay. Which one shall it be?"
    )
    assert heard.labels == ["The other: Ben Cole, room 303", "Stay with Anna Berg, room 302"]
    kept = house.press(guest, heard, heard.labels[1])
    assert kept.own == "Nothing is changed: Anna Berg, room 302."
    assert guest.stay is not None
    assert load_speaker(house.db, guest.place).guest_id == guest.stay.guest_id
    assert house.press(guest, heard, heard.labels[0]).own.startswith("Welcome, Ben Cole.")
    assert load_speaker(house.db, guest.place).guest_id == other.guest_id


def test_it_is_asked_in_chinese_too(house: House) -> None:
    guest, other = house.guest("张三", "302", language="zh"), house.book("李四", "303")
    token = create_stay_link(house.db, house.now, other.id)
    heard = house.ask(guest, "enter_token", token=token)
    assert heard.own == "这个聊天现在关联的是张三，302 房。这个链接是另一个入住的。要用哪一个？"
    assert heard.labels == ["换成李四，303 房", "保持张三，302 房"]


def test_own_link_and_the_link_after_the_last_stay_need_no_question(house: House) -> None:
    guest, other = house.guest("Anna Berg", "302"), house.book("Ben Cole", "303", days=(0, 9))
    assert guest.stay is not None
    own = create_stay_link(house.db, house.now, guest.stay.id)
    assert house.ask(guest, "enter_token", token=own).own.startswith("Welcome, Anna Berg.")
    house.now += timedelta(days=5)
    token = create_stay_link(house.db, house.now, other.id)
    assert house.ask(guest, "enter_token", token=token).own.startswith("Welcome, Ben Cole.")


def test_link_ends_with_the_day_of_departure(house: House) -> None:
    stay = house.book("Anna Berg", "302", state=StayState.BOOKED, days=(-3, -1))
    token = create_stay_link(house.db, house.now, stay.id)
    assert house.ask(house.stranger(), "enter_token", token=token).own.startswith("This link is no longer valid.")


def test_photo_of_a_colleague_is_answered(house: House) -> None:
    from dataclasses import replace

    from handlers import intents

    turn = house.turn(house.staff("小李", "marketing", language="zh"), "show_picture")
    replies = intents.answer(replace(turn, attachments=[Attachment("photo-1", "photo", "image/jpeg")]))
    assert [each.text for each in replies] == ["照片收到，但没有未完成的请求可以附上。"]


def test_every_list_of_guests_is_recorded(house: House) -> None:
    house.book("Anna Berg", "302", state=StayState.BOOKED, days=(0, 2))
    house.book("Ben Cole", "303", days=(-2, 0))
    desk = house.staff("Dora", "front_desk")
    for intent in ("arrivals", "departures", "in_house"):
        house.ask(desk, intent)
    house.ask(desk, "arrivals", day=house.at(0, days=1))
    rows = house.db.execute(select(audit.c.subject).order_by(audit.c.id)).scalars()
    assert list(rows) == [f"list:{name}:2026-11-23:1" for name in ("arrivals", "departures", "in_house")]


def test_lost_property_is_looked_for_and_no_find_is_promised(house: House) -> None:
    guest, chinese = house.guest(), house.guest("张三", "303", language="zh")
    house.staff("Lily")
    assert house.ask(guest, "request_service", service="lost_and_found", note="a blue scarf").own == (
        "Lost and found, room 302: housekeeping will look for it and answer by 11:00 am. "
        "Your words go with it: “a blue scarf”."
    )
    assert house.ask(chinese, "request_service", service="lost_and_found").own == (
        "303 房，失物招领：客房部会找，11:00 前答复您。"
    )


def test_two_of_one_service_can_be_told_apart_when_one_is_cancelled(house: House) -> None:
    guest = house.guest()
    for hour in (18, 20):
        house.ask(guest, "request_service", service="taxi", time=house.at(hour))
    house.ask(guest, "request_service", service="light", note="bathroom")
    house.ask(guest, "request_service", service="light", note="desk", apart=True)
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(guest, "request_service", service="towels", quantity=2, apart=True)
    assert house.ask(guest, "cancel_request").labels == [
        "Cancel taxi, 6:00 pm",
        "Cancel taxi, 8:00 pm",
        "Cancel light and power, bathroom",
        "Cancel light and power, desk",
        "Cancel 2 towels, #5",
        "Cancel 2 towels, #6",
        "Cancel all 6",
    ]


def test_my_requests_name_whoever_the_confirmation_named(house: House) -> None:
    guest = house.guest()
    heard = house.ask(guest, "request_service", service="towels")
    assert "Nobody is on duty just now" in heard.own
    assert house.ask(guest, "my_requests").own == "Towels: written down, nobody is on duty just now."
    house.staff("Dora", "front_desk")
    assert "with the front desk now" in house.ask(guest, "request_service", service="pillows").own
    assert "Pillows: passed on to the front desk, by 9:15 am." in house.ask(guest, "my_requests").own


def test_words_that_only_name_the_service_are_not_repeated(house: House) -> None:
    guest, lily = house.guest("张三", language="zh"), house.staff("小李", language="zh")
    heard = house.ask(guest, "request_service", service="toiletries", note="洗漱用品")
    assert heard.by(lily).endswith("“洗漱用品”")
    assert house.ask(guest, "my_requests").own.startswith("洗漱用品：")


def test_closed_door_is_a_reason_only_for_work_in_the_room(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="towels")
    house.ask(guest, "request_service", service="late_checkout", time=house.at(14))
    assert house.ask(desk, "decline_request", number=1).labels == [
        "None available at the moment",
        "Nobody answered the door",
        "The do-not-disturb sign is on",
        "The guest asks to come later",
    ]
    assert house.ask(desk, "decline_request", number=2).labels == ["None available at the moment"]
