"""Threads that act for the event loop: every answer reaches whoever asked, whatever became of the others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from bot.workers import Workers

pytestmark = pytest.mark.anyio


@pytest.fixture(params=[1, 4])
def workers(request: pytest.FixtureRequest) -> Iterator[Workers]:
    made = Workers(request.param, "test")
    yield made
    made.close()


async def test_every_job_is_answered(workers: Workers) -> None:
    def job(number: int) -> int:
        if number % 3 == 0:
            workers.tell()  # as a job does that is about to wait
        return number

    async with asyncio.timeout(10):
        answers = await asyncio.gather(*(workers.run(partial(job, number)) for number in range(500)))
    assert answers == list(range(500))


async def test_a_job_that_breaks_tells_only_whoever_asked(workers: Workers) -> None:
    async with asyncio.timeout(10):
        answers = await asyncio.gather(
            workers.run(lambda: 1 // 0), workers.run(lambda: 2), workers.run(lambda: 3), return_exceptions=True
        )
    assert isinstance(answers[0], ZeroDivisionError)
    assert list(answers[1:]) == [2, 3]


async def test_nobody_misses_an_answer_because_somebody_has_gone(workers: Workers) -> None:
    may_end = threading.Event()
    gone = asyncio.create_task(workers.run(lambda: may_end.wait(10)))
    await asyncio.sleep(0.05)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    may_end.set()
    async with asyncio.timeout(10):
        assert await workers.run(lambda: "here") == "here"


async def test_an_answer_does_not_wait_for_the_next_job() -> None:
    workers, may_end = Workers(1, "test"), threading.Event()
    quick, slow = (asyncio.create_task(workers.run(job)) for job in (lambda: "here", lambda: str(may_end.wait(10))))
    async with asyncio.timeout(5):
        assert await quick == "here"
    assert not slow.done()
    may_end.set()
    assert await slow == "True"
    workers.close()


async def test_what_was_given_is_done_before_the_end() -> None:
    workers, done = Workers(2, "test"), list[int]()
    asked = [asyncio.create_task(workers.run(partial(done.append, number))) for number in range(50)]
    await asyncio.sleep(0)
    await asyncio.to_thread(workers.close)
    await asyncio.gather(*asked)
    assert sorted(done) == list(range(50))


def test_a_result_that_comes_after_the_event_loop_breaks_no_thread() -> None:
    workers, may_end = Workers(1, "test"), threading.Event()

    async def ask_and_go() -> None:
        asking = asyncio.create_task(workers.run(lambda: may_end.wait(10)))
        await asyncio.sleep(0.05)
        asking.cancel()

    asyncio.run(ask_and_go())
    may_end.set()
    workers.close()
