"""The company's account in WeCom, put together from the settings: the app for staff, 微信客服, customers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.channel_settings import WecomSettings
from bot.channels.base import Channel, Rate
from bot.channels.wecom import Callback, WeCom, WeComCustomers, WeComGuests
from bot.config import Settings
from bot.inbox import RecordsBookmark
from bot.records import Records
from bot.weixin.accounts import wecom_client
from bot.weixin.client import Client
from bot.weixin.door import CallbackKeys
from crm.conversations.consents import ended_on
from crm.conversations.rates import try_spend

Clock = Callable[[], datetime]


def wecom_channels(settings: Settings, records: Records, clock: Clock) -> list[Channel]:
    """What of it is asked for."""
    chosen = settings.wecom
    callback = Callback(CallbackKeys(chosen.token, chosen.aes_key, chosen.corp_id), clock)
    channels: list[Channel] = []
    if chosen.agent_id:
        channels.append(_app_for_staff(chosen, records, clock, callback))
    if chosen.kf_id:
        channels.append(_service_for_guests(chosen, records, clock, callback))
    if chosen.sends_to_customers:
        channels.append(_customers_of_members(chosen, records, clock))
    return channels


def _app_for_staff(chosen: WecomSettings, records: Records, clock: Clock, callback: Callback) -> WeCom:
    async def make_room(limits: Sequence[Rate]) -> float:
        now = clock()
        return await records.write(lambda db: try_spend(db, now, limits))

    agent = str(chosen.agent_id)
    client = _client(chosen, agent, chosen.secret, records, clock)
    return WeCom(corp_id=chosen.corp_id, agent_id=agent, client=client, callback=callback, try_spend=make_room)


def _service_for_guests(chosen: WecomSettings, records: Records, clock: Clock, callback: Callback) -> WeComGuests:
    bookmark = RecordsBookmark(f"wecom_kf:{chosen.kf_id}", records, clock)
    client = _client(chosen, "kf", chosen.secret_for_guests, records, clock)
    return WeComGuests(kf_id=chosen.kf_id, client=client, callback=callback, bookmark=bookmark, clock=clock)


def _customers_of_members(chosen: WecomSettings, records: Records, clock: Clock) -> WeComCustomers:
    """A customer has the same id there as in 微信客服, and may have said in that chat to have enough."""

    async def withdrawn() -> set[str]:
        return await records.read(lambda db: ended_on(db, WeComGuests.name))

    return WeComCustomers(_client(chosen, "contacts", chosen.contacts_secret, records, clock), withdrawn)


def _client(chosen: WecomSettings, part: str, secret: str, records: Records, clock: Clock) -> Client:
    return wecom_client(
        corp_id=chosen.corp_id, part=part, secret=secret, records=records, clock=clock, base_url=chosen.base_url
    )
