"""Telegram and the people on it, for measuring: who says something waits until the reply has arrived there."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import cycle
from time import perf_counter
from typing import Any

from tests.bench.house import lines_of
from tests.bench.processes import GUESTS
from tests.support.telegram_server import TelegramServer, User

ROUND = 64  # lines of a guest before they begin again
LONGEST_WAIT = 30.0


class Platform(TelegramServer):
    """The stand-in, in the process that measures; its own limits are off."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[int, asyncio.Future[float]] = {}
        self._people: deque[tuple[User, Iterator[str]]] = deque()

    async def listen(self) -> None:
        await super().listen()
        if not self._people:
            self._people.extend((self.user(guest), _texts(number)) for number, guest in enumerate(GUESTS))

    def call(self, method: str, params: dict[str, Any], fault: str) -> Any:
        result = super().call(method, params, fault)
        if method == "sendMessage":
            waiting = self._waiting.pop(int(params["chat_id"]), None)
            if waiting is not None:
                waiting.set_result(perf_counter())
        return result

    async def connected(self) -> None:
        """Returns once a bot has set its webhook."""
        await self.until(lambda: self.webhook_url, LONGEST_WAIT)

    async def talk(self, in_flight: int, seconds: float) -> tuple[float, Sequence[float]]:
        """So many people at once: turns a second, and the seconds of each turn from what was said to its reply."""
        until, started = perf_counter() + seconds, perf_counter()
        talks = (self._converse(until) for _ in range(in_flight))
        waits = [wait for some in await asyncio.gather(*talks) for wait in some]
        return len(waits) / (perf_counter() - started), sorted(waits)

    async def _converse(self, until: float) -> list[float]:
        waits = []
        while (started := perf_counter()) < until:
            person, texts = self._people.popleft()  # everybody in turn, however few speak at once
            reply: asyncio.Future[float] = asyncio.get_running_loop().create_future()
            self._waiting[person.id] = reply
            person.says(next(texts))
            waits.append(await asyncio.wait_for(reply, LONGEST_WAIT) - started)
            self._people.append((person, texts))
        return waits


def _texts(number: int) -> Iterator[str]:
    return cycle(text for _, text in lines_of(number, ROUND))


def share(waits: Sequence[float], part: float) -> float:
    """The percentile in milliseconds of sorted seconds."""
    return waits[min(len(waits) - 1, int(len(waits) * part))] * 1000
