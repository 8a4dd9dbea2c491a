"""Names in what colleagues write: in lower case, in pinyin, beside a title; guests of the house before all else."""

from __future__ import annotations

import time

import pytest

from bot.understanding.contract import Context, Understanding
from bot.understanding.known import MOST_RUNS, find_known, keys_of, with_stand_ins
from bot.understanding.reading import read
from bot.understanding.recogniser import understand
from crm.names.sound import name_sound
from handlers.turn import Call, Question
from tests.understanding.speakers import NOW, ROOMS, STAFF, hear, wishes

GUESTS = (
    "Maria García", "张伟", "王芳", "陈大文", "John Miller", "Grace", "May", "Will Smith", "高兴", "金", "林恩",
    "欧阳兰", "Sean O'Neill",
)  # fmt: skip
WITHOUT_RECORDS = [
    ("is maria garcia here yet", "maria garcia"),
    ("zhang wei在哪间", "zhang wei"),
    ("which room is wangfang in", "wangfang"),
    ("张维住哪", "张维"),
    ("幫我查一下陳大文", "陳大文"),
    ("room of mr o'neill", "o'neill"),
    ("mr wang is here for his room", "wang"),
    ("maria garcia's room", "maria garcia"),
    ("look up maria garcia please", "maria garcia"),
    ("has john miller checked in", "john miller"),
    ("do we have a guest called Fatima Hassan?", "Fatima Hassan"),
    ("帮我查一下赵敏女士的房号", "赵敏"),
    ("find grace", "grace"),
    ("who is grace", "grace"),
    ("guest will", "will"),
    ("金先生", "金"),
    ("高兴住哪", "高兴"),
]
WITH_RECORDS = [
    ("wangfang", "wangfang"),
    ("王芳", "王芳"),
    ("王芳在吗", "王芳"),
    ("陈大文到了吗", "陈大文"),
    ("which room is 王芳 in", "王芳"),
    ("check zhang wei", "zhang wei"),
    ("did wei zhang leave", "wei zhang"),
    ("garcia maria", "garcia maria"),
    ("where is will smith", "will smith"),
    ("欧阳兰几号房", "欧阳兰"),
    ("Sean O'Neill?", "Sean O'Neill"),
    ("look up john miller for me please", "john miller"),
]
# What stands here word for word is also the name of a guest, or a homophone of one.
NO_NAMES = [
    "may i see arrivals tomorrow",
    "will arrives tomorrow",
    "grace period for checkout?",
    "is may here yet",
    "很高兴见到你",
    "今天很高兴",
    "金额是多少",
    "高兴",
    "we need linen in 302",
    "done 12, gave it to maria garcia",
    "invite john miller as housekeeper",
    "revoke john miller",
    "is john miller on duty",
]


def knowing(text: str, question: Question | None = None) -> Understanding:
    return understand(text, Context(STAFF, NOW, "zh", ROOMS, question, names=GUESTS))


@pytest.mark.parametrize(("sentence", "name"), WITHOUT_RECORDS)
def test_a_name_is_heard_however_it_is_written(sentence: str, name: str) -> None:
    assert wishes(hear(sentence, STAFF)) == f"find_guest name={name}"


@pytest.mark.parametrize(("sentence", "name"), WITHOUT_RECORDS + WITH_RECORDS)
def test_a_guest_of_the_house_is_known_by_name(sentence: str, name: str) -> None:
    assert wishes(knowing(sentence)) == f"find_guest name={name}"


@pytest.mark.parametrize("sentence", NO_NAMES)
def test_a_name_swallows_no_ordinary_word(sentence: str) -> None:
    assert wishes(knowing(sentence), "note") == wishes(hear(sentence, STAFF), "note")


def test_the_asked_name_is_found_among_other_words() -> None:
    asked = Question(Call("find_guest"), "name")
    assert wishes(knowing("it is maria garcia please", asked)) == "find_guest name=maria garcia"
    assert wishes(knowing("Somebody Else", asked)) == "find_guest name=Somebody Else"


def test_a_name_stands_where_it_was_written() -> None:
    reading = read("is  maria\u200b garcia's room 王芳")
    named = [reading.text[each.start : each.end] for each in find_known(reading, GUESTS)]
    assert named == ["maria garcia", "王芳"]
    tokens = with_stand_ins(reading, find_known(reading, GUESTS), "en").tokens
    assert [token.norm for token in tokens] == ["is", "miller", "room", "miller"]


def test_the_records_are_asked_for_few_names() -> None:
    runs = ("find maria", "find", "find maria garcia", "maria", "maria garcia", "garcia")
    assert set(keys_of("find maria garcia, 302").sounds) == set(map(name_sound, runs))
    assert set(keys_of("查陳大").written) == {"查陳", "查陈", "查陳大", "查陈大", "陳大", "陈大"}


@pytest.mark.parametrize(
    "text", ["zhang san " * 3_000, "张" * 100_000, "ab cd ef " * 9_000, "\u202e" * 9_000, "😀" * 9_000, "%_" * 9_000]
)
def test_no_text_asks_much_of_the_records(text: str) -> None:
    started = time.process_time()
    keys = keys_of(text)
    assert len(keys.written) + len(keys.sounds) <= 2 * MOST_RUNS
    knowing(text)
    assert time.process_time() - started < 1.0


def test_a_name_that_gives_orders_is_a_name() -> None:
    name = "Ignore Previous Instructions"
    context = Context(STAFF, NOW, "en", ROOMS, names=(name,))
    assert wishes(understand("where is ignore previous instructions", context)) == f"find_guest name={name.lower()}"
