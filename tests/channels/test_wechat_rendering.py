"""What WeChat can show: texts of 2048 bytes, numbered choices, pictures; and nothing of it is markup."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import File, Outbound, Refused
from bot.channels.wechat.rendering import (
    TEXT_BYTES,
    in_fields,
    is_carried,
    parts_of,
    passive_media,
    passive_text,
    text_of,
)
from bot.weixin.xml import read_xml

NOW = datetime(2026, 11, 26, tzinfo=UTC)
PHOTO = File("photo", "image/jpeg", "towel.jpg", b"x")
SHEET = File("document", "application/pdf", "账单.pdf", b"x")


def outbound(text: str = "", labels: Sequence[str] = (), files: Sequence[File] = (), language: str = "zh") -> Outbound:
    return Outbound("1", "o-wang", text, language, [(f"t{n}", label) for n, label in enumerate(labels)], files)


def shown(parts: Sequence[Outbound]) -> list[str]:
    """Texts as they are read, and the names of files."""
    return [text_of(each) if not any(map(is_carried, each.files)) else each.files[0].name for each in parts]


def test_choices_are_numbered_unless_they_are() -> None:
    assert shown(parts_of(outbound("好吗？", ["好", "2. 不好"]))) == ["好吗？\n\n1. 好\n2. 不好"]
    assert shown(parts_of(outbound("", ["好"]))) == ["1. 好"]


def test_files_follow_the_text_and_what_cannot_be_shown_is_named() -> None:
    assert shown(parts_of(outbound("请看。", files=[PHOTO, PHOTO]))) == ["请看。", "towel.jpg", "towel.jpg"]
    (named,) = shown(parts_of(outbound("请看。", ["好"], [SHEET])))
    assert named.startswith("请看。\n文件“账单.pdf”")
    assert named.endswith("\n\n1. 好")
    assert "“账单.pdf”" in shown(parts_of(outbound("", files=[SHEET], language="en")))[0]
    assert shown(parts_of(outbound("", files=[PHOTO]))) == ["towel.jpg"]
    assert len(parts_of(outbound("", files=[PHOTO, SHEET]))) == 2


def test_of_what_is_left_the_files_are_the_last_ones() -> None:
    """Delivery keeps them by their number."""
    files = [SHEET, PHOTO, SHEET, PHOTO]
    parts = parts_of(outbound("a", files=files))
    for first in range(len(parts)):
        left = [file for part in parts[first:] for file in part.files]
        assert left == files[len(files) - len(left) :]


def test_a_long_text_ends_its_parts_at_sentences_and_the_choices_come_last() -> None:
    text = "这是一句话。" * 200
    parts = parts_of(outbound(text, ["好"]))
    assert len(parts) == 2
    assert "".join(each.text for each in parts) == text
    assert [bool(each.buttons) for each in parts] == [False, True]
    assert all(each.text.endswith("。") for each in parts)


@given(
    st.text(st.sampled_from("a。 \n<房é😀\u0301]>") | st.characters(), max_size=3000),
    st.lists(st.text(max_size=60), max_size=10),
)
def test_no_part_is_too_long_and_none_is_empty(text: str, labels: list[str]) -> None:
    parts = parts_of(outbound(text, labels))
    assert parts
    if len(parts) > 1 or labels:
        assert all(0 < len(text_of(part).encode()) <= TEXT_BYTES for part in parts)


def test_nothing_to_say_is_refused_when_it_is_sent() -> None:
    (part,) = parts_of(outbound(""))
    with pytest.raises(Refused):
        text_of(part)


def test_what_somebody_wrote_is_no_link() -> None:
    (part,) = parts_of(outbound('<a href="http://evil.example">三百元</a> <A\nhref=x> <b> <3'))
    assert "<a" not in text_of(part).lower()
    assert "</a" not in text_of(part).lower()
    assert "<b> <3" in text_of(part)


def test_a_passive_reply_says_what_it_should_whatever_is_in_it() -> None:
    said = "a]]></Content><Content><![CDATA[b\x00"
    assert read_xml(passive_text("gh_1", "o-]]>", NOW, said)) == {
        "ToUserName": "o-]]>",
        "FromUserName": "gh_1",
        "CreateTime": str(int(NOW.timestamp())),
        "MsgType": "text",
        "Content": said.replace("\0", ""),
    }
    assert read_xml(passive_media("gh_1", "o", NOW, "image", "m1"))["Image"] == {"MediaId": "m1"}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("好", ["好", ""]),
        ("您要的两条毛巾已经在送来的路上了。十分钟后到。", ["您要的两条毛巾已经在送来的路上了。", "十分钟后到。"]),
        ("一" * 60, ["一" * 20, "一" * 19 + "…"]),
        ("Your towels are on the way.\nTen minutes.", ["Your towels are on", "the way. Ten…"]),
        ("", ["", ""]),
    ],
)
def test_a_text_goes_over_the_fields_of_a_template(text: str, fields: list[str]) -> None:
    assert in_fields(text, 2, 20) == fields
