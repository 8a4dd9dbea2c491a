"""The ticker: what is under way ends with the house, quietly."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot import scheduler
from bot.scheduler import Ticker

pytestmark = pytest.mark.anyio

SHORT = 0.01  # seconds


async def until(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), 5)


async def test_a_tick_under_way_ends_before_the_clock_stops(caplog: pytest.LogCaptureFixture) -> None:
    begun, go, ended = asyncio.Event(), asyncio.Event(), []

    async def tick() -> None:
        begun.set()
        await go.wait()
        ended.append(1)

    ticker = Ticker([(SHORT, tick)])
    await until(begun)
    stopping = asyncio.create_task(ticker.stop())
    await asyncio.sleep(5 * SHORT)
    assert not stopping.done(), "it waits for the tick"
    go.set()
    await stopping
    await asyncio.sleep(5 * SHORT)
    assert ended == [1], "and no other has begun meanwhile"
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


async def test_a_tick_that_hangs_does_not_hold_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "END_SECONDS", SHORT)
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def tick() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    ticker = Ticker([(SHORT, tick)])
    await until(begun)
    await asyncio.wait_for(ticker.stop(), 5)
    await until(cancelled)


async def test_a_tick_that_fails_is_called_again() -> None:
    calls, again = [], asyncio.Event()

    async def tick() -> None:
        calls.append(1)
        if len(calls) > 1:
            again.set()
        raise RuntimeError("no")

    ticker = Ticker([(SHORT, tick)])
    await until(again)
    await ticker.stop()
