"""Only the platform gets in, once, with what can be read; nothing that is wrong costs more than a moment."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bot.weixin.door import MAX_BODY_BYTES, NONCES_KEPT, CallbackKeys, Door, Refusal
from bot.weixin.xml import Xml, in_cdata, part, read_xml, word
from tests.weixin.caller import Caller
from tests.weixin.malformed import damaged

# The platform's own samples: WXBizMsgCryptTest.java, Sample.py, Sample.cpp, and its page on pushed messages.
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
JAVA = CallbackKeys("pamtest", KEY, "wxb11529c136998cb6")
PYTHON = CallbackKeys("spamtest", KEY, "wx2c2769f8efd9abc2")
CORP = CallbackKeys("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
PAGE = CallbackKeys("AAAAA", "A" * 43, "wx134c8103faa5a59e")

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
TEXT = "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[两条毛巾]]></Content></xml>"


class Clock:
    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def at(timestamp: int) -> Clock:
    return Clock(datetime.fromtimestamp(timestamp, UTC))


def refusal(call: Callable[[], object]) -> int:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.status


def opened(door: Door, query: Mapping[str, str], body: bytes) -> int | str:
    try:
        door.open(query, body)
    except Refusal as refused:
        return refused.status
    return "read"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Door:
    return Door(PYTHON, clock)


@pytest.fixture
def caller(clock: Clock) -> Caller:
    return Caller(PYTHON, clock)


@pytest.mark.parametrize(
    ("said", "sealed"),
    [
        ("我是中文abcd123", "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="),
        (
            "<xml><ToUserName><![CDATA[oia2Tj我是中文jewbmiOUlr6X-1crbLOvLw]]></ToUserName><FromUserName><![CDATA[gh_7f083"
            "739789a]]></FromUserName><CreateTime>1407743423</CreateTime><MsgType><![CDATA[video]]></MsgType><Video><Media"
            "Id><![CDATA[eYJ1MbwPRJtOvIEabaxHs7TX2D-HV71s79GUxqdUkjm6Gs2Ed1KF3ulAOA9H1xG0]]></MediaId><Title><![CDATA[test"
            "CallBackReplyVideo]]></Title><Description><![CDATA[testCallBackReplyVideo]]></Description></Video></xml>",
            "jn1L23DB+6ELqJ+6bruv23M2GmYfkv0xBh2h+XTBOKVKcgDFHle6gqcZ1cZrk3e1qjPQ1F4RsLWzQRG9udbKWesxlkupqcEcW7ZQweImX9+w"
            "LMa0GaUzpkycA8+IamDBxn5loLgZpnS7fVAbExOkK5DYHBmv5tptA9tklE/fTIILHR8HLXa5nQvFb3tYPKAlHF3rtTeayNf0QuM+UW/wM9en"
            "GIDIJHF7CLHiDNAYxr+r+OrJCmPQyTy8cVWlu9iSvOHPT/77bZqJucQHQ04sq7KZI27OcqpQNSto2OdHCoTccjggX5Z9Mma0nMJBU+jLKJ38"
            "YB1fBIz+vBzsYjrTmFQ44YfeEuZ+xRTQwr92vhA9OxchWVINGC50qE/6lmkwWTwGX9wtQpsJKhP+oS7rvTY8+VdzETdfakjkwQ5/Xka042Ol"
            "Ub1/slTwo4RscuQ+RdxSGvDahxAJ6+EAjLt9d8igHngxIbf6YyqqROxuxqIeIch3CssH/LqRs+iAcILvApYZckqmA7FNERspKA5f8GoJ9sv8"
            "xmGvZ9Yrf57cExWtnX8aCMMaBropU/1k+hKP5LVdzbWCG0hGwx/dQudYR/eXp3P0XxjlFiy+9DMlaFExWUZQDajPkdPrEeOwofJb",
        ),
    ],
)
def test_what_we_say_is_encrypted_as_in_the_official_sample(said: str, sealed: str) -> None:
    door = Door(JAVA, at(1409304348), lambda count: {16: "aaaabbbbccccdddd", 10: "xxxxxx"}[count])
    assert word(read_xml(door.seal(said)), "Encrypt") == sealed


def test_what_we_say_is_signed_as_on_the_official_page() -> None:
    door = Door(PAGE, at(1713424427), lambda count: {16: "999951349e8ee746", 10: "415670741"}[count])
    answer = read_xml(door.seal("<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>"))
    assert answer == {
        "Encrypt": "hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HAZbSvPT9t"
        "/o11MI7d6WELwqrGd7jMnV0zv3Zc9Nq7",
        "MsgSignature": "03e0812039325c2712ef5f0f980fd14c70d6e307",
        "TimeStamp": "1713424427",
        "Nonce": "415670741",
    }


def test_the_official_message_is_read_and_only_what_is_encrypted_counts() -> None:
    sealed = (
        "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXp"
        "bUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlp"
        "Kn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD"
        "1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
    )
    body = f"<xml><Content>forged</Content><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
    query = {
        "msg_signature": "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
        "timestamp": "1409735669",
        "nonce": "1320562132",
    }
    assert Door(PYTHON, at(1409735669)).open(query, body) == {
        "ToUserName": "gh_10f6c3c3ac5a",
        "FromUserName": "oyORnuP8q7ou2gfYjqLzSIWZf0rs",
        "CreateTime": "1409735668",
        "MsgType": "text",
        "Content": "abcdteT",
        "MsgId": "6054768590064713728",
    }
    other = Door(CallbackKeys("spamtest", KEY, "wx_of_another_account"), at(1409735669))
    assert refusal(lambda: other.open(query, body)) == 403


def test_the_official_greeting_is_decrypted() -> None:
    query = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589",
        "nonce": "263014780",
        "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    }
    assert Door(CORP, at(1409659589)).greet(query) == "1616140317555161061"
    assert refusal(lambda: Door(CORP, at(1409659589)).greet({**query, "echostr": "forged"})) == 403


def test_a_plain_greeting_is_echoed_when_it_is_signed(door: Door, caller: Caller) -> None:
    query = caller.greeting("2718281828")
    assert door.greet(query) == "2718281828"
    assert refusal(lambda: door.greet({**query, "nonce": "other"})) == 403
    assert refusal(lambda: door.greet(caller.greeting("<script>"))) == 400
    assert refusal(lambda: door.greet({})) == 403


def test_a_message_goes_in_and_the_answer_comes_out(door: Door, caller: Caller) -> None:
    assert door.open(*caller.signed(TEXT)) == {"MsgType": "text", "Content": "两条毛巾"}
    assert caller.unsealed(door.seal(TEXT)) == TEXT


@pytest.mark.parametrize("field", ["msg_signature", "timestamp", "nonce"])
def test_whatever_is_changed_breaks_the_signature(door: Door, caller: Caller, field: str) -> None:
    query, body = caller.signed(TEXT)
    assert refusal(lambda: door.open({**query, field: "1" + query[field][1:] + "0"}, body)) == 403
    assert refusal(lambda: door.open({**query, field: "签名"}, body)) == 403
    assert refusal(lambda: door.open({key: query[key] for key in query if key != field}, body)) == 403
    assert door.open(query, body)


def test_signatures_are_compared_in_constant_time(door: Door, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr("hmac.compare_digest", compare)
    query, body = caller.signed(TEXT)
    assert refusal(lambda: door.open(query, body)) == 403
    assert compared == [(query["msg_signature"].encode(),) * 2]


def test_plain_messages_are_refused(door: Door, caller: Caller) -> None:
    query, _ = caller.signed(TEXT)
    assert refusal(lambda: door.open(query, TEXT.encode())) == 403
    plain = {key: value for key, value in query.items() if key != "msg_signature"}
    assert refusal(lambda: door.open(plain, caller.signed(TEXT)[1])) == 403


@pytest.mark.parametrize(("age", "is_welcome"), [(-301, False), (-299, True), (299, True), (301, False)])
def test_a_stale_or_future_message_is_refused(clock: Clock, age: float, is_welcome: bool) -> None:
    door, caller = Door(PYTHON, clock), Caller(PYTHON, lambda: NOW - timedelta(seconds=age))
    query, body = caller.signed(TEXT)
    if is_welcome:
        assert door.open(query, body)
    else:
        assert refusal(lambda: door.open(query, body)) == 403


def test_the_platform_may_ask_again_at_once_and_nobody_later(door: Door, caller: Caller, clock: Clock) -> None:
    query, body = caller.signed(TEXT)
    for _ in range(3):
        assert door.open(query, body)
        clock.pass_(5)
    clock.pass_(10)
    assert refusal(lambda: door.open(query, body)) == 403


def test_a_nonce_serves_one_message(door: Door, caller: Caller) -> None:
    assert door.open(*caller.signed(TEXT, nonce="77"))
    assert refusal(lambda: door.open(*caller.signed(TEXT.replace("两", "十"), nonce="77"))) == 403
    assert door.open(*caller.signed(TEXT, nonce="78"))


def test_what_was_not_signed_uses_no_nonce_up(door: Door, caller: Caller) -> None:
    query, body = caller.signed(TEXT)
    assert refusal(lambda: door.open({**query, "msg_signature": "0" * 40}, body)) == 403
    assert door.open(query, body)


def test_remembering_nonces_takes_bounded_memory(door: Door, caller: Caller, clock: Clock) -> None:
    for number in range(NONCES_KEPT + 500):
        door.greet(caller.greeting("1", nonce=str(number)))
    assert len(door._seen) == NONCES_KEPT
    clock.pass_(601)
    door.greet(caller.greeting("1", nonce="new"))
    assert len(door._seen) == 1


@pytest.mark.parametrize("key", ["", "short", KEY + "=", KEY[:-1] + "é", KEY[:-1] + "-", KEY + KEY])
def test_a_wrong_key_is_refused_at_the_start(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        CallbackKeys("token", key, "wx1")


HOSTILE = {
    "nothing": b"",
    "no xml": b"hello",
    "not utf-8": b"<xml><Encrypt>\xff\xfe</Encrypt></xml>",
    "other root": b"<html><Encrypt>x</Encrypt></html>",
    "entity": b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>',
    "entities of entities": b'<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]><xml><Encrypt>&c;</Encrypt></xml>',
    "file": b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>',
    "document type elsewhere": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x"><xml><Encrypt>x</Encrypt></xml>',
    "empty tags": b"<xml>" + b"<a/>" * 1_000_000 + b"</xml>",
    "as many as fit": b"<xml>" + b"<a/>" * 16_000 + b"</xml>",
    "deep": b"<xml>" + b"<a>" * 9_000 + b"</a>" * 9_000 + b"</xml>",
    "deep and open": b"<xml>" + b"<a>" * 21_000,
    "sections": b"<xml><Encrypt>" + b"<![CDATA[x]]>" * 5_000 + b"</Encrypt></xml>",
    "attributes": b"<xml " + b" ".join(b'a%d=""' % number for number in range(6_000)) + b"/>",
    "two of it": b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bodies_are_refused_at_once(door: Door, caller: Caller, body: bytes) -> None:
    query, _ = caller.signed(TEXT)
    started = time.thread_time()
    status = refusal(lambda: door.open(query, body))
    assert time.thread_time() - started < 0.1
    assert status in ((413,) if len(body) > MAX_BODY_BYTES else (400, 403))


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_hostile_inside_is_refused_or_says_nothing(door: Door, caller: Caller, body: bytes) -> None:
    inside = body.decode("latin-1")[:48_000]
    started = time.thread_time()
    assert opened(door, *caller.signed(inside)) in (400, 413, "read")
    assert time.thread_time() - started < 0.1


def test_malformed_but_signed_callbacks_are_refused_and_never_more() -> None:
    """What can be read is read: most damage makes it unreadable."""
    chance, clock = random.Random(5), Clock()
    door, caller, slowest = Door(PYTHON, clock), Caller(PYTHON, clock), 0.0
    for number in range(1_500):
        query, body = caller.signed_bytes(damaged(chance, PYTHON.receiver), nonce=str(number))
        started = time.thread_time()
        assert opened(door, query, body) in (400, 403, 413, "read")
        slowest = max(slowest, time.thread_time() - started)
    assert slowest < 0.1


@pytest.mark.parametrize(
    "said", ["a]]>b", "]]>", "]]]]>>", "<Content>]]><x/><![CDATA[", "一\x00二\x08三\uffff", "a\nb\t c"]
)
def test_nobody_s_words_become_markup(said: str) -> None:
    answer = read_xml(f"<xml><Content><![CDATA[{in_cdata(said)}]]></Content><After>1</After></xml>")
    wanted = "".join(char for char in said if char in "\n\t" or " " <= char < "\ud800" or "\udfff" < char < "\uffff")
    assert answer == {"Content": wanted, "After": "1"}


def test_what_a_keyboard_made_does_not_lose_the_message(door: Door, caller: Caller) -> None:
    assert word(door.open(*caller.signed(TEXT.replace("两", "\x08两\x00"))), "Content") == "两条毛巾"


def test_missing_and_strange_elements_are_empty() -> None:
    message: Xml = {"Empty": None, "Twice": ["a", "b"], "Inside": {"Key": "x"}, "Text": "t"}
    assert [word(message, key) for key in ("Empty", "Twice", "Inside", "Nothing", "Text")] == ["", "", "", "", "t"]
    assert [part(message, key) for key in ("Empty", "Twice", "Inside", "Text")] == [{}, {}, {"Key": "x"}, {}]


def test_a_sealed_message_cannot_be_read_without_the_key(door: Door) -> None:
    sealed = base64.b64decode(word(read_xml(door.seal(TEXT)), "Encrypt"))
    assert "毛巾".encode() not in sealed
