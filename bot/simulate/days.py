"""Days that pass in minutes: the real house, a clock that jumps to whatever happens next, and people on an agenda."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.app import App
from crm.conversations.waiting import is_anything_waiting
from crm.service_requests.clock import find_next_look

LONGEST_STEP = timedelta(minutes=5)  # what else the clock does is looked for at least so often

Act = Callable[[], Awaitable[None]]


class Clock:
    """What the house takes for the time."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Agenda:
    """What people are going to do, in order of time."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._acts: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()

    @property
    def next_at(self) -> datetime | None:
        return self._acts[0][0] if self._acts else None

    def after(self, seconds: float, act: Act) -> None:
        self.at(self.clock.now + timedelta(seconds=seconds), act)

    def at(self, when: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (when, next(self._order), act))

    async def do_due(self) -> None:
        while self._acts and self._acts[0][0] <= self.clock.now:
            await heapq.heappop(self._acts)[2]()


async def live(app: App, agenda: Agenda, *, first: timedelta, last: timedelta) -> None:
    """Lets time pass: `first` whatever happens, and then until no request is open, `last` at the most.

    The house is left to finish what it is at before the clock moves on.
    """
    began = agenda.clock.now
    while agenda.clock.now < began + first or (agenda.clock.now < began + last and await _is_busy(app)):
        agenda.clock.now = max(agenda.clock.now, await _next_moment(app, agenda))
        await agenda.do_due()
        await _quiet(app)
        await app.timed.tick()
        await _quiet(app)


async def _is_busy(app: App) -> bool:
    return await app.records.read(find_next_look) is not None


async def _next_moment(app: App, agenda: Agenda) -> datetime:
    look = await app.records.read(find_next_look)
    moments = [agenda.clock.now + LONGEST_STEP, agenda.next_at, look]
    return min(each for each in moments if each is not None)


async def _quiet(app: App) -> None:
    """Everything that was said is answered, and every answer is out."""
    while await app.records.read(is_anything_waiting):  # noqa: ASYNC110 (it is the records that become quiet)
        await asyncio.sleep(0.002)
