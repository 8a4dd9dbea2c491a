"""The five-second rule: stored, or told again; answered in time, or later; and nobody is kept waiting longer."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.base import Inbound, InboundKind, NotSent, Outbound, Refused
from bot.channels.wechat import House, Wechat
from bot.weixin.client import Client
from bot.weixin.door import CallbackKeys
from crm.errors import StoreUnavailable
from tests.support.weixin.crypto import as_xml
from tests.weixin.caller import Caller
from tests.weixin.malformed import damaged

pytestmark = pytest.mark.anyio

KEYS = CallbackKeys("SpamTest1", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx0123456789abcdef")
LATEST = 4.5


class NoTokens:
    async def get(self) -> str:
        raise NotSent("no_token")

    async def renew(self, refused: str) -> str:
        raise NotSent("no_token")


class Platform:
    """Calls the channel without a network; `receive` is the house."""

    def __init__(self, receive: Callable[[Inbound], Awaitable[None]] | None = None, **settings: Any) -> None:
        self.received: list[Inbound] = []
        self._receive = receive
        client = Client(base_url="http://127.0.0.1:9", tokens=NoTokens())  # type: ignore[arg-type]
        self.channel = Wechat(
            keys=KEYS, client=client, clock=lambda: datetime.now(UTC), house=House("湖畔"), **settings
        )
        self._caller = Caller(KEYS, lambda: datetime.now(UTC))
        transport = httpx.ASGITransport(Starlette(routes=self.channel.routes()))
        self._phone = httpx.AsyncClient(transport=transport, base_url="http://house")

    async def start(self) -> Platform:
        await self.channel.start(self._take)
        return self

    async def tells(self, sender: str = "o-wang", number: int = 1, **fields: Any) -> tuple[httpx.Response, float]:
        """The answer and the seconds it took."""
        head = {"ToUserName": "gh_1", "FromUserName": sender, "CreateTime": 1_764_129_600, "MsgId": number}
        query, body = self._caller.signed(as_xml({**head, "MsgType": "text", "Content": "你好", **fields}))
        return await self.posts(query, body)

    async def posts(self, query: Mapping[str, str], body: bytes) -> tuple[httpx.Response, float]:
        began = time.monotonic()
        answer = await self._phone.post("/wechat", params=query, content=body)
        return answer, time.monotonic() - began

    async def sends(self, text: str, address: str = "o-wang", by: str = "passive") -> None:
        await self.channel.send(Outbound("1", address, text, "zh", by=by))

    def opened(self, answer: httpx.Response) -> str:
        return self._caller.unsealed(answer.text)

    async def _take(self, inbound: Inbound) -> None:
        if self._receive:
            await self._receive(inbound)
        self.received.append(inbound)


async def test_the_reply_goes_with_the_open_request() -> None:
    platform = await Platform().start()
    asking = asyncio.create_task(platform.tells())
    await asyncio.sleep(0.1)
    await platform.sends("您好。")
    answer, seconds = await asking
    assert "您好。" in platform.opened(answer)
    assert seconds < 1
    with pytest.raises(NotSent):
        await platform.sends("再见。")


async def test_without_a_reply_it_ends_in_time_and_what_comes_then_is_not_sent() -> None:
    platform = await Platform().start()
    answer, seconds = await platform.tells()
    assert (answer.status_code, answer.text) == (200, "success")
    assert 4 < seconds <= LATEST
    with pytest.raises(NotSent):
        await platform.sends("您好。")


async def test_a_passive_grant_ends_with_its_request_and_the_others_say_how_long() -> None:
    platform = await Platform(customer_service=True).start()
    asking = [asyncio.create_task(platform.tells(number=1)), asyncio.create_task(platform.tells(number=2, MsgType="?"))]
    clicking = asyncio.create_task(platform.tells(number=3, MsgType="event", Event="CLICK", EventKey="x"))
    await asyncio.sleep(0.1)
    grants = [{grant.kind: grant for grant in inbound.grants} for inbound in platform.received]
    assert [set(each) for each in grants] == [{"passive", "message"}, {"passive", "message"}, {"passive", "click"}]
    assert [each.kind for each in platform.received] == [InboundKind.MESSAGE, InboundKind.GRANT, InboundKind.MESSAGE]
    passive, message = grants[0]["passive"], grants[0]["message"]
    assert passive.is_here
    assert passive.count == 1
    assert 4 < passive.seconds < LATEST
    assert (message.count, message.seconds, message.is_here) == (5, 48 * 3600, False)
    assert (grants[2]["click"].count, grants[2]["click"].seconds) == (3, 60)
    await platform.channel.stop()
    assert {answer.text for answer, _ in await asyncio.gather(*asking, clicking)} == {"success"}


async def test_records_that_are_away_for_a_while_are_waited_for() -> None:
    began = time.monotonic()

    async def receive(_inbound: Inbound) -> None:
        if time.monotonic() - began < 1:
            raise StoreUnavailable("locked")

    platform = await Platform(receive).start()
    asking = asyncio.create_task(platform.tells())
    await asyncio.sleep(1.4)
    assert 2.5 < platform.received[0].grants[0].seconds < 3.4
    await platform.sends("您好。")
    assert "您好。" in platform.opened((await asking)[0])


@pytest.mark.parametrize("failure", ["away", "hanging", "broken"])
async def test_what_could_not_be_stored_is_to_be_told_again(failure: str) -> None:
    async def receive(_inbound: Inbound) -> None:
        if failure == "away":
            raise StoreUnavailable("locked")
        if failure == "broken":
            raise RuntimeError("a bug")
        await back.wait()

    back, platform = asyncio.Event(), await Platform(receive).start()
    answer, seconds = await platform.tells()
    assert answer.status_code == 503
    assert seconds <= LATEST
    back.set()
    await platform.channel.stop()
    assert (await platform.tells())[0].status_code == 503


async def test_told_again_while_the_records_hang_it_joins_the_same_turn() -> None:
    stored = asyncio.Event()

    async def receive(_inbound: Inbound) -> None:
        await stored.wait()

    platform = await Platform(receive).start()
    assert (await platform.tells())[0].status_code == 503
    again = asyncio.create_task(platform.tells())
    await asyncio.sleep(0.1)
    stored.set()
    await asyncio.sleep(0.1)
    await platform.sends("您好。")
    assert "您好。" in platform.opened((await again)[0])
    assert len({each.dedupe_key for each in platform.received}) == 1


async def test_two_people_do_not_hear_each_other() -> None:
    platform = await Platform().start()
    both = [asyncio.create_task(platform.tells(sender)) for sender in ("o-wang", "o-li")]
    await asyncio.sleep(0.1)
    await platform.sends("李，您好。", "o-li")
    await platform.sends("王，您好。", "o-wang")
    (to_wang, _), (to_li, _) = await asyncio.gather(*both)
    assert "王，您好。" in platform.opened(to_wang)
    assert "李，您好。" in platform.opened(to_li)


async def test_nothing_to_say_is_refused_and_the_request_stays_open() -> None:
    platform = await Platform().start()
    asking = asyncio.create_task(platform.tells())
    await asyncio.sleep(0.1)
    with pytest.raises(Refused):
        await platform.sends("")
    await platform.sends("您好。")
    assert "您好。" in platform.opened((await asking)[0])


async def test_malformed_but_signed_callbacks_are_answered_at_once_and_never_by_an_error() -> None:
    """The drill tells ten thousand of them to a house of its own."""
    platform, chance = await Platform().start(), random.Random(5)
    platform.channel._callback._holding.wait = _at_once  # type: ignore[method-assign,assignment]
    caller, slowest, statuses = Caller(KEYS, lambda: datetime.now(UTC)), 0.0, set[int]()
    for number in range(600):
        query, body = caller.signed_bytes(damaged(chance, KEYS.receiver), nonce=str(number))
        began = time.thread_time()  # how busy the machine is does not count
        answer, _ = await platform.posts(query, body)
        slowest = max(slowest, time.thread_time() - began)
        statuses.add(answer.status_code)
    assert statuses == {200, 400, 403}
    assert slowest < 0.1


async def _at_once(_held: object) -> str:
    return ""
