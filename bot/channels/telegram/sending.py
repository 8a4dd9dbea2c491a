"""The parts of an Outbound, one call each, and what became of them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from telegram import Bot, InputFile, Message
from telegram.error import BadRequest, TelegramError

from bot.channels.base import File, MaybeSent, Outbound, Unreachable
from bot.channels.telegram.errors import send_error
from bot.channels.telegram.rendering import Part, parts_of

AT_ONCE = 30
REMEMBERED = 1_000


class Sender:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._slots = asyncio.Semaphore(AT_ONCE)
        # How many parts of a message are out already: a second try goes on there instead of repeating them. Only this
        # process knows, so after a crash the first parts may come twice, which at-least-once allows.
        self._parts_out: OrderedDict[str, int] = OrderedDict()

    async def send(self, outbound: Outbound) -> str:
        """The id of the last message; raises a SendError."""
        chat = _chat_id(outbound.address)
        parts = parts_of(outbound)
        message_id = ""
        async with self._slots:
            first = min(self._parts_out.get(outbound.id, 0), len(parts) - 1)
            for done, part in enumerate(parts[first:], start=first + 1):
                message_id = await self._send_part(chat, part)
                if done < len(parts):
                    self._remember(outbound.id, done)
        self._parts_out.pop(outbound.id, None)
        return message_id

    def _remember(self, outbound_id: str, done: int) -> None:
        self._parts_out[outbound_id] = done
        self._parts_out.move_to_end(outbound_id)
        if len(self._parts_out) > REMEMBERED:
            self._parts_out.popitem(last=False)

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
