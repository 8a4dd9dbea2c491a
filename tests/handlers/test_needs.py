"""An allergy reaches whoever does the work, in their language; the guest hears who was told, and nothing is lost."""

from __future__ import annotations

from sqlalchemy import text

from crm.service_requests.needs import Needs
from crm.service_requests.requests import get_request
from tests.support.house import PHONE, House

BUDGET = {"amount": "200", "currency": "CNY", "bound": "at_most"}


def test_the_card_says_it_in_the_readers_language_first_of_all(house: House) -> None:
    guest, cook = house.guest(room="302"), house.staff("陈师傅", "kitchen", language="zh")
    jane = house.staff("Jane", "kitchen")
    words = "club sandwich, no peanuts, my son is allergic"
    heard = house.ask(
        guest,
        "request_service",
        service="food_order",
        note=words,
        allergy=["peanuts", "shellfish"],
        diet=["vegetarian", "no_onion"],
        ages=["3y", "10m", "82y"],
        money=BUDGET,
    )
    lines = heard.by(cook).splitlines()
    assert lines[1:6] == [
        "⚠ 过敏：花生、虾蟹",
        "饮食：素食、不要葱",
        "孩子：3 岁、10 个月",
        "老人：82 岁",
        "预算：不超过 200 CNY",
    ]
    assert lines[-1] == f"“{words}”"
    assert heard.by(jane).splitlines()[1:4] == [
        "⚠ Allergy: peanuts, shellfish",
        "Diet: vegetarian, without onion",
        "Children: 3, 10 months",
    ]


def test_the_guest_hears_what_was_understood(house: House) -> None:
    guest, _ = house.guest(), house.staff("Jane", "kitchen")
    heard = house.ask(guest, "request_service", service="food_order", note="soup", allergy=["peanuts"], diet=["vegan"])
    assert "Noted as an allergy: peanuts. Diet: vegan." in heard.own
    wang = house.guest("王芳", room="301", language="zh")
    heard = house.ask(wang, "request_service", service="food_order", note="汤", allergy=["peanuts", "other"])
    assert "过敏已记下：花生，以及您写的其他东西。" in heard.own


def test_no_department_hears_of_what_is_not_its_business(house: House) -> None:
    guest, lily = house.guest(room="302"), house.staff("Lily")
    heard = house.ask(guest, "request_service", service="pillows", quantity=1, allergy=["feathers", "peanuts"])
    assert "⚠ Allergy: feathers" in heard.by(lily)
    assert "peanuts" not in heard.by(lily)
    assert house.requests()[0].needs == Needs(allergy=("feathers",))
    house.staff("Jane", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="soup", allergy=["peanuts"])
    assert "peanuts" not in house.ask(lily, "who_is_in_room", room="302").own
    assert "peanuts" not in house.ask(lily, "open_requests").own


def test_what_is_told_of_health_is_sealed(house: House) -> None:
    guest = house.guest()
    house.ask(guest, "request_service", service="food_order", note="soup", allergy=["peanuts"], money=BUDGET)
    kept = house.db.execute(text("SELECT needs FROM service_request")).scalar()
    assert kept is not None
    assert b"peanuts" not in bytes(kept)
    assert get_request(house.db, 1).needs == Needs(allergy=("peanuts",), money=BUDGET)


def test_a_request_without_any_keeps_none(house: House) -> None:
    house.ask(house.guest(), "request_service", service="towels", quantity=2)
    assert house.db.execute(text("SELECT needs FROM service_request")).scalar() is None
    assert get_request(house.db, 1).needs == Needs()


