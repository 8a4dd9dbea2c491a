"""Fetching what the platform keeps for us: page by page, by one process at a time, from where the last one stopped.

The place moves on once a page is in the house's records; what is read twice after a crash falls under its dedupe key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Protocol

import structlog

from bot.channels.base import NotSent, Refused, SendError
from bot.waiting import Stopped, pause, pause_after, unless
from crm.errors import StoreUnavailable

LOOK_SECONDS = 5.0  # for calls that another process heard and did not live to answer
TOKEN_SECONDS = 540.0  # a call's token is good for ten minutes
LONGEST_PAUSE = 10.0
AT_ONCE = 8
POISON_ATTEMPTS = 5

log = structlog.get_logger()

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    items: Sequence[Item]
    position: str
    has_more: bool


class Place(Protocol):
    """Where to read on; what is older than `since` was said before the house listened."""

    @property
    def position(self) -> str: ...
    @property
    def calls(self) -> int: ...
    @property
    def since(self) -> datetime: ...


class Bookmark(Protocol):
    """How far all processes have read; the composition root provides it. Each raises StoreUnavailable."""

    async def note_call(self) -> None:
        """The platform has something new."""

    async def try_begin(self) -> Place | None:
        """None while another process reads, or when there is no reason to."""

    async def move_on(self, position: str) -> bool:
        """False when another process has taken over."""

    async def try_end(self, calls: int) -> bool:
        """False when there was another call meanwhile."""

    async def give_up(self) -> None: ...


Ask = Callable[[str, str], Awaitable[Page]]
"""The page after this position; the second is the token of a call, or "". Raises a SendError."""
Take = Callable[[Item, datetime], Awaitable[None]]
"""Returns when the item is committed, or is of no use; the instant is Place.since."""


class Fetcher:
    """`key_of` tells whose an item is: those of one person are taken in their order, those of several side by side."""

    def __init__(self, ask: Ask, take: Take, bookmark: Bookmark, *, key_of: Callable[[Item], str]) -> None:
        self._ask = ask
        self._take = take
        self._bookmark = bookmark
        self._key_of = key_of
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._wake = asyncio.Event()
        self._token, self._token_until = "", 0.0
        self._refusals: dict[str, int] = {}

    def call(self, token: str) -> None:
        """There is something new; costs nothing and returns at once."""
        self._token, self._token_until = token, monotonic() + TOKEN_SECONDS
        self._wake.set()

    async def run(self, stopping: asyncio.Event) -> None:
        failures = 0
        self._wake.set()  # while the house was closed nobody heard the calls
        while not stopping.is_set():
            try:
                await unless(stopping, self._look())
                failures = 0
            except Stopped:
                return
            except Exception as error:  # whatever it is: a fetcher that ends is a house gone deaf
                failures += 1
                log.warning("wecom_fetching_failed", reason=_reason(error))
                await pause(stopping, pause_after(failures, LONGEST_PAUSE))
                # Who asks without a call's token is soon told to wait; the next call brings one.
                await self._rest(stopping, getattr(error, "retry_after", 0.0))
            else:
                await self._rest(stopping, LOOK_SECONDS)

    async def _rest(self, stopping: asyncio.Event, seconds: float) -> None:
        """So long, or until the next call."""
        with suppress(TimeoutError, Stopped):
            async with asyncio.timeout(seconds):
                await unless(stopping, self._wake.wait())

    async def _look(self) -> None:
        if self._wake.is_set():
            await self._note_call()
        while (place := await self._bookmark.try_begin()) is not None:
            try:
                if not await self._read_on(place.position, place.since):
                    return
            except BaseException:
                with suppress(StoreUnavailable):
                    await asyncio.shield(self._bookmark.give_up())
                raise
            if await self._bookmark.try_end(place.calls):
                return

    async def _note_call(self) -> None:
        self._wake.clear()  # first, for another may come meanwhile
        try:
            await self._bookmark.note_call()
        except BaseException:
            self._wake.set()
            raise

    async def _read_on(self, position: str, since: datetime) -> bool:
        """Up to the last page; False when another process has taken over."""
        while True:
            page = await self._page(position)
            await self._take_page(page.items, since)
            if page.position != position and not await self._bookmark.move_on(page.position):
                return False
            if not page.has_more or page.position == position:
                return True
            position = page.position

    async def _page(self, position: str) -> Page:
        token = self._token if monotonic() < self._token_until else ""
        try:
            return await self._ask(position, token)
        except Refused:
            if position:  # it may not be known any more: from the beginning, then, and known items are known
                await self._bookmark.move_on("")
            raise

    async def _take_page(self, items: Sequence[Item], since: datetime) -> None:
        people: dict[str, list[Item]] = {}
        for item in items:
            people.setdefault(self._key_of(item), []).append(item)
        results = await asyncio.gather(
            *(self._take_in_order(items, since) for items in people.values()), return_exceptions=True
        )
        for failure in results:
            if isinstance(failure, BaseException):
                raise failure
        self._refusals.clear()

    async def _take_in_order(self, items: Sequence[Item], since: datetime) -> None:
        async with self._slots:
            for item in items:
                try:
                    await self._take(item, since)
                except (StoreUnavailable, SendError):
                    raise
                except Exception as error:
                    if not self._gives_up(item, error):
                        raise NotSent("not taken") from None

    def _gives_up(self, item: Item, error: Exception) -> bool:
        """An item that is always refused would stop all others: after a while they are served."""
        key = str(item.get("msgid"))
        attempts = self._refusals[key] = self._refusals.get(key, 0) + 1
        final = attempts >= POISON_ATTEMPTS
        log.error("wecom_item_refused", item=key, reason=type(error).__name__, given_up=final)
        return final


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, SendError) else type(error).__name__
