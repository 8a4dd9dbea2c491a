"""Threads for the records' acts. Results wake the event loop when a thread is about to wait, not one by one.

Python runs one thread at a time, and a thread that is woken only to stand in line costs both of them: with
ThreadPoolExecutor, whose every result wakes the loop at once, a turn took a quarter more of the processor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread, local
from typing import Any, TypeVar

Result = TypeVar("Result")
Job = tuple["asyncio.Future[Any]", Callable[[], Any]]
Outcome = tuple["asyncio.Future[Any]", Any, BaseException | None]


class Workers:
    """So many threads that take jobs in the order they were given."""

    def __init__(self, count: int, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._done = local()
        self._threads = [Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(count)]
        for thread in self._threads:
            thread.start()

    async def run(self, job: Callable[[], Result]) -> Result:
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._jobs.put((future, job))
        return await future

    def tell(self) -> None:
        """Called by a job that is about to wait: the event loop hears what this thread has done so far."""
        outcomes: list[Outcome] = self._done.outcomes
        if outcomes:
            self._done.outcomes = []
            outcomes[0][0].get_loop().call_soon_threadsafe(_settle, outcomes)

    def close(self) -> None:
        """Ends the threads when all jobs are done."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        self._done.outcomes = []
        while (job := self._next()) is not None:
            outcome = _outcome(*job)
            self._done.outcomes.append(outcome)
            del job, outcome  # while it waits for the next one, nothing of this one is kept
        self.tell()

    def _next(self) -> Job | None:
        try:
            return self._jobs.get_nowait()
        except Empty:
            self.tell()
            return self._jobs.get()


def _outcome(future: asyncio.Future[Any], job: Callable[[], Any]) -> Outcome:
    try:
        return future, job(), None
    except BaseException as error:
        return future, None, error


def _settle(outcomes: list[Outcome]) -> None:
    for future, result, error in outcomes:
        if future.done():  # whoever asked has gone
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
