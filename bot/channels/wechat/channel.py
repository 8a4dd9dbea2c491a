"""The channel of an official account. What comes in is stored and held open; what goes out needs a permission."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.routing import BaseRoute

from bot.channels.base import Grant, Inbound, NotSent, Outbound, Rate, Receive
from bot.channels.wechat.callback import UNANSWERED, Callback
from bot.channels.wechat.consent import Consent
from bot.channels.wechat.holding import Holding
from bot.channels.wechat.reading import TEMPLATE_REFUSED, Reading
from bot.channels.wechat.rendering import parts_of
from bot.channels.wechat.sending import Sender, Subscription, Template
from bot.weixin.client import Client
from bot.weixin.door import CallbackKeys, Door
from bot.weixin.media import with_file
from crm.conversations.grants import TEMPLATE
from crm.errors import StoreUnavailable
from prompts.words import say

FETCH_SECONDS = 1.5  # of 4.5, and the message behind the picture waits that long: it may be an emergency
LONGEST_STOP = 5.0

TEN_YEARS = 10 * 365 * 24 * 3600.0
# What an event of an account with customer service permits: so many messages within so many seconds.
ALLOWANCES = {"message": (48 * 3600.0, 5), "click": (60.0, 3), "follow": (60.0, 3), "scan": (60.0, 3)}


@dataclass(frozen=True, slots=True)
class House:
    """What the page of consent shows, and where it is."""

    name: str
    accent: str = "#7a5c3e"
    language: str = "zh"
    public_url: str = ""


class Wechat:
    name = "wechat"

    def __init__(
        self,
        *,
        keys: CallbackKeys,
        client: Client,
        clock: Callable[[], datetime],
        house: House,
        customer_service: bool = False,
        template: Template | None = None,
        subscription: Subscription | None = None,
    ) -> None:
        """Without `customer_service` the account may speak only in answer to a message, within five seconds."""
        self._client = client
        self._has_service = customer_service
        self._template = template
        self._receiver: Receive | None = None
        self._stopping = False
        door, self._holding = Door(keys, clock), Holding()
        self._callback = Callback(door, self._holding, self._fetch, self._store)
        self._sender = Sender(client, self._holding, door.seal, clock, template, subscription)
        self._consent = self._make_consent(keys, clock, house, subscription)

    async def start(self, receive: Receive) -> None:
        self._receiver = receive

    async def stop(self) -> None:
        self._stopping = True
        await self._callback.stop(LONGEST_STOP)
        await self._client.close()

    async def send(self, outbound: Outbound) -> str:
        if self._stopping:
            raise NotSent("the channel is stopped")
        return await self._sender.send(outbound)

    def parts(self, outbound: Outbound) -> Sequence[Outbound]:
        if outbound.asks_consent and self._consent is not None:
            asked = say(outbound.language, "wechat.consent.ask", link=self._consent.link(outbound.address))
            outbound = replace(outbound, text=f"{outbound.text}\n\n{asked}")
        return parts_of(replace(outbound, asks_consent=False))

    def routes(self) -> list[BaseRoute]:
        return [*self._callback.routes(), *(self._consent.routes() if self._consent else [])]

    def rates(self, address: str) -> Sequence[Rate]:
        """What limits us is the permission to send."""
        return ()

    def addresses(self) -> frozenset[str] | None:
        return None

    async def _fetch(self, reading: Reading) -> Reading:
        inbound = await with_file(self._client, reading.inbound, reading.media, FETCH_SECONDS)
        return replace(reading, inbound=inbound)

    async def _store(self, reading: Reading, seconds: float) -> None:
        """Returns when it is committed."""
        await self._receive(replace(reading.inbound, grants=self._grants(reading, seconds)))

    async def _receive(self, inbound: Inbound) -> None:
        if self._receiver is None or self._stopping:
            raise StoreUnavailable("not started")
        await self._receiver(inbound)

    def _grants(self, reading: Reading, seconds: float) -> Sequence[Grant]:
        if reading.inbound.kind in UNANSWERED:
            return (Grant(TEMPLATE, 0.0, 0),) if reading.inbound.reason == TEMPLATE_REFUSED else ()
        grants = [Grant("passive", seconds, 1, is_here=True)]
        if self._has_service and reading.gives in ALLOWANCES:
            grants.append(Grant(reading.gives, *ALLOWANCES[reading.gives]))
        if self._template is not None:
            grants.append(Grant(TEMPLATE, TEN_YEARS, 1_000_000, only="service"))
        return grants

    def _make_consent(
        self, keys: CallbackKeys, clock: Callable[[], datetime], house: House, subscription: Subscription | None
    ) -> Consent | None:
        if subscription is None or not house.public_url:
            return None
        return Consent(
            app_id=keys.receiver,
            template_id=subscription.template_id,
            scene=subscription.scene,
            key=f"guanjia consent {keys.token} {keys.aes_key}".encode(),
            public_url=house.public_url,
            house=house.name,
            accent=house.accent,
            language=house.language,
            clock=clock,
            give=self._receive,
        )
