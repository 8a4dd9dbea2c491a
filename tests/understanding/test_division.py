"""One message with two wishes is divided; reasons, amounts and what is said about a service are not a second wish."""

from __future__ import annotations

import pytest

from tests.support.fake_channel import wish
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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_twenty_wishes_in_one_breath_keep_their_amounts_and_hours(language: str) -> None:
    said = [wish(number, language).removesuffix(" please") for number in range(2, 22)]
    calls = hear(("，" if language == "zh" else ", ").join(said)).calls
    assert [call.slots["quantity"] for call in calls] == list(range(2, 22))
    assert [call.slots["time"].minute for call in calls] == [number // 6 for number in range(2, 22)]


def test_the_hour_after_a_question_mark_is_no_wish_of_its_own() -> None:
    assert wanted("early checkin possible? 1pm") == {"early_checkin"}


def test_a_burst_that_begins_with_half_a_wish_wants_what_follows() -> None:
    assert wanted("hey\ncan we get\n2 towels\nand\na cot for the baby") == {"towels", "baby_cot"}


def test_nothing_is_cancelled_that_was_not_named() -> None:
    (call,) = hear("please dont come now, baby is sleeping").calls
    assert (call.intent, call.slots) == ("cancel_request", {})


def wanted(text: str) -> set[str]:
    calls = hear(text).calls
    return {str(call.slots["service"]) if call.intent == "request_service" else call.intent for call in calls}
