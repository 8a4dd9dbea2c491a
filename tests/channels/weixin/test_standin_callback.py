"""The stand-in itself, telling the house: signed, sealed, with three tries; and played from another process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from tests.support.weixin import Callback, WeixinServer
from tests.support.weixin.callback import UNAVAILABLE
from tests.support.weixin.crypto import Envelope, WrongEnvelope, as_xml, of_xml

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
KEYS: dict[str, Any] = {
    "token": "a-token",
    "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "receiver": "wx0123456789abcdef",
}
ENVELOPE = Envelope(**KEYS)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """A house that answers as a test says."""

    def __init__(self) -> None:
        self.address = ""
        self.heard: list[tuple[dict[str, str], dict[str, Any]]] = []  # query, fields
        self.answers: list[Answer] = []

    async def hear(self, request: web.Request) -> web.StreamResponse:
        outer = of_xml(await request.read())
        query = dict(request.query)
        assert query["msg_signature"] == ENVELOPE.sign(query["timestamp"], query["nonce"], outer["Encrypt"])
        self.heard.append((query, of_xml(ENVELOPE.open(outer["Encrypt"]))))
        return await self.answers.pop(0)(request) if self.answers else web.Response(text="success")


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    app = web.Application()
    app.router.add_post("/hear", door.hear)
    app.router.add_get("/hear", echo)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door.address = f"http://127.0.0.1:{runner.addresses[0][1]}/hear"
    yield door
    await runner.cleanup()


async def echo(request: web.Request) -> web.Response:
    return web.Response(text=request.query["echostr"])


def replying(text: str, envelope: Envelope = ENVELOPE) -> Answer:
    async def answer(_request: web.Request) -> web.StreamResponse:
        sealed = envelope.seal(as_xml({"MsgType": "text", "Content": text}))
        signature = envelope.sign("1", "nonce", sealed)
        fields = {"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": 1, "Nonce": "nonce"}
        return web.Response(text=as_xml(fields))

    return answer


async def slow(_request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response(text="success")


async def failing(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


@pytest.fixture
def callback(weixin: WeixinServer, door: Door) -> Callback:
    return weixin.tells(Callback(door.address, **KEYS, patience=0.2, pause=0.01))


async def test_words_are_told_once_and_the_answer_is_seen(weixin: WeixinServer, door: Door, callback: Callback) -> None:
    door.answers = [replying("好的 ]]> <b>302</b>")]
    told = await weixin.fan("o1").says("毛巾 ]]> &amp;")
    assert told.text == told.shown == "好的 ]]> <b>302</b>"
    ((query, fields),) = door.heard
    assert (fields["Content"], fields["FromUserName"], fields["MsgType"]) == ("毛巾 ]]> &amp;", "o1", "text")
    assert query["openid"] == "o1"
    assert weixin.sent_to("o1")[-1].path == "passive"


async def test_an_event_is_told_three_times_with_the_same_number(
    weixin: WeixinServer, door: Door, callback: Callback
) -> None:
    door.answers = [slow, failing, slow]
    told = await weixin.fan("o1").says("hi")
    assert [each.status for each in told.tries] == [0, 500, 0]
    assert told.is_unavailable
    assert len({fields["MsgId"] for _, fields in door.heard}) == 1
    assert len({query["nonce"] for query, _ in door.heard}) == 3


async def test_an_answer_to_the_second_try_is_good_enough(weixin: WeixinServer, door: Door, callback: Callback) -> None:
    door.answers = [slow, replying("here")]
    assert (await weixin.fan("o1").says("hi")).text == "here"
    assert not (await weixin.fan("o1").says("hi")).shown


async def test_an_answer_that_is_not_ours_is_shown_as_a_failure(
    weixin: WeixinServer, door: Door, callback: Callback
) -> None:
    async def plain(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="<xml><Content>hi</Content></xml>")

    strangers = [Envelope(**(KEYS | change)) for change in ({"token": "b-token"}, {"receiver": "wx9"})]
    for wrong in (plain, *(replying("hi", each) for each in strangers)):
        door.answers = [wrong]
        told = await weixin.fan("o1").says("hi")
        assert (told.shown, len(told.tries)) == (UNAVAILABLE, 1)


async def test_nobody_there_is_tried_three_times(weixin: WeixinServer) -> None:
    weixin.tells(Callback("http://127.0.0.1:9/", **KEYS, patience=0.2, pause=0.01))
    told = await weixin.fan("o1").says("hi")
    assert told.is_unavailable
    assert len(told.tries) == 3


async def test_an_address_is_greeted(weixin: WeixinServer, door: Door, callback: Callback) -> None:
    assert (await callback.greet("777")).body == b"777"
    wecom = weixin.tells(Callback(door.address, **KEYS, is_wecom=True), "1000002")
    assert ENVELOPE.open((await wecom.greet("777")).body.decode()) == "777"


async def test_what_becomes_of_a_template_is_told(weixin: WeixinServer, door: Door, callback: Callback) -> None:
    weixin.fan("o1")
    weixin.notices.templates["T1"] = ()
    token = weixin.tokens.stable(weixin.app_id, weixin.secret, False)["access_token"]
    async with httpx.AsyncClient(base_url=weixin.address) as house:
        body = {"touser": "o1", "template_id": "T1", "data": {}}
        await house.post("/cgi-bin/message/template/send", params={"access_token": token}, json=body)
    async with asyncio.timeout(5):
        while not door.heard:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert door.heard[0][1]["Event"] == "TEMPLATESENDJOBFINISH"


async def test_staff_and_guests_of_wecom_are_told_to_their_parts(weixin: WeixinServer, door: Door) -> None:
    weixin.tells(Callback(door.address, **KEYS, is_wecom=True, agent="1000002"), "1000002")
    weixin.tells(Callback(door.address, **KEYS, is_wecom=True), "kf")
    await weixin.member("zhang", "1000002").says("我的任务")
    await weixin.customer("wm1").says("毛巾")
    (_, staff), (_, guest) = door.heard
    assert (staff["FromUserName"], staff["Content"], staff["AgentID"]) == ("zhang", "我的任务", "1000002")
    assert (guest["Event"], guest["OpenKfId"]) == ("kf_msg_or_event", "wk1")
    assert "毛巾" not in json.dumps(guest, ensure_ascii=False)


def test_what_is_altered_does_not_open() -> None:
    sealed = ENVELOPE.seal("words")
    assert ENVELOPE.open(sealed) == "words"
    for wrong in (sealed[:-4], "!", "", Envelope(**(KEYS | {"receiver": "wx9"})).seal("words")):
        with pytest.raises(WrongEnvelope):
            ENVELOPE.open(wrong)


async def test_the_stand_in_is_played_from_another_process(door: Door) -> None:
    command = (sys.executable, "-m", "tests.support.weixin", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout
        address = (await process.stdout.readline()).decode().split()[1]
        async with httpx.AsyncClient(base_url=address, timeout=10) as control:

            async def do(name: str, **values: Any) -> Any:
                answer = await control.post(f"/control/{name}", json=values)
                assert answer.status_code == 200, answer.text
                return answer.json()["result"]

            await do("tells", url=door.address, **KEYS)
            door.answers = [replying("here")]
            assert (await do("fan", id="o1", act="says", text="hi"))["shown"] == "here"
            assert [each["path"] for each in await do("sent")] == ["passive"]
            assert (await do("stats"))["sent"] == 1
            assert (await control.post("/control/fan", json={"id": "o1", "act": "sings"})).status_code == 400
            assert (await control.post("/control/nothing")).status_code == 404
    finally:
        process.terminate()
        await process.wait()
