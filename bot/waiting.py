"""Waiting that ends when the channel is stopped, and pauses that grow."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """The channel was stopped before the call ended; the call is cancelled."""


def pause_after(failures: int, longest: float) -> float:
    """Seconds to wait after so many failures in a row: doubling, with jitter so that replicas do not march in step."""
    return min(longest, 0.5 * 2.0 ** min(failures, 16)) * random.uniform(0.5, 1.0)  # noqa: S311


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Waits so long, or until we are to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return


async def unless(stopping: asyncio.Event, call: Awaitable[T]) -> T:
    """What the call returns; raises Stopped as soon as we are to stop."""
    task = asyncio.ensure_future(call)
    stop = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise Stopped
    finally:
        unfinished = {future for future in (task, stop) if not future.done()}
        for future in unfinished:
            future.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