def test_an_allergy_told_later_goes_with_the_food_that_is_under_way(house: House) -> None:
    guest, jane, lily = house.guest(room="302"), house.staff("Jane", "kitchen"), house.staff("Lily")
    house.ask(guest, "request_service", service="food_order", note="fried rice")
    house.ask(guest, "request_service", service="towels", quantity=2)
    said = "I forgot, I'm allergic to peanuts"
    heard = house.ask(guest, "tell_needs", said=said, allergy=["peanuts"], note=said)
    assert "Noted as an allergy: peanuts." in heard.own
    assert "It goes with what you asked for: food order. The kitchen has it now." in heard.own
    assert heard.by(jane).startswith("Changed by the guest · #1 Room 302")
    assert "⚠ Allergy: peanuts" in heard.by(jane)
    assert said in heard.by(jane)
    assert heard.by(lily) == ""
    food, towels = house.requests()
    assert (food.needs.allergy, food.note, towels.needs) == (("peanuts",), f"fried rice; {said}", Needs())


def test_whoever_has_accepted_it_hears_of_it_by_name(house: House) -> None:
    guest, jane = house.guest(), house.staff("Jane", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="fried rice")
    house.ask(jane, "accept_request", number=1)
    heard = house.ask(guest, "tell_needs", said="nut allergy", allergy=["tree_nuts"])
    assert "Jane has it now." in heard.own
    assert "⚠ Allergy: nuts" in heard.by(jane)


def test_with_no_food_under_way_the_desk_is_told(house: House) -> None:
    guest, desk = house.guest(room="302"), house.staff("陈静", "front_desk", language="zh")
    said = "I'm allergic to peanuts"
    heard = house.ask(guest, "tell_needs", said=said, allergy=["peanuts"], note=said)
    assert heard.own.strip() == f"Noted as an allergy: peanuts.\nThe front desk has it now. By phone: {PHONE}."
    assert "⚠ 过敏：花生" in heard.by(desk)
    assert said in heard.by(desk)
    (request,) = house.requests()
    assert (request.service, request.department, request.needs.allergy) == ("person", "front_desk", ("peanuts",))


def test_nobody_on_duty_is_told_honestly_and_it_is_kept(house: House) -> None:
    guest = house.guest()
    house.staff("Dora", "front_desk", on_duty=False)
    heard = house.ask(guest, "tell_needs", said="nut allergy", allergy=["tree_nuts"])
    assert "Nobody is at the desk just now. It is written down" in heard.own
    assert house.requests()[0].needs.allergy == ("tree_nuts",)
    house.ask(guest, "request_service", service="food_order", note="soup")
    heard = house.ask(guest, "tell_needs", said="and eggs", allergy=["eggs"])
    assert "Nobody is on duty just now" in heard.own
    assert [each.needs.allergy for each in house.requests()] == [("tree_nuts", "eggs")] * 2


def test_of_two_allergies_each_finds_its_reader(house: House) -> None:
    guest, lily, dora = house.guest(), house.staff("Lily"), house.staff("Dora", "front_desk")
    house.ask(guest, "request_service", service="pillows", quantity=1)
    heard = house.ask(guest, "tell_needs", said="feathers and nuts", allergy=["feathers", "tree_nuts"])
    assert "⚠ Allergy: feathers" in heard.by(lily)
    assert "nuts" not in heard.by(lily).replace("feathers and nuts", "")
    assert "⚠ Allergy: nuts" in heard.by(dora)


def test_somebody_unknown_is_heard_at_the_desk_too(house: House) -> None:
    dora, stranger = house.staff("Dora", "front_desk"), house.stranger()
    heard = house.ask(stranger, "tell_needs", said="nut allergy", allergy=["tree_nuts"], note="nut allergy")
    assert "⚠ Allergy: nuts" in heard.by(dora)
    assert "Noted as an allergy: nuts." in heard.own
    assert heard.asks == "credential"


def test_it_is_not_lost_with_an_order_that_is_refused(house: House) -> None:
    from crm.stays.bookings import StayState

    guest = house.guest(room="", state=StayState.BOOKED, days=(2, 5))
    dora = house.staff("Dora", "front_desk")
    heard = house.ask(
        guest, "request_service", said="soup, nut allergy", service="food_order", note="soup", allergy=["tree_nuts"]
    )
    assert "⚠ Allergy: nuts" in heard.by(dora)
    assert [each.service for each in house.requests()] == ["person"]


