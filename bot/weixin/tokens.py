"""The access token of an account, for all replicas: fetched by one process at a time, early, and never in a hurry."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from bot.channels.base import NotSent, SendError
from crm.conversations.platform_tokens import (
    Claim,
    KeptToken,
    claim_token,
    keep_token,
    may_force,
    release_token,
)
from crm.errors import StoreUnavailable
from crm.store import Connection

PATIENCE = 10.0  # seconds for which another process, or another task, may be at it
LOOK_AGAIN = 0.1
RECORDS_PAUSE = 2.0
REFUSED_PAUSE = 30.0
LONGEST = 24 * 3600  # seconds; whatever an answer says

log = structlog.get_logger()

Fetch = Callable[[bool], Awaitable[tuple[str, int]]]
"""Asks the platform for the token and the seconds it lasts; True exchanges even a valid one. Raises a SendError."""

Result = TypeVar("Result")


class Records(Protocol):
    async def write(self, act: Callable[[Connection], Result]) -> Result: ...


class Tokens:
    """`name` is the account's, the same in all replicas. Every failure is NotSent, for nothing was said to anybody."""

    def __init__(self, *, name: str, fetch: Fetch, records: Records, clock: Callable[[], datetime]) -> None:
        self._name = name
        self._fetch = fetch
        self._records = records
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._kept: KeptToken | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> str:
        """Raises NotSent."""
        now = self._clock()
        if self._kept and (self._kept.is_fresh(now) or (self._lock.locked() and self._kept.is_usable(now))):
            return self._kept.text
        async with self._alone():
            if not (self._kept and self._kept.is_fresh(self._clock())):
                self._kept = await self._obtain()
            return self._kept.text

    async def renew(self, refused: str) -> str:
        """Another token than the one the platform does not take any more. Raises NotSent."""
        async with self._alone():
            if self._kept is None or self._kept.text == refused:
                self._kept = None
                self._kept = await self._obtain(refused)
            return self._kept.text

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._lock.acquire()
        except TimeoutError:
            raise NotSent("token_awaited", RECORDS_PAUSE) from None
        try:
            yield
        finally:
            self._lock.release()

    async def _obtain(self, refused: str = "") -> KeptToken:
        for _ in range(int(PATIENCE / LOOK_AGAIN)):
            claim = await self._claim(refused)
            if claim.is_ours:
                return await self._exchange(claim, refused)
            if claim.kept:
                return claim.kept
            if claim.retry_after:
                raise NotSent("token_refused" if refused else "token_missing", claim.retry_after)
            await asyncio.sleep(LOOK_AGAIN)
        raise NotSent("token_awaited", RECORDS_PAUSE)

    async def _claim(self, refused: str) -> Claim:
        now = self._clock()
        try:
            return await self._records.write(lambda db: claim_token(db, now, self._name, self._owner, refused))
        except StoreUnavailable:
            if self._kept and self._kept.is_usable(now):
                return Claim(self._kept)
            raise NotSent("records_unavailable", RECORDS_PAUSE) from None

    async def _exchange(self, claim: Claim, refused: str) -> KeptToken:
        """Fetches under our lease. One that will still do is used on when no other can be had."""
        try:
            fetched = await self._fetch_other_than(refused)
        except Exception as error:
            await self._try_write(lambda db: release_token(db, self._name, self._owner))
            if not isinstance(error, SendError):
                raise
            log.warning("token_not_fetched", account=self._name, reason=str(error))
            if claim.kept:
                return claim.kept
            raise NotSent(f"token_{error}", getattr(error, "retry_after", 0.0)) from None
        await self._try_write(lambda db: keep_token(db, self._name, self._owner, fetched))
        log.info("token_fetched", account=self._name)
        return fetched

    async def _fetch_other_than(self, refused: str) -> KeptToken:
        fetched = await self._fetch_once(is_forced=False)
        if fetched.text == refused:
            now = self._clock()
            with suppress(StoreUnavailable):
                if await self._records.write(lambda db: may_force(db, now, self._name)):
                    fetched = await self._fetch_once(is_forced=True)
        if fetched.text == refused:
            raise NotSent("refused", REFUSED_PAUSE)
        return fetched

    async def _fetch_once(self, *, is_forced: bool) -> KeptToken:
        text, seconds = await self._fetch(is_forced)
        now = self._clock()
        return KeptToken(text, now, now + timedelta(seconds=min(max(1, seconds), LONGEST)))

    async def _try_write(self, act: Callable[[Connection], object]) -> None:
        """Without the records every process fetches for itself, which is allowed; the lease ends by itself."""
        with suppress(StoreUnavailable):
            await self._records.write(act)
