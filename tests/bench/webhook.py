"""(e) A whole Telegram webhook turn over HTTP, beside a bare echo that stores nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.house import finish_requests
from tests.bench.platform import Platform, share
from tests.bench.processes import UNLIMITED, free_port, prepare, running
from tests.bench.report import Row, Section
from tests.bench.size import Size
from tests.support.telegram_server import TOKEN

IN_FLIGHT = (1, 32)
LEAST_RATIO = 0.5
LONGEST_P99 = 200.0
NOTES = (
    "In flight: from the moment somebody says something at the Bot API stand-in until the reply arrives there. The "
    "stand-in and its people are one process, the house and the echo one each; they are measured alternately.",
    "The house is `guanjia run` on SQLite with Telegram and web chat; only the channel's own send rates (28/s, 1/s a "
    "chat) are taken out. The mix is that of (a); the housekeeper reads the cards on the web chat, so that a turn is "
    "one message in and one out on both sides.",
    "The echo is python-telegram-bot's Application behind Starlette and uvicorn with uvloop (the library's own "
    "customwebhookbot example): it acknowledges from memory, before it has done anything. Every message of the house "
    "is committed before it is acknowledged; afterwards the stored messages are counted against those said.",
    "It is the stronger opponent: the library's own run_webhook, on tornado in a throwaway folder, was measured once "
    "(2026-11-23) at 0.48 to 0.84 of its rate.",
    "Both send through the library's Bot: the echo by its own httpx, the house by aiohttp (docs/decisions/0008).",
)


@dataclass(frozen=True, slots=True)
class Measured:
    rate: float
    waits: Sequence[float]


def bench(size: Size) -> Section:
    with TemporaryDirectory(prefix="guanjia-bench-") as folder:
        house, echo = asyncio.run(_measure(Path(folder), size))
    return Section(
        "(e) A Telegram webhook turn over HTTP", [row for n in IN_FLIGHT for row in _rows(n, house, echo)], NOTES
    )


Runs = dict[int, list[Measured]]


async def _measure(folder: Path, size: Size) -> tuple[Runs, Runs]:
    house: Runs = {number: [] for number in IN_FLIGHT}
    echo: Runs = {number: [] for number in IN_FLIGHT}
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(Platform())
        theirs = await stack.enter_async_context(Platform())
        config = prepare(folder, ours, free_port())
        await stack.enter_async_context(running(*UNLIMITED, "--config", config))
        await stack.enter_async_context(
            running("-m", "tests.bench.echo", TOKEN, f"{theirs.address}/bot", str(free_port()))
        )
        for platform in (ours, theirs):
            await platform.connected()
            await platform.talk(IN_FLIGHT[-1], 1.0)
        for _ in range(size.webhook_rounds):
            for number in IN_FLIGHT:
                finish_requests(folder / "data" / "guanjia.db")
                house[number].append(Measured(*await ours.talk(number, size.webhook_seconds)))
                echo[number].append(Measured(*await theirs.talk(number, size.webhook_seconds)))
        _check_stored(folder, len(ours.deliveries))
    return house, echo


def _check_stored(folder: Path, said: int) -> None:
    with sqlite3.connect(folder / "data" / "guanjia.db") as file:
        query = "SELECT count(*) FROM message WHERE direction = 'in' AND state = 'handled'"
        (stored,) = file.execute(query).fetchone()
    if stored != said:
        raise RuntimeError(f"{said} messages were said, {stored} are stored and answered")


def _rows(number: int, house: Runs, echo: Runs) -> list[Row]:
    ours, theirs = house[number], echo[number]
    ratio = median(mine.rate / other.rate for mine, other in zip(ours, theirs, strict=True))
    is_held = number == IN_FLIGHT[-1]
    p99 = median(share(each.waits, 0.99) for each in ours)
    return [
        Row(
            f"{number} in flight: turns/s",
            f"{median(each.rate for each in ours):,.0f}",
            f"echo {median(each.rate for each in theirs):,.0f}",
            f"{ratio:.2f}",
            f">= {LEAST_RATIO}" if is_held else "",
            ratio >= LEAST_RATIO if is_held else None,
        ),
        Row(
            f"{number} in flight: p50, p99",
            f"{median(share(each.waits, 0.5) for each in ours):.1f}, {p99:.1f} ms",
            f"echo {median(share(each.waits, 0.5) for each in theirs):.1f}, "
            f"{median(share(each.waits, 0.99) for each in theirs):.1f} ms",
            "",
            f"p99 <= {LONGEST_P99:.0f} ms" if is_held else "",
            p99 <= LONGEST_P99 if is_held else None,
        ),
    ]
