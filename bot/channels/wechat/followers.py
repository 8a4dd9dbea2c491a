"""One message to many who follow the official account, which the platform sends and reports of later (群发)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from starlette.routing import BaseRoute

from bot.channels.base import NoGrant, Outbound, Rate, Receive, Refused, Unreachable
from bot.channels.wechat.rendering import text_of
from bot.weixin.client import Client

CHANNEL = "wechat_followers"
SEND = "/cgi-bin/message/mass/send"
FEWEST = 2
SENT_BEFORE = 45065  # with the id that it has since then
SECONDS_BETWEEN = 2.0  # sixty a minute are refused


class WechatFollowers:
    name = CHANNEL

    def __init__(self, client: Client, people_of: Callable[[str], Awaitable[Sequence[str]]]) -> None:
        """`people_of` tells whom the message with this id is for, at the moment it is sent."""
        self._client = client
        self._people_of = people_of

    async def start(self, receive: Receive) -> None:
        """What followers say arrives in the channel of each."""

    async def stop(self) -> None:
        await self._client.close()

    async def send(self, outbound: Outbound) -> str:
        """The platform refuses a number that it has seen within a day, so that trying again repeats nothing."""
        people = await self._people_of(outbound.id)
        if len(people) < FEWEST:
            raise Refused("too_few" if people else "nobody")
        content = text_of(replace(outbound, buttons=(), files=()))
        body = {"touser": people, "msgtype": "text", "text": {"content": content}, "clientmsgid": outbound.id}
        try:
            answer = await self._client.call(SEND, body, takes=frozenset({SENT_BEFORE}))
        except (NoGrant, Unreachable) as error:  # neither is about a person here
            raise Refused(str(error)) from None
        return str(answer.get("msg_id") or "")

    def routes(self) -> list[BaseRoute]:
        return []

    def rates(self, address: str) -> Sequence[Rate]:
        return (Rate(CHANNEL, SECONDS_BETWEEN),)

    def addresses(self) -> frozenset[str] | None:
        return None
