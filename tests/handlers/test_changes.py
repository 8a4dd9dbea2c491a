"""A guest changes what is under way, and asks for the same again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crm.calendar import local
from tests.support.house import House


def test_a_change_reaches_whoever_has_it(house: House) -> None:
    guest, lily = house.guest(room="302"), house.staff("Lily")
    house.ask(guest, "request_service", service="pillows", quantity=2)
    heard = house.ask(guest, "change_request", service="pillows", quantity=3)
    assert heard.own == "Changed: room 302, 3 pillows, by 9:15 am."
    assert heard.by(lily).startswith("Changed by the guest · #1 Room 302 · 3 pillows")


def test_the_hour_stays_on_its_day_and_its_half_of_the_day(house: House) -> None:
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    now = local(house.now, "Asia/Shanghai")
    tomorrow = (now + timedelta(days=1)).replace(hour=7, minute=0)
    house.ask(guest, "request_service", service="wake_up_call", time=tomorrow)
    evening = now.replace(hour=19, minute=30)
    heard = house.ask(guest, "change_request", time=evening, either_half=True)
    assert "tomorrow 7:30 am" in heard.own


def test_of_several_the_guest_chooses(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="pillows")
    house.ask(guest, "request_service", service="towels")
    house.now += timedelta(hours=1)
    heard = house.ask(guest, "change_request", quantity=3)
    assert heard.labels == ["Pillows", "Towels"]


def test_without_a_detail_it_is_asked_for(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="towels")
    assert house.ask(guest, "change_request").asks == "note"


def test_another_room_is_told_to_staff_and_not_guessed(house: House) -> None:
    guest, lily = house.guest(room="302"), house.staff("Lily")
    house.ask(guest, "request_service", service="towels")
    heard = house.ask(guest, "change_request", room="305")
    assert "305" in heard.by(lily)
    assert house.requests()[0].room == "302"


def test_another_room_named_with_an_order_is_told_to_both(house: House) -> None:
    guest, lily = house.guest(room="302"), house.staff("Lily")
    heard = house.ask(guest, "request_service", service="towels", quantity=2, room="303")
    assert heard.own.endswith("It is with housekeeping now.\nYou named room 303; I have passed that on with it.")
    assert "“room named by the guest: 303”" in heard.by(lily)


def test_the_car_to_the_airport_may_be_called_a_taxi(house: House) -> None:
    guest, _ = house.guest(), house.staff("James", "front_desk")
    house.ask(guest, "request_service", service="airport_transfer", time=house.at(6, 30, days=1))
    heard = house.ask(guest, "change_request", service="taxi", time=house.at(18, 15), either_half=True)
    assert heard.own == "Changed: room 302, airport transfer, tomorrow 6:15 am."
    assert [each.service for each in house.requests()] == ["airport_transfer"]


def test_what_is_done_is_changed_no_more(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(lily, "complete_request", number=1)
    assert "nothing under way" in house.ask(guest, "change_request", quantity=3).own


def test_a_change_of_what_was_never_ordered_orders_it(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    assert house.ask(guest, "change_request", service="pillows", quantity=3).own.strip().startswith("3 pillows")


def test_the_same_again_is_what_was_asked_for_last(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.now += timedelta(days=1)
    assert "2 towels" in house.ask(guest, "repeat_request").own
    assert [each.service for each in house.requests()] == ["towels", "towels"]


def test_of_what_was_asked_that_day_the_guest_chooses(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    yesterday = local(house.now, "Asia/Shanghai")
    for service in ("towels", "pillows"):
        house.ask(guest, "request_service", service=service, quantity=1)
    house.now += timedelta(days=1)
    heard = house.ask(guest, "repeat_request", day=yesterday)
    assert sorted(heard.labels) == ["Pillows", "Towels"]


def test_who_has_asked_for_nothing_gets_nothing_again(house: House) -> None:
    assert "no earlier request" in house.ask(house.guest(), "repeat_request").own


def test_what_the_words_mean_goes_with_them_when_they_change_and_when_they_come_again(house: House) -> None:
    guest, carl = house.guest("张三", language="zh"), house.staff("Carl", "kitchen")
    fried, spicy = ["炒饭", "fried rice"], ["加辣", "make it spicy"]
    own = house.ask(guest, "request_service", service="food_order", note="炒饭", translation=fried).own
    assert "fried" not in own
    changed = house.ask(guest, "change_request", note="加辣", translation=spicy)
    assert "“炒饭；加辣”" in changed.by(carl)
    assert "Translated: “fried rice; make it spicy”" in changed.by(carl)
    again = house.ask(guest, "repeat_request").by(carl)
    assert "“炒饭；加辣”\nTranslated: “fried rice; make it spicy”" in again


def test_a_meaning_belongs_to_its_words_only(house: House) -> None:
    guest, carl = house.guest("张三", language="zh"), house.staff("Carl", "kitchen")
    heard = house.ask(guest, "request_service", service="food_order", note="面条", translation=["炒饭", "fried rice"])
    assert "Translated" not in heard.by(carl)


def test_old_words_beside_a_new_number_get_the_news_beside_them(house: House) -> None:
    guest, lily = house.guest("张三", "303", language="zh"), house.staff("李秀英", language="zh")
    house.ask(guest, "request_service", service="towels", quantity=3, note="送三条浴巾")
    heard = house.ask(guest, "change_request", said="浴巾改成四条吧", service="towels", quantity=4)
    assert "送三条" not in heard.own
    assert "毛巾 4条" in heard.by(lily)
    assert "送三条浴巾；浴巾改成四条吧" in heard.by(lily)


def test_the_taxi_that_goes_to_the_airport_is_changed_and_cancelled_by_either_name(house: House) -> None:
    guest = house.guest("张三", "303", language="zh")
    house.staff("陈静", "front_desk", language="zh")
    house.ask(guest, "request_service", service="airport_transfer", time=house.at(15))
    heard = house.ask(guest, "change_request", service="taxi", time=house.at(16))
    assert heard.own == "改好了：303 房，接送机，16:00。"
    assert len(house.requests()) == 1
    assert "已经取消" in house.ask(guest, "cancel_request", service="taxi").own


def test_old_words_beside_more_people_get_the_news_beside_them(house: House) -> None:
    guest, cook = house.guest("张三", "303", language="zh"), house.staff("何勇", "kitchen", language="zh")
    table: dict[str, Any] = {"time": house.at(12, days=1), "people": 8, "note": "包间，八个人，清淡点"}
    house.ask(guest, "request_service", service="restaurant_table", **table)
    heard = house.ask(guest, "change_request", said="改成十个人", service="restaurant_table", people=10)
    assert "八个人" not in heard.own
    assert "“包间，八个人，清淡点；改成十个人”" in heard.by(cook)
