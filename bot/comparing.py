"""Guests that came new are compared with the others, some in each tick, so that a large import delays no message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.records import Records
from crm.errors import StoreUnavailable
from crm.guests.newcomers import is_anybody_new

log = structlog.get_logger("identity")

PIECES = 8  # of a tick, each in a transaction of its own: a hundred thousand new guests take about half an hour
PIECE, CAREFUL = 25, 200  # guests in a piece, and pieces of one guest each, after one that failed


class Comparing:
    def __init__(self, records: Records, *, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._clock = clock
        self._careful = 0

    async def tick(self) -> None:
        """One look at an index while there is nobody new."""
        for _ in range(PIECES):
            if not await self._records.read(is_anybody_new):
                return
            await self._compare(1 if self._careful else PIECE)

    async def _compare(self, most: int) -> None:
        from crm.identity.comparing import compare_some, skip_first  # loaded with the first guest who is new

        try:
            done = await self._records.write(lambda db: compare_some(db, self._clock(), most))
        except StoreUnavailable:
            raise
        except Exception:  # like a poison message: whoever it is is left alone, the others are compared
            log.exception("comparing guests failed", alone=most == 1)
            self._careful = CAREFUL
            if most == 1:
                log.warning("guest left alone", guest=await self._records.write(skip_first))
            return
        self._careful = max(0, self._careful - 1)
        if done.joins or done.proposed:
            log.info("guests compared", looked_at=done.looked_at, joined=len(done.joins), proposed=done.proposed)
