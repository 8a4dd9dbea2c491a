"""Colleagues tell the house what to keep: their words for guests are read as nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from bot.understanding.contract import Context, Understanding
from bot.understanding.recogniser import understand
from crm.properties.knowledge import Entry, Words
from handlers.intents import INTENTS
from handlers.turn import Button, Call, Intent, Question
from tests.understanding.speakers import GUEST, NOW, STAFF

BREAKFAST = Entry("b", "breakfast", (("en", Words("Breakfast", "From 7.")), ("zh", Words("早餐", "7 点起。"))))
POOL = Entry("p", "pool", (("en", Words("Pool", "Until 9 pm.")), ("zh", Words("泳池", "到 21:00。"))))


def hear_in_house(
    text: str,
    intents: tuple[Intent, ...] = STAFF,
    entries: tuple[Entry, ...] = (BREAKFAST, POOL),
    question: Question | None = None,
) -> Understanding:
    return understand(text, Context(intents, NOW, "en", question=question, entries=entries))


def only_call(text: str, **more: Any) -> tuple[str, dict[str, Any]]:
    (call,) = hear_in_house(text, **more).calls
    return call.intent, dict(call.slots)


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ("add to house knowledge: gym opens at 6:00", "gym opens at 6:00"),
        ("Add to house knowledge that the gym opens at 6", "the gym opens at 6"),
        ("知识库添加：健身房 6 点开门", "健身房 6 点开门"),
        ("知识库添加健身房6点开门", "健身房6点开门"),
        ("请知识库添加：健身房：6 点开门", "健身房：6 点开门"),
        ("add to house knowledge\nGym: opens at 6:00\nTowels are there.", "Gym: opens at 6:00\nTowels are there."),
        ("add to house knowledge: who arrives today? Ask the desk.", "who arrives today? Ask the desk."),
        ("add to house knowledge: on duty is Anna, 12 done", "on duty is Anna, 12 done"),
        ("知识库添加：今天谁到店请问前台", "今天谁到店请问前台"),
        ("add to house knowledge: see https://example.com", "see https://example.com"),
        ("知识库添加：８８８８", "８８８８"),
    ],
)
def test_words_to_be_kept_are_kept_as_they_were_written(said: str, content: str) -> None:
    intent, slots = only_call(said)
    assert (intent, slots["content"]) == ("add_knowledge", content)


@pytest.mark.parametrize(
    "said", ["add to house knowledge", "知识库添加", "add to house knowledge please", "知识库添加："]
)
def test_without_words_they_are_asked_for(said: str) -> None:
    intent, slots = only_call(said)
    assert intent == "add_knowledge"
    assert "content" not in slots


def test_a_button_that_is_typed_is_no_content() -> None:
    answer = Call("add_knowledge", {"question": "q1"})
    context = Context(STAFF, NOW, "zh", choices=(Button("补充答案 1", answer),))
    assert understand("补充答案 1", context).calls == (answer,)


@pytest.mark.parametrize("said", ["add an answer about the sauna", "知识库添加关于桑拿", "补充答案 7"])
def test_what_it_is_about_is_not_what_it_says(said: str) -> None:
    assert "content" not in only_call(said)[1]


def test_a_new_text_for_an_entry_comes_behind_its_name() -> None:
    assert only_call("change the answer about breakfast: from 8 am") == (
        "change_knowledge",
        {"entries": ["b"], "content": "from 8 am"},
    )
    intent, slots = only_call("修改早餐的答案：8 点起，今天到店的客人也一样")
    assert (intent, slots["entries"], slots["content"]) == ("change_knowledge", ["b"], "8 点起，今天到店的客人也一样")


@pytest.mark.parametrize(
    ("said", "intent", "entries"),
    [
        ("show entry breakfast", "show_knowledge", ["b"]),
        ("看看早餐的条目", "show_knowledge", ["b"]),
        ("delete entry pool", "delete_knowledge", ["p"]),
        ("删除泳池的条目", "delete_knowledge", ["p"]),
        ("history of breakfast entry", "knowledge_history", ["b"]),
        ("早餐条目改过什么", "knowledge_history", ["b"]),
        ("show entry sauna", "show_knowledge", []),
        ("show all entries", "show_knowledge", []),
    ],
)
def test_the_entry_that_is_named_is_meant(said: str, intent: str, entries: list[str]) -> None:
    assert only_call(said) == (intent, {"entries": entries})


def test_what_is_like_an_entry_is_seen() -> None:
    assert only_call("add to house knowledge: when is breakfast? from 7")[1]["entries"] == ["b"]
    assert "entries" not in only_call("add to house knowledge: the gym opens at 6")[1]


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("add to house knowledge for suites: breakfast in the room", "rooms", "suites"),
        ("add to house knowledge (suite): breakfast in the room", "rooms", "suite"),
        ("知识库添加（套房）：早餐送到房间", "rooms", "套房"),
        ("change the English answer about breakfast", "language", "en"),
        ("改早餐的英文答案", "language", "en"),
        ("change the answer about breakfast in French: à 7 heures", "language", "other"),
        ("知识库添加日语：朝食", "language", "other"),
    ],
)
def test_for_whom_and_in_which_language_it_is(said: str, slot: str, value: str) -> None:
    assert only_call(said)[1][slot] == value


def test_words_that_were_asked_for_are_the_answer() -> None:
    question = Question(Call("change_knowledge", {"entry": "b", "version": 1}), "content")
    for said in ("From 8 am: buffet", "arrivals: 14:00", "in house guests ask at the desk", "12 完成前不开"):
        intent, slots = only_call(said, question=question)
        assert (intent, slots) == ("change_knowledge", {"entry": "b", "version": 1, "content": said})
    assert only_call("who arrives today", question=question)[0] == "arrivals"
    assert hear_in_house("never mind", question=question).calls == ()


def test_an_entry_may_be_named_as_the_answer() -> None:
    question = Question(Call("delete_knowledge"), "entries")
    assert only_call("the pool one", question=question) == ("delete_knowledge", {"entries": ["p"]})


def test_whoever_may_not_edit_keeps_nothing() -> None:
    others = tuple(intent for intent in INTENTS if intent in STAFF and intent.action != "edit_knowledge")
    assert all("content" not in call.slots for call in hear_in_house("知识库添加：健身房6点开门", others).calls)


def test_what_no_other_brain_understands_may_be_what_an_entry_tells() -> None:
    assert hear_in_house("网络密码告诉我一下", GUEST, ()).calls == ()
    wifi = Entry("w", "wifi", (("zh", Words("无线网络", "网络名 Lakeside，密码 welcome-home。")),))
    (call,) = hear_in_house("网络密码告诉我一下", GUEST, (BREAKFAST, wifi)).calls
    assert (call.intent, call.slots["entries"]) == ("ask_house", ["w"])
    assert hear_in_house("the quick brown fox", GUEST).calls == ()


def test_a_note_may_come_with_the_hand_over() -> None:
    assert only_call("hand over: 204 wants an early taxi") == ("hand_over", {"note": "204 wants an early taxi"})


def test_whoever_names_no_entry_speaks_of_something_else() -> None:
    question = Question(Call("knowledge_history"), "entries")
    assert only_call("the pool one", question=question) == ("knowledge_history", {"entries": ["p"]})
    for said, intent in (("thanks", "thank"), ("who is on duty", "who_is_on_duty"), ("take 12", "accept_request")):
        assert only_call(said, question=question)[0] == intent


def test_when_do_i_check_out_is_answered_with_the_hour_of_the_house() -> None:
    noon = Entry("c", "check-out", (("en", Words("Check-out time", "Until noon.")),))
    for said in ("what time is check out", "when do I check out?"):
        assert only_call(said, intents=GUEST, entries=(POOL, noon)) == ("my_stay", {"entries": ["c"]})
    assert only_call("what is my room number", intents=GUEST, entries=(noon,)) == ("my_stay", {"entries": []})
