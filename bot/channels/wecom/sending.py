"""The parts of an Outbound to a member, one call each, and what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.channels.base import File, NotSent, Outbound, Refused, Unreachable
from bot.channels.wecom.cards import Part, parts_of
from bot.parts_out import PartsOut
from bot.weixin.client import Client

AT_ONCE = 30
IMAGES = ("image/jpeg", "image/png")
VOICES = ("audio/amr", "voice/amr")
LEAST_BYTES = 6  # smaller files are refused

MakeRoom = Callable[[str], Awaitable[float]]
"""Spends one more send to this address and returns 0.0, or spends none and returns the seconds to wait."""


class Sender:
    def __init__(self, client: Client, agent_id: str, make_room: MakeRoom) -> None:
        self._client = client
        self._agent_id = int(agent_id)
        self._make_room = make_room
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._parts_out = PartsOut()

    async def send(self, outbound: Outbound) -> str:
        """The id of the last message; raises a SendError."""
        parts, message_id = parts_of(outbound), ""
        async with self._slots:
            first = self._parts_out.first(outbound.id, len(parts))
            for done, part in enumerate(parts[first:], start=first):
                if done > first and (wait := await self._make_room(outbound.address)):
                    raise NotSent("rate", wait)  # the claim has spent for one part only
                message_id = await self._send_part(outbound.address, part)
                self._parts_out.note(outbound.id, done + 1)
        self._parts_out.forget(outbound.id)
        return message_id

    async def _send_part(self, member: str, part: Part) -> str:
        body = part.body if part.file is None else await file_body(self._client, part.file)
        answer = await self._client.call("/cgi-bin/message/send", {"touser": member, "agentid": self._agent_id, **body})
        _check_recipient(answer)
        return str(answer.get("msgid") or "")


async def file_body(client: Client, file: File) -> Mapping[str, Any]:
    """Uploads it; raises NotSent or Refused."""
    if len(file.content) < LEAST_BYTES:
        raise Refused("file too small")
    kind = "image" if file.mime in IMAGES else "voice" if file.mime in VOICES else "file"
    media_id = await client.upload("/cgi-bin/media/upload", file, type=kind)
    return {"msgtype": kind, kind: {"media_id": media_id}}


def _check_recipient(answer: Mapping[str, Any]) -> None:
    """The app cannot reach this member, though the call itself was well."""
    if answer.get("invaliduser"):
        raise Unreachable("wecom_invaliduser")
    if answer.get("unlicenseduser"):
        raise Refused("wecom_unlicenseduser")
