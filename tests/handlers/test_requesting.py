"""A guest asks for something: what the guest hears, what staff hear, what the records hold."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crm.service_requests.requests import RequestState
from crm.stays.bookings import StayState
from tests.support.house import PHONE, House


def test_guest_hears_what_how_many_which_room_and_by_when(house: House) -> None:
    guest, _ = house.guest(room="302"), house.staff("Lily")
    heard = house.ask(guest, "request_service", service="towels", quantity=2)
    assert heard.own == "2 towels for room 302, by 9:15 am. It is with housekeeping now."


def test_guest_hears_it_in_chinese(house: House) -> None:
    guest, _ = house.guest("张三", language="zh"), house.staff("小李", language="zh")
    heard = house.ask(guest, "request_service", service="towels", quantity=2)
    assert heard.own == "302 房，毛巾 2条，9:15 前办好。客房部已经收到。"


def test_one_towel_is_one_towel(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    assert house.ask(guest, "request_service", service="towels", quantity=1).own.startswith("1 towel for room 302")
    assert house.ask(guest, "request_service", service="pillows").own.startswith("Pillows for room 302")
    assert house.ask(guest, "request_service", service="drinking_water", quantity=2).own.startswith(
        "2 bottles of water"
    )


def test_card_goes_to_the_department_on_duty_in_the_language_of_each(house: House) -> None:
    guest = house.guest(room="302")
    lily, xiaoli = house.staff("Lily"), house.staff("小李", language="zh")
    off_duty, cook = house.staff("Olga", on_duty=False), house.staff("Carl", "kitchen")
    heard = house.ask(guest, "request_service", service="towels", quantity=2, note="hand towels")
    assert heard.by(lily) == "Room 302 · 2 towels\nby 9:15 am · #1\n“hand towels”"
    assert heard.by(xiaoli) == "302 · 毛巾 2条\n9:15 前 · #1\n“hand towels”"
    assert heard.labels_of(lily) == ["Accept", "On my way", "Done", "Cannot"]
    assert heard.labels_of(xiaoli) == ["接单", "马上到", "完成", "做不了"]
    assert not heard.by(off_duty)
    assert not heard.by(cook)


def test_card_shows_no_name(house: House) -> None:
    guest, lily = house.guest("Anna Berg"), house.staff("Lily")
    heard = house.ask(guest, "request_service", service="towels")
    assert "Anna" not in heard.by(lily)


def test_without_the_department_the_front_desk_gets_the_card(house: House) -> None:
    guest, desk, boss = house.guest(), house.staff("Dora", "front_desk"), house.staff("Max", "manager")
    heard = house.ask(guest, "request_service", service="towels")
    assert "It is with the front desk now." in heard.own
    assert heard.by(desk)
    assert not heard.by(boss)


def test_without_the_front_desk_the_manager_gets_the_card(house: House) -> None:
    guest, boss = house.guest(), house.staff("Max", "manager")
    heard = house.ask(guest, "request_service", service="towels")
    assert heard.by(boss)


def test_with_nobody_on_duty_the_guest_is_told_so_and_the_request_stays_open(house: House) -> None:
    guest = house.guest()
    heard = house.ask(guest, "request_service", service="towels", quantity=2)
    assert "Nobody is on duty just now" in heard.own
    assert PHONE in heard.own
    assert "by 9:15" not in heard.own
    assert [each.state for each in house.requests()] == [RequestState.OPEN]


def test_missing_details_are_asked_for_one_at_a_time(house: House) -> None:
    guest, _ = house.guest(), house.staff("Carl", "kitchen")
    heard = house.ask(guest, "request_service", service="restaurant_table")
    assert (heard.own, heard.asks) == ("What time shall we book the table?", "time")
    heard = house.reply(guest, heard, house.at(19))
    assert (heard.own, heard.asks) == ("For how many people?", "people")
    assert house.requests() == []
    heard = house.reply(guest, heard, 4)
    assert heard.own.startswith("Restaurant table (4 people) for room 302, 7:00 pm.")
    assert len(house.requests()) == 1


def test_wake_up_call_offers_the_usual_hours_of_the_next_morning(house: House) -> None:
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "request_service", service="wake_up_call")
    assert heard.labels == ["tomorrow 6:30 am", "tomorrow 7:00 am", "tomorrow 7:30 am", "tomorrow 8:00 am"]
    heard = house.press(guest, heard, "tomorrow 7:00 am")
    assert heard.own.startswith("Wake-up call for room 302, tomorrow 7:00 am.")
    assert house.requests()[0].due_at == house.at(7, days=1)


@pytest.mark.parametrize("service", ["restaurant_table", "taxi", "towels"])
def test_hour_that_is_over_is_asked_again(house: House, service: str) -> None:
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "request_service", service=service, people=2, time=house.at(7))
    assert heard.own.startswith("7:00 am is over already.\n")
    assert (heard.asks, house.requests()) == ("time", [])
    house.reply(guest, heard, house.at(19))
    assert house.requests()[0].wanted_at == house.at(19)


def test_change_to_an_hour_that_is_over_is_asked_again(house: House) -> None:
    guest, _ = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="taxi", time=house.at(11))
    heard = house.ask(guest, "change_request", time=house.at(7))
    assert (heard.own, heard.asks) == ("7:00 am is over already.", "time")
    assert house.requests()[0].wanted_at == house.at(11)


def test_unknown_service_is_asked_about_with_the_common_ones_and_a_person(house: House) -> None:
    guest = house.guest(language="zh")
    heard = house.ask(guest, "request_service", service="helicopter")
    assert heard.own == "您需要什么？"
    assert heard.labels == ["毛巾", "饮用水", "客房打扫", "空调", "出租车", "叫醒服务", "找人工"]
    assert house.requests() == []


@pytest.mark.parametrize("odd", [0, -3, 10**12])
def test_number_nobody_can_mean_is_asked_again(house: House, odd: int) -> None:
    guest = house.guest()
    heard = house.ask(guest, "request_service", service="towels", quantity=odd)
    assert (heard.own, heard.asks) == ("How many towels shall we bring?", "quantity")
    assert house.requests() == []


def test_before_arrival_the_guest_hears_when_it_will_be_possible(house: House) -> None:
    guest = house.guest("张三", room="", language="zh", state=StayState.BOOKED, days=(2, 5))
    heard = house.ask(guest, "request_service", service="towels")
    assert heard.own == "毛巾要等您入住后才能安排（周三）。到时告诉我，马上为您办。"
    assert house.requests() == []


def test_what_may_be_booked_before_arrival_is_booked_without_a_room(house: House) -> None:
    guest = house.guest(room="", state=StayState.BOOKED, days=(2, 5))
    desk = house.staff("Dora", "front_desk")
    heard = house.ask(guest, "request_service", service="airport_transfer", time=house.at(15, days=2))
    assert heard.own == "Airport transfer, Wed 3:00 pm. It is with the front desk now."
    assert heard.by(desk) == "Airport transfer\nWed 3:00 pm · #1"


def test_late_check_out_is_about_the_day_of_departure_and_waits_for_the_desk(house: House) -> None:
    guest, desk = house.guest(days=(-1, 3)), house.staff("前台", "front_desk", language="zh")
    heard = house.ask(guest, "request_service", service="late_checkout", time=house.at(14))
    assert heard.own == (
        "Late check-out for room 302, Thu 2:00 pm: I have asked for it. "
        "You will have the answer of the front desk by 9:30 am."
    )
    assert heard.by(desk) == "302 · 延迟退房\n周四 14:00 · 9:30 前答复 · #1\n302 之后没有预订"
    assert heard.labels_of(desk) == ["确认", "最晚 周四 13:00", "做不了", "接过来"]


def test_fault_is_seen_to(house: House) -> None:
    guest, _ = house.guest(), house.staff("Tom", "maintenance")
    heard = house.ask(guest, "request_service", service="air_conditioning", note="too hot")
    assert heard.own == (
        "Air conditioning in room 302, seen to by 9:30 am. It is with maintenance now, in your words: “too hot”."
    )


def test_where_the_words_say_what_is_meant_they_are_repeated(house: House) -> None:
    guest, lily = house.guest(), house.staff("小李", language="zh")
    house.ask(guest, "request_service", service="amenities", quantity=1, note="a hair dryer and " + "slippers " * 9)
    assert house.ask(guest, "my_requests").own == (
        "Room items “a hair dryer and slippers slippers slip…”: passed on to housekeeping, by 9:20 am."
    )
    assert "客房用品“a hair dryer" in house.ask(lily, "open_requests").own


def test_early_check_in_is_no_matter_any_more_in_house(house: House) -> None:
    heard = house.ask(house.guest(language="zh"), "request_service", service="early_checkin", time=house.at(10))
    assert heard.own == "您已经入住，不用再安排提前入住。"
    assert house.requests() == []


def test_departed_guest_may_still_ask_for_what_was_left_behind(house: House) -> None:
    guest, lily = house.guest(state=StayState.DEPARTED, days=(-4, -1)), house.staff("Lily")
    heard = house.ask(guest, "request_service", service="lost_and_found", note="a blue scarf")
    assert "blue scarf" in heard.by(lily)
    assert len(house.requests()) == 1


def test_photo_goes_along_with_the_card(house: House) -> None:
    guest, tom = house.guest(), house.staff("Tom", "maintenance")
    photo = house.photo()
    heard = house.show(guest, "request_service", [photo], service="light")
    assert [reply.attachments for reply in heard.replies_to(tom)] == [[photo]]


def test_unlinked_guest_is_asked_who_they_are_and_the_request_goes_on_after_that(house: House) -> None:
    stay, lily = house.book("Anna Berg", "302", code="GJ-ANNA"), house.staff("Lily")
    stranger = house.stranger()
    heard = house.ask(stranger, "request_service", service="towels", quantity=2, time=house.at(18))
    assert heard.asks == "credential"
    assert house.requests() == []
    heard = house.reply(stranger, heard, {"code": "gj-anna"})
    assert heard.own == (
        "Welcome, Anna Berg. Room 302, until Thu.\n2 towels for room 302, 6:00 pm. It is with housekeeping now."
    )
    assert heard.by(lily)
    assert [(each.guest_id, each.quantity) for each in house.requests()] == [(stay.guest_id, 2)]


def test_wrong_code_keeps_the_request_waiting(house: House) -> None:
    house.book("Anna Berg", "302", code="GJ-ANNA")
    stranger = house.stranger(language="zh")
    heard = house.ask(stranger, "request_service", service="towels", quantity=2)
    heard = house.reply(stranger, heard, {"code": "GJ-WRONG"})
    assert heard.own.startswith("没有查到对应的预订。")
    assert heard.asks == "credential"
    heard = house.reply(stranger, heard, {"code": "GJ-ANNA"})
    assert "毛巾 2条" in heard.own


def test_guest_cancels_by_service_and_the_assignee_hears_it(house: House) -> None:
    guest, lily, rosa = house.guest(), house.staff("Lily"), house.staff("Rosa")
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(lily, "accept_request", number=1)
    heard = house.ask(guest, "cancel_request", service="towels")
    assert heard.own == "2 towels, room 302: cancelled."
    assert heard.by(lily) == "#1 cancelled by the guest · Room 302 · 2 towels"
    assert not heard.by(rosa)
    assert not heard.labels_of(lily)
    assert house.requests()[0].state is RequestState.CANCELLED


def test_refusing_what_was_never_asked_for_is_noted(house: House) -> None:
    guest, stranger = house.guest(), house.stranger(language="zh")
    assert house.ask(guest, "cancel_request", service="towels").own == "Noted, no towels."
    assert house.ask(stranger, "cancel_request", service="towels").own == "好的，不安排毛巾。"


def test_cancelling_without_saying_what_is_asked_about(house: House) -> None:
    guest = house.guest()
    assert "nothing to cancel" in house.ask(guest, "cancel_request").own
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.ask(guest, "cancel_request")
    assert (heard.own, heard.labels) == ("Shall I cancel this?", ["Cancel 2 towels"])
    house.ask(guest, "request_service", service="taxi", time=house.at(18))
    heard = house.ask(guest, "cancel_request")
    assert heard.labels == ["Cancel 2 towels", "Cancel taxi", "Cancel both"]
    house.press(guest, heard, "Cancel taxi")
    assert [each.state for each in house.requests()] == [RequestState.OPEN, RequestState.CANCELLED]


def test_all_that_was_shown_is_cancelled_with_one_press(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    for service in ("towels", "pillows", "drinking_water"):
        house.ask(guest, "request_service", service=service, quantity=2)
    offered = house.ask(guest, "cancel_request")
    house.ask(guest, "request_service", service="cleaning")
    heard = house.press(guest, offered, "Cancel all 3")
    assert heard.own.splitlines()[0] == "2 towels, room 302: cancelled."
    assert len(heard.own.splitlines()) == len(heard.replies_to(lily)) == 3
    assert [each.state for each in house.requests()] == [RequestState.CANCELLED] * 3 + [RequestState.OPEN]
    assert "cleaning" in house.press(guest, offered, "Cancel all 3").labels[0]


def test_what_is_booked_for_tomorrow_may_be_wanted_now_as_well(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="cleaning", time=house.at(10, days=1))
    heard = house.ask(guest, "request_service", service="cleaning")
    assert heard.labels == ["Now as well, please"]
    assert house.press(guest, heard, "Now as well, please").own.startswith("Room cleaning for room 302, by 10:00 am.")


def test_whoever_asks_where_the_taxi_is_hears_of_the_taxi(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(guest, "request_service", service="airport_transfer", time=house.at(18))
    assert house.ask(guest, "my_requests", service="taxi").own.startswith("Airport transfer: ")
    assert len(house.ask(guest, "my_requests", service="pillows").own.splitlines()) == 2


def test_what_waits_for_approval_was_promised_as_an_answer(house: House) -> None:
    guest, _ = house.guest(), house.staff("James", "front_desk")
    house.ask(guest, "request_service", service="late_checkout", time=house.at(15))
    house.later(hours=1)
    assert "It is late, it was promised for 9:30 am." in house.ask(guest, "my_requests").own


def test_finished_request_cannot_be_cancelled(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="towels")
    offered = house.ask(guest, "cancel_request")
    house.ask(lily, "complete_request", number=1)
    assert house.press(guest, offered, offered.labels[0]).own == "That one is no longer open."
    assert house.requests()[0].state is RequestState.DONE


def test_my_requests_tell_where_each_stands(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    house.staff("Dora", "front_desk")
    assert house.ask(guest, "my_requests").own == "You have no open requests."
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(guest, "request_service", service="taxi", time=house.at(18))
    house.ask(lily, "accept_request", number=1)
    heard = house.ask(guest, "my_requests")
    assert heard.own == ("2 towels: Lily is looking after it, by 9:15 am.\nTaxi: passed on to the front desk, 6:00 pm.")
    assert not heard.listeners()


def test_asking_for_what_is_late_reminds_whoever_has_it(house: House) -> None:
    guest, lily, rosa = house.guest("张三", language="zh"), house.staff("小李", language="zh"), house.staff("Rosa")
    house.ask(guest, "request_service", service="towels", quantity=2)
    house.ask(lily, "accept_request", number=1)
    house.later(minutes=27)
    heard = house.ask(guest, "my_requests")
    assert heard.own == "毛巾 2条：小李在办，已经晚了，原定 9:15。\n让您久等了，抱歉。刚刚已经催过。"
    assert heard.by(lily) == "逾期 12 分 · #1 302 · 毛巾 2条 · 客人在催"
    assert not heard.by(rosa)


def test_reminding_is_not_claimed_when_nobody_is_there(house: House) -> None:
    guest = house.guest()
    house.ask(guest, "request_service", service="towels")
    house.later(hours=1)
    heard = house.ask(guest, "my_requests")
    assert "reminded" not in heard.own
    assert heard.labels == ["A person, please"]


def test_one_press_rates_once(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service="towels")
    done = house.ask(lily, "complete_request", number=1)
    assert done.labels_of(guest) == ["1", "2", "3", "4", "5"]
    assert house.press(guest, done, "5").own == "Thank you, noted."
    assert house.press(guest, done, "1").own == "You have already rated this one, thank you."
    assert house.requests()[0].rating == 5


def test_rating_in_words_is_about_what_was_done_last(house: House) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    assert house.ask(guest, "rate_request", rating=5).own.startswith("Nothing waits for your rating")
    for service in ("towels", "pillows"):
        house.ask(guest, "request_service", service=service)
    house.ask(lily, "complete_request", number=1)
    house.ask(lily, "complete_request", number=2)
    heard = house.ask(guest, "rate_request")
    assert heard.asks == "rating"
    house.reply(guest, heard, 4)
    assert [each.rating for each in house.requests()] == [None, 4]


def test_low_rating_is_heard_by_the_manager(house: House) -> None:
    guest, lily = house.guest("张三", language="zh"), house.staff("小李", language="zh")
    boss = house.staff("Max", "manager")
    house.ask(guest, "request_service", service="towels", quantity=2)
    done = house.ask(lily, "complete_request", number=1)
    heard = house.press(guest, done, "2")
    assert heard.own.splitlines() == [
        "没有让您满意，很抱歉。您的评分已经转到经理那里。",
        "302 房，毛巾 2条：很抱歉。小李重新办理，9:15 前给您回音。",
    ]
    assert heard.by(boss) == "Rated 2 of 5 · #1 Room 302 · 2 towels · 小李"


def test_what_is_not_done_cannot_be_rated(house: House) -> None:
    guest = house.guest()
    house.ask(guest, "request_service", service="towels")
    assert "not done yet" in house.ask(guest, "rate_request", rating=5, number=1).own


def test_request_of_another_guest_does_not_exist(house: House) -> None:
    anna, boris, lily = house.guest("Anna"), house.guest("Boris", "303"), house.staff("Lily")
    house.ask(anna, "request_service", service="towels")
    house.ask(lily, "complete_request", number=1)
    assert house.ask(boris, "rate_request", rating=1, number=1).own == "I cannot find #1."
    assert house.ask(boris, "cancel_request", number=1).own == "I cannot find #1."
    assert house.requests()[0].rating is None


def test_house_own_service_without_words_still_works(house: House) -> None:
    from dataclasses import replace

    from crm.properties.catalogue import Service, shipped_catalogue
    from handlers import intents
    from tests.support.house import Heard

    guest, lily = house.guest(), house.staff("小李", language="zh")
    petals = Service(code="rose_petals", department="housekeeping", asks=("time",))
    catalogue = {**shipped_catalogue(), petals.code: petals}
    turn = replace(house.turn(guest, "request_service", service="rose_petals"), catalogue=catalogue)
    heard = Heard(intents.answer(turn))
    assert heard.own == "What time would suit you?"
    turn = replace(turn, call=replace(turn.call, slots={**turn.call.slots, "time": house.at(20)}))
    heard = Heard(intents.answer(turn))
    assert heard.own.startswith("Rose petals for room 302, 8:00 pm.")
    assert heard.by(lily).startswith("302 · rose petals")


def test_times_are_those_of_the_house(house: House) -> None:
    guest, _ = house.guest(), house.staff("Lily")
    utc = datetime.fromisoformat("2026-11-24T02:00:00+00:00")
    heard = house.ask(guest, "request_service", service="cleaning", time=utc)
    assert "tomorrow 10:00 am" in heard.own
    assert house.requests()[0].due_at == utc + timedelta(minutes=60)


def test_words_that_tell_what_is_wanted_tell_how_many_too(house: House) -> None:
    """Two bowls and a cup are no three orders."""
    guest, cook = house.guest("张三", "303", language="zh"), house.staff("何勇", "kitchen", language="zh")
    heard = house.ask(guest, "request_service", service="food_order", quantity=3, note="两碗牛肉面，一杯热牛奶")
    assert "303 房，点餐，9:45 前办好" in heard.own
    assert heard.by(cook) == "303 · 点餐\n9:45 前 · #1\n“两碗牛肉面，一杯热牛奶”"
