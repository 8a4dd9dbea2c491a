"""A guest on Telegram and a colleague on the web chat talk through the real house; nothing else says a word."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.app import App, house_channels, open_store
from bot.config import parse_settings
from bot.demo import house as demo_house
from bot.web import make_web
from crm.properties.houses import properties
from crm.service_requests.requests import all_requests
from crm.staff.invites import Invitation, create_invite
from crm.staff.members import find_by_name
from crm.stays.bookings import stays_in_room
from crm.stays.links import create_stay_link
from tests.support.telegram_server import TOKEN, TelegramServer, User

pytestmark = pytest.mark.anyio

URL = "http://house"
FROM_GUEST = b"\xff\xd8\xff\xe0 the air conditioner"
FROM_DESK = b"\x89PNG\r\n\x1a\n the way to the pool"


@dataclass
class Desk:
    """The staff page of one colleague, without the page."""

    page: httpx.AsyncClient
    _ids: Any = field(default_factory=lambda: (f"message-{number}" for number in itertools.count(1)))

    async def says(self, text: str) -> None:
        answer = await self.page.post("/chat/staff/messages", json={"client_id": next(self._ids), "text": text})
        assert answer.status_code == 202

    async def sends_photo(self, content: bytes) -> None:
        files, data = {"file": ("photo.png", content, "image/png")}, {"client_id": next(self._ids)}
        assert (await self.page.post("/chat/staff/files", data=data, files=files)).status_code == 202

    async def presses(self, label: str) -> None:
        tokens = {label: token for line in await self.lines() for token, label in line["buttons"]}
        body = {"client_id": next(self._ids), "button": tokens[label]}
        assert (await self.page.post("/chat/staff/messages", json=body)).status_code == 202

    async def lines(self) -> list[dict[str, Any]]:
        """What the house has shown, oldest first."""
        lines = (await self.page.get("/chat/staff/messages")).json()["lines"]
        return [line for line in lines if not line["mine"]]

    async def hears(self, words: str) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                for line in await self.lines():
                    if words in line["text"]:
                        return line
                await asyncio.sleep(0.05)


@asynccontextmanager
async def talking(folder: Path, url: str) -> AsyncIterator[tuple[App, User, Desk]]:
    async with TelegramServer() as server:
        app, tokens = _house(folder, url, server)
        await app.start()
        transport = httpx.ASGITransport(make_web(app))
        try:
            async with httpx.AsyncClient(transport=transport, base_url=URL, headers={"Origin": URL}) as page:
                await page.get("/staff")
                guest, desk = server.user(7, "Emma", "en"), Desk(page)
                guest.says(f"/start {tokens[0]}")
                await guest.hears("Emma Clarke")
                await desk.says(f"/start {tokens[1]}")
                await desk.hears("陈静")
                yield app, guest, desk
        finally:
            await app.stop()


def _house(folder: Path, url: str, server: TelegramServer) -> tuple[App, tuple[str, str]]:
    values = {
        "store": {"folder": str(folder), "url": url},
        "conversation": {"burst_seconds": 0},
        "telegram": {"base_url": server.base_url, "base_file_url": server.base_file_url},
        "properties": [{"key": "lakeside", "name": "Lakeside", "time_zone": "Asia/Shanghai", "rooms": ["201-408"]}],
    }
    settings = parse_settings(values, {"GUANJIA_TELEGRAM_TOKEN": TOKEN})
    store = open_store(settings)
    app = App(settings, store, house_channels)
    with store.transaction() as db:
        house, now = properties(db)[0], app.clock()
        demo_house.furnish(db, now, house, settings.catalogue, requests=False)
        (stay,) = stays_in_room(db, house.id, "303")
        member = find_by_name(db, house.id, "陈静")
        assert member
        invitation = Invitation(member.name, member.role, member.department, "zh", (house.id,), member.id)
        return app, (create_stay_link(db, now, stay.id), create_invite(db, now, invitation))


async def test_ten_messages_and_a_photo_each_way_and_the_house_is_silent(sqlite_url: str, tmp_path: Path) -> None:
    async with talking(tmp_path, sqlite_url) as (app, guest, desk):
        guest.says("I want to talk to a person")
        await guest.hears("The front desk knows")
        await desk.hears("303")
        await desk.presses("接过来")
        await guest.hears("is with you now")
        await desk.hears("接待中：303 Emma Clarke")
        before = len(guest.heard)
        for number in range(1, 11):
            guest.says(f"two towels please, {number}")
            await desk.hears(f"303 Emma Clarke：two towels please, {number}")
            await desk.says(f"我的任务 {number}")
            await guest.hears(f"The front desk: 我的任务 {number}")
        guest.sends_photo(FROM_GUEST)
        shown = await desk.hears("303 Emma Clarke 发来图片")
        ((file_id, _),) = shown["files"]
        file = await desk.page.get(f"/chat/staff/files/{file_id}")
        assert file.content == FROM_GUEST
        await desk.sends_photo(FROM_DESK)
        assert (await guest.hears("The front desk sends a picture")).file == FROM_DESK
        assert len(guest.heard) == before + 11
        assert [each.service for each in await app.records.read(all_requests)] == ["person"]

        await desk.presses("交还")
        await guest.hears("has left the chat to me again")
        guest.says("two towels please")
        await guest.hears("2 towels for room 303")
