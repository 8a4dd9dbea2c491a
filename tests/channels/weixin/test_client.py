"""Calls: what an answer, or none, says of the message; nothing of it tells the token or the guest to anybody."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Mapping

import pytest

from bot.channels.base import FetchFailed, File, MaybeSent, NoGrant, NotSent, Refused, SendError, Unreachable
from bot.weixin.client import Client
from bot.weixin.errors import WECHAT, WECOM, Errors
from bot.weixin.http import CONNECTIONS
from tests.channels.weixin.conftest import Replicas
from tests.support.weixin import WeixinServer
from tests.support.weixin.faults import ELSEWHERE

pytestmark = pytest.mark.anyio

SEND = "/cgi-bin/message/custom/send"
UPLOAD = "/cgi-bin/media/upload"
GET = "/cgi-bin/media/get"
PICTURE = File("photo", "image/png", "泳池.png", b"\x89PNG a picture")


@pytest.fixture
async def client(weixin: WeixinServer, house: Replicas) -> Client:
    """Of somebody who may be written to five times."""
    await weixin.fan("o1").says("hi")
    client = house.wechat(seconds=0.3)
    await client.call("/cgi-bin/get_api_domain_ip")
    return client


def message(text: str = "您好") -> Mapping[str, object]:
    return {"touser": "o1", "msgtype": "text", "text": {"content": text}}


async def test_words_arrive_as_they_are(weixin: WeixinServer, client: Client) -> None:
    text = '您好，"302"\n毛巾 🏮 \\u4f60'
    assert (await client.call(SEND, message(text)))["errcode"] == 0
    assert weixin.sent_to("o1")[-1].text == text
    await client.call(SEND, message("half \ud83d a lantern"))
    assert weixin.sent_to("o1")[-1].text == "half ? a lantern"


@pytest.mark.parametrize(
    ("fault", "error", "arrives"),
    [
        ("html500", NotSent, False),
        ("html502", NotSent, False),
        ("html503", NotSent, False),
        ("html403", NotSent, False),
        ("redirect", NotSent, False),
        ("html504", MaybeSent, False),
        ("html200", MaybeSent, False),
        ("empty", MaybeSent, False),
        ("list", MaybeSent, False),
        ("huge", MaybeSent, False),
        ("cut", MaybeSent, False),
        ("hang", MaybeSent, False),
        ("trickle", MaybeSent, False),
        ("cut_after", MaybeSent, True),
        ("hang_after", MaybeSent, True),
    ],
)
async def test_what_is_not_answered_may_have_been_sent(
    weixin: WeixinServer, client: Client, fault: str, error: type[SendError], arrives: bool
) -> None:
    weixin.fail_next(fault)
    async with asyncio.timeout(8):
        with pytest.raises(SendError) as raised:
            await client.call(SEND, message())
    assert type(raised.value) is error
    assert bool(weixin.sent_to("o1")) is arrives
    await client.call(SEND, message())  # and the next one goes out


async def test_a_redirect_is_not_followed_with_the_token(weixin: WeixinServer, client: Client) -> None:
    weixin.fail_always("redirect")
    for call in (client.call(SEND, message()), client.call("/cgi-bin/menu/get"), client.upload(UPLOAD, PICTURE)):
        with pytest.raises(NotSent, match="status_302"):
            await call
    assert not weixin.state.calls[ELSEWHERE]


async def test_nobody_there_is_certainly_not_sent(weixin: WeixinServer, house: Replicas, client: Client) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        away = house.wechat(base_url=f"http://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(NotSent, match="ClientConnectorError"):
            await away.call(SEND, message())
    await weixin.hang_up()
    with pytest.raises(NotSent):
        await client.call(SEND, message())


@pytest.mark.parametrize(
    ("errors", "code", "error"),
    [
        (WECHAT, -1, NotSent),
        (WECHAT, -7, NotSent),
        (WECHAT, 45009, NotSent),
        (WECHAT, 45011, NotSent),
        (WECHAT, 40164, NotSent),
        (WECHAT, 45015, NoGrant),
        (WECHAT, 45047, NoGrant),
        (WECHAT, 43101, NoGrant),
        (WECHAT, 43004, Unreachable),
        (WECHAT, 43019, Unreachable),
        (WECHAT, 40003, Unreachable),
        (WECHAT, 40037, Refused),
        (WECHAT, 47001, Refused),
        (WECHAT, 47003, Refused),
        (WECHAT, 48001, Refused),
        (WECHAT, 50002, Refused),
        (WECHAT, 99999, Refused),
        (WECOM, 40001, NotSent),
        (WECOM, 45009, NotSent),
        (WECOM, 45033, NotSent),
        (WECOM, 41096, NotSent),
        (WECOM, 95001, NoGrant),
        (WECOM, 95002, NoGrant),
        (WECOM, 95018, NoGrant),
        (WECOM, 41050, NoGrant),
        (WECOM, 41051, NoGrant),
        (WECOM, 81013, Unreachable),
        (WECOM, 40096, Unreachable),
        (WECOM, 41048, Refused),
        (WECOM, 95016, Refused),
    ],
)
def test_each_code_says_what_follows(errors: Errors, code: int, error: type[SendError]) -> None:
    told = errors.error(code)
    assert type(told) is error
    assert str(told) == f"{errors.name}_{code}"
    if isinstance(told, NotSent):
        assert told.retry_after > 0


@pytest.mark.parametrize("errors", [WECHAT, WECOM])
def test_no_code_says_two_things(errors: Errors) -> None:
    groups = [errors.token, frozenset(errors.pauses), errors.no_grant, errors.unreachable]
    assert sum(map(len, groups)) == len(frozenset().union(*groups))


async def test_codes_come_as_errors_over_the_wire(weixin: WeixinServer, client: Client) -> None:
    weixin.fail_next(45011, 45047, 47003)
    for error in (NotSent, NoGrant, Refused):
        with pytest.raises(error):
            await client.call(SEND, message())
    await client.call(SEND, message())


@pytest.mark.parametrize("code", sorted(WECHAT.token))
async def test_a_refused_token_is_renewed_and_the_call_made_again(
    weixin: WeixinServer, client: Client, code: int
) -> None:
    weixin.fail_next(code)
    await client.call(SEND, message())
    assert len(weixin.sent_to("o1")) == 1
    assert weixin.state.calls[SEND] == 2


async def test_a_token_refused_twice_waits(weixin: WeixinServer, client: Client) -> None:
    weixin.fail_next(40001, 40001)
    with pytest.raises(NotSent, match="wechat_40001") as error:
        await client.call(SEND, message())
    assert error.value.retry_after >= 30
    assert weixin.state.calls[SEND] == 2


async def test_an_upload_that_was_not_answered_sent_nothing(weixin: WeixinServer, client: Client) -> None:
    for fault in ("html200", "cut_after", "html504", "empty"):
        weixin.fail_next(fault)
        with pytest.raises(NotSent):
            await client.upload(UPLOAD, PICTURE, type="image")
    weixin.fail_next(42001)  # the form is made anew for the second try
    media_id = await client.upload(UPLOAD, PICTURE, type="image")
    assert weixin.state.media[media_id].content == PICTURE.content
    assert weixin.state.media[media_id].name == "泳池.png"


@pytest.mark.parametrize(
    ("mime", "name", "sent"),
    [
        ("image/jpeg", "", "photo.jpg"),
        ("image/png", "泳池", "泳池.png"),
        ("image/png", "泳池.jpeg", "泳池.jpeg"),
        ("image/x-of-nobody", "", "photo.bin"),
    ],
)
async def test_a_file_goes_out_with_an_ending(
    mime: str, name: str, sent: str, weixin: WeixinServer, client: Client, house: Replicas
) -> None:
    for each in (client, house.wecom("1000002")):
        media_id = await each.upload(UPLOAD, File("photo", mime, name, PICTURE.content), type="file")
        assert weixin.state.media[media_id].name == sent


async def test_a_question_that_was_not_answered_sent_nothing(weixin: WeixinServer, client: Client) -> None:
    weixin.fail_next("cut", "cut")  # aiohttp asks once more by itself
    with pytest.raises(NotSent):
        await client.call("/cgi-bin/menu/get")


async def test_a_file_is_fetched_with_its_kind(weixin: WeixinServer, client: Client) -> None:
    for mime, name, kind in (
        ("image/jpeg", "a.jpg", "photo"),
        ("audio/amr", "a.amr", "voice"),
        ("application/pdf", "账单.pdf", "document"),
        ("application/json", "a.json", "document"),
    ):
        media_id = weixin.media.keep(b'{"errcode": 40001}', mime, name)
        assert await client.download(GET, media_id=media_id) == File(kind, mime, name, b'{"errcode": 40001}')
    weixin.tokens.rotate(weixin.app_id)
    assert (await client.download(GET, media_id=media_id)).name == "a.json"


@pytest.mark.parametrize("fault", ["html200", "html502", "cut", "hang", "trickle", "empty", "redirect", 40007, -1])
async def test_a_file_that_cannot_be_fetched_is_said_so(weixin: WeixinServer, client: Client, fault: int | str) -> None:
    media_id = weixin.media.keep(b"a picture")
    weixin.fail_next(fault, fault)  # of a connection that was cut aiohttp asks once more by itself
    async with asyncio.timeout(5):
        with pytest.raises(FetchFailed):
            await client.download(GET, media_id=media_id)


async def test_a_file_that_is_too_large_is_not_read(weixin: WeixinServer, house: Replicas) -> None:
    media_id = weixin.media.keep(b"x" * (10 * 1024 * 1024 + 1))
    with pytest.raises(FetchFailed, match="answer_too_large"):
        await house.wechat(seconds=5).download(GET, media_id=media_id)


async def test_at_most_so_many_calls_are_under_way(weixin: WeixinServer, house: Replicas) -> None:
    client = house.wechat(seconds=5)
    await client.call("/cgi-bin/get_api_domain_ip")
    before = weixin.state.calls.total()
    weixin.fail_always("hang")
    calls = [asyncio.create_task(client.call(SEND, message())) for _ in range(CONNECTIONS + 20)]
    await asyncio.sleep(0.5)
    assert weixin.state.calls.total() - before == CONNECTIONS
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_call_takes_no_longer_than_it_must(weixin: WeixinServer, client: Client) -> None:
    """Written in two pieces, with Nagle's algorithm, each would wait forty milliseconds for an acknowledgement."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for _ in range(50):
        await client.call("/cgi-bin/get_api_domain_ip")
    assert loop.time() - begun < 50 * 0.03


async def test_neither_token_nor_guest_is_told_to_a_log_or_in_an_error(
    weixin: WeixinServer,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    for fault in ("cut", "hang", "html500", "html200", "redirect", 45015, 40003, 47003):
        weixin.fail_next(fault)
        with pytest.raises(SendError) as error:
            await client.call(SEND, message("毛巾"))
        told.append(repr(error.value))
    await client.call(SEND, message("毛巾"))
    token = weixin.sent_to("o1")[-1].token
    await weixin.hang_up()
    with pytest.raises(NotSent) as gone:
        await client.call(SEND, message("毛巾"))
    told.append(repr(gone.value))
    out = "\n".join((*told, caplog.text, *capfd.readouterr()))
    for secret in (token, weixin.secret, "毛巾", "access_token"):
        assert secret not in out


async def test_a_client_that_was_closed_begins_anew(client: Client) -> None:
    await client.close()
    await client.call(SEND, message())
