"""The WeChat official account as the settings describe it: its channel, and its client for the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.channels.base import Channel
from bot.channels.wechat import House, Subscription, Template, Wechat, WechatFollowers
from bot.config import Settings
from bot.records import Records
from bot.weixin.accounts import wechat_client
from bot.weixin.client import Client
from bot.weixin.door import CallbackKeys
from crm.broadcasts.followers import openids_of


def official_channels(settings: Settings, records: Records, clock: Callable[[], datetime]) -> list[Channel]:
    """To each follower alone, and to all of them at once where the account may do that."""
    channels: list[Channel] = [official_account(settings, records, clock)]
    if settings.wechat.mass_send:

        async def people_of(message_id: str) -> Sequence[str]:
            return await records.read(lambda db: openids_of(db, message_id))

        channels.append(WechatFollowers(account_client(settings, records, clock), people_of))
    return channels


def official_account(settings: Settings, records: Records, clock: Callable[[], datetime]) -> Wechat:
    """The channel; `settings.wechat.app_id` is there."""
    chosen, home = settings.wechat, settings.properties[0]
    template, subscription = chosen.template, chosen.subscription
    return Wechat(
        keys=CallbackKeys(chosen.token, chosen.aes_key, chosen.app_id),
        client=account_client(settings, records, clock),
        clock=clock,
        house=House(home.name, settings.web.accent, settings.conversation.language, settings.web.public_url),
        customer_service=chosen.customer_service,
        template=Template(template.id, template.fields, home.name, home.time_zone) if template.id else None,
        subscription=Subscription(subscription.template_id, subscription.scene, subscription.title)
        if subscription.template_id
        else None,
    )


def account_client(settings: Settings, records: Records, clock: Callable[[], datetime]) -> Client:
    chosen = settings.wechat
    return wechat_client(
        app_id=chosen.app_id, secret=chosen.secret, records=records, clock=clock, base_url=chosen.base_url
    )
