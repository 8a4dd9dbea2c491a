"""Allergies, diets, ages and budgets as guests tell them, and what only looks like one."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bot.understanding.allergies import find_allergies
from bot.understanding.finding import Heard
from bot.understanding.foods import codes_of
from bot.understanding.reading import fold, read
from bot.understanding.slots import FINDERS
from handlers.turn import Call
from prompts.words import LANGUAGES, table
from tests.understanding.speakers import NOW, ROOMS, asking, hear

ALLERGIES = [
    ("club sandwich, no peanuts, my son is allergic", "peanuts", ""),
    ("I'm allergic to peanuts", "peanuts", ""),
    ("I am allergic to nuts and shellfish", "tree_nuts shellfish", ""),
    ("nut allergy", "tree_nuts", ""),
    ("my daughter has a severe nut allergy", "tree_nuts", ""),
    ("peanut and egg allergies", "peanuts eggs", ""),
    ("allergies: milk, eggs", "milk eggs", ""),
    ("allergic to peanuts, eggs and milk please", "peanuts eggs milk", ""),
    ("allergic to peanuts, eggs benedict please", "peanuts", ""),
    ("I'm allergic to peanuts, fish and chips please", "peanuts", ""),
    ("I can't have shellfish", "shellfish", ""),
    ("we cannot eat gluten", "gluten", ""),
    ("she is lactose intolerant", "lactose", ""),
    ("I'm coeliac", "gluten", ""),
    ("alergic to penuts", "peanuts", ""),
    ("allergic to durian", "other", ""),
    ("allergic to peanuts and durian.", "peanuts other", ""),
    ("I have a food allergy", "other", ""),
    ("I'm allergic to penicillin", "penicillin", ""),
    ("feather free pillow please, I'm allergic", "feathers", ""),
    ("I am allergic to down, please change the pillows to synthetic.", "feathers", ""),
    ("allergic to dust mites and cats", "dust pets", ""),
    ("don't forget I'm allergic to nuts", "tree_nuts", ""),
    ("no I'm allergic to nuts", "tree_nuts", ""),
    ("please do not ignore my nut allergy", "tree_nuts", ""),
    ("do you have a menu? my wife is allergic to sesame", "sesame", ""),
    ("is the satay sauce made with peanuts, my wife is allergic", "peanuts", ""),
    ("not allergic to nuts but to eggs", "eggs", ""),
    ("no allergies except peanuts", "peanuts", ""),
    ("no allergies", "", ""),
    ("no food allergies, thank you", "", ""),
    ("we don't have any allergies", "", ""),
    ("I'm not allergic to anything", "", ""),
    ("nobody is allergic to nuts", "", ""),
    ("no known allergies", "", ""),
    ("allergies: none", "", ""),
    ("hypoallergenic pillow", "", ""),
    ("allergy tablets please", "", ""),
    ("do you have an allergy menu", "", ""),
    ("can you cater for nut allergies?", "", ""),
    ("does the soup contain nuts?", "", ""),
    ("fish for dinner", "", ""),
    ("no nuts about it", "", ""),
    ("in 5 minutes", "", ""),
    ("why can't we have eggs for breakfast", "", ""),
    ("there is no milk in the fridge", "", ""),
    ("no peanuts please", "", "no_peanuts"),
    ("burger without onions and cheese", "", "no_onion no_milk"),
    ("nut free and egg free", "", "no_tree_nuts no_eggs"),
    ("hold the mayo", "", "no_eggs"),
    ("I don't eat pork", "", "no_pork"),
    ("can't eat pork", "", "no_pork"),
    ("no pork, no alcohol", "", "no_pork no_alcohol"),
    ("vegetarian, not vegan", "", "vegetarian"),
    ("we're not vegetarian", "", ""),
    ("vegan please", "", "vegan"),
    ("halal food", "", "halal"),
    ("I'm diabetic, low salt please", "", "diabetic low_salt"),
    ("gluten-free bread", "", "gluten_free"),
    ("dairy free and no spicy food", "", "dairy_free no_spicy"),
    ("soft food for my grandmother", "", "soft_food"),
    ("coffee, no sugar", "", "no_sugar"),
    ("no more eggs left", "", ""),
    ("我对花生过敏", "peanuts", ""),
    ("對花生過敏", "peanuts", ""),
    ("我對蝦和蟹過敏", "shellfish", ""),
    ("忘了说，我对花生过敏", "peanuts", ""),
    ("花生过敏", "peanuts", ""),
    ("海鲜过敏", "seafood", ""),
    ("吃不了虾", "shellfish", ""),
    ("孩子不能吃鸡蛋", "eggs", ""),
    ("虾我吃不了", "shellfish", ""),
    ("女儿麸质过敏，要一份无麸质的三明治", "gluten", "gluten_free"),
    ("我对花生、芝麻和榴莲过敏", "peanuts sesame other", ""),
    ("对榴莲过敏", "other", ""),
    ("我有食物过敏", "other", ""),
    ("我乳糖不耐受", "lactose", ""),
    ("酒精过敏", "alcohol", ""),
    ("羽绒过敏，换个枕头", "feathers", ""),
    ("我对羽毛过敏，一枕就打喷嚏", "feathers", ""),
    ("对尘螨过敏", "dust", ""),
    ("青霉素过敏", "penicillin", ""),
    ("不过敏", "", ""),
    ("没有过敏", "", ""),
    ("没有食物过敏", "", ""),
    ("对花生不过敏", "", ""),
    ("花生不过敏", "", ""),
    ("无过敏史", "", ""),
    ("过敏史：无", "", ""),
    ("除了花生都不过敏", "peanuts", ""),
    ("过敏性鼻炎犯了", "", ""),
    ("抗过敏药", "", ""),
    ("过敏起疹子", "", ""),
    ("会不会过敏", "", ""),
    ("汤里有花生吗", "", ""),
    ("能不能吃花生", "", ""),
    ("孕妇不能吃螃蟹吗", "", ""),
    ("这么多虾吃不了，打包", "", ""),
    ("花生米来一份", "", ""),
    ("来一份宫爆鸡丁饭，不要花生", "", "no_peanuts"),
    ("啤酒四瓶，再来碟花生", "", ""),
    ("不要香菜", "", "no_coriander"),
    ("不要葱姜蒜", "", "no_onion no_ginger no_garlic"),
    ("香菜不要", "", "no_coriander"),
    ("走葱", "", "no_onion"),
    ("免辣", "", "no_spicy"),
    ("微辣少盐", "", "mild low_salt"),
    ("我们吃素", "", "vegetarian"),
    ("我不吃素", "", ""),
    ("不吃猪肉，要清真的", "", "no_pork halal"),
    ("忌口：葱、香菜", "", "no_onion no_coriander"),
    ("没有忌口", "", ""),
    ("有忌口", "", "restricted"),
    ("要不要加鸡蛋", "", ""),
    ("鸡蛋不要太熟", "", ""),
    ("不要忘了鸡蛋", "", ""),
    ("无糖，糖尿病", "", "no_sugar diabetic"),
    ("我奶奶要软食", "", "soft_food"),
    ("宝宝辅食", "", "baby_food"),
    ("不吃辣", "", "no_spicy"),
    ("餐厅能做不含花生的菜吗 我过敏", "peanuts", ""),
    ("沙茶酱里有没有花生，我过敏", "peanuts", ""),
    ("去海鲜餐厅", "", ""),
    ("为什么不放鸡蛋", "", ""),
    ("allergic to peanuts and want 2 towels", "peanuts", ""),
    ("allergic to cats", "pets", ""),
    ("牛奶不要了", "", ""),
    ("纯素", "", "vegan"),
    ("I'm allergic to fish, eggs, milk and soy", "fish eggs milk soy", ""),
    ("吃花生会过敏", "peanuts", ""),
    ("一吃芒果就过敏", "mango", ""),
    ("我过敏的是花生", "peanuts", ""),
    ("过敏源：花生、虾", "peanuts shellfish", ""),
    ("my son reacts to nuts", "", ""),
    ("no dairy for me", "", "dairy_free"),
    ("no fish sauce", "", "no_fish"),
]

AGES = [
    ("kids 3 and 5", "3y 5y"),
    ("kids (3, 5 and 8)", "3y 5y 8y"),
    ("two kids, 4 and 7", "4y 7y"),
    ("a 10-month-old", "10m"),
    ("my son is 5", "5y"),
    ("5 and 8 year olds", "5y 8y"),
    ("my 82-year-old mother", "82y"),
    ("a 6-week-old baby", "1m"),
    ("children aged 4 and 9", "4y 9y"),
    ("1.5 years old", "18m"),
    ("5岁和8岁两个孩子", "5y 8y"),
    ("3、5岁两个孩子", "3y 5y"),
    ("宝宝半岁", "6m"),
    ("一岁半", "18m"),
    ("10个月大的宝宝", "10m"),
    ("三歲的小孩", "3y"),
    ("奶奶八十二岁了", "82y"),
    ("住302，5岁的孩子", "5y"),
    ("my 35-year-old husband", ""),
    ("a 12-year-old whisky", ""),
    ("our 3-year-old dog", ""),
    ("我家狗3岁", ""),
    ("the room is 302", ""),
    ("breakfast is 8", ""),
    ("in 5 minutes", ""),
    ("住三个月", ""),
    ("two kids at 7pm", ""),
    ("十二年的酒", ""),
]

MONEY = [
    ("under 200 yuan", "at_most 200 CNY"),
    ("$50 max", "at_most 50 USD"),
    ("not more than 1,500 rmb", "at_most 1500 CNY"),
    ("budget 120 yuan", "at_most 120 CNY"),
    ("between 100 and 200 yuan", "at_most 200 CNY"),
    ("one hundred and fifty yuan max", "at_most 150 CNY"),
    ("around 80 dollars", "about 80 USD"),
    ("at least 100 euros", "at_least 100 EUR"),
    ("99.50 pounds or less", "at_most 99.50 GBP"),
    ("80 per person", "about 80  each"),
    ("预算三百块以内", "at_most 300 "),
    ("預算三百塊以內", "at_most 300 "),
    ("under 50 dollars each", "at_most 50 USD each"),
    ("人均100左右", "about 100  each"),
    ("每人不超过200元", "at_most 200  each"),
    ("两百来块", "about 200 "),
    ("三百五十元左右", "about 350 "),
    ("一千二百块以下", "at_most 1200 "),
    ("100到200块", "at_most 200 "),
    ("至少200元", "at_least 200 "),
    ("50块的果盘", "about 50 "),
    ("两块蛋糕", ""),
    ("10块肥皂", ""),
    ("a 100 yuan voucher", ""),
    ("有100元的代金券", ""),
    ("you charged me 200 yuan", ""),
    ("room 200", ""),
    ("under the bed", ""),
    ("5 minutes", ""),
]


def heard(text: str) -> Heard:
    return Heard(read(text).plain, text, NOW, ROOMS)


def found(finder: str, text: str) -> Any:
    told = FINDERS[finder](heard(text))
    return told.value if told else None


def slots(text: str, at: int = 0) -> dict[str, Any]:
    return dict(hear(text).calls[at].slots)


@pytest.mark.parametrize(("said", "allergy", "diet"), ALLERGIES)
def test_an_allergy_is_told_from_a_diet_and_from_an_order(said: str, allergy: str, diet: str) -> None:
    assert " ".join(found("allergy", said) or []) == allergy
    assert " ".join(found("diet", said) or []) == diet


@pytest.mark.parametrize(("said", "ages"), AGES)
def test_ages_of_children_and_of_the_old_are_heard(said: str, ages: str) -> None:
    assert " ".join(found("ages", said) or []) == ages


@pytest.mark.parametrize(("said", "money"), MONEY)
def test_a_budget_is_heard_with_its_bound(said: str, money: str) -> None:
    told = found("money", said)
    line = f"{told['bound']} {told['amount']} {told['currency']}{' each' if told.get('per') else ''}" if told else ""
    assert line == money


def test_the_words_of_both_languages_are_for_the_same_things() -> None:
    for name in ("allergens", "ingredients", "medicine", "room", "diets"):
        assert set(table("zh", "diet", name)) == set(table("en", "diet", name))


def test_no_word_stands_for_two_things() -> None:
    for language in LANGUAGES:
        owners: dict[str, str] = {}
        for name in ("allergens", "ingredients", "medicine", "room"):
            for code, words in table(language, "diet", name).items():
                for word in map(fold, words):
                    assert owners.setdefault(word, code) == code, word


def test_money_and_ages_are_no_amount_no_people_and_no_room() -> None:
    assert slots("an excursion for two, $50 max").keys() == {"service", "people", "note", "money"}
    table_ = slots("table for 4 tonight at 7, kids 3 and 5")
    assert (table_["people"], table_["ages"], table_.get("quantity")) == (4, ["3y", "5y"], None)
    table_ = slots("今晚七点四位，5岁和8岁两个孩子，人均100左右")
    assert (table_["people"], table_["ages"], table_["money"]["amount"]) == (4, ["5y", "8y"], "100")
    assert "room" not in slots("a fruit platter under 302 yuan")


def test_whoever_takes_none_of_it_is_told_none_of_it() -> None:
    towels, sandwich = hear("2 towels and a club sandwich, I'm allergic to peanuts").calls
    assert "allergy" not in towels.slots
    assert sandwich.slots["allergy"] == ["peanuts"]
    pillow = slots("I'm allergic to feathers, a pillow please")
    assert (pillow["service"], pillow["allergy"]) == ("pillows", ["feathers"])


def test_what_no_wish_takes_is_told_by_itself() -> None:
    towels, told = hear("two towels please, and I'm allergic to peanuts").calls
    assert (towels.slots["service"], told.intent, told.slots["allergy"]) == ("towels", "tell_needs", ["peanuts"])
    pillow, told = hear("羽绒枕头换一个，我对羽绒和花生过敏").calls
    assert (pillow.slots["allergy"], told.slots["allergy"]) == (["feathers"], ["peanuts"])


@pytest.mark.parametrize(
    "said",
    [
        "I'm allergic to peanuts",
        "forgot to say, my daughter has a severe peanut allergy",
        "please tell the kitchen I'm allergic to peanuts",
        "忘了说，我对花生过敏",
        "忘了說，我對花生過敏",
        "请告诉厨房孩子花生过敏",
    ],
)
def test_an_allergy_alone_is_neither_an_order_nor_a_complaint(said: str) -> None:
    (call,) = hear(said).calls
    assert (call.intent, call.slots["allergy"], call.slots["note"]) == ("tell_needs", ["peanuts"], said)


@pytest.mark.parametrize("said", ["make it vegetarian", "actually vegetarian please", "改成素食的"])
def test_a_diet_may_change_what_was_asked_for(said: str) -> None:
    (call,) = hear(said).calls
    assert (call.intent, call.slots["diet"]) == ("change_request", ["vegetarian"])


@pytest.mark.parametrize(
    "said",
    [
        "does the soup contain nuts?",
        "is the fried rice vegan?",
        "any nuts in the burger?",
        "炒饭里有没有花生",
        "这个汤含不含坚果",
        "面条是素的吗",
    ],
)
def test_what_is_in_it_is_a_question_to_the_house(said: str) -> None:
    (call,) = hear(said).calls
    assert call.intent == "ask_house"


@pytest.mark.parametrize(
    "said",
    [
        "I had an allergic reaction, can't breathe",
        "is there peanut in this? my throat itches and is getting tight",
        "对花生过敏 喉咙肿起来了",
        "my son is allergic to peanuts and his lips are swelling",
    ],
)
def test_a_reaction_is_an_emergency(said: str) -> None:
    assert [call.intent for call in hear(said).calls] == ["emergency"]


def test_the_guests_own_words_stay_in_the_note() -> None:
    assert slots("羽绒过敏，换个枕头")["note"] == "羽绒过敏；换个枕头"
    assert slots("I can't have shellfish. Seafood fried rice please")["note"].startswith("I can't have shellfish; ")


def test_while_ordering_an_allergy_belongs_to_the_order() -> None:
    (call,) = hear("I'm allergic to peanuts", question=asking("food_order", "note")).calls
    words = "I'm allergic to peanuts"
    assert call == Call("request_service", {"service": "food_order", "allergy": ["peanuts"], "words": words})
    (call,) = hear("club sandwich", question=asking("food_order", "note", allergy=["peanuts"])).calls
    assert (call.slots["note"], call.slots["allergy"]) == ("club sandwich", ["peanuts"])
    told, order = hear("I'm allergic to peanuts", question=asking("taxi", "time")).calls
    assert (told.intent, order.slots) == ("tell_needs", {"service": "taxi"})


def test_two_hundred_allergens_are_heard_once_each() -> None:
    words = [said[0] for name in ("allergens", "room") for said in table("en", "diet", name).values()]
    said = "I'm allergic to " + ", ".join((words * 5)[:200])
    started = time.process_time()
    understood = hear(said)
    assert time.process_time() - started < 2
    told = [code for call in understood.calls for code in call.slots["allergy"]]
    assert len(told) == len(set(told))
    assert set(told) >= (codes_of("allergens") | codes_of("room")) - {"other"}


@pytest.mark.parametrize("said", ["过敏", "对花生", "不要花生", "allergic to ", "kids 3 and ", "100 yuan ", "1", "a  "])
def test_five_thousand_characters_are_read_quickly(said: str) -> None:
    plain = read(said * (5_000 // len(said))).plain
    started = time.process_time()
    for finder in ("allergy", "diet", "ages", "money"):
        FINDERS[finder](Heard(plain, plain, NOW, ROOMS))
    assert time.process_time() - started < 1
    assert len(find_allergies(plain).codes) <= 2


def test_thousands_of_blanks_are_read_quickly() -> None:
    started = time.process_time()
    assert hear("bring" + " " * 4_900 + "towels").calls[0].slots["service"] == "towels"
    assert time.process_time() - started < 2


def test_two_diets_of_one_table_are_both_noted() -> None:
    (call,) = hear("table for 4 tonight at 7.30, one vegan and one gluten free").calls
    assert set(call.slots["diet"]) == {"vegan", "gluten_free"}


@pytest.mark.parametrize(
    ("said", "named", "sure"),
    [
        ("actually I am not allergic after all", None, True),
        ("I'm not allergic to peanuts after all", ["peanuts"], True),
        ("I am no longer allergic to nuts", ["tree_nuts"], True),
        ("please take the peanut allergy off", ["peanuts"], True),
        ("could you remove my peanut allergy?", ["peanuts"], False),
        ("no allergies", None, False),
        ("其实我对花生不过敏", ["peanuts"], True),
        ("其實我對花生不過敏", ["peanuts"], True),
        ("之前说的花生过敏搞错了", ["peanuts"], True),
        ("过敏的事弄错了，不用管", None, True),
        ("没有过敏", None, False),
    ],
)
def test_an_allergy_is_taken_back(said: str, named: list[str] | None, sure: bool) -> None:
    (call,) = hear(said).calls
    assert (call.intent, call.slots.get("allergy"), call.slots["sure"]) == ("take_back_allergy", named, sure)


@pytest.mark.parametrize(
    "said",
    [
        "I have no other allergies",
        "don't forget my peanut allergy",
        "please don't remove my allergy",
        "I'm not allergic to peanuts, but to eggs",
        "孩子不是花生过敏，是鸡蛋过敏",
        "别忘了我花生过敏",
        "我没有别的过敏",
        "2 towels, and I'm not allergic after all",
    ],
)
def test_other_words_take_no_allergy_back(said: str) -> None:
    assert all(call.intent != "take_back_allergy" for call in hear(said).calls)


def test_taken_back_in_the_midst_of_an_order_the_order_goes_on() -> None:
    taken_back, order = hear("I'm not allergic after all", question=asking("food_order", "note")).calls
    assert (taken_back.intent, order) == ("take_back_allergy", Call("request_service", {"service": "food_order"}))
