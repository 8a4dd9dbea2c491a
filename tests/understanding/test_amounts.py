"""How many things and how many people, as guests write it; prices, ages, sizes and dates count nothing."""

from __future__ import annotations

import pytest

from bot.understanding.amounts import find_amounts, find_persons
from bot.understanding.reading import fold

THINGS = [
    ("浴巾 x3", 3),
    ("毛巾*4", 4),
    ("towels (x2)", 2),
    ("3x towels please", 3),
    ("3 of the 68 yuan noodle soups", 3),
    ("two phone chargers, happy to pay 50 yuan", 2),
    ("来两碗28块的牛肉面", 2),
    ("要三台出租", 3),
    ("两打水", 24),
    ("3 dozen eggs", 36),
    ("票要三张，我女儿12岁", 3),
    ("婴儿床来两张，双胞胎，8个月", 2),
    ("三块蛋糕", 3),
    ("one beer and two cokes", 3),
    ("two cokes and one beer", 3),
    ("two cokes, a cold one please", 2),
    ("two or three towels", 3),
    ("2-3瓶水", 3),
    ("两大瓶可乐", 2),
    ("4 red and 2 white wines, 6 in total", 6),
    ("another three pillows", 3),
    ("一对枕头", 2),
    ("两对耳塞", 2),
    ("再住三晚", 3),
    ("we stay for 3 nights and need 2 towels", 2),
    ("一打开空调就响", None),
    ("一次性拖鞋两双", 2),
    ("等了两个小时", None),
    ("a 2-person tent", None),
    ("8 months old baby needs a cot", None),
    ("my kids are 4 and 7", None),
    ("550ml水三瓶", 3),
    ("3楼有点吵", None),
    ("dec 24 please", None),
    ("12月24日", None),
    ("one of my bags is missing", None),
    ("one moment please", None),
    ("这件一百五十块", None),
    ("42码的拖鞋两双", 2),
    ("周一两条毛巾", 2),
    ("一共十一件脏衣服", 11),
    ("3 child seats for the car", 3),
    ("two adult tickets and one child ticket", 3),
    ("send two people to carry 5 bags", 5),
    ("我们三瓶水", 3),
]
PEOPLE = [
    ("两个大人一个婴儿", 3),
    ("table for two", 2),
    ("a table for my wife and me", 2),
    ("my wife and me and our three kids", 5),
    ("my wife, our two kids and me", 4),
    ("my wife feels sick and i need a doctor", None),
    ("table for 4, my wife is vegetarian", 4),
    ("dinner for a dozen people", 12),
    ("table for four plus a baby", 5),
    ("table for 5, 3 adults and 2 kids", 5),
    ("a family of four", 4),
    ("group of eleven", 11),
    ("two adults and a toddler", 3),
    ("7 passengers", 7),
    ("we are four", 4),
    ("4 people including 2 kids", 4),
    ("just me", 1),
    ("a couple of friends and me", 3),
    ("table for 2 or 3", 3),
    ("two baby cots", None),
    ("van for ten, plus 12 bags", 10),
    ("table 5 needs water", None),
    ("一家三口，两大一小", 3),
    ("五个大人俩孩子", 7),
    ("四个人，其中一个小孩", 4),
    ("四个人加一个宝宝", 5),
    ("我跟我老婆两个人", 2),
    ("我和老公还有两个孩子", 4),
    ("夫妻俩带一个孩子", 3),
    ("一行九人", 9),
    ("一共三个", None),
    ("三人间", None),
    ("派一个人来修", None),
    ("给我老婆送条毛巾", None),
    ("我女儿12岁", None),
]


@pytest.mark.parametrize(("text", "count"), THINGS)
def test_things_are_counted(text: str, count: int | None) -> None:
    found = find_amounts(fold(text))
    assert (sum(value for value, _ in found) if found else None) == count


@pytest.mark.parametrize(("text", "count"), PEOPLE)
def test_people_are_counted(text: str, count: int | None) -> None:
    found = find_persons(fold(text))
    assert (sum(value for value, _ in found) if found else None) == count
