"""The composition root: the only module that knows all parts. It builds, starts and stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from bot.channels.base import Channel, Confirming
from bot.comparing import Comparing
from bot.concierge import Concierge
from bot.config import Settings
from bot.customer_sends import CustomerSends
from bot.delivery import Delivery
from bot.house import House, load_house
from bot.house_feeds import house_feeds
from bot.mailbox import RecordsMailbox
from bot.owner import is_dead, new_owner
from bot.records import Records
from bot.timed import TimedWork, timed_works
from bot.understanding.allowance import Allowance
from crm.conversations.leases import end_leases
from crm.encryption import Keyring, load_keyring, parse_keyring
from crm.errors import StoreUnavailable
from crm.migrations import migrate
from crm.properties.houses import put_property, put_rooms
from crm.properties.knowledge_changes import put_knowledge
from crm.store import Connection, Store, wait_alone

if TYPE_CHECKING:
    from bot.scheduler import Ticker
    from bot.understanding.model import Model

log = structlog.get_logger("app")

SWEEP_SECONDS = 1.0
COMPARE_SECONDS = 2.0
HOUSE_SECONDS = 60.0

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def open_store(settings: Settings, environment_keyring: str = "") -> Store:
    """The records at this version of the house, with its properties and rooms; keys and database are made when new."""
    settings.store.folder.mkdir(parents=True, exist_ok=True)
    keyring: Keyring = (
        parse_keyring(environment_keyring)
        if environment_keyring
        else load_keyring(settings.store.folder / "keyring.json")
    )
    store = Store(settings.database_url, keyring)
    migrate(store)
    with store.transaction() as db:
        wait_alone(db)
        _put_houses(db, settings, utc_now())
    return store


class App:
    """A running house: records, concierge, delivery, clock and channels."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        make_channels: Callable[[Settings, Records], Sequence[Channel]] | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.records = Records(store)
        self.channels = (make_channels or house_channels)(settings, self.records)
        self.owner = new_owner()
        with store.reading() as db:
            house = self._load_house(db)
        self._model = house_model(settings, clock)
        self.delivery = Delivery(
            self.records,
            self.channels,
            owner=self.owner,
            clock=clock,
            translator=self._model.translator if self._model else None,
        )
        self.concierge = Concierge(
            self.records,
            house,
            load_house=self._load_house,
            owner=self.owner,
            clock=clock,
            replied=self.delivery.nudge,
            burst_seconds=settings.conversation.burst_seconds,
            model=self._model,
        )
        self.timed = TimedWork(
            self.records,
            lambda: self.concierge.house,
            clock=clock,
            acted=self.delivery.nudge,
            works=timed_works(settings),
        )
        self._customer_sends = [
            CustomerSends(self.records, each, clock) for each in self.channels if isinstance(each, Confirming)
        ]
        self.feeds = house_feeds(settings, self.records, clock)
        self.comparing = Comparing(self.records, clock=clock)
        self._ticker: Ticker | None = None
        self._warming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Takes over what a dead process left, then listens. A platform that is down holds nothing up."""
        from bot.scheduler import Ticker

        await self._end_dead_leases()
        self.delivery.start()
        await self.sweep()
        for channel in self.channels:
            await channel.start(self.concierge.receive)
        self._warming = asyncio.create_task(self.concierge.warm_up())
        own = [(SWEEP_SECONDS, self.sweep), (SWEEP_SECONDS, self.timed.tick), (HOUSE_SECONDS, self._refresh_house)]
        sends = [(SWEEP_SECONDS, each.tick) for each in self._customer_sends]
        self._ticker = Ticker([*own, (COMPARE_SECONDS, self.comparing.tick), *sends, *self.feeds.ticks])

    async def stop_listening(self) -> None:
        """Nothing new begins; requests that have arrived may still be finished."""
        if self._ticker is not None:
            self._ticker.pause()
        await self.delivery.stop()  # first: a send that is cut off with its channel would be repeated after the restart
        for channel in self.channels:
            await channel.stop()

    async def stop(self) -> None:
        """Ends the turns that have begun, and settles what is being sent."""
        await self.stop_listening()
        if self._warming is not None:
            await self._warming
        if self._ticker is not None:
            await self._ticker.stop()  # before the turns: a tick may have begun one
            self._ticker = None
        await self.concierge.drain()
        await self.delivery.stop()  # again, for what was cut off with its channel
        if self._model is not None:
            await self._model.close()
        await asyncio.to_thread(self.records.close)

    async def sweep(self) -> None:
        """Every second: what was left unanswered, unsent or unsettled."""
        await self.delivery.sweep()
        await self.concierge.sweep()

    async def _end_dead_leases(self) -> None:
        now = self.clock()
        try:
            await self.records.write(lambda db: end_leases(db, now, lambda owner: is_dead(owner, self.owner)))
        except StoreUnavailable as error:
            log.warning("leases of dead processes end by themselves", why=str(error))

    async def _refresh_house(self) -> None:
        self.concierge.house = await self.records.read(self._load_house)

    def _load_house(self, db: Connection) -> House:
        settings = self.settings
        language, asks_model = settings.conversation.language, bool(settings.model.base_url)
        return load_house(db, settings.catalogue, language, asks_model=asks_model)


def house_channels(
    settings: Settings, records: Records, clock: Clock = utc_now, demo_links: tuple[str, str] | None = None
) -> list[Channel]:
    """The channels the settings ask for: the web chat always, Telegram, WeChat and WeCom when there is an account.

    `demo_links` are the guest's and the staff's page that /demo shows side by side.
    """
    from bot.channels.webchat import WebChat

    web = settings.web
    origins = [*web.origins, *([web.public_url] if web.public_url else [])]
    name = settings.properties[0].name
    zones = {each.time_zone for each in settings.properties}
    channels: list[Channel] = [
        WebChat(
            RecordsMailbox(records, clock),
            house_name=name,
            accent=web.accent,
            origins=origins,
            time_zone=zones.pop() if len(zones) == 1 else "",
            demo_links=demo_links,
        )
    ]
    if settings.telegram.token:
        from bot.telegram_account import telegram_account

        channels.append(telegram_account(settings))
    if settings.wechat.app_id:
        from bot.official_account import official_channels

        channels.extend(official_channels(settings, records, clock))
    if settings.wecom.is_on:
        from bot.wecom_account import wecom_channels

        channels.extend(wecom_channels(settings, records, clock))
    return channels


def house_model(settings: Settings, clock: Clock = utc_now) -> Model | None:
    """The language model the settings name; without one the house understands by itself."""
    chosen = settings.model
    if not chosen.base_url:
        return None
    from bot.understanding.client import Client
    from bot.understanding.model import Model

    allowance = Allowance(chosen.tokens_per_conversation, chosen.tokens_per_day)
    return Model(
        Client(
            base_url=chosen.base_url,
            name=chosen.name,
            key=chosen.key,
            seconds=chosen.seconds,
            allowance=allowance,
            clock=clock,
        )
    )


def _put_houses(db: Connection, settings: Settings, now: datetime) -> None:
    for each in settings.properties:
        house = put_property(
            db,
            now,
            key=each.key,
            name=each.name,
            time_zone=each.time_zone,
            language=each.language,
            phone=each.phone,
            hours=each.working_hours(),
            chat_link=settings.chat_link,
            accent=settings.web.accent,
            sends_to_customers=settings.wecom.sends_to_customers,
            sends_to_followers=bool(settings.wechat.app_id) and settings.wechat.mass_send,
        )
        put_rooms(db, now, house, each.room_list())
        for key in put_knowledge(db, now, house, each.knowledge_entries()):
            log.warning("the configuration replaces what a colleague wrote", house=each.key, entry=key)
