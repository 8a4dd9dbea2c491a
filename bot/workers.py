"""Threads for the records' acts. Results wake the event loop when a thread is about to wait, not one by one.

Python runs one thread at a time, and a thread that is woken only to stand in line costs both of them: with
ThreadPoolExecutor, whose every result wakes the loop at once, a turn took a quarter more of the processor.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

LONGEST_SILENCE = 0.005  # seconds; a result does not wait longer, whatever its thread has gone on to do

Result = TypeVar("Result")
Job = tuple["asyncio.Future[Any]", Callable[[], Any]]


class Workers:
    """So many threads that take the jobs of one event loop in the order they were given."""

    def __init__(self, count: int, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._outcomes: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._asked = 0  # and not settled; with the timer the event loop's own
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = [Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(count)]
        for thread in self._threads:
            thread.start()

    async def run(self, job: Callable[[], Result]) -> Result:
        self._loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = self._loop.create_future()
        self._asked += 1
        self._jobs.put((future, job))
        if self._timer is None:
            self._timer = self._loop.call_later(LONGEST_SILENCE, self._look)
        return await future

    def tell(self) -> None:
        """Called by a thread that is about to wait: the event loop hears what was done so far."""
        if self._outcomes and self._loop is not None:
            with suppress(RuntimeError):  # the event loop has ended, and whoever asked with it
                self._loop.call_soon_threadsafe(self._settle)

    def close(self) -> None:
        """Ends the threads when all jobs are done."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _look(self) -> None:
        assert self._loop is not None
        self._settle()
        self._timer = self._loop.call_later(LONGEST_SILENCE, self._look) if self._asked else None

    def _settle(self) -> None:
        while self._outcomes:
            future, result, error = self._outcomes.popleft()
            self._asked -= 1
            if future.done():  # whoever asked has gone
                continue
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._outcomes.append(_outcome(*job))
            del job  # while it waits for the next one, nothing of this one is kept
        self.tell()

    def _next(self) -> Job | None:
        try:
            return self._jobs.get_nowait()
        except Empty:
            self.tell()
            return self._jobs.get()


def _outcome(
    future: asyncio.Future[Any], job: Callable[[], Any]
) -> tuple[asyncio.Future[Any], Any, BaseException | None]:
    try:
        return future, job(), None
    except BaseException as error:
        return future, None, error
