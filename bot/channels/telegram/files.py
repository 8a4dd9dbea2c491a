"""Fetching what somebody sent: first where it is, then the bytes, with a cap and a time limit over both."""

from __future__ import annotations

import asyncio

import aiohttp
from telegram import Bot
from telegram.error import TelegramError

from bot.channels.base import MAX_FILE_BYTES, FetchFailed, File
from bot.channels.telegram.reading import Attachment
from bot.channels.telegram.request import AiohttpRequest

FETCH_SECONDS = 5.0  # the message behind the picture waits that long, not longer: it may be an emergency
AT_ONCE = 8  # bounds memory: each may grow to MAX_FILE_BYTES


class Fetcher:
    def __init__(self, bot: Bot, request: AiohttpRequest, seconds: float = FETCH_SECONDS) -> None:
        self._bot = bot
        self._seconds = seconds
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._request = request

    async def fetch(self, attachment: Attachment) -> File:
        """Raises FetchFailed."""
        if attachment.size > MAX_FILE_BYTES:
            raise FetchFailed("too large")
        try:
            async with asyncio.timeout(self._seconds), self._slots:
                place = await self._bot.get_file(attachment.file_id)
                content = await self._download(place.file_path or "")
        except (TelegramError, aiohttp.ClientError, TimeoutError, OSError, ValueError, LookupError, TypeError) as error:
            raise FetchFailed(type(error).__name__) from None
        return File(attachment.kind, attachment.mime, attachment.name, content)

    async def _download(self, url: str) -> bytes:
        # Not the library's own download: that one reads whatever comes, however large.
        content = bytearray()
        async with self._request.session.get(url, allow_redirects=False) as answer:
            if answer.status != 200:
                raise FetchFailed(f"status {answer.status}")
            async for chunk in answer.content.iter_any():
                content += chunk
                if len(content) > MAX_FILE_BYTES:
                    raise FetchFailed("too large")
        return bytes(content)
