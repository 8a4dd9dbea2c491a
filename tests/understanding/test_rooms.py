"""Numbers of rooms as people say them in a chat, and the many numbers that are none; the house's list is not known."""

from __future__ import annotations

import pytest

from bot.understanding.reading import read
from bot.understanding.rooms import find_room_words

NO_ROOMS: frozenset[str] = frozenset()
ALL_ROOMS = frozenset(str(room) for room in range(100, 2500))

ENGLISH = [
    ("the shower in four twenty-two drips", "422"),
    ("could you get us into 708 earlier", "708"),
    ("we'd like to keep 1503 until 2pm", "1503"),
    ("keep ten oh seven for two more nights", "1007"),
    ("eleven oh three needs making up", "1103"),
    ("sixteen oh two: toothbrushes please", "1602"),
    ("bulb gone above the desk in 5 1 7", "517"),
    ("two more towels to six-one-three", "613"),
    ("club sandwich for nine forty-five please", "945"),
    ("we are in fifteen eleven, no hot water", "1511"),
    ("locked out of two-oh-eight, help", "208"),
    ("ring six-twenty when the car is here", "620"),
    ("room one twenty one, extra pillow", "121"),
    ("room three hundred and five please", "305"),
    ("room no. 640 needs a cot", "640"),
    ("my room number is 812", "812"),
    ("i'm in twenty-two fourteen", "2214"),
    ("the ac in twenty-one oh five is dead", "2105"),
    ("laundry pick-up from twelve-oh-nine", "1209"),
    ("the party in 512 is too loud", "512"),
    ("the safe in 312 is stuck", "312"),
    ("someone is smoking outside 506", "506"),
    ("i'm at 308, let me in", "308"),
    ("charge it to five thirty-one", "531"),
    ("b07 needs more coffee", "B07"),
    ("302 is out of toilet paper", "302"),
    ("we are in 2011 and it is cold", "2011"),
]
CHINESE = [
    ("现在可以打扫2011了", "2011"),
    ("昨天退的1312，落了条围巾", "1312"),
    ("这间1111太吵，我想换一间", "1111"),
    ("脏衣服放1005门把手上了", "1005"),
    ("C09要个猫砂盆", "C09"),
    ("麻烦送3支牙刷到A05", "A05"),
    ("麻烦送两瓶水到1206", "1206"),
    ("八幺二晚上七点做夜床", "812"),
    ("二幺零三WiFi连上没网", "2103"),
    ("二零一三要两条毛巾", "2013"),
    ("302晚上想加床", "302"),
    ("1203点餐，两份炒饭", "1203"),
    ("302天花板漏水", "302"),
    ("1108把空调修一下", "1108"),
    ("隔壁1506太吵了", "1506"),
    ("快点，906的空调不制冷", "906"),
    ("三百零八号房要一床被子", "308"),
    ("我住302号", "302"),
    ("我们住八零三", "803"),
    ("楼上的1802一直在跳", "1802"),
]
ASKED = [
    ("is eight fourteen empty", "814"),
    ("anyone checked into two seventeen yet", "217"),
    ("2号别墅旁边那间116是谁", "116"),
    ("who stays in 7", "7"),
    ("2021谁住", "2021"),
]
NONE_ENGLISH = [
    "wake me at seven oh five",
    "taxi for seven oh five please",
    "set an alarm for 615",
    "late checkout to 1430",
    "the eight forty train",
    "one two three testing",
    "testing 1 2 3",
    "i have been a guest since 1987",
    "born in nineteen eighty-five",
    "wifi only does 2 mbps, i pay for 100",
    "a suite on the 12th floor",
    "flight MU512 lands at 1120",
    "my number is 13800138000",
    "phone number ends 4521",
    "channel 302 shows nothing",
    "500 towels",
    "a bill of 350",
    "is there a room for 500",
    "the rate is 1200 a night",
    "take me to 318 Nanjing Road please",
    "call 911",
    "my blood pressure is 180 over 110",
    "in 500 meters turn left",
    "to our room 3 towels",
    "order no. 1234",
    "seven shirts to press by 1730",
    "it costs 1,200",
    "pick us up at gate b12",
]
NONE_CHINESE = [
    "房间2条毛巾",
    "三楼有健身房吗",
    "一共302元",
    "人均 200",
    "打车去中山路218号",
    "续到2026年1月",
    "高铁G1203",
    "给我三百块零钱",
    "测了下网速才100k",
    "一二三四五",
    "电视没有第302频道",
    "500一晚太贵了",
    "身高180",
    "送我到798",
    "快叫120",
    "幺三八零零幺三八零零零",
    "给100小费",
    "报388元那个一日游",
    "站在B2停车场",
]


def room_in(text: str, rooms: frozenset[str] = NO_ROOMS, asked: bool = False) -> str | None:
    found = find_room_words(read(text).plain, rooms, asked)
    return found.room if found else None


@pytest.mark.parametrize(("text", "room"), ENGLISH + CHINESE)
def test_a_room_is_found_as_people_say_it(text: str, room: str) -> None:
    assert room_in(text) == room
    assert room_in(text, ALL_ROOMS) == room


@pytest.mark.parametrize(("text", "room"), ASKED)
def test_any_number_will_do_where_a_room_was_asked_for(text: str, room: str) -> None:
    assert room_in(text, asked=True) == room


@pytest.mark.parametrize("text", NONE_ENGLISH + NONE_CHINESE)
def test_no_room_is_invented(text: str) -> None:
    assert room_in(text) is None


def test_an_hour_that_was_read_makes_room_for_a_room() -> None:
    assert room_in("wake-up for nine oh five, half past six") is None
    found = find_room_words("wake-up for nine oh five, \x00\x00\x00\x00", NO_ROOMS, False)
    assert found is not None
    assert found.room == "905"
