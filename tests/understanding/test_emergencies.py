"""An alarm is raised by what happens, not by haste, by a word or two that tell nothing, or by a way of speaking."""

from __future__ import annotations

import pytest

from bot.understanding.phrases import EMERGENCY
from tests.understanding.speakers import hear

HASTE = [
    "快现在",
    "快点快点",
    "快来一下",
    "马上来",
    "现在就来",
    "快送简报",
    "赶紧来人看看马桶",
    "十万火急要一个充电器",
    "brief now",
    "quick now",
    "come to the room quick please",
    "please please hurry",
    "quick question",
]
TELLS_NOTHING = ["来了", "到了", "去了", "有人", "he", "him", "going", "he is here"]
WAYS_OF_SPEAKING = [
    "我想着火锅",
    "坐着火车来的",
    "救命这也太美了",
    "救命，厕所没纸了",
    "救命啊太好吃了吧",
    "要死了太好吃了",
    "困死了",
    "有人在走廊里抽烟",
    "save us a table for two",
]
REAL = [
    "快来人",
    "来人啊",
    "302 快快",
    "快叫人，他倒在地上了",
    "奶奶快不行了",
    "楼一直在晃",
    "救命，我老公没有反应",
    "救命，太好看的窗帘着火了",
    "哈哈哈救命，起火了",
    "come quick",
    "somebody come quick",
    "somebody come quick, she is not moving",
    "快派个人来，着火了",
    "please send somebody now, my father fell down",
    "quick, 302, blood all over",
    "I do not want to wake up any more",
]

A_PERSON_AT_ONCE = [
    "plz send somebody now",
    "come to my room now",
    "someone come quickly",
    "can somebody come up right away",
    "send help now",
    "come at once",
    "快派个人来",
    "赶紧派人过来",
    "马上叫人来一下",
    "请马上过来",
    "现在来个人",
]


@pytest.mark.parametrize("said", A_PERSON_AT_ONCE)
def test_hurry_without_a_cause_is_for_a_person(said: str) -> None:
    assert [call.intent for call in hear(said).calls] == ["ask_for_person"]


@pytest.mark.parametrize("said", [*HASTE, *TELLS_NOTHING, *WAYS_OF_SPEAKING])
def test_nobody_is_alarmed(said: str) -> None:
    assert EMERGENCY not in [call.intent for call in hear(said).calls]


@pytest.mark.parametrize("said", REAL)
def test_everybody_is_alarmed(said: str) -> None:
    assert [call.intent for call in hear(said).calls] == [EMERGENCY]
