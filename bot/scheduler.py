"""The clock: APScheduler as a ticker. What is due is found in the tables by whoever is ticked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from crm.errors import StoreUnavailable

log = structlog.get_logger("clock")

Tick = Callable[[], Awaitable[None]]

END_SECONDS = 5.0  # a tick under way when the house stops has as long to end; then it is cancelled


class Ticker:
    """Calls each tick every so many seconds, never twice at once; a tick that is late runs once, not never."""

    def __init__(self, ticks: Sequence[tuple[float, Tick]]) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        for seconds, tick in ticks:
            trigger = IntervalTrigger(seconds=seconds, timezone="UTC")
            self._scheduler.add_job(
                self._guarded(tick), trigger, coalesce=True, max_instances=1, misfire_grace_time=None
            )
        self._scheduler.start()

    def pause(self) -> None:
        self._scheduler.pause()

    async def stop(self) -> None:
        """Waits for the ticks under way: the scheduler itself would cancel them, and call that an error."""
        self.pause()
        await asyncio.sleep(0)  # a tick that was called this moment has begun after it
        if self._running:
            await asyncio.wait(set(self._running), timeout=END_SECONDS)
        self._scheduler.shutdown(wait=False)

    def _guarded(self, tick: Tick) -> Tick:
        async def run() -> None:
            task = asyncio.current_task()
            assert task is not None
            self._running.add(task)
            try:
                await tick()
            except StoreUnavailable as error:
                log.warning("tick skipped", why=str(error))
            except Exception:
                log.exception("tick failed")
            finally:
                self._running.discard(task)

        return run
