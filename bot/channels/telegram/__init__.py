"""Telegram: webhook or polling in, plain text, buttons and files out. `channel` is the place to begin reading."""

from __future__ import annotations

import os

from bot.lean import load_without

# Read by python-telegram-bot: a 429's retry_after is a timedelta instead of a deprecation warning.
os.environ["PTB_TIMEDELTA"] = "1"
load_without("httpx._main", "httpx")  # its command: with rich, 3 MB

from bot.channels.telegram.channel import Telegram  # noqa: E402
from bot.channels.telegram.rendering import deep_link  # noqa: E402

__all__ = ["Telegram", "deep_link"]
