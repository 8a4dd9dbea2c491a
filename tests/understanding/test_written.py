"""Words for a guest are taken as they stand, and only where it is certain for whom and where they begin."""

from __future__ import annotations

import pytest

from bot.understanding.written import find_ending, find_written
from tests.understanding.speakers import GUEST, STAFF, hear

WRITTEN = [
    ("tell 302: your taxi is here", "302", "your taxi is here"),
    ("Please tell the guest in room 302, done 12", "302", "done 12"),
    ("let 1208 know: we come at 5", "1208", "we come at 5"),
    ("reply to B07\nDear guest,\nwe are sorry.", "B07", "Dear guest,\nwe are sorry."),
    ("告诉302，车到了", "302", "车到了"),
    ("回复302房：12 完成", "302", "12 完成"),
    ("跟302客人说：马上到", "302", "马上到"),
    ("告诉302 车订好了，车牌浙A12345", "302", "车订好了，车牌浙A12345"),
    ("告诉 302 客人 车到了", "302", "车到了"),
    ("跟302讲：马上到", "302", "马上到"),
    ("給302發消息：毛巾在門口", "302", "毛巾在門口"),
]
NOT_WRITTEN = [
    "tell 302 the taxi is here",
    "tell 302:",
    "tell me, who is in 302",
    "302: the guest wants towels",
    "告诉302车到了",
    "告诉 302 客人车到了",
    "告诉302 的客人我们马上到",
    "给302，两条毛巾",
    "完成12，放在门口",
    "告诉#61，就是失物9",
    "tell number 20, 13:30 is the latest",
]


@pytest.mark.parametrize(("said", "room", "words"), WRITTEN)
def test_what_follows_the_room_is_for_the_guest_letter_by_letter(said: str, room: str, words: str) -> None:
    for call in (find_written(said), hear(said, STAFF).calls[0]):
        assert call
        assert (call.intent, dict(call.slots)) == ("write_to_guest", {"room": room, "text": words})


@pytest.mark.parametrize("said", NOT_WRITTEN)
def test_without_a_sign_between_them_nothing_is_sent(said: str) -> None:
    assert find_written(said) is None
    assert all("text" not in call.slots for call in hear(said, STAFF).calls)


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("交班，305的拖鞋送了，207的耳机在前台", "305的拖鞋送了，207的耳机在前台"),
        ("交班：水龙头明天换", "水龙头明天换"),
        ("Hand over: 305 has slippers, call them at 9", "305 has slippers, call them at 9"),
        ("交班", None),
        ("交班：", None),
        ("几点交班", None),
    ],
)
def test_what_follows_is_for_the_next_shift_as_it_stands(said: str, note: str | None) -> None:
    assert [call.slots.get("note") for call in hear(said, STAFF).calls] == [note]
    assert all(call.intent != "hand_over" for call in hear(said, GUEST).calls)


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("交还", {}),
        ("交还302", {"room": "302"}),
        ("交还 302 房。", {"room": "302"}),
        ("Hand back!", {}),
        ("hand back room 302", {"room": "302"}),
        ("done", {}),
        ("done 12", None),
        ("交还给您的押金在前台", None),
        ("I hand back the key", None),
    ],
)
def test_few_words_end_a_talk_and_only_by_themselves(said: str, ends: dict[str, str] | None) -> None:
    call = find_ending(said, "end_handoff")
    assert (dict(call.slots) if call else None) == ends


def test_a_guest_who_writes_so_writes_to_nobody() -> None:
    assert all(call.intent != "write_to_guest" for call in hear("tell 302: be quiet", GUEST).calls)
