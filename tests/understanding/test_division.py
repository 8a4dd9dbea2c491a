"""One message with two wishes is divided; reasons, amounts and what is said about a service are not a second wish."""

from __future__ import annotations

import pytest

from tests.understanding.speakers import hear

TWO = [
    ("the shower only runs cold, and we would also like to check out late tomorrow", {"water", "late_checkout"}),
    ("the telly shows nothing. also we've run out of loo roll", {"tv", "toiletries"}),
    ("the hallway light will not come on; the room could do with a good sweep", {"light", "cleaning"}),
    ("no hot water this morning and could we have a cot for our little one", {"water", "baby_cot"}),
    ("wifi密码多少，再拿两条毛巾", {"ask_house", "towels"}),
    ("What's the wifi password? Oh and two more towels please", {"ask_house", "towels"}),
    ("洗手台的水一直往下漏 另外被子太薄了", {"water", "bedding"}),
    ("房间想打扫一下，再叫辆车去高铁站", {"cleaning", "airport_transfer"}),
]
ONE = [
    ("we have an early flight so we need a cab at five", "taxi"),
    ("it is freezing in here, the radiator does not come on", "air_conditioning"),
    ("the radiator hisses and keeps us awake", "air_conditioning"),
    ("小孩晚上总是滚下来，想要一张带围栏的小床", "baby_cot"),
    ("刚才点的毛巾怎么还没到，都四十分钟了", "my_requests"),
]


@pytest.mark.parametrize(("text", "names"), TWO)
def test_two_wishes_are_two(text: str, names: set[str]) -> None:
    assert wanted(text) == names


@pytest.mark.parametrize(("text", "name"), ONE)
def test_a_reason_is_no_second_wish(text: str, name: str) -> None:
    assert wanted(text) == {name}


def wanted(text: str) -> set[str]:
    return {str(call.slots.get("service", call.intent)) for call in hear(text).calls}
