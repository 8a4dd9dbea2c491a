"""Every kind of message and event of an official account, and what is none, is read and never an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import InboundKind
from bot.channels.wechat.reading import Reading, read_message

TOKEN = "g" + "aB3_-" * 6
HEAD = {"ToUserName": "gh_1", "FromUserName": "o-wang", "CreateTime": "1764129600", "MsgId": "77"}


def read(**fields: Any) -> Reading | None:
    return read_message({**HEAD, **fields})


def event(name: str, **fields: Any) -> Reading | None:
    head = {key: value for key, value in HEAD.items() if key != "MsgId"}
    return read_message({**head, "MsgType": "event", "Event": name, **fields})


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"MsgType": "text", "Content": "两条毛巾"}, "两条毛巾"),
        ({"MsgType": "TEXT", "Content": "hello"}, "hello"),
        ({"MsgType": "voice", "MediaId": "m", "Format": "amr", "Recognition": "我要一瓶水"}, "我要一瓶水"),
        ({"MsgType": "voice", "Recognition": "我要一瓶水"}, "我要一瓶水"),
        ({"MsgType": "location", "Location_X": "30.25", "Location_Y": "120.15"}, "location: 30.25, 120.15"),
        ({"MsgType": "link", "Title": "T", "Description": "", "Url": "https://a.example"}, "T\nhttps://a.example"),
    ],
)
def test_words_are_read(fields: dict[str, str], text: str) -> None:
    reading = read(**fields)
    assert reading
    assert (reading.inbound.kind, reading.inbound.text, reading.gives) == (InboundKind.MESSAGE, text, "message")
    assert (reading.inbound.address, reading.inbound.sender_id, reading.account) == ("o-wang", "o-wang", "gh_1")
    assert json.loads(reading.inbound.raw)["FromUserName"] == "o-wang"


@pytest.mark.parametrize(
    ("kind", "file"), [("image", "photo"), ("voice", "voice"), ("video", "document"), ("shortvideo", "document")]
)
def test_files_are_still_with_the_platform(kind: str, file: str) -> None:
    reading = read(MsgType=kind, MediaId="m1")
    assert reading
    assert reading.media
    assert (reading.media.id, reading.media.kind) == ("m1", file)
    assert reading.inbound.kind is InboundKind.MESSAGE


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "file", "Title": "a.pdf"},
        {"MsgType": "something new"},
        {"MsgType": "text", "Content": ""},
        {"MsgType": "image"},
        {"MsgType": "location", "Location_X": ""},
        {},
    ],
)
def test_what_says_nothing_still_lets_us_write(fields: dict[str, str]) -> None:
    reading = read(**fields)
    assert reading
    assert (reading.inbound.kind, reading.gives) == (InboundKind.GRANT, "message")


@pytest.mark.parametrize(
    ("name", "key", "kind", "text", "gives"),
    [
        ("subscribe", "", "message", "/start", "follow"),
        ("subscribe", f"qrscene_{TOKEN}", "message", f"/start {TOKEN}", "follow"),
        ("subscribe", "qrscene_123", "message", "/start", "follow"),
        ("subscribe", "last_trade_no_4711", "message", "/start", "follow"),
        ("SCAN", TOKEN, "message", f"/start {TOKEN}", "scan"),
        ("SCAN", "123", "grant", "", "scan"),
        ("CLICK", "我的入住", "message", "我的入住", "click"),
        ("CLICK", "", "grant", "", "click"),
        ("unsubscribe", "", "blocked", "", ""),
    ],
)
def test_events_are_read(name: str, key: str, kind: str, text: str, gives: str) -> None:
    reading = event(name, EventKey=key)
    assert reading
    assert (reading.inbound.kind, reading.inbound.text, reading.gives) == (kind, text, gives)


@pytest.mark.parametrize("name", ["VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "subscribe_msg_popup_event", "new", ""])
def test_events_of_no_use_are_left(name: str) -> None:
    assert event(name, EventKey="https://a.example", Status="success") is None


@pytest.mark.parametrize(
    ("status", "reason"), [("failed:user block", "template_refused"), ("failed: system failed", "template_failed")]
)
def test_a_template_message_that_did_not_arrive_is_told(status: str, reason: str) -> None:
    reading = event("TEMPLATESENDJOBFINISH", MsgID="200163836", Status=status)
    assert reading
    inbound = reading.inbound
    assert (inbound.kind, inbound.text, inbound.reason) == (InboundKind.UNDELIVERED, "200163836", reason)


def test_a_key_tells_apart_what_is_different_and_knows_what_is_the_same() -> None:
    said = {"MsgType": "text", "Content": "x"}
    click = {"MsgType": "event", "Event": "CLICK", "MsgId": ""}
    different = [
        read(**said),
        read(**said, MsgId="78"),
        read(**said, FromUserName="o-li"),
        read(**said, ToUserName="gh_2"),
        read(**said, CreateTime="1764129601"),
        read(**click, EventKey="a"),
        read(**click, EventKey="b"),
        read(**{**click, "Event": "SCAN"}, EventKey="a"),
    ]
    keys = [each.inbound.dedupe_key for each in different if each]
    assert len(set(keys)) == len(different)
    again = read(**{**said, "Content": "told again"})
    assert again
    assert again.inbound.dedupe_key == keys[0]


@pytest.mark.parametrize("missing", ["ToUserName", "FromUserName"])
@pytest.mark.parametrize("value", ["", "two words", "x" * 65, None, {"a": "b"}, ["a", "b"]])
def test_from_nobody_or_to_nobody_it_is_no_message(missing: str, value: Any) -> None:
    assert read(MsgType="text", Content="x", **{missing: value}) is None


_values = st.none() | st.text(max_size=40) | st.lists(st.text(max_size=5)) | st.dictionaries(st.text(), st.text())
_names = st.sampled_from(["MsgType", "Event", "EventKey", "Content", "MediaId", "MsgId", "CreateTime", "Recognition"])


@given(st.dictionaries(_names, _values | st.sampled_from(["event", "text", "CLICK", "subscribe", "SCAN", "voice"])))
def test_nothing_is_too_strange(fields: dict[str, Any]) -> None:
    reading = read(**fields)
    assert reading is None or reading.inbound.dedupe_key
