"""From when until when, and on which days somebody works (it is Wednesday 3 December)."""

from __future__ import annotations

import pytest

from bot.understanding.reading import fold
from bot.understanding.spans import find_days, find_spans
from tests.understanding.speakers import NOW


@pytest.mark.parametrize(
    ("said", "spans"),
    [
        ("7 to 15", ["07:00-15:00"]),
        ("7-3", ["07:00-15:00"]),
        ("3 to 11", ["15:00-23:00"]),
        ("11 to 7", ["11:00-19:00"]),
        ("seven to three", ["07:00-15:00"]),
        ("9 to 5pm", ["09:00-17:00"]),
        ("7am to 3", ["07:00-15:00"]),
        ("3-11pm", ["15:00-23:00"]),
        ("7 to 11pm", ["19:00-23:00"]),
        ("10pm-6am", ["22:00-06:00"]),
        ("noon to 8", ["12:00-20:00"]),
        ("10 to midnight", ["22:00-00:00"]),
        ("22:00-6:30", ["22:00-06:30"]),
        ("6 to 22", ["06:00-22:00"]),
        ("0700-1500", ["07:00-15:00"]),
        ("7:00-15:00 and 18-20", ["07:00-15:00", "18:00-20:00"]),
        ("7点到15点", ["07:00-15:00"]),
        ("七点到三点半", ["07:00-15:30"]),
        ("早上7点到下午3点", ["07:00-15:00"]),
        ("下午3点到11点", ["15:00-23:00"]),
        ("晚上10点到6点", ["22:00-06:00"]),
        ("22点到次日6点", ["22:00-06:00"]),
        ("7到11，17到21", ["07:00-11:00", "17:00-21:00"]),
        ("25 to 31", []),
        ("7:00-7:00", ["07:00-19:00"]),
        ("07:00-06:00", []),  # 23 hours at a stretch
        ("mon to fri", []),
        ("周一到周五", []),
    ],
)
def test_from_when_until_when(said: str, spans: list[str]) -> None:
    assert [each for each, _ in find_spans(fold(said))] == spans


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("tomorrow", "4"),
        ("today and tomorrow", "3 4"),
        ("mon to fri", "8 9 10 11 12"),
        ("Thu to Sat", "4 5 6"),
        ("next week Mon to Fri", "8 9 10 11 12"),
        ("Mon, Wed and Fri", "8 10 12"),
        ("this week", "3 4 5 6 7"),
        ("next week", "8 9 10 11 12 13 14"),
        ("weekdays", "3 4 5"),
        ("the weekend", "6 7"),
        ("3 to 7 December", "3 4 5 6 7"),
        ("1 Dec to 5 Dec", "1 2 3 4 5"),
        ("周一到周五", "8 9 10 11 12"),
        ("周一到五", "8 9 10 11 12"),
        ("周一三五", "8 10 12"),
        ("下周一、三、五", "8 10 12"),
        ("周四、周五", "4 5"),
        ("周末", "6 7"),
        ("这周", "3 4 5 6 7"),
        ("下周工作日", "8 9 10 11 12"),
        ("12月5号到8号", "5 6 7 8"),
        ("今明两天", "3 4"),
        ("明后两天", "4 5"),
        ("Feb 30", ""),
        ("whenever", ""),
    ],
)
def test_on_which_days(said: str, days: str) -> None:
    found, _ = find_days(fold(said), NOW.date())
    assert " ".join(str(each.day) for each in found) == days


def test_a_range_never_runs_backwards_and_has_an_end() -> None:
    days, _ = find_days(fold("12月30号到1月2号"), NOW.date())
    assert [f"{each:%m-%d}" for each in days] == ["12-30", "12-31", "01-01", "01-02"]
    assert len(find_days(fold("today to 30 November"), NOW.date())[0]) == 100
