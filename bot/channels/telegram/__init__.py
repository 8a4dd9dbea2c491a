"""Telegram: webhook or polling in, plain text, buttons and files out. `channel` is the place to begin reading."""

from __future__ import annotations

import os

# Read by python-telegram-bot: a 429's retry_after is a timedelta instead of a deprecation warning.
os.environ["PTB_TIMEDELTA"] = "1"

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.rendering import deep_link

__all__ = ["Telegram", "deep_link"]
