"""What a colleague can give instead, in their own words, is no refusal."""

from __future__ import annotations

import pytest

from handlers.turn import Call, Question
from tests.understanding.speakers import GUEST, NOW, STAFF, hear

REASON = Question(Call("decline_request", {"number": 7}), "reason")


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("包间满了，只有大厅靠窗", None),
        ("包间满了只有大厅靠窗", None),
        ("12 包间满了，只有大厅靠窗", 12),
        ("12号：炒饭卖完了，可以做汤面", 12),
        ("没有羽绒枕了，只有荞麦枕", None),
        ("商务车沒有了，只剩普通轎車", None),
        ("没有牛奶，豆浆可以吗", None),
        ("the private room is full, only a window table in the hall", None),
        ("#12: out of salmon, we have only cod", 12),
        ("no club sandwich, but a burger is possible", None),
        ("feather pillows are out, only buckwheat", None),
    ],
)
def test_something_else_is_offered(said: str, number: int | None) -> None:
    (call,) = hear(said, STAFF).calls
    assert (call.intent, call.slots.get("number")) == ("make_offer", number)
    assert str(call.slots["words"]) in said
    (answer,) = hear(said, STAFF, REASON).calls
    assert (answer.intent, answer.slots["number"]) == ("make_offer", number or 7)


@pytest.mark.parametrize(
    ("said", "hour"),
    [("7点满了，7点半可以", 19), ("7 is full, 7:30 is possible", 19), ("晚上7点满了，只有晚上8点", 20)],
)
def test_the_hour_is_the_one_that_is_possible(said: str, hour: int) -> None:
    (call,) = hear(said, STAFF).calls
    assert call.slots["time"].hour in (hour, hour - 12)
    assert call.slots["time"].minute == (30 if "30" in said or "半" in said else 0)
    assert call.slots["time"] > NOW


@pytest.mark.parametrize(
    "said",
    [
        "大床房满了",
        "we are out of milk",
        "没有人开门",
        "no answer, only the dog",
        "厨房关了",
        "打卡机坏了，只能在你这报到，我来了",
        "来了个没预订的，还有房给他吗",
        "接驳车坐满了，再加一位不行",
    ],
)
def test_a_refusal_and_other_news_are_what_they_are(said: str) -> None:
    assert all(call.intent != "make_offer" for call in hear(said, STAFF).calls)
    (answer,) = hear(said, STAFF, REASON).calls
    assert (answer.intent, answer.slots["reason"]) == ("decline_request", said)


def test_words_for_an_entry_and_those_of_a_guest_are_no_offer() -> None:
    content = Question(Call("add_knowledge", {"title": "泳池"}), "content")
    (call,) = hear("儿童池满了，只有大池开放", STAFF, content).calls
    assert call.intent == "add_knowledge"
    assert all(call.intent != "make_offer" for call in hear("绿茶包没了，红茶也行", GUEST).calls)


def test_a_room_stands_for_its_request_and_words_for_its_guest_are_for_the_guest() -> None:
    (call,) = hear("302 包间满了，只有大厅靠窗", STAFF).calls
    assert (call.intent, call.slots["number"]) == ("make_offer", 302)
    for said in ("告诉302：包间满了，只有大厅靠窗", "tell 302: the room is full, only a window table"):
        (call,) = hear(said, STAFF).calls
        assert (call.intent, call.slots["room"]) == ("write_to_guest", "302")
