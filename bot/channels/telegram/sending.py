"""The parts of an Outbound, one call each, and what became of them."""

from __future__ import annotations

import asyncio

from telegram import Bot, InputFile, Message
from telegram.error import BadRequest, TelegramError

from bot.channels.base import File, MaybeSent, Outbound, Unreachable
from bot.channels.telegram.errors import send_error
from bot.channels.telegram.rendering import Part, parts_of
from bot.parts_out import PartsOut

AT_ONCE = 30


class Sender:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._parts_out = PartsOut()

    async def send(self, outbound: Outbound) -> str:
        """The id of the last message; raises a SendError."""
        chat = _chat_id(outbound.address)
        parts = parts_of(outbound)
        message_id = ""
        async with self._slots:
            first = self._parts_out.first(outbound.id, len(parts))
            for done, part in enumerate(parts[first:], start=first + 1):
                message_id = await self._send_part(chat, part)
                if done < len(parts):
                    self._parts_out.note(outbound.id, done)
        self._parts_out.forget(outbound.id)
        return message_id

    async def _send_part(self, chat: int, part: Part) -> str:
        try:
            return str((await self._call(chat, part)).message_id)
        except TelegramError as error:
            # The cause is cut off: some of aiohttp's errors carry the address, and that the token.
            raise send_error(error) from None
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            # The library could not read the answer, so there was one.
            raise MaybeSent(type(error).__name__) from None

    async def _call(self, chat: int, part: Part) -> Message:
        if part.file is None:
            return await self._bot.send_message(chat, part.text, reply_markup=part.keyboard)
        if part.file.kind == "photo":
            try:
                return await self._bot.send_photo(
                    chat, _upload(part.file), caption=part.text or None, reply_markup=part.keyboard
                )
            except BadRequest as error:
                if not _dislikes_picture(error):
                    raise
        return await self._bot.send_document(
            chat, _upload(part.file), caption=part.text or None, reply_markup=part.keyboard
        )


def _upload(file: File) -> InputFile:
    return InputFile(file.content, filename=file.name or file.kind)


def _dislikes_picture(error: BadRequest) -> bool:
    """Too long and narrow, or not quite a picture: as a document it still arrives."""
    return any(word in error.message.lower() for word in ("photo_", "image_process"))


def _chat_id(address: str) -> int:
    try:
        return int(address)
    except ValueError:
        raise Unreachable("not a Telegram chat") from None
