"""Answers to the open question, changes of subject, and buttons typed instead of pressed."""

from __future__ import annotations

import pytest

from handlers.turn import Button, Call, Question
from tests.understanding.speakers import STAFF, asking, hear, wishes

WAKE_UP = asking("wake_up_call", "time")
TOWELS = asking("towels", "quantity")
FOOD = asking("food_order", "note")
TABLE = asking("restaurant_table", "people")
RATING = Question(Call("rate_request", {"number": 12}), "rating")
CREDENTIAL = Question(Call("link_stay", {}), "credential")

ANSWERS = [
    (WAKE_UP, "6:45", "wake_up_call@12-04 06:45"),
    (WAKE_UP, "明早7点", "wake_up_call@12-04 07:00"),
    (WAKE_UP, "7", "wake_up_call@12-04 07:00"),
    (WAKE_UP, "0645", "wake_up_call@12-04 06:45"),
    (WAKE_UP, "no, 7:30", "wake_up_call@12-04 07:30"),
    (WAKE_UP, "六点半，谢谢", "wake_up_call@12-04 06:30"),
    (WAKE_UP, "half past six please", "wake_up_call@12-04 06:30"),
    (WAKE_UP, "7点叫醒", "wake_up_call@12-04 07:00"),
    (WAKE_UP, "7点,还有两条毛巾", "wake_up_call@12-04 07:00 + towels*2"),
    (WAKE_UP, "算了", "-wake_up_call"),
    (WAKE_UP, "never mind, thanks", "-wake_up_call"),
    (TOWELS, "3", "towels*3"),
    (TOWELS, "三条", "towels*3"),
    (TOWELS, "I need five", "towels*5"),
    (TOWELS, "两条,还要一个枕头", "towels*2 + pillows*1"),
    (TABLE, "4", "restaurant_table for 4"),
    (TABLE, "我们俩", "restaurant_table for 2"),
    (TABLE, "7点4位", "restaurant_table for 4@12-03 19:00"),
    (FOOD, "a club sandwich", "food_order note=a club sandwich"),
    (FOOD, "一碗面，不要葱", "food_order*1 diet=['no_onion'] note=一碗面，不要葱"),
    (FOOD, "点餐：一份炒饭，另外送两条毛巾", "food_order*1 note=点餐：一份炒饭 + towels*2"),
    (asking("taxi", "time", note="taxi tomorrow"), "8", "taxi@12-04 08:00 note=taxi tomorrow"),
    (asking("extend_stay", "quantity"), "两晚", "extend_stay*2"),
    (RATING, "5", "rate_request number=12 rating=5"),
    (RATING, "非常不满意", "rate_request rating=1 number=12"),
    (RATING, "满意", "rate_request rating=4 number=12"),
    (CREDENTIAL, "张三 1234", "link_stay credential={'name': '张三', 'digits': '1234'}"),
    (CREDENTIAL, "gj-7k2m", "link_stay credential={'code': 'GJ-7K2M'}"),
    (CREDENTIAL, "7k2m", "link_stay credential={'code': '7K2M'}"),
]
CHANGES = [
    (WAKE_UP, "两条毛巾", "towels*2"),
    (WAKE_UP, "空调坏了", "air_conditioning"),
    (FOOD, "空调坏了", "air_conditioning"),
    (TOWELS, "转人工", "ask_for_person"),
    (CREDENTIAL, "two towels please", "towels*2"),
]
UNANSWERED = [(WAKE_UP, "随便"), (TOWELS, "等一下"), (CREDENTIAL, "1203"), (TOWELS, "我住在5楼,电梯在哪里")]

EIGHT, LATER = Call("request_service", {"service": "taxi"}), Call("cancel_request", {})
CHOICES = (Button("周四 8:00", EIGHT), Button("算了", LATER))


@pytest.mark.parametrize(("question", "said", "understood"), ANSWERS)
def test_the_open_question_is_answered(question: Question, said: str, understood: str) -> None:
    heard = hear(said, question=question)
    assert heard.by == "pending"
    assert sorted(wishes(heard, "note").split()) == sorted(understood.split())