def test_an_allergy_to_what_we_have_no_word_for_is_told_in_the_guests_words(house: House) -> None:
    guest, cook = house.guest(), house.staff("陈师傅", "kitchen", language="zh")
    heard = house.ask(
        guest, "request_service", service="food_order", note="soup, allergic to durian", allergy=["other"]
    )
    assert "⚠ 过敏：见客人原话" in heard.by(cook)
    assert "allergic to durian" in heard.by(cook)
    assert "in your own words" in heard.own


def test_while_a_detail_is_missing_it_is_kept_with_the_order(house: House) -> None:
    guest, jane = house.guest(), house.staff("Jane", "kitchen")
    words = "I'm allergic to peanuts"
    asked = house.ask(guest, "request_service", service="food_order", allergy=["peanuts"], words=words)
    assert asked.own.startswith("Noted as an allergy: peanuts.")
    assert asked.asks == "note"
    heard = house.reply(guest, asked, "club sandwich")
    assert "⚠ Allergy: peanuts" in heard.by(jane)
    assert house.requests()[0].note == f"{words}; club sandwich"


def test_make_it_vegetarian_is_said_of_food(house: House) -> None:
    guest, jane = house.guest(), house.staff("Jane", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="fried rice", allergy=["peanuts"])
    house.ask(guest, "request_service", service="towels", quantity=2)
    heard = house.ask(guest, "change_request", diet=["vegetarian"], note="make it vegetarian")
    assert heard.own.startswith("Changed: room 302, food order")
    assert "Noted as an allergy: peanuts. Diet: vegetarian." in heard.own
    assert "Diet: vegetarian" in heard.by(jane)
    assert house.requests()[0].needs == Needs(allergy=("peanuts",), diet=("vegetarian",))


def test_the_same_again_has_the_same_allergy(house: House) -> None:
    guest = house.guest()
    house.ask(guest, "request_service", service="food_order", note="fried rice", allergy=["peanuts"])
    house.later(days=1)
    assert "Noted as an allergy: peanuts." in house.ask(guest, "repeat_request").own


def test_lists_of_the_kitchen_warn_as_well(house: House) -> None:
    guest, jane = house.guest(), house.staff("Jane", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="fried rice", allergy=["peanuts"])
    assert "⚠ Allergy: peanuts" in house.ask(jane, "open_requests").own


def test_asked_without_a_name_the_guest_is_asked_what_it_is(house: House) -> None:
    assert house.ask(house.guest(), "tell_needs", said="I have an allergy").asks == "allergy"


def test_what_the_words_mean_stays_when_an_allergy_is_told_later(house: House) -> None:
    guest, carl = house.guest("张三", language="zh"), house.staff("Carl", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="炒饭", translation=["炒饭", "fried rice"])
    told = house.ask(guest, "tell_needs", allergy=["peanuts"], note="对花生过敏")
    assert "“炒饭；对花生过敏”\nTranslated: “fried rice; 对花生过敏”" in told.by(carl)


def test_an_allergy_told_before_goes_with_whatever_is_ordered_later(house: House) -> None:
    guest, jane, lily = house.guest(room="302"), house.staff("Jane", "kitchen"), house.staff("Lily")
    cook = house.staff("陈师傅", "kitchen", language="zh")
    house.ask(guest, "tell_needs", said="peanuts and feathers", allergy=["peanuts", "feathers"])
    house.later(days=2)
    heard = house.ask(guest, "request_service", service="food_order", note="fried rice", allergy=["eggs"])
    assert "⚠ Allergy: peanuts, egg" in heard.by(jane)
    assert "⚠ 过敏：花生" in heard.by(cook)
    assert "Noted as an allergy: peanuts" in heard.own
    assert "⚠ Allergy: feathers" in house.ask(guest, "request_service", service="pillows", quantity=1).by(lily)
    assert house.ask(guest, "request_service", service="towels", quantity=1).by(lily).count("⚠") == 0
    neighbour = house.guest("Ben", room="301")
    assert "⚠" not in house.ask(neighbour, "request_service", service="food_order", note="soup").by(jane)


