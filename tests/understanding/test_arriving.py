"""An hour of arrival that is told is no wish for the room before its time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.understanding.contract import Context
from bot.understanding.recogniser import understand
from crm.properties.knowledge import Entry, Words
from tests.understanding.speakers import GUEST, NOW, asking, hear, wishes


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("we arrive around 9 pm", "12-03 21:00"),
        ("we will be there at about 8", "12-03 20:00"),
        ("our arrival will be around 11pm", "12-03 23:00"),
        ("I will check in at 1 am", "12-04 01:00"),
        ("we are running late, arriving at 10", "12-03 22:00"),
        ("make our arrival 10 pm", "12-03 22:00"),
        ("我们大概晚上九点到", "12-03 21:00"),
        ("我們大概晚上九點到", "12-03 21:00"),
        ("我们七点半到店", "12-03 19:30"),
        ("晚点到，大概十一点", "12-04 23:00"),
        ("到店时间改成十点", "12-03 22:00"),
        ("我们明天上午九点到", "12-04 09:00"),
    ],
)
def test_an_hour_of_arrival_is_told(said: str, hour: str) -> None:
    assert wishes(hear(said)) == f"tell_arrival@{hour}"


@pytest.mark.parametrize(
    "said",
    [
        "can we check in at 10?",
        "we land at 7am, can we get into the room",
        "we arrive at 8 and need the room",
        "what time can we check in",
        "可以提前入住吗，十点到",
        "早上六点到，能上房吗",
        "朋友九点到",
        "外卖七点到",
        "我的毛巾什么时候到",
        "we arrive at 9, please book a taxi",
    ],
)
def test_a_wish_or_a_question_is_not(said: str) -> None:
    assert all(call.intent != "tell_arrival" for call in hear(said).calls)


def test_an_answer_to_another_question_stays_one() -> None:
    (call,) = hear("we arrive at 9 pm", question=asking("airport_transfer", "time")).calls
    assert call.intent == "request_service"


def test_whoever_comes_late_is_told_what_the_house_knows_of_it() -> None:
    late = Entry("late", "late", (("en", Words("Late arrival", "The key is in the safe.")),))
    pool = replace(late, id="pool", key="pool", words=(("en", Words("Pool", "Open from seven to nine.")),))
    context = Context(GUEST, NOW, "en", entries=(pool, late))
    assert understand("we arrive around 11 pm", context).calls[0].slots["entries"] == ["late"]
    assert "entries" not in understand("we arrive around 6 pm", context).calls[0].slots
