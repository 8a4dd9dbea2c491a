"""The house as a process of its own: started with its real command, looked at from outside, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bot.app import open_store
from bot.config import load_settings
from crm.store import Connection
from tests.bench.house import ROOMS, check_in
from tests.support.telegram_server import TOKEN, TelegramServer

SECRET = "bench-secret"
WEB = "web"
READY = b"answers at"
GUESTS = range(7_000_001, 7_000_065)
HOUSE = ("-m", "bot", "run")  # the real command
UNLIMITED = ("-m", "tests.bench.unlimited", "run")  # the same without Telegram's own send rates
ROOT = Path(__file__).parents[2]
LONGEST_START = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A started process, its address, and the seconds until it said it was ready."""

    process: Process
    address: str
    seconds: float

    def memory(self) -> dict[str, float]:
        """MB: RSS (resident), PSS (shared pages by share), peak RSS."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        kilobytes = {line.split(":")[0]: line.split()[1] for line in (status + rollup).splitlines() if "kB" in line}
        return {name: int(kilobytes[key]) / 1000 for name, key in (("rss", "Rss"), ("pss", "Pss"), ("peak", "VmHWM"))}


def prepare(folder: Path, telegram: TelegramServer, port: int) -> Path:
    """A house with guests linked on Telegram and a housekeeper on the web chat; the path of its settings."""
    config = folder / "config.toml"
    config.write_text(f"""
[store]
folder = "{folder / "data"}"
[web]
port = {port}
[telegram]
webhook_url = "http://127.0.0.1:{port}"
base_url = "{telegram.address}/bot"
base_file_url = "{telegram.address}/file/bot"
[conversation]
language = "en"
burst_seconds = 0.0
[[properties]]
key = "bench"
name = "Bench House"
time_zone = "Asia/Shanghai"
rooms = ["1001-{1000 + ROOMS}:double"]
""")
    store = open_store(load_settings(config, secrets()))
    with store.transaction() as db:
        _people(db)
    store.close()
    return config


def secrets() -> dict[str, str]:
    return {"GUANJIA_TELEGRAM_TOKEN": TOKEN, "GUANJIA_TELEGRAM_WEBHOOK_SECRET": SECRET}


@asynccontextmanager
async def running(*arguments: str | Path, **environment: str) -> AsyncIterator[Running]:
    """Python with these arguments, from its start until it says that it answers."""
    started = perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=ROOT,
        env={**os.environ, **secrets(), **environment},
        stdout=PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        address = await asyncio.wait_for(_address(process), LONGEST_START)
        yield Running(process, address, perf_counter() - started)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _address(process: Process) -> str:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        if READY in line:
            return line.decode().split()[-1]
    raise RuntimeError("the process ended before it was ready")


def _people(db: Connection) -> None:
    check_in(db, "telegram", addresses(), staff_channel=WEB)


def addresses() -> Sequence[str]:
    return [str(guest) for guest in GUESTS]
