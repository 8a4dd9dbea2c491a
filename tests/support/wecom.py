"""A house on WeCom over HTTP: its app for staff, its 微信客服 for guests, and the stand-in that plays the platform."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from bot.app import App, house_channels, open_store
from bot.channels.wecom.callback import CALLBACK_PATH
from bot.config import Settings, parse_settings
from bot.demo import house as demo_house
from bot.web import make_web
from crm.properties.houses import properties
from crm.staff.invites import Invitation, create_invite
from crm.staff.roles import department_of
from crm.stays.bookings import stays_in_room
from crm.stays.links import create_stay_link
from tests.support.weixin import Callback, Sent, WeixinServer
from tests.support.weixin.kf import Customer
from tests.support.weixin.members import Member

AGENT = "1000002"
KF = "wk1"
TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
PATIENCE = 20.0  # seconds; a fetcher looks again after five

Found = TypeVar("Found")


async def until(look: Callable[[], Awaitable[Found | None]]) -> Found:
    """What it finds at last."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await look()):  # noqa: ASYNC110 (the platform and the records do not tell)
            await asyncio.sleep(0.02)
    return found


@dataclass
class WeComHouse:
    """One or several processes of the same house; the platform calls the first."""

    weixin: WeixinServer
    settings: Settings
    apps: list[App] = field(default_factory=list)
    callbacks: list[Callback] = field(default_factory=list)  # of each process

    @property
    def app(self) -> App:
        return self.apps[0]

    def clock(self) -> datetime:
        return datetime.fromtimestamp(self.weixin.state.now(), UTC)

    def invitation(self, name: str = "李娜", role: str = "housekeeping", language: str = "zh") -> str:
        """The token by which somebody joins."""
        with self.app.records.store.transaction() as db:
            house = properties(db)[0]
            invitation = Invitation(name, role, department_of(role), language, (house.id,))
            return create_invite(db, self.clock(), invitation)

    def stay_link(self, room: str = "303") -> str:
        with self.app.records.store.transaction() as db:
            (stay,) = stays_in_room(db, properties(db)[0].id, room)
            return create_stay_link(db, self.clock(), stay.id)

    async def colleague(self, name: str = "李娜", userid: str = "LiNa", role: str = "housekeeping") -> Member:
        """Somebody who has joined."""
        member = self.weixin.member(userid, AGENT)
        await member.says(f"/start {self.invitation(name, role)}")
        await self.hears(userid, f"{name}，欢迎")
        return member

    async def guest(self, name: str = "wm1", room: str = "303") -> Customer:
        """Came in by the link of the stay, and was welcomed."""
        guest = self.weixin.customer(name, KF)
        await guest.enters(scene_param=self.stay_link(room))
        await self.hears(name, room)
        return guest

    def calls(self, number: int) -> None:
        """From now on the platform calls this process."""
        for part in (AGENT, "kf"):
            self.weixin.tells(self.callbacks[number], part)

    async def hears(self, who: str, words: str, *, count: int = 1) -> Sent:
        """The last of the first `count` messages with these words that reached somebody."""

        async def heard() -> Sent | None:
            found = [each for each in self.weixin.sent_to(who) if words in said(each)]
            return found[count - 1] if len(found) >= count else None

        try:
            return await until(heard)
        except TimeoutError:
            all_heard = [said(each) for each in self.weixin.sent_to(who)]
            raise AssertionError(f"{who} did not hear {words!r} {count}x but {all_heard}") from None


def said(sent: Sent) -> str:
    """All the words of a message, of its card or menu too."""
    body = sent.body
    if card := body.get("template_card"):
        return "\n".join(filter(None, (card["main_title"]["title"], card.get("sub_title_text", ""))))
    return str(body["msgmenu"]["head_content"]) if "msgmenu" in body else sent.text


def buttons(sent: Sent) -> dict[str, str]:
    """What each button of a card or menu carries, by its label."""
    if card := sent.body.get("template_card"):
        return {each["text"]: each["key"] for each in card["button_list"]}
    return {each["click"]["content"]: each["click"]["id"] for each in sent.body.get("msgmenu", {}).get("list", ())}


@asynccontextmanager
async def wecom_house(folder: Path, url: str, *, processes: int = 1) -> AsyncIterator[WeComHouse]:
    """It goes by the platform's clock, which a test may put forward."""
    async with WeixinServer() as weixin:
        house = furnished(folder, url, weixin)
        async with opened(house, processes):
            yield house


def furnished(folder: Path, url: str, weixin: WeixinServer) -> WeComHouse:
    """With guests and colleagues, and not yet open."""
    house = WeComHouse(weixin, _settings(folder, url, weixin))
    store = open_store(house.settings)
    with store.transaction() as db:
        demo_house.furnish(db, house.clock(), properties(db)[0], house.settings.catalogue, requests=False)
    store.close()
    return house


@asynccontextmanager
async def opened(house: WeComHouse, processes: int = 1) -> AsyncIterator[None]:
    """Starts as many processes of the house; the platform finds the first."""
    async with AsyncExitStack() as stack:
        house.apps = []
        ports = [await stack.enter_async_context(_process(house)) for _ in range(processes)]
        house.callbacks = [_callback(house, port) for port in ports]
        for callback in house.callbacks:
            stack.push_async_callback(callback.close)
        house.calls(0)
        yield
        house.weixin.callbacks.clear()


@asynccontextmanager
async def _process(house: WeComHouse) -> AsyncIterator[int]:
    """Its port."""
    app = App(
        house.settings,
        open_store(house.settings),
        lambda settings, records: house_channels(settings, records, house.clock),
        clock=house.clock,
    )
    house.apps.append(app)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        web = uvicorn.Server(uvicorn.Config(make_web(app), ws="none", lifespan="off", log_level="critical"))
        await app.start()
        serving = asyncio.create_task(web.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            web.should_exit = True
            await serving
            await app.stop()


def _settings(folder: Path, url: str, weixin: WeixinServer) -> Settings:
    values: dict[str, Any] = {
        "store": {"folder": str(folder), "url": url},
        "conversation": {"burst_seconds": 0},
        "wecom": {"corp_id": weixin.corp_id, "agent_id": int(AGENT), "kf_id": KF, "base_url": weixin.address},
        "properties": [{"key": "lakeside", "name": "Lakeside", "time_zone": "Asia/Shanghai", "rooms": ["201-408"]}],
    }
    secrets = {
        "GUANJIA_WECOM_SECRET": weixin.corp_secret(AGENT),
        "GUANJIA_WECOM_KF_SECRET": weixin.corp_secret("kf"),
        "GUANJIA_WECOM_CONTACTS_SECRET": weixin.corp_secret("contacts"),
        "GUANJIA_WECOM_TOKEN": TOKEN,
        "GUANJIA_WECOM_AES_KEY": AES_KEY,
    }
    return parse_settings(values, secrets)


def _callback(house: WeComHouse, port: int) -> Callback:
    return Callback(
        f"http://127.0.0.1:{port}{CALLBACK_PATH}",
        token=TOKEN,
        aes_key=AES_KEY,
        receiver=house.weixin.corp_id,
        agent=AGENT,
        is_wecom=True,
        pause=0.05,
    )
