"""Asking Telegram for updates, for a house without a public address."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from telegram.error import RetryAfter

from bot.channels.telegram.errors import seconds
from bot.channels.telegram.reading import chat_of, update_id_of
from bot.waiting import Stopped, pause, pause_after, unless
from crm.errors import StoreUnavailable

LONGEST_PAUSE = 30.0
POISON_ATTEMPTS = 10  # with the pauses between them about three minutes

log = structlog.get_logger()

Ask = Callable[[int | None], Awaitable[Sequence[Any]]]
Take = Callable[[Any], Awaitable[None]]


class Poller:
    """An update counts as received for Telegram once we ask with a higher offset, so the offset follows the commits."""

    def __init__(self, ask: Ask, take: Take, longest_pause: float = LONGEST_PAUSE) -> None:
        """`ask(offset)` waits for updates; `take(update)` returns once it is committed."""
        self._ask = ask
        self._take = take
        self._longest_pause = longest_pause
        self._offset: int | None = None
        self._failures = 0
        self._refusals: dict[int, int] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            at_least = 0.0
            try:
                await self._receive(await unless(stopping, self._ask(self._offset)))
            except Stopped:
                return
            except Exception as error:  # whatever it is: a poller that ends is a house gone deaf
                self._failures += 1
                at_least = seconds(error) if isinstance(error, RetryAfter) else 0.0
                log.warning("telegram_polling_failed", reason=type(error).__name__)
            if self._failures:
                await pause(stopping, max(at_least, pause_after(self._failures, self._longest_pause)))

    async def _receive(self, updates: Sequence[Any]) -> None:
        """Chats side by side, each in its own order; the offset goes up to the first update that was not committed."""
        chats: dict[str, list[Any]] = {}
        for update in updates:
            chats.setdefault(chat_of(update), []).append(update)
        received = await asyncio.gather(*(self._receive_in_order(chat) for chat in chats.values()))
        committed = set().union(*received)
        kept = next((index for index, update in enumerate(updates) if id(update) not in committed), len(updates))
        # What is confirmed is gone, so without an offset we get the same; and after an idle week Telegram starts
        # again from a random number, which an old offset might hide.
        self._offset = _after(updates[:kept])
        self._failures = 0 if kept == len(updates) else self._failures + 1
        if not self._failures:
            self._refusals.clear()

    async def _receive_in_order(self, updates: Sequence[Any]) -> set[int]:
        committed = set()
        for update in updates:
            if not await self._try_take(update):
                break
            committed.add(id(update))
        return committed

    async def _try_take(self, update: Any) -> bool:
        update_id = update_id_of(update)
        try:
            await self._take(update)
        except StoreUnavailable:
            log.warning("telegram_update_kept", update_id=update_id, reason="store unavailable")
            return False
        except Exception as error:
            return self._gives_up(update_id or 0, error)
        return True

    def _gives_up(self, update_id: int, error: Exception) -> bool:
        """An update that is always refused would stop the whole house: after a while the next ones are served."""
        attempts = self._refusals[update_id] = self._refusals.get(update_id, 0) + 1
        final = attempts >= POISON_ATTEMPTS
        log.error("telegram_update_refused", update_id=update_id, reason=type(error).__name__, given_up=final)
        return final


def _after(updates: Sequence[Any]) -> int | None:
    ids = [update_id for update in updates if (update_id := update_id_of(update)) is not None]
    return ids[-1] + 1 if ids else None
