"""The company's own app in WeCom, for staff: what members say and press comes in by callback, and is answered there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from starlette.routing import BaseRoute

from bot.channels.base import NotSent, Outbound, Rate, Receive
from bot.channels.wecom.callback import Callback
from bot.channels.wecom.reading import CHANNEL, read_message
from bot.channels.wecom.sending import Sender
from bot.weixin.client import Client
from bot.weixin.media import with_file
from bot.weixin.xml import Xml, word
from crm.errors import StoreUnavailable

FETCH_SECONDS = 3.0  # WeCom waits five for us to acknowledge, and the words behind a picture may be urgent

log = structlog.get_logger()

TrySpend = Callable[[Sequence[Rate]], Awaitable[float]]
"""Spends one send under all these limits and returns 0.0, or spends none and returns the seconds to wait."""


class WeCom:
    name = CHANNEL

    def __init__(self, *, corp_id: str, agent_id: str, client: Client, callback: Callback, try_spend: TrySpend) -> None:
        self._corp_id = corp_id
        self._agent_id = agent_id
        self._client = client
        self._callback = callback
        self._sender = Sender(client, agent_id, lambda address: try_spend(self.rates(address)))
        self._receiver: Receive | None = None
        callback.listen(self._take)

    async def start(self, receive: Receive) -> None:
        self._receiver = receive

    async def stop(self) -> None:
        self._receiver = None
        await self._client.close()

    async def send(self, outbound: Outbound) -> str:
        if self._receiver is None:
            raise NotSent("the channel is stopped")
        return await self._sender.send(outbound)

    def routes(self) -> list[BaseRoute]:
        return [self._callback.route()]

    def rates(self, address: str) -> Sequence[Rate]:
        """One each three seconds after 8, so never above 28 in a minute; one each 4 after 80, so 980 in an hour.

        30 and 1,000 are what the platform passes on; of the rest it says nothing, and what is under way for a moment
        longer than another must not count in the wrong minute.
        """
        member = f"wecom:{self._corp_id}:{self._agent_id}:{address}"
        return (Rate(member, 3.0, burst=8), Rate(f"{member}:hour", 4.0, burst=80))

    def addresses(self) -> frozenset[str] | None:
        return None

    async def _take(self, message: Xml, raw: bytes) -> None:
        """Returns when it is committed, or is of no use."""
        if (receive := self._receiver) is None:
            raise StoreUnavailable("not started")
        reading = read_message(message, raw, self._corp_id, self._agent_id)
        if reading is None:
            if word(message, "AgentID") == self._agent_id:
                log.info("wecom_message_ignored", kind=word(message, "MsgType")[:32], told=word(message, "Event")[:64])
            return
        await receive(await with_file(self._client, reading.inbound, reading.media, FETCH_SECONDS))
