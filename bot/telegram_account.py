"""The bot on Telegram, as the settings describe it."""

from __future__ import annotations

from bot.channels.telegram import Telegram
from bot.config import Settings


def telegram_account(settings: Settings) -> Telegram:
    chosen = settings.telegram
    return Telegram(
        token=chosen.token,
        webhook_url=chosen.webhook_url,
        webhook_secret=chosen.webhook_secret,
        base_url=chosen.base_url,
        base_file_url=chosen.base_file_url,
        bot_username=chosen.username,
    )
