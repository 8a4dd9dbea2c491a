"""Files as they are sent and shown: cards are drawn now, all others are as they came."""

from __future__ import annotations

import asyncio

from bot.channels.base import File
from crm.conversations.attachments import CARD, Content


async def as_file(content: Content) -> File:
    """Draws a card beside the loop, for it takes a while."""
    if content.kind != CARD:
        return File(content.kind, content.mime, content.name, content.content)
    from prompts.pictures import drawn

    return File("photo", content.mime, content.name, await asyncio.to_thread(drawn, content.content))
