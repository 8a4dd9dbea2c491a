"""A real house behind a real server, called by the stand-in of the platform: an official account from end to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import uvicorn
from sqlalchemy import select

from bot.app import App, house_channels, open_store
from bot.channels.wechat import Wechat
from bot.config import parse_settings
from bot.demo import house as demo_house
from bot.web import make_web
from crm.conversations.accounts import conversation
from crm.conversations.messages import Body, MessageClass, NewMessage, message
from crm.conversations.outbox import queue_messages
from crm.properties.houses import Property, properties
from crm.stays.bookings import stays_in_room
from crm.stays.links import create_stay_link
from tests.support.weixin import Callback, WeixinServer
from tests.support.weixin.fans import Fan

TOKEN = "SpamTest1"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PUBLIC_URL = "https://house.example"
SUBSCRIPTION = {"template_id": "after-the-stay", "scene": 7, "title": "离店后的一句话"}


@dataclass
class WechatHouse:
    app: App
    weixin: WeixinServer
    callback: Callback
    url: str

    @property
    def channel(self) -> Wechat:
        channel = next(each for each in self.app.channels if each.name == "wechat")
        assert isinstance(channel, Wechat)
        return channel

    def fan(self, openid: str = "o-wang", **values: Any) -> Fan:
        return self.weixin.fan(openid, **values)

    def stay_token(self, room: str = "303") -> str:
        """The token of the link that lets into the stay in this room."""
        with self.app.records.store.transaction() as db:
            (stay,) = stays_in_room(db, self.home.id, room)
            return create_stay_link(db, self.app.clock(), stay.id)

    def news(self, openid: str, text: str, *, of: MessageClass = MessageClass.SERVICE, **body: Any) -> str:
        """Queues something that nobody asked for just now; returns its id."""
        with self.app.records.store.transaction() as db:
            row = db.execute(select(conversation.c.id).where(conversation.c.address == openid)).one()
            new = NewMessage(row.id, "wechat", "zh", Body(text, **body), message_class=of)
            (message_id,) = queue_messages(db, self.app.clock(), [new])
        self.app.delivery.nudge()
        return message_id

    def waiting(self) -> list[str]:
        """Why what is queued waits."""
        with self.app.records.store.reading() as db:
            return [why for (why,) in db.execute(select(message.c.reason).where(message.c.state == "queued"))]

    def state_of(self, message_id: str) -> tuple[str, str]:
        """State and reason of a message."""
        with self.app.records.store.reading() as db:
            row = db.execute(select(message.c.state, message.c.reason).where(message.c.id == message_id)).one()
        return row.state, row.reason

    async def until(self, message_id: str, state: str, reason: str = "", seconds: float = 10.0) -> None:
        await until(lambda: self.state_of(message_id) == (state, reason), lambda: self.state_of(message_id), seconds)

    @property
    def home(self) -> Property:
        with self.app.records.store.reading() as db:
            return properties(db)[0]

    async def until_sent(self, openid: str, words: str, seconds: float = 10.0) -> None:
        """Until the platform has shown these words to a person, in whatever way."""

        def texts() -> list[str]:
            return [each.text for each in self.weixin.sent_to(openid)]

        await until(lambda: any(words in text for text in texts()), texts, seconds)


async def until(is_so: Callable[[], bool], what_is: Callable[[], object], seconds: float = 10.0) -> None:
    """Fails with what is instead."""
    ends = monotonic() + seconds
    while not is_so():
        assert monotonic() < ends, what_is()
        await asyncio.sleep(0.02)


@asynccontextmanager
async def wechat_house(
    folder: Path,
    url: str,
    *,
    burst_seconds: float = 0.0,
    model_url: str = "",
    furnished: bool = True,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    language: str = "zh",
    **wechat: Any,
) -> AsyncIterator[WechatHouse]:
    """`wechat` are settings of the account. The platform's patience is what it is in the world."""
    async with WeixinServer() as weixin:
        settings = parse_settings(
            {
                "store": {"folder": str(folder), "url": url},
                "web": {"public_url": PUBLIC_URL},
                "conversation": {"burst_seconds": burst_seconds, "language": language},
                "model": {"base_url": model_url, "name": "mute" if model_url else ""},
                "wechat": {"app_id": weixin.app_id, "base_url": weixin.address, **wechat},
                "properties": [{"key": "lakeside", "name": "湖畔", "time_zone": "Asia/Shanghai", "rooms": ["201-408"]}],
            },
            {
                "GUANJIA_WECHAT_SECRET": weixin.secret,
                "GUANJIA_WECHAT_TOKEN": TOKEN,
                "GUANJIA_WECHAT_AES_KEY": AES_KEY,
            },
        )
        store = open_store(settings)
        app = App(settings, store, lambda known, records: house_channels(known, records, clock), clock)
        if furnished:
            with store.transaction() as db:
                demo_house.furnish(db, app.clock(), properties(db)[0], settings.catalogue, requests=False)
        await app.start()
        await app.concierge.warm_up()
        try:
            async with _serving(app) as address:
                callback = Callback(f"{address}/wechat", token=TOKEN, aes_key=AES_KEY, receiver=weixin.app_id)
                weixin.tells(callback)
                yield WechatHouse(app, weixin, callback, address)
        finally:
            await app.stop()


@asynccontextmanager
async def _serving(app: App) -> AsyncIterator[str]:
    config = uvicorn.Config(make_web(app), port=0, log_config=None, lifespan="off", backlog=2048)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started, lambda: "not started")
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
