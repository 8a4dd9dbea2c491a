"""The event loop's door to the records: each act runs in a worker thread, inside one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

from crm.store import POSTGRES_POOL, Connection, Store

Result = TypeVar("Result")


class Records:
    """SQLite gets one writing thread, because two only wait for each other; PostgreSQL as many as its pool."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._writers = ThreadPoolExecutor(1 if store.is_sqlite else POSTGRES_POOL, "records")
        self._readers = ThreadPoolExecutor(2, "looks") if store.is_sqlite else self._writers

    async def write(self, act: Callable[[Connection], Result]) -> Result:
        """Commits when `act` returns, rolls back when it raises. Raises StoreUnavailable."""
        return await self._run(self._writers, self.store.transaction, act)

    async def read(self, look: Callable[[Connection], Result]) -> Result:
        return await self._run(self._readers, self.store.reading, look)

    def close(self) -> None:
        for pool in {self._writers, self._readers}:
            pool.shutdown(wait=True)
        self.store.close()

    async def _run(
        self,
        pool: ThreadPoolExecutor,
        transaction: Callable[[], AbstractContextManager[Connection]],
        act: Callable[[Connection], Result],
    ) -> Result:
        def run() -> Result:
            with transaction() as db:
                return act(db)

        return await asyncio.get_running_loop().run_in_executor(pool, run)
