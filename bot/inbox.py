"""The records' side of fetching: how far all processes have read what a platform keeps for us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.owner import new_owner
from bot.records import Records
from crm.conversations import inboxes
from crm.conversations.inboxes import Reading

POLL = timedelta(minutes=1)  # the net under the platform's calls


class RecordsBookmark:
    """Of one account by its name; keeps the Bookmark contract."""

    def __init__(self, name: str, records: Records, clock: Callable[[], datetime]) -> None:
        self._name = name
        self._records = records
        self._clock = clock
        self._owner = new_owner()

    async def note_call(self) -> None:
        now = self._clock()
        await self._records.write(lambda db: inboxes.note_call(db, now, self._name))

    async def try_begin(self) -> Reading | None:
        now = self._clock()
        return await self._records.write(lambda db: inboxes.try_begin(db, now, self._name, self._owner, idle=POLL))

    async def move_on(self, position: str) -> bool:
        now = self._clock()
        return await self._records.write(lambda db: inboxes.move_on(db, now, self._name, self._owner, position))

    async def try_end(self, calls: int) -> bool:
        now = self._clock()
        return await self._records.write(lambda db: inboxes.try_end(db, now, self._name, self._owner, calls))

    async def give_up(self) -> None:
        await self._records.write(lambda db: inboxes.give_up(db, self._name, self._owner))
