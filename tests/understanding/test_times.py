"""Points in time as people say them; it is Wednesday 3 December 2025, 15:00 in Shanghai."""

from __future__ import annotations

import pytest

from bot.understanding.time_slots import find_moment
from tests.understanding.speakers import NOW

TIMES = [
    ("明天下午三点", "12-04 15:00"),
    ("后天早上7点", "12-05 07:00"),
    ("大后天上午十点一刻", "12-06 10:15"),
    ("半小时后", "12-03 15:30"),
    ("一个半小时后", "12-03 16:30"),
    ("20分钟后", "12-03 15:20"),
    ("过两个小时", "12-03 17:00"),
    ("下周五8点", "12-12 08:00"),
    ("周五早上6点", "12-05 06:00"),
    ("今晚8点半", "12-03 20:30"),
    ("今晚12点", "12-04 00:00"),
    ("晚上十点半", "12-03 22:30"),
    ("凌晨2点", "12-04 02:00"),
    ("明早七点", "12-04 07:00"),
    ("中午12点半", "12-04 12:30"),
    ("六点四十五", "12-03 18:45"),
    ("五点五十", "12-03 17:50"),
    ("差五分八点", "12-03 19:55"),
    ("7点过5分", "12-03 19:05"),
    ("8点", "12-03 20:00"),
    ("两点", "12-04 14:00"),
    ("明天一点", "12-04 13:00"),
    ("12月5号9点", "12-05 09:00"),
    ("31号8点", "12-31 08:00"),
    ("2025-12-24 18:30", "12-24 18:30"),
    ("6:45", "12-03 18:45"),
    ("tomorrow 6:45", "12-04 06:45"),
    ("tomorrow at 3", "12-04 15:00"),
    ("next friday 7:30", "12-12 07:30"),
    ("friday at 10am", "12-05 10:00"),
    ("in half an hour", "12-03 15:30"),
    ("in two and a half hours", "12-03 17:30"),
    ("in 2 hours", "12-03 17:00"),
    ("an hour from now", "12-03 16:00"),
    ("25 to 7", "12-03 18:35"),
    ("a quarter to nine tomorrow morning", "12-04 08:45"),
    ("half past six", "12-03 18:30"),
    ("7pm", "12-03 19:00"),
    ("7 p.m.", "12-03 19:00"),
    ("530 tomorrow morning", "12-04 05:30"),
    ("noon", "12-04 12:00"),
    ("midnight", "12-04 00:00"),
    ("at six thirty", "12-03 18:30"),
    ("on 5 december 9am", "12-05 09:00"),
    ("dec 24th at 6pm", "12-24 18:00"),
    ("wednesday 14:00", "12-10 14:00"),
]
HINTED = [
    ("6:45", "morning", "12-04 06:45"),
    ("8点", "morning", "12-04 08:00"),
    ("at 8", "evening", "12-03 20:00"),
    ("明天2点", "evening", "12-04 14:00"),
    ("明天5点", "clock", "12-04 05:00"),
    ("around 11", "day", "12-04 11:00"),
]
NO_TIMES = [
    "明天",
    "快一点",
    "两点建议",
    "1042",
    "25:99",
    "房间302",
    "24度",
    "for two",
    "at 302",
    "两条毛巾",
    "一点点心",
    "",
]


@pytest.mark.parametrize(("text", "expected"), TIMES)
def test_a_time_is_read(text: str, expected: str) -> None:
    found = find_moment(text, NOW)
    assert found is not None
    assert (f"{found[0]:%m-%d %H:%M}", found[0].tzinfo) == (expected, NOW.tzinfo)


@pytest.mark.parametrize(("text", "hint", "expected"), HINTED)
def test_a_service_knows_which_half_of_the_day_is_meant(text: str, hint: str, expected: str) -> None:
    found = find_moment(text, NOW, hint)
    assert found is not None
    assert f"{found[0]:%m-%d %H:%M}" == expected


@pytest.mark.parametrize("text", NO_TIMES)
def test_no_time_is_invented(text: str) -> None:
    assert find_moment(text, NOW) is None
