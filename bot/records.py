"""The event loop's door to the records: each act runs in a worker thread, inside one transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic
from typing import TypeVar

import structlog

from bot.workers import Workers
from crm.errors import Conflict, StoreUnavailable
from crm.store import POSTGRES_POOL, Connection, Store

log = structlog.get_logger("records")

CONFLICTS = 3  # in a row, before it counts as a database that is away
PATIENCE = 2.0  # seconds in the queue; behind a locked database it grows, and platforms must hear of it while they wait

Result = TypeVar("Result")


class Records:
    """SQLite gets one writing thread, because two only wait for each other; PostgreSQL as many as its pool."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._writers = Workers(1 if store.is_sqlite else POSTGRES_POOL, "records")
        self._readers = Workers(2, "looks") if store.is_sqlite else self._writers

    async def write(self, act: Callable[[Connection], Result]) -> Result:
        """Commits when `act` returns, rolls back when it raises; after a deadlock `act` is called again.

        Raises StoreUnavailable.
        """
        for _ in range(CONFLICTS):
            try:
                return await self._run(self._writers, self.store.transaction, act)
            except Conflict as error:
                log.info("transaction begun again", why=str(error))
        return await self._run(self._writers, self.store.transaction, act)

    async def read(self, look: Callable[[Connection], Result]) -> Result:
        return await self._run(self._readers, self.store.reading, look)

    async def glance(self, look: Callable[[Connection], Result]) -> Result:
        """A look of microseconds. SQLite has it by the writing thread: a second busy one costs more than it saves."""
        return await self._run(self._writers, self.store.reading, look)

    def close(self) -> None:
        for workers in {self._writers, self._readers}:
            workers.close()
        self.store.close()

    async def _run(
        self,
        workers: Workers,
        transaction: Callable[[], AbstractContextManager[Connection]],
        act: Callable[[Connection], Result],
    ) -> Result:
        asked = monotonic()

        def run() -> Result:
            if monotonic() - asked > PATIENCE:
                raise StoreUnavailable("queue")
            with transaction() as db:
                result = act(db)
                workers.tell()  # the commit waits for the disk
                return result

        return await workers.run(run)
