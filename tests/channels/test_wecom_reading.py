"""What WeCom tells and keeps for us, kind by kind, and what we make of it; nothing of it raises."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Grant, Inbound, InboundKind
from bot.channels.wecom.guest_reading import Entrance, guest_of, read_item
from bot.channels.wecom.reading import Reading, read_message
from bot.weixin.media import Media

CORP, AGENT, KF = "ww1", "1000002", "wk1"
NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
SENT = int(NOW.timestamp())

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["event", "text", "a"]), inner),
    max_leaves=8,
)


def told(kind: str = "text", **fields: Any) -> dict[str, Any]:
    head = {"ToUserName": CORP, "FromUserName": "LiNa", "CreateTime": "1764129600", "AgentID": AGENT, "MsgType": kind}
    return {**head, **fields}


def read(message: dict[str, Any]) -> Reading | None:
    return read_message(message, b"<xml/>", CORP, AGENT)


def of_anybody(message: dict[str, Any]) -> Inbound:
    reading = read(message)
    assert reading is not None
    return reading.inbound


def of_member(message: dict[str, Any]) -> Inbound:
    inbound = of_anybody(message)
    assert (inbound.channel, inbound.address) == ("wecom", "LiNa")
    return inbound


@pytest.mark.parametrize(
    ("kind", "fields", "text"),
    [
        ("text", {"Content": "接 12", "MsgId": "7"}, "接 12"),
        (
            "location",
            {"Location_X": "30.25", "Location_Y": "120.16", "Label": "西湖", "MsgId": "7"},
            "location: 30.25, 120.16 西湖",
        ),
        (
            "link",
            {"Title": "Map", "Description": None, "Url": "https://example.com", "MsgId": "7"},
            "Map\nhttps://example.com",
        ),
        ("event", {"Event": "click", "EventKey": "我的任务"}, "我的任务"),
    ],
)
def test_a_member_says_words(kind: str, fields: dict[str, Any], text: str) -> None:
    inbound = of_member(told(kind, **fields))
    assert (inbound.text, inbound.kind, inbound.raw) == (text, InboundKind.MESSAGE, b"<xml/>")


@pytest.mark.parametrize(
    ("kind", "media"),
    [
        ("image", Media("m1", "photo", "photo.jpg")),
        ("voice", Media("m1", "voice", "voice.amr")),
        ("video", Media("m1", "document", "video.mp4")),
    ],
)
def test_a_member_sends_a_file(kind: str, media: Media) -> None:
    reading = read(told(kind, MediaId="m1", MsgId="7"))
    assert reading is not None
    assert reading.media == media


def test_a_pressed_button_is_its_key() -> None:
    inbound = of_member(told("event", Event="template_card_event", EventKey="01a2:0", TaskId="t1", CardType="x"))
    assert (inbound.kind, inbound.button, inbound.text) == (InboundKind.BUTTON, "01a2:0", "")


def test_whoever_may_use_the_app_no_longer_is_out_of_reach_until_they_may_again() -> None:
    assert of_member(told("event", Event="unsubscribe")).kind is InboundKind.BLOCKED
    assert of_member(told("event", Event="subscribe")).kind is InboundKind.GRANT


def test_every_look_into_the_app_but_the_first_is_a_repetition() -> None:
    looks = [of_member(told("event", Event="enter_agent", EventKey=None, CreateTime=str(at))) for at in (1, 2)]
    assert len({each.dedupe_key for each in looks}) == 1
    assert looks[0].text == "/start invite"


def test_a_message_is_told_again_under_the_same_key_and_another_one_under_its_own() -> None:
    button = {"Event": "template_card_event", "EventKey": "k", "TaskId": "t1"}
    different = [
        told(Content="a", MsgId="7"),
        told(Content="a", MsgId="8"),
        told(Content="a", MsgId="7", FromUserName="WangFang"),
        told(Content="a", MsgId="7", CreateTime="1764129601"),
        told("event", **button),
        told("event", **{**button, "EventKey": "l"}),
        told("event", **{**button, "TaskId": "t2"}),
    ]
    keys = [of_anybody(each).dedupe_key for each in different]
    assert len(set(keys)) == len(different)
    assert [of_anybody(dict(each)).dedupe_key for each in different] == keys


@pytest.mark.parametrize(
    "message",
    [
        {},
        told("text", Content=None, MsgId="7"),
        told("text", Content="hi", MsgId="7", AgentID="1000003"),
        told("text", Content="hi", MsgId="7", ToUserName="ww2"),
        told("text", Content="hi", MsgId="7", FromUserName=None),
        told("text", Content="hi", MsgId="7", FromUserName="@all"),
        told("text", Content="hi", MsgId="7", FromUserName="LiNa|WangFang"),
        told("text", Content={"a": "b"}, MsgId="7"),
        told("image", MsgId="7"),
        told("hologram", MsgId="7"),
        told("event", Event="LOCATION", Latitude="1"),
        told("event", Event="brand_new_event", EventKey="x"),
        told("event", Event="template_card_event", EventKey=None),
        told("event", Event="kf_msg_or_event", Token="t", OpenKfId=KF),
        told("event"),
    ],
)
def test_what_is_of_no_use_to_the_app_is_nothing(message: dict[str, Any]) -> None:
    assert read(message) is None


# 微信客服


def item(kind: str = "text", *, at: int = SENT, origin: int = 3, **fields: Any) -> dict[str, Any]:
    head = {"msgid": "m1", "open_kfid": KF, "external_userid": "wm1", "send_time": at, "origin": origin}
    return {**head, "msgtype": kind, **fields}


def event(kind: str, *, at: int = SENT, **fields: Any) -> dict[str, Any]:
    inside = {"event_type": kind, "open_kfid": KF, "external_userid": "wm1", **fields}
    return {"msgid": "m1", "send_time": at, "origin": 4, "msgtype": "event", "event": inside}


def of_guest(message: dict[str, Any]) -> Inbound:
    reading = read_item(message, KF, NOW)
    assert reading is not None
    assert (reading.inbound.channel, reading.inbound.address, guest_of(message)) == ("wecom_kf", "wm1", "wm1")
    return reading.inbound


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("text", {"content": "两条毛巾"}, "两条毛巾"),
        ("text", {"content": "订房", "menu_id": "101"}, "订房"),
        (
            "location",
            {"latitude": 30.25, "longitude": 120.16, "name": "断桥", "address": "杭州"},
            "location: 30.25, 120.16 断桥 杭州",
        ),
        ("link", {"title": "Map", "desc": "", "url": "https://example.com"}, "Map\nhttps://example.com"),
    ],
)
def test_a_guest_says_words_and_may_be_answered_five_times(kind: str, content: dict[str, Any], text: str) -> None:
    inbound = of_guest({**item(kind), kind: content})
    assert (inbound.text, inbound.kind, inbound.button) == (text, InboundKind.MESSAGE, "")
    assert inbound.grants == (Grant("message", 48 * 3600.0, 5),)


def test_the_right_to_answer_counts_from_when_the_guest_spoke() -> None:
    (grant,) = of_guest(item(text={"content": "hi"}, at=SENT - 3600)).grants
    assert grant.seconds == 47 * 3600.0
    assert of_guest(item(text={"content": "hi"}, at=SENT - 49 * 3600)).grants == ()


def test_an_item_of_our_menu_is_a_button() -> None:
    inbound = of_guest(item(text={"content": "Yes", "menu_id": "g:01a2:0"}))
    assert (inbound.kind, inbound.button, inbound.text) == (InboundKind.BUTTON, "01a2:0", "")


def test_a_kind_we_cannot_read_still_gives_the_right_to_answer() -> None:
    inbound = of_guest(item("channels_shop_product", channels_shop_product={"product_id": "1"}))
    assert (inbound.kind, [grant.kind for grant in inbound.grants]) == (InboundKind.GRANT, ["message"])


def test_a_guest_sends_a_picture() -> None:
    reading = read_item(item("image", image={"media_id": "m9"}), KF, NOW)
    assert reading is not None
    assert reading.media == Media("m9", "photo", "photo.jpg")


def test_whoever_comes_in_by_a_link_of_ours_is_joined_and_welcomed() -> None:
    token = "gAbC_-123456"
    entrance = read_item(
        event("enter_session", scene="lobby", scene_param=token, welcome_code="c1", at=SENT - 5), KF, NOW
    )
    assert isinstance(entrance, Entrance)
    assert (entrance.inbound.text, entrance.welcome_code) == (f"/start {token}", "c1")
    assert entrance.inbound.grants == (Grant("welcome", 15.0, 1, is_here=True),)


def test_whoever_just_comes_in_is_greeted_while_that_is_permitted() -> None:
    assert of_guest(event("enter_session", scene="", scene_param="", welcome_code="c1")).text == "/start"
    assert read_item(event("enter_session", scene="", scene_param="", welcome_code="c1", at=SENT - 21), KF, NOW) is None
    assert read_item(event("enter_session", scene="", scene_param=""), KF, NOW) is None


def test_coming_in_again_by_the_same_link_joins_once() -> None:
    looks = [event("enter_session", scene_param="gAbC_-123456") | {"msgid": f"m{number}"} for number in (1, 2)]
    assert len({of_guest(look).dedupe_key for look in looks}) == 1
    welcomed = event("enter_session", scene_param="gAbC_-123456", welcome_code="c1") | {"msgid": "m3"}
    assert of_guest(welcomed).dedupe_key not in {of_guest(look).dedupe_key for look in looks}


def test_a_guest_who_wants_no_messages_is_out_of_reach() -> None:
    inbound = of_guest(event("msg_send_fail", fail_msgid="o1", fail_type=10))
    assert (inbound.kind, inbound.text) == (InboundKind.BLOCKED, "o1")


def test_a_message_that_did_not_arrive_after_all_is_said_so() -> None:
    inbound = of_guest(event("msg_send_fail", fail_msgid="o1", fail_type=6))
    assert (inbound.kind, inbound.text, inbound.reason) == (InboundKind.UNDELIVERED, "o1", "wecom_fail_6")


@pytest.mark.parametrize(
    "message",
    [
        {},
        item(text={"content": "of another account"}, open_kfid="wk2"),
        item(text={"content": "of a member"}, origin=5),
        item(text={"content": "of nobody"}, external_userid=""),
        item(text={"content": "without an id"}, msgid=None),
        item("image", image={}),
        event("session_status_change", change_type=1, new_servicer_userid="LiNa"),
        event("user_recall_msg", recall_msgid="m0"),
        event("brand_new_event"),
    ],
)
def test_what_is_of_no_use_to_us_is_nothing(message: dict[str, Any]) -> None:
    assert read_item(message, KF, NOW) is None


@given(st.dictionaries(st.sampled_from([*item(), "event", "text", "image"]), json))
def test_whatever_stands_in_an_item_nothing_raises(odd: dict[str, Any]) -> None:
    for message in (odd, {**item(), **odd}, {**event("enter_session"), **odd}):
        guest_of(message)
        if (reading := read_item(message, KF, NOW)) is not None:
            assert reading.inbound.address
            reading.inbound.text.encode()
