"""A house as it stands on a real server: its files, its guests with their chats, and the processes that serve it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import open_store
from bot.config import load_settings
from crm.conversations.accounts import bind_guest, bind_staff, locate
from crm.guests.profile import add_guest
from crm.properties.houses import Property, find_room_id, properties
from crm.staff.members import add_staff_member
from crm.stays.bookings import StayState
from crm.stays.steps import add_stay
from crm.store import Connection, Store
from tests.drills import plug
from tests.support.postgres import running_postgres
from tests.support.telegram_server import TOKEN, USERNAME, TelegramServer, User
from tests.support.weixin.server import APP_SECRET

FIRST_CHAT = 1001
FIRST_ROOM = 201
STAFF_ADDRESS = "drill-staff"
SECRET = "a-secret-for-drills"
WECHAT_TOKEN = "TokenForDrills"
WECHAT_AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
READY_SECONDS = 30.0
LONGEST_STOP = 30.0


@contextmanager
def database(kind: str) -> Iterator[str]:
    """URL of a database whose PostgreSQL is its own and waits for the disk; "" is SQLite in the house's folder."""
    if kind == "sqlite":
        yield ""
        return
    with running_postgres(own=True) as server:
        url = server.fresh_database()
        try:
            yield url
            server.drop(url)
        finally:
            plug.stop_restarted()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Site:
    """One house and its database; every process on it gets a configuration file of its own."""

    def __init__(self, folder: Path, url: str, telegram: TelegramServer, burst_seconds: float = 0.0) -> None:
        self.folder, self.url, self.telegram = folder, url, telegram
        self.burst_seconds = burst_seconds
        self.guests: list[User] = []

    def replica(self, port: int, webhook_port: int = 0) -> Replica:
        """A process listening on `port`, to which the platform delivers through `webhook_port`."""
        config = self.folder / f"config-{port}.toml"
        config.write_text(self._config(port, webhook_port or port), "utf-8")
        return Replica(config, self.folder / f"log-{port}.txt", port)

    def open(self) -> Store:
        config = self.folder / "config-0.toml"
        config.write_text(self._config(0, 1), "utf-8")
        return open_store(load_settings(config, environment()))

    def move_in(self, count: int) -> None:
        """So many guests in house, each with a chat that is linked to the stay, and one housekeeper on the web."""
        store, now = self.open(), datetime.now(UTC)
        for number in range(count):
            language = "en" if number % 2 else "zh"
            self.guests.append(self.telegram.user(FIRST_CHAT + number, f"Guest {number}", language))
            with store.transaction() as db:
                _move_in(db, now, number, language)
        with store.transaction() as db:
            _hire(db, now)
        store.close()

    def _config(self, port: int, webhook_port: int) -> str:
        return f"""
[store]
folder = "{self.folder / "data"}"
url = "{self.url}"
[web]
port = {port}
[telegram]
webhook_url = "http://127.0.0.1:{webhook_port}"
base_url = "{self.telegram.address}/bot"
base_file_url = "{self.telegram.address}/file/bot"
username = "{USERNAME}"
[conversation]
language = "en"
burst_seconds = {self.burst_seconds}
[[properties]]
key = "lakeside"
name = "Lakeside"
time_zone = "Asia/Shanghai"
rooms = ["{FIRST_ROOM}-{FIRST_ROOM + 500}"]
"""


class Replica:
    """One `guanjia run`. Its log lies beside its configuration, written by us: a drill may forbid it to write files."""

    def __init__(self, config: Path, log: Path, port: int) -> None:
        self._config, self._log = config, log
        self.port = port
        self.process: asyncio.subprocess.Process | None = None
        self._logging: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    async def begin(self) -> None:
        """Starts it and waits for nothing."""
        command = [sys.executable, "-m", "bot", "run", "--config", str(self._config)]
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(*command, env=environment(), stdout=pipe, stderr=pipe)
        self._logging = asyncio.create_task(self._keep_log(self.process))

    async def start(self) -> None:
        """Starts it and waits until it answers."""
        await self.begin()
        await self.ready()

    async def ready(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        async with asyncio.timeout(READY_SECONDS):
            line = await self.process.stdout.readline()
        assert b"answers at" in line, f"did not start: {self.log[-3000:]}"

    async def kill(self) -> None:
        """Pulls the plug; the process is reaped, so that its number means nothing any more."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Asks it to end, and returns its exit status."""
        return await self._end(signal.SIGTERM)

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    async def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        async with asyncio.timeout(LONGEST_STOP):
            status = await self.process.wait()
        if self._logging is not None:
            await self._logging
        return status

    async def _keep_log(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        with self._log.open("ab") as log:
            while chunk := await process.stderr.read(65536):
                log.write(chunk)
                log.flush()


@asynccontextmanager
async def site(url: str, guests: int, *, seed: int = 1, burst_seconds: float = 0.0) -> AsyncIterator[Site]:
    """A house with its guests, and the platform they write on."""
    random.seed(seed)
    with TemporaryDirectory(prefix="guanjia-drill-") as folder:
        async with TelegramServer() as telegram:
            made = Site(Path(folder), url, telegram, burst_seconds)
            made.move_in(guests)
            yield made


@asynccontextmanager
async def running(*replicas: Replica) -> AsyncIterator[None]:
    """Whatever happens, none of them is left behind."""
    try:
        yield
    finally:
        for replica in replicas:
            if replica.process is not None and replica.process.returncode is None:
                await replica.kill()


def environment() -> dict[str, str]:
    secrets = {"GUANJIA_TELEGRAM_TOKEN": TOKEN, "GUANJIA_TELEGRAM_WEBHOOK_SECRET": SECRET}
    secrets |= {"GUANJIA_WECHAT_SECRET": APP_SECRET, "GUANJIA_WECHAT_TOKEN": WECHAT_TOKEN}
    secrets |= {"GUANJIA_WECHAT_AES_KEY": WECHAT_AES_KEY}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GUANJIA_")}
    return {**inherited, **secrets, "PYTHONUNBUFFERED": "1"}


def _move_in(db: Connection, now: datetime, number: int, language: str) -> None:
    house, chat = _house(db), str(FIRST_CHAT + number)
    place = locate(db, now, channel="telegram", address=chat, sender_id=chat, name=f"Guest {number}", language=language)
    guest_id = add_guest(db, now, name=f"Guest {number}", language=language)
    add_stay(
        db,
        now,
        property_id=house.id,
        guest_id=guest_id,
        room_id=find_room_id(db, house, str(FIRST_ROOM + number)),
        reservation_code=f"R{number}",
        state=StayState.IN_HOUSE,
        arrival=now.date() - timedelta(days=1),
        departure=now.date() + timedelta(days=5),
    )
    bind_guest(db, place.account_id, guest_id)


def _hire(db: Connection, now: datetime) -> None:
    """On the web, where nothing holds the cards up: Telegram's 30 messages a second belong to the guests here."""
    place = locate(db, now, channel="web", address=STAFF_ADDRESS, sender_id=STAFF_ADDRESS, language="en")
    member = add_staff_member(
        db, now, name="Li", role="housekeeping", department="housekeeping", language="en", property_ids=[_house(db).id]
    )
    bind_staff(db, place.account_id, member)


def _house(db: Connection) -> Property:
    return properties(db)[0]
