"""Houses that other systems tell of bookings: real records on both databases, the real door."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.app import App, open_store
from bot.config import Settings, parse_settings
from bot.web import make_web
from crm.guests.profile import guest
from crm.properties.houses import properties, room
from crm.stays.bookings import stay
from crm.store import Store

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "another-secret-of-24-characters"
LAKESIDE = {"key": "lakeside", "name": "Lakeside", "time_zone": "Asia/Shanghai", "rooms": ["301-303"]}
HILL = {"key": "hill", "name": "Hill House", "time_zone": "Europe/London", "rooms": ["301", "7"]}


@dataclass
class House:
    """A house, its door for bookings, and what is in its records."""

    settings: Settings
    store: Store
    app: App
    now: datetime = NOW
    sent: int = 0
    answers: list[httpx.Response] = field(default_factory=list)

    async def post(self, feed: str, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        transport = httpx.ASGITransport(make_web(self.app))
        async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
            lines = {name.encode(): value.encode("latin-1") for name, value in (headers or {}).items()}
            answer = await client.post(f"/feeds/{feed}", content=body, headers=lines)
        self.answers.append(answer)
        return answer

    async def tell(self, *bookings: dict[str, Any], feed: str = "pms") -> httpx.Response:
        """As the system would: signed, now."""
        body = json.dumps({"bookings": bookings}, ensure_ascii=False).encode()
        self.sent += 1
        return await self.post(feed, body, signed(body, self.now, identity=f"msg_{self.sent}"))

    def stays(self) -> list[dict[str, Any]]:
        query = select(stay, guest.c.name, guest.c.phone_hash, room.c.number).join(guest, guest.c.id == stay.c.guest_id)
        with self.store.reading() as db:
            keys = {each.id: each.key for each in properties(db)}
            rows = db.execute(query.outerjoin(room, room.c.id == stay.c.room_id).order_by(stay.c.id)).mappings()
            return [{**row, "house": keys[row["property_id"]]} for row in rows]

    def stay(self) -> dict[str, Any]:
        (only,) = self.stays()
        return only

    def results(self) -> list[str]:
        """Of the last message."""
        return [each["result"] for each in self.answers[-1].json()["bookings"]]

    def notes(self) -> list[tuple[str, str]]:
        told = self.answers[-1].json()["bookings"]
        return [(each["field"], each["value"]) for one in told for each in one.get("notes", [])]


def signed(body: bytes, now: datetime, *, secret: str = SECRET, identity: str = "msg_1") -> dict[str, str]:
    sent = str(int(now.timestamp()))
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signature = base64.b64encode(hmac.new(key, f"{identity}.{sent}.".encode() + body, sha256).digest()).decode()
    return {"webhook-id": identity, "webhook-timestamp": sent, "webhook-signature": f"v1,{signature}"}


def booking(reference: str = "R-1", **said: Any) -> dict[str, Any]:
    """As the generic form has it, in the house by the lake."""
    known: dict[str, Any] = {"modified_at": "2026-11-26T03:00:00Z", "state": "confirmed", "arrival": "2026-12-01"}
    known |= {"departure": "2026-12-03", "room": "302", "adults": 2, "price": "241.50", "currency": "EUR"}
    person = {"name": "Ann Lee", "phone": "+44 20 7946 0000", "email": "ann@example.com"}
    return {"reference": reference, "property": "lakeside", "guest": person, **known, **said}


Make = Callable[..., House]


@pytest.fixture
def make_house(records_url: str, tmp_path: Path) -> Iterator[Make]:
    opened: list[House] = []

    def make(feeds: dict[str, Any], houses: Sequence[dict[str, Any]] = (LAKESIDE,), **environment: str) -> House:
        values = {
            "store": {"folder": str(tmp_path), "url": records_url},
            "properties": list(houses),
            "feeds": deepcopy(feeds),
        }
        known = {"GUANJIA_FEED_PMS_SECRET": SECRET, "GUANJIA_FEED_BEDS_SECRET": TOKEN}
        settings = parse_settings(values, {**known, **environment})
        store = open_store(settings)
        house: House
        app = App(settings, store, clock=lambda: house.now)
        house = House(settings, store, app)
        opened.append(house)
        return house

    yield make
    for each in opened:
        each.app.records.close()


@pytest.fixture
def house(make_house: Make) -> House:
    return make_house({"webhooks": [{"name": "pms"}]})


def later(minutes: float) -> str:
    """A moment of change, so long after the usual one."""
    return (datetime(2026, 11, 26, 3, 0, tzinfo=UTC) + timedelta(minutes=minutes)).isoformat()
