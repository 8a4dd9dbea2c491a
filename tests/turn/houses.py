"""A house for tests of the core: real records, real handlers, people on a FakeChannel, a clock that can be moved."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Executable, func, select

from bot.app import App, open_store
from bot.config import Settings, parse_settings
from crm.conversations.accounts import Place, bind_guest, bind_staff, locate
from crm.conversations.messages import Body, MessageClass, NewMessage, message
from crm.conversations.outbox import queue_messages
from crm.guests.profile import add_guest
from crm.properties.houses import Property, find_room_id, properties
from crm.service_requests.requests import service_request
from crm.staff.members import StaffMember, add_staff_member
from crm.stays.bookings import StayState
from crm.stays.steps import add_stay
from crm.store import Connection, Store
from tests.support.fake_channel import FakeChannel

PHONE = "+86 571 8888 0000"

Result = TypeVar("Result")


class MovableClock:
    """The real time, and how far a test has moved it on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class House:
    """The records of one house, and as many processes on them as a test starts.

    `language` is the staff's, `model` the settings of a language model; both count from the next process on.
    """

    language = "zh"
    model: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.clock = MovableClock()
        self.store = self.open()
        self._rooms = itertools.count(201)

    @property
    def property(self) -> Property:
        return self.look(properties)[0]

    def settings(self, burst_seconds: float = 0.0) -> Settings:
        house = {"key": "lakeside", "name": "Lakeside", "time_zone": "Asia/Shanghai", "rooms": ["201-299"]}
        house |= {"language": self.language, "phone": PHONE}
        values = {
            "store": {"url": self.url, "folder": str(self.folder)},
            "conversation": {"language": "en", "burst_seconds": burst_seconds},
            "properties": [house],
            "model": dict(self.model),
        }
        return parse_settings(values, {})

    def open(self) -> Store:
        return open_store(self.settings())

    def app(self, channel: FakeChannel, burst_seconds: float = 0.0) -> App:
        return App(self.settings(burst_seconds), self.open(), lambda _settings, _records: [channel], self.clock)

    @asynccontextmanager
    async def running(self, *channels: FakeChannel, burst_seconds: float = 0.0) -> AsyncIterator[list[App]]:
        """One process for each channel, as replicas behind one platform are."""
        apps = [self.app(channel, burst_seconds) for channel in channels]
        for app in apps:
            await app.start()
        try:
            yield apps
        finally:
            for app in apps:
                await app.stop()

    def look(self, question: Callable[[Connection], Result]) -> Result:
        with self.store.reading() as db:
            return question(db)

    def write(self, act: Callable[[Connection], Result]) -> Result:
        with self.store.transaction() as db:
            return act(db)

    def rows(self, query: Executable) -> list[Any]:
        return self.look(lambda db: list(db.execute(query).all()))

    def states(self, direction: str) -> list[str]:
        """States of the messages of one direction, in order."""
        query = select(message.c.state).where(message.c.direction == direction).order_by(message.c.id)
        return [row.state for row in self.rows(query)]

    def count_requests(self) -> int:
        return int(self.rows(select(func.count()).select_from(service_request))[0][0])

    def place(self, who: str, *, channel: str = "fake", language: str = "en") -> Place:
        now = self.clock()
        return self.write(
            lambda db: locate(db, now, channel=channel, address=who, sender_id=who, name=who.title(), language=language)
        )

    def add_guest(self, who: str, room: str = "", *, channel: str = "fake", language: str = "en") -> Place:
        """Somebody in house, whose chat is linked to the stay."""
        place, now, house = self.place(who, channel=channel, language=language), self.clock(), self.property
        number = room or str(next(self._rooms))

        def write(db: Connection) -> None:
            guest_id = add_guest(db, now, name=who.title(), language=language)
            add_stay(
                db,
                now,
                property_id=house.id,
                guest_id=guest_id,
                room_id=find_room_id(db, house, number),
                reservation_code=f"R-{who}",
                state=StayState.IN_HOUSE,
                arrival=now.date() - timedelta(days=1),
                departure=now.date() + timedelta(days=3),
            )
            bind_guest(db, place.account_id, guest_id)

        self.write(write)
        return place

    def add_staff(
        self, who: str, role: str = "housekeeping", *, department: str = "", channel: str = "fake"
    ) -> StaffMember:
        place, now, house = self.place(who, channel=channel), self.clock(), self.property

        def write(db: Connection) -> StaffMember:
            member = add_staff_member(
                db,
                now,
                name=who.title(),
                role=role,
                department=department or role,
                language="en",
                property_ids=[house.id],
            )
            bind_staff(db, place.account_id, member)
            return member

        return self.write(write)

    def queue(
        self, place: Place, *texts: str, message_class: MessageClass = MessageClass.REPLY, channel: str = "fake"
    ) -> Sequence[str]:
        now = self.clock()
        new = [NewMessage(place.conversation_id, channel, "en", Body(text), message_class) for text in texts]
        return self.write(lambda db: queue_messages(db, now, new))

    async def until(self, condition: Callable[[], Any], seconds: float = 15.0) -> Any:
        """Waits until what the records say holds."""
        async with asyncio.timeout(seconds):
            while not (value := condition()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            return value

    async def quiet(self, seconds: float = 15.0) -> None:
        """Waits until nothing is unanswered or unsent."""
        busy = select(message.c.id).where(message.c.state.in_(["new", "queued", "sending"])).limit(1)
        await self.until(lambda: not self.rows(busy), seconds)