def test_an_order_by_the_desk_carries_it_too(house: House) -> None:
    guest, jane = house.guest(room="302"), house.staff("Jane", "kitchen")
    desk = house.staff("Dora", "front_desk")
    house.ask(guest, "tell_needs", said="peanuts", allergy=["peanuts"])
    heard = house.ask(desk, "open_for_guest", room="302", service="food_order", note="fried rice")
    assert "⚠ Allergy: peanuts" in heard.by(jane)


def test_an_allergy_without_a_word_of_ours_brings_the_guests_words_once(house: House) -> None:
    guest, jane = house.guest(room="302"), house.staff("Jane", "kitchen")
    house.ask(guest, "tell_needs", said="I am allergic to durian", allergy=["other"])
    told = "Allergy told before: “I am allergic to durian”"
    heard = house.ask(guest, "request_service", service="food_order", note="club sandwich")
    assert "⚠ Allergy: see the guest's words" in heard.by(jane)
    assert heard.by(jane).count(told) == 1
    house.ask(guest, "request_service", service="food_order", note="a pot of tea")
    house.ask(jane, "complete_request", number=2)
    house.ask(guest, "request_service", service="food_order", note="ice cream")
    _, first, second = house.requests()
    assert first.note == f"club sandwich; {told}; a pot of tea"
    assert second.note == f"ice cream; {told}"


def test_an_allergy_taken_back_stands_on_no_request_any_more(house: House) -> None:
    guest, jane = house.guest(room="302"), house.staff("Jane", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="soup", allergy=["peanuts", "eggs"])
    house.ask(jane, "complete_request", number=1)
    house.ask(guest, "request_service", service="food_order", note="fried rice", diet=["vegetarian"])
    heard = house.ask(guest, "take_back_allergy", allergy=["peanuts"], sure=True)
    assert "The allergy is taken off: peanuts. Still noted: egg" in heard.own
    assert heard.by(jane).startswith("Corrected by the guest, no allergy: peanuts\nChanged by the guest · #2")
    assert [each.needs.allergy for each in house.requests()] == [("eggs",), ("eggs",)]
    assert house.requests()[1].needs.diet == ("vegetarian",)
    again = house.ask(guest, "take_back_allergy", said="no peanut allergy", allergy=["peanuts"], sure=True)
    assert (again.own.strip(), again.by(jane)) == ("All right. Just write if you need anything.", "")
    house.ask(guest, "take_back_allergy", sure=True)
    house.ask(jane, "complete_request", number=2)
    assert "⚠" not in house.ask(guest, "request_service", service="food_order", note="tea").by(jane)
    assert "⚠" not in house.ask(jane, "who_is_in_room", room="302").own


def test_what_is_only_denied_is_asked_about_first(house: House) -> None:
    guest, desk = house.guest(room="302", language="zh"), house.staff("陈静", "front_desk", language="zh")
    assert "过敏" not in house.ask(guest, "take_back_allergy", said="没有过敏").own
    house.ask(guest, "tell_needs", said="花生和榴莲", allergy=["peanuts", "other"])
    asked = house.ask(guest, "take_back_allergy", said="没有过敏")
    assert (asked.own, asked.labels) == ("先前记下了过敏：花生、您自己写的那项。要去掉吗？", ["去掉", "保留"])
    remove, keep = (button.call for button in asked.buttons)
    assert house.ask(guest, keep.intent, **keep.slots).own == "好的，过敏照旧记着：花生、您自己写的那项。"
    assert house.requests()[0].needs.allergy == ("peanuts", "other")
    heard = house.ask(guest, remove.intent, **remove.slots)
    assert "客人更正，没有过敏：花生、见客人原话" in heard.by(desk)
    assert house.requests()[0].needs == Needs()


def test_a_stranger_takes_nothing_back(house: House) -> None:
    heard = house.ask(house.stranger(), "take_back_allergy", sure=True)
    assert "allergy" not in heard.own
    assert house.requests() == []
