"""Reads each calendar every few minutes: whichever process claims it, at moments that are not everybody's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

import structlog

from bot.config import Settings
from bot.feed_settings import CalendarSettings
from bot.feeds.fetching import Fetched, Fetcher, Unread
from bot.feeds.parsing import events_in
from bot.records import Records
from crm.calendar import local
from crm.errors import StoreUnavailable
from crm.properties.houses import Property, properties
from crm.stays.feeds.calendars import Calendar, Event, Seen, channel_of, take_calendar
from crm.stays.feeds.status import Feed, feeds, note_failed, note_read, note_unchanged, try_claim
from crm.store import Connection

AT_ONCE = 4
SPREAD = 0.1  # of the time between two readings, either way

log = structlog.get_logger("feeds")


class Calendars:
    """All that the settings name."""

    def __init__(self, settings: Settings, records: Records, clock: Callable[[], datetime]) -> None:
        self._settings = settings.feeds
        self._records = records
        self._clock = clock
        self._fetcher = Fetcher(self._settings.every_host, self._settings.networks)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def tick(self) -> None:
        """One look at what is due; the readings go on side by side, and none of them stops another."""
        now, names = self._clock(), [each.name for each in self._settings.calendars]
        known = await self._records.read(lambda db: feeds(db, names))
        due = [each for each in self._settings.calendars if (known[each.name].next_at or now) <= now]
        await asyncio.gather(*(self._read(each) for each in due))

    async def _read(self, settings: CalendarSettings) -> None:
        async with self._places:
            try:
                claimed = await self._claim(settings)
                if claimed is not None:
                    await self._take(settings, *claimed)
            except StoreUnavailable as error:
                log.warning("calendar not read", feed=settings.name, why=str(error))
            except Unread as error:
                await self._fail(settings, error.reason)
            except Exception:
                log.exception("reading a calendar failed", feed=settings.name)
                await self._fail(settings, "broken")

    async def _claim(self, settings: CalendarSettings) -> tuple[Feed, Property] | None:
        now = self._clock()
        later = now + timedelta(minutes=self._settings.minutes * random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311

        def claim(db: Connection) -> tuple[Feed, Property] | None:
            house = next(each for each in properties(db) if each.key == settings.property)
            feed = try_claim(db, now, settings.name, house.id, later)
            return None if feed is None else (feed, house)

        return await self._records.write(claim)

    async def _take(self, settings: CalendarSettings, feed: Feed, house: Property) -> None:
        """Raises Unread."""
        fetched = await self._fetcher.fetch(settings.url, feed.etag, feed.modified)
        digest = feed.digest if fetched is None else sha256(fetched.content).hexdigest()
        if fetched is None or digest == feed.digest:
            await self._records.write(lambda db: note_unchanged(db, self._clock(), feed.name))
            return
        now = self._clock()
        events = await events_in(fetched.content, house.time_zone, local(now, house.time_zone).date())
        host = urlsplit(settings.url).hostname or ""
        calendar = Calendar(settings.name, house, settings.room, channel_of(host))
        seen = await self._records.write(lambda db: self._write(db, now, calendar, events, feed, fetched))
        log.info(
            "calendar_read", feed=feed.name, new=seen.new, changed=seen.changed, ended=seen.ended, doubted=seen.why
        )

    def _write(
        self, db: Connection, now: datetime, calendar: Calendar, events: list[Event], feed: Feed, fetched: Fetched
    ) -> Seen:
        seen = take_calendar(db, now, calendar, events, feed.doubt)
        if seen.why:
            note_failed(db, now, feed.name, seen.why, self._tell_at(now), seen.doubt)
        else:
            digest = sha256(fetched.content).hexdigest()
            note_read(db, now, feed.name, fetched.etag, fetched.modified, digest)
        return seen

    async def _fail(self, settings: CalendarSettings, reason: str) -> None:
        log.warning("calendar_not_read", feed=settings.name, why=reason)
        now = self._clock()
        try:
            await self._records.write(lambda db: note_failed(db, now, settings.name, reason, self._tell_at(now)))
        except StoreUnavailable as error:
            log.warning("calendar not read", feed=settings.name, why=str(error))

    def _tell_at(self, now: datetime) -> datetime:
        return now + timedelta(hours=self._settings.failing_hours)
