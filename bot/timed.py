"""The clock's turn: what is due is found in the tables, and each piece of it is done in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.config import Settings
from bot.house import House
from bot.records import Records
from bot.replies import as_message
from crm.conversations.outbox import queue_messages
from crm.errors import StoreUnavailable
from crm.properties.knowledge import Entry
from crm.store import Connection
from handlers.timed import (
    alarms,
    brief,
    doubles,
    follower_sends,
    house_questions,
    mass_sends,
    roster,
    service_levels,
    stay_events,
)
from handlers.timed.feeds import feed_work
from handlers.timed.handoffs import handoff_work
from handlers.turn import Moment, Timed

log = structlog.get_logger("timed")

AT_ONCE = 100  # are read at a time


def find_answers(question: str, entries: tuple[Entry, ...]) -> Sequence[str]:
    """As when a guest asks."""
    from bot.understanding.house_entries import find_entries  # numpy comes with the first question

    return find_entries(question, entries)


TIMED: tuple[Timed, ...] = (
    alarms.WORK,
    roster.WORK,
    service_levels.WORK,
    brief.WORK,
    doubles.WORK,
    house_questions.telling_askers(find_answers),
    follower_sends.WORK,
    mass_sends.WORK,
)


def timed_works(settings: Settings) -> tuple[Timed, ...]:
    """All that the clock does, with what this house has settled."""
    quiet = timedelta(minutes=settings.conversation.handoff_quiet_minutes)
    departed = timedelta(minutes=settings.stay_events.departed_minutes)
    calendars = [each.name for each in settings.feeds.calendars]
    told = (feed_work(calendars),) if calendars else ()
    return (*TIMED, handoff_work(quiet), stay_events.after_leaving(departed), *told)


class TimedWork:
    """Does what is due. `acted` is called when there may be something to send."""

    def __init__(
        self,
        records: Records,
        house: Callable[[], House],
        *,
        clock: Callable[[], datetime],
        acted: Callable[[], None],
        works: Sequence[Timed],
    ) -> None:
        self._records = records
        self._house = house
        self._clock = clock
        self._acted = acted
        self._works = works

    async def tick(self) -> None:
        """One look for each kind of work, which costs an index and no more while nothing is due."""
        for work in self._works:
            await self._do(work)

    async def _do(self, work: Timed) -> None:
        now, done = self._clock(), set[str]()
        while keys := await self._records.read(lambda db: work.due(db, now, AT_ONCE)):
            new = [key for key in keys if key not in done]
            if not new:
                return  # a replica is at them
            for key in new:
                await self._act(work, now, key)
                self._acted()
            done.update(new)

    async def _act(self, work: Timed, now: datetime, key: str) -> None:
        house = self._house()
        try:
            await self._records.write(lambda db: _act(db, now, house, work, key))
        except StoreUnavailable:
            raise
        except Exception:  # like a poison message: this one waits, the next one is served
            log.exception("timed work failed", work=work.name, key=key)
            await self._records.write(lambda db: work.put_off(db, now, key))


def _act(db: Connection, now: datetime, house: House, work: Timed, key: str) -> None:
    moment = Moment(db=db, now=now, house=next(iter(house.properties.values())), catalogue=house.catalogue)
    replies = work.act(moment, key)
    queue_messages(db, now, [as_message(reply, translated=house.asks_model) for reply in replies])
