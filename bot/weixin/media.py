"""A file of a message that the platform still has, and the message with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import structlog

from bot.channels.base import FetchFailed, Inbound
from bot.weixin.client import Client

GET = "/cgi-bin/media/get"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Media:
    id: str
    kind: str  # photo | document | voice
    name: str  # where the platform tells none


async def with_file(client: Client, inbound: Inbound, media: Media | None, seconds: float) -> Inbound:
    """A file that cannot be had is left out, because the words with it may be urgent; `raw` holds its id."""
    if media is None:
        return inbound
    try:
        async with asyncio.timeout(seconds):
            file = await client.download(GET, media_id=media.id)
    except (FetchFailed, TimeoutError) as failure:
        log.warning(f"{inbound.channel}_file_missing", reason=str(failure) or "late")
        return inbound
    return replace(inbound, files=(replace(file, kind=media.kind, name=file.name or media.name),))
