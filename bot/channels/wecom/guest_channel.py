"""微信客服 (WeChat customer service), for guests: WeCom calls, we fetch what was said, and answer within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from starlette.routing import BaseRoute

from bot.channels.base import NotSent, Outbound, Rate, Receive
from bot.channels.wecom.callback import Callback
from bot.channels.wecom.fetching import Bookmark, Fetcher, Item, Page
from bot.channels.wecom.guest_reading import CHANNEL, Entrance, guest_of, read_item, sent_at
from bot.channels.wecom.guest_sending import GuestSender, WelcomeCodes, parts_of
from bot.channels.wecom.reading import Reading
from bot.weixin.client import Client
from bot.weixin.media import with_file
from bot.weixin.xml import Xml, word
from crm.errors import StoreUnavailable

PAGE_OF_ITEMS = 100
FETCH_SECONDS = 5.0  # the words behind a picture wait that long, not longer: they may be urgent
GRACE_SECONDS = 600.0  # what was said shortly before the house listened for the first time is answered too
LONGEST_STOP = 5.0

log = structlog.get_logger()


class WeComGuests:
    name = CHANNEL

    def __init__(
        self,
        *,
        kf_id: str,
        client: Client,
        callback: Callback,
        bookmark: Bookmark,
        clock: Callable[[], datetime],
    ) -> None:
        self._kf_id = kf_id
        self._client = client
        self._callback = callback
        self._clock = clock
        self._codes = WelcomeCodes()
        self._sender = GuestSender(client, kf_id, self._codes)
        self._fetcher = Fetcher(self._ask, self._take, bookmark, key_of=guest_of)
        self._receiver: Receive | None = None
        self._stopping = asyncio.Event()
        self._fetching: asyncio.Task[None] | None = None
        callback.listen(self._hear)

    async def start(self, receive: Receive) -> None:
        self._receiver = receive
        self._fetching = asyncio.create_task(self._fetcher.run(self._stopping))

    async def stop(self) -> None:
        self._stopping.set()
        if self._fetching is not None:
            _, late = await asyncio.wait({self._fetching}, timeout=LONGEST_STOP)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._client.close()

    async def send(self, outbound: Outbound) -> str:
        if self._receiver is None or self._stopping.is_set():
            raise NotSent("the channel is stopped")
        return await self._sender.send(outbound)

    def parts(self, outbound: Outbound) -> Sequence[Outbound]:
        return parts_of(outbound)

    def routes(self) -> list[BaseRoute]:
        return [self._callback.route()]

    def rates(self, address: str) -> Sequence[Rate]:
        return ()

    def addresses(self) -> frozenset[str] | None:
        return None

    async def _hear(self, message: Xml, _raw: bytes) -> None:
        """Only that there is something: it is kept for three days, and asked for beside the call."""
        if word(message, "Event").lower() == "kf_msg_or_event" and word(message, "OpenKfId") in ("", self._kf_id):
            self._fetcher.call(word(message, "Token"))

    async def _ask(self, position: str, token: str) -> Page:
        asked = {"cursor": position, "token": token, "limit": PAGE_OF_ITEMS, "open_kfid": self._kf_id}
        answer = await self._client.call("/cgi-bin/kf/sync_msg", {key: value for key, value in asked.items() if value})
        items = answer.get("msg_list")
        return Page(
            items=[item for item in items if isinstance(item, dict)] if isinstance(items, list) else [],
            position=str(answer.get("next_cursor") or position),
            has_more=answer.get("has_more") == 1,
        )

    async def _take(self, item: Item, since: datetime) -> None:
        if self._receiver is None:
            raise StoreUnavailable("not started")
        now = self._clock()
        if sent_at(item, now) < since.timestamp() - GRACE_SECONDS:
            return
        reading = read_item(item, self._kf_id, now)
        _note(item, reading)
        if reading is None:
            return
        if isinstance(reading, Entrance) and reading.welcome_code:
            self._codes.keep(reading.inbound.address, reading.welcome_code, reading.seconds)
        await self._receiver(await with_file(self._client, reading.inbound, reading.media, FETCH_SECONDS))


def _note(item: Item, reading: Reading | None) -> None:
    """Events that change what may be said, and all of which we made nothing."""
    event = item.get("event")
    told = event if isinstance(event, dict) else {}
    kind = str(told.get("event_type") or item.get("msgtype"))[:32]
    if kind == "msg_send_fail":
        log.warning("wecom_send_failed", message=str(told.get("fail_msgid")), reason=told.get("fail_type"))
    elif kind == "session_status_change":
        log.info("wecom_session_changed", change=told.get("change_type"))
    elif reading is None and item.get("origin") != 5:
        log.info("wecom_item_ignored", kind=kind)
