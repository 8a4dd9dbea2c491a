"""Many people at one console: they say a line, wait for the reply, and say the next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from time import perf_counter

from starlette.routing import BaseRoute

from bot.channels.base import Inbound, Outbound, Rate, Receive
from tests.bench.house import CONSOLE, Guest, lines_of

QUIET_SECONDS = 0.1


class Crowd:
    """A channel that costs nothing: what is said to it goes straight to the concierge, what it is sent is there."""

    name = CONSOLE

    def __init__(self) -> None:
        self._receive: Receive | None = None
        self._waiting: dict[str, asyncio.Future[str]] = {}
        self._keys = count()
        self._sent = 0

    async def start(self, receive: Receive) -> None:
        self._receive = receive

    async def stop(self) -> None:
        self._receive = None

    async def send(self, outbound: Outbound) -> str:
        self._sent += 1
        waiting = self._waiting.pop(outbound.address, None)
        if waiting is not None:
            waiting.set_result(outbound.text)
        return ""

    def routes(self) -> list[BaseRoute]:
        return []

    def rates(self, address: str) -> Sequence[Rate]:
        return ()

    def addresses(self) -> frozenset[str] | None:
        return None

    async def ask(self, address: str, text: str, language: str) -> str:
        """Says a line and returns the reply once it is out."""
        assert self._receive is not None
        reply: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[address] = reply
        key = f"{id(self)}:{next(self._keys)}"
        raw = text.encode()
        await self._receive(Inbound(CONSOLE, key, address, address, language=language, text=text, raw=raw))
        return await reply

    async def quiet(self) -> None:
        """Returns when nothing was sent for a while: cards go to the housekeeper one after the other."""
        sent = -1
        while sent != self._sent:
            sent = self._sent
            await asyncio.sleep(QUIET_SECONDS)

    async def talk(self, guests: Sequence[Guest], turns: int) -> tuple[float, list[float]]:
        """All guests at once, so many turns in all: seconds from the first word to the last reply, and each turn's."""
        each = turns // len(guests)
        started = perf_counter()
        waits = await asyncio.gather(*(self._converse(number, guest, each) for number, guest in enumerate(guests)))
        return perf_counter() - started, [wait for some in waits for wait in some]

    async def _converse(self, number: int, guest: Guest, turns: int) -> list[float]:
        waits = []
        for language, text in lines_of(number, turns):
            started = perf_counter()
            await self.ask(guest.address, text, language)
            waits.append(perf_counter() - started)
        return waits
