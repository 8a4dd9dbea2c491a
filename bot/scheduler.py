"""The clock: APScheduler as a ticker. What is due is found in the tables by whoever is ticked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from crm.errors import StoreUnavailable

log = structlog.get_logger("clock")

Tick = Callable[[], Awaitable[None]]


def start_clock(ticks: Sequence[tuple[float, Tick]]) -> AsyncIOScheduler:
    """Calls each tick every so many seconds, never twice at once; a tick that is late runs once, not never."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for seconds, tick in ticks:
        trigger = IntervalTrigger(seconds=seconds, timezone="UTC")
        scheduler.add_job(_guarded(tick), trigger, coalesce=True, max_instances=1, misfire_grace_time=None)
    scheduler.start()
    return scheduler


def _guarded(tick: Tick) -> Tick:
    async def run() -> None:
        try:
            await tick()
        except StoreUnavailable as error:
            log.warning("tick skipped", why=str(error))
        except Exception:
            log.exception("tick failed")

    return run
