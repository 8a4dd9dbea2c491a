"""What an update becomes, and that none is too odd to be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from bot.channels.base import Inbound, InboundKind
from bot.channels.telegram.reading import Reading, chat_of, read_update

BOT = "4242"
USERNAME = "guanjia_bot"

# In the form of Telegram's documentation ("Testing your bot with updates"): no is_bot, no chat type.
TEST = {"last_name": "Test Lastname", "id": 1111111, "first_name": "Test", "username": "Test"}
GROUP = {"id": -100, "title": "Hikers", "type": "supergroup"}


def sample(**content: Any) -> dict[str, Any]:
    message = {"date": 1441645532, "chat": TEST, "message_id": 1365, "from": TEST, **content}
    return {"update_id": 10000, "message": message}


FILE = {"file_id": "AwADBAADbXXXXXXXXXXXGBdhD2l6_XX", "duration": 5, "mime_type": "audio/mpeg3", "file_size": 23000}
CHANNEL = {"id": -10000000000, "type": "channel", "title": "Test channel"}
DOCUMENTED: dict[str, tuple[dict[str, Any], str | None]] = {
    "text": (sample(text="/start"), "/start"),
    "forwarded": (sample(forward_from=TEST, forward_date=1441645550, text="/start"), "/start"),
    "forwarded from a channel": (sample(forward_from=CHANNEL, forward_date=1441645550, text="/start"), "/start"),
    "reply": (
        sample(text="/start", reply_to_message={"text": "/start", "date": 1441645000, "chat": TEST}),
        "/start",
    ),
    "entities": (
        sample(
            text="Bold and italics",
            entities=[{"type": "italic", "offset": 9, "length": 7}, {"type": "bold", "offset": 0, "length": 4}],
        ),
        "Bold and italics",
    ),
    "audio": (sample(audio={**FILE, "title": "Test music file"}), ""),
    "voice": (sample(voice=FILE), ""),
    "document": (sample(document={**FILE, "file_name": "Testfile.pdf", "mime_type": "application/pdf"}), ""),
    "edited": ({"update_id": 10000, "edited_message": {**sample()["message"], "text": "Edited text"}}, None),
    "inline query": (
        {
            "update_id": 10000,
            "inline_query": {"id": 134567890097, "from": TEST, "query": "inline query", "offset": ""},
        },
        None,
    ),
    "chosen inline result": (
        {
            "update_id": 10000,
            "chosen_inline_result": {"result_id": "12", "from": TEST, "query": "q", "inline_message_id": "1234"},
        },
        None,
    ),
    "callback of an inline message": (
        {
            "update_id": 10000,
            "callback_query": {"id": "4382bfdwdsb323b2d9", "from": TEST, "data": "Data from button callback",
                               "inline_message_id": "1234csdbsk4839"},
        },
        None,
    ),
}  # fmt: skip


def read(update: object, username: str = USERNAME) -> Reading | None:
    return read_update(update, b"raw", BOT, username)


def inbound_of(update: object, username: str = USERNAME) -> Inbound:
    reading = read(update, username)
    assert reading is not None
    return reading.inbound


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_samples_are_read_or_ignored(name: str) -> None:
    update, text = DOCUMENTED[name]
    reading = read(update)
    if text is None:
        assert reading is None
        return
    assert reading is not None
    assert (reading.inbound.text, reading.inbound.address, reading.inbound.sender_id) == (text, "1111111", "1111111")
    assert bool(reading.attachment) is not bool(text)


def test_the_library_would_have_refused_the_documented_samples() -> None:
    with pytest.raises((TypeError, KeyError)):
        Update.de_json(DOCUMENTED["text"][0], None)


def test_a_message_becomes_an_inbound() -> None:
    sender = {"id": 7, "is_bot": False, "first_name": "Meimei", "last_name": "Han", "language_code": "zh-hans"}
    update = sample(text="毛巾", chat={"id": 7, "type": "private"}, **{"from": sender})
    assert inbound_of(update) == Inbound(
        channel="telegram",
        dedupe_key="4242:10000",
        address="7",
        sender_id="7",
        sender_name="Meimei Han",
        language="zh",
        text="毛巾",
        raw=b"raw",
    )


@pytest.mark.parametrize(
    ("code", "language"), [("zh-hans", "zh"), ("zh-TW", "zh"), ("en", "en"), ("pt-br", "pt"), (None, ""), (5, "")]
)
def test_a_language_is_its_first_part(code: object, language: str) -> None:
    assert inbound_of(sample(text="hi", **{"from": {"id": 1, "language_code": code}})).language == language


def test_a_pressed_button_names_its_token() -> None:
    query = {"id": "99", "from": TEST, "message": {"message_id": 3, "date": 0, "chat": GROUP}, "data": "tok"}
    reading = read({"update_id": 1, "callback_query": query})
    assert reading is not None
    assert reading.callback_id == "99"
    inbound = reading.inbound
    assert (inbound.kind, inbound.button, inbound.text) == (InboundKind.BUTTON, "tok", "")
    assert (inbound.address, inbound.sender_id, inbound.is_group) == ("-100", "1111111", True)


def membership(status: str, chat: dict[str, Any]) -> dict[str, Any]:
    return {"update_id": 1, "my_chat_member": {"chat": chat, "from": TEST, "new_chat_member": {"status": status}}}


def test_a_blocked_bot_is_told_so() -> None:
    inbound = inbound_of(membership("kicked", {**TEST, "type": "private"}))
    assert (inbound.kind, inbound.address, inbound.sender_id) == (InboundKind.BLOCKED, "1111111", "1111111")


@pytest.mark.parametrize("status", ["kicked", "left"])
def test_removed_from_a_group_the_group_is_lost_and_not_who_removed_us(status: str) -> None:
    inbound = inbound_of(membership(status, GROUP))
    assert (inbound.kind, inbound.address, inbound.sender_id) == (InboundKind.BLOCKED, "-100", "-100")


def test_let_in_again_is_nothing_special() -> None:
    assert read(membership("member", {**TEST, "type": "private"})) is None


def test_a_group_that_moved_names_its_new_address() -> None:
    inbound = inbound_of(sample(chat=GROUP, migrate_to_chat_id=-1001))
    assert (inbound.kind, inbound.address, inbound.text) == (InboundKind.MIGRATED, "-100", "-1001")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("@guanjia_bot two towels", "two towels"),
        ("@Guanjia_Bot, two towels", "two towels"),
        ("@guanjia_bot，两条毛巾", "两条毛巾"),
        ("@guanjia_bot两条毛巾", "两条毛巾"),
        ("/start@guanjia_bot abc", "/start abc"),
        ("/help@guanjia_bot\nplease", "/help\nplease"),
        ("@guanjia_bot", ""),
        ("@guanjia_bottle two towels", "@guanjia_bottle two towels"),
        ("ask @guanjia_bot", "ask @guanjia_bot"),
        ("two towels", "two towels"),
    ],
)
def test_a_group_mention_of_us_is_taken_off(said: str, heard: str) -> None:
    inbound = inbound_of(sample(chat=GROUP, text=said))
    assert (inbound.text, inbound.is_group) == (heard, True)


def test_a_command_for_another_bot_is_not_ours() -> None:
    assert read(sample(chat=GROUP, text="/help@other_bot")) is None


def test_while_our_name_is_unknown_every_word_stays() -> None:
    assert inbound_of(sample(chat=GROUP, text="/help@other_bot"), username="").text == "/help@other_bot"


def test_in_private_a_mention_stays() -> None:
    assert inbound_of(sample(text="@guanjia_bot hi")).text == "@guanjia_bot hi"


def test_the_largest_photo_is_taken_with_its_caption() -> None:
    sizes = [
        {"file_id": "s", "width": 90},
        {"file_id": "l", "width": 1280, "file_size": 9},
        {"file_id": "m", "width": 320},
    ]
    reading = read(sample(photo=sizes, caption="It leaks"))
    assert reading is not None
    assert reading.attachment is not None
    assert (reading.attachment.file_id, reading.attachment.kind, reading.attachment.mime) == (
        "l",
        "photo",
        "image/jpeg",
    )
    assert reading.inbound.text == "It leaks"


def test_a_document_cannot_choose_a_folder() -> None:
    reading = read(sample(document={"file_id": "d", "file_name": "../../etc\\passwd"}))
    assert reading is not None
    assert reading.attachment is not None
    assert reading.attachment.name == "passwd"


def test_a_place_a_card_and_a_sticker_become_words() -> None:
    assert inbound_of(sample(location={"latitude": 31.23, "longitude": 121.47})).text == "location: 31.23, 121.47"
    card = {"first_name": "Zhang San", "phone_number": "+8613800000000"}
    assert inbound_of(sample(contact=card)).text == "contact: Zhang San +8613800000000"
    assert inbound_of(sample(sticker={"file_id": "s", "emoji": "👍"})).text == "👍"


def test_service_messages_and_other_bots_are_ignored() -> None:
    assert read(sample(chat=GROUP, new_chat_title="Walkers")) is None
    assert read(sample(text="hi", **{"from": {"id": 9, "is_bot": True}})) is None


def test_an_anonymous_admin_speaks_as_the_group() -> None:
    everyone = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    inbound = inbound_of(sample(text="hi", chat=GROUP, sender_chat=GROUP, **{"from": everyone}))
    assert (inbound.sender_id, inbound.sender_name) == ("-100", "Hikers")


def test_half_an_emoji_and_nul_do_not_reach_the_records() -> None:
    update = json.loads(json.dumps(sample(text="towels \ud83d\0", **{"from": {"id": 1, "first_name": "\udc00"}})))
    inbound = inbound_of(update)
    assert (inbound.text, inbound.sender_name) == ("towels \ufffd", "\ufffd")


FIELDS = """update_id message callback_query my_chat_member chat from id text photo file_id document voice location
contact sticker sender_chat type data new_chat_member status migrate_to_chat_id width first_name"""
odd: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS.split()), inner, max_size=6),
    max_leaves=40,
)


@given(odd, odd, odd)
def test_nothing_is_too_odd_to_be_read(message: Any, query: Any, change: Any) -> None:
    update = {"update_id": 5, "message": message, "callback_query": query, "my_chat_member": change}
    reading = read(update)
    assert chat_of(update) is not None
    assert reading is None or (reading.inbound.address and reading.inbound.sender_id)


@pytest.mark.parametrize("update", [None, [], 5, {}, {"update_id": "7"}, {"update_id": True}, {"message": {}}])
def test_what_is_no_update_is_ignored(update: object) -> None:
    assert read(update) is None