@pytest.mark.parametrize(("question", "said", "understood"), CHANGES)
def test_another_wish_changes_the_subject(question: Question, said: str, understood: str) -> None:
    heard = hear(said, question=question)
    assert heard.by == "phrases"
    assert wishes(heard) == understood


@pytest.mark.parametrize(("question", "said"), UNANSWERED)
def test_what_is_no_answer_is_not_taken_for_one(question: Question, said: str) -> None:
    assert hear(said, question=question).by != "pending"


def test_a_colleague_gives_a_reason_in_any_words() -> None:
    question = Question(Call("decline_request", {"number": 1042}), "reason")
    assert wishes(hear("没货了", STAFF, question), "reason") == "decline_request reason=没货了 number=1042"


def test_the_next_arrival_is_a_reason_and_no_list() -> None:
    question = Question(Call("decline_request", {"number": 1042}), "reason")
    heard = wishes(hear("next guest arrives at 2", STAFF, question), "reason")
    assert heard == "decline_request reason=next guest arrives at 2 number=1042"
    assert wishes(hear("who arrives tomorrow", STAFF, question)).startswith("arrivals")


def test_the_title_of_an_entry_is_no_other_command_about_entries() -> None:
    question = Question(Call("add_knowledge", {"content": "Open day and night."}), "title")
    assert hear("Gym", STAFF, question).by == "pending"
    (call,) = hear("change the answer about breakfast", STAFF, question).calls
    assert call.intent == "change_knowledge"


def test_where_is_asked_of_one_thing_or_of_all() -> None:
    for said, about in (("where is my taxi?", {"service": "taxi"}), ("where is my order?", {})):
        (call,) = hear(said).calls
        assert (call.intent, call.slots) == ("my_requests", about)


def test_a_thumb_up_is_thanks() -> None:
    assert wishes(hear("🙏👍")) == "thank"
    assert hear("👎").calls == ()


def test_a_question_waved_away_by_a_colleague_leaves_nothing_to_do() -> None:
    heard = hear("算了", STAFF, Question(Call("decline_request", {"number": 1042}), "reason"))
    assert (heard.by, heard.calls) == ("pending", ())


@pytest.mark.parametrize(("said", "call"), [("1", EIGHT), ("2.", LATER), ("②", LATER), ("周四 8:00", EIGHT)])
def test_a_button_may_be_typed(said: str, call: Call) -> None:
    heard = hear(said, question=WAKE_UP, choices=CHOICES)
    assert (heard.by, heard.calls) == ("button", (call,))


def test_a_number_beyond_the_buttons_answers_the_question() -> None:
    assert wishes(hear("7", question=WAKE_UP, choices=CHOICES)) == "wake_up_call@12-04 07:00"


WHICH_GUEST = Question(Call("why_not_delivered", {}), "name")
WHAT_HOUR = Question(Call("set_brief", {}), "time")


@pytest.mark.parametrize(
    ("question", "said", "understood"),
    [
        (WHICH_GUEST, "302", "why_not_delivered room=302"),
        (WHICH_GUEST, "room 302", "why_not_delivered room=302"),
        (WHICH_GUEST, "302房", "why_not_delivered room=302"),
        (WHICH_GUEST, "王芳", "why_not_delivered name=王芳"),
        (WHICH_GUEST, "Anna Berg", "why_not_delivered name=Anna Berg"),
        (WHAT_HOUR, "7点半", "set_brief@12-04 07:30"),
        (WHAT_HOUR, "8", "set_brief@12-04 08:00"),
        (WHAT_HOUR, "at nine in the evening", "set_brief@12-03 21:00"),
    ],
)
def test_a_colleague_answers_what_was_asked(question: Question, said: str, understood: str) -> None:
    assert wishes(hear(said, STAFF, question)) == understood


def test_a_number_is_no_name_where_no_room_may_be_said() -> None:
    assert wishes(hear("302", STAFF, Question(Call("find_guest", {}), "name"))) == "nothing"
