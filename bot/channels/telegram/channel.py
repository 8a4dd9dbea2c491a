"""The Telegram channel: what comes in by webhook or polling is received, what goes out is sent by `Sender`."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import structlog
from starlette.routing import BaseRoute
from telegram import Bot
from telegram.error import TelegramError

from bot.channels.base import FetchFailed, Inbound, NotSent, Outbound, Rate, Receive
from bot.channels.telegram.files import Fetcher
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.reading import ALLOWED_UPDATES, Reading, read_update, update_id_of
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.webhook import WEBHOOK_PATH, webhook_route
from bot.waiting import Stopped, pause, pause_after, unless
from crm.errors import StoreUnavailable

ANSWERS_AT_ONCE = 64  # button presses being acknowledged; more are left to time out on the phone
LONGEST_STOP = 5.0
LONGEST_SETUP_PAUSE = 60.0

_TOKEN = re.compile(r"(\d+):[\w-]+", re.ASCII)
_SECRET = re.compile(r"[\w-]{1,256}", re.ASCII)

log = structlog.get_logger()


class Telegram:
    name = "telegram"

    def __init__(
        self,
        *,
        token: str,
        webhook_url: str = "",
        webhook_secret: str = "",
        base_url: str = "https://api.telegram.org/bot",
        base_file_url: str = "https://api.telegram.org/file/bot",
        bot_username: str = "",
        poll_seconds: int = 25,
        answer_seconds: float = 10.0,
    ) -> None:
        """`webhook_url` is the public address of the house, without a path; empty: we ask Telegram for updates."""
        if not (match := _TOKEN.fullmatch(token)):
            raise ValueError("token is not a Telegram bot token")
        if webhook_url and not _SECRET.fullmatch(webhook_secret):
            raise ValueError("webhook_secret must be 1 to 256 letters, digits, _ or -")
        _silence_the_libraries()
        self._bot_id = match[1]
        self._username = bot_username.removeprefix("@")
        self._webhook_url = webhook_url.rstrip("/")
        self._secret = webhook_secret.encode()
        self._poll_seconds = poll_seconds
        # 30 sends and some room for files and button presses, which must not wait behind a broadcast.
        self._request = AiohttpRequest(48, answer_seconds)
        self._poll_request = AiohttpRequest(1, answer_seconds)
        self._bot = Bot(token, base_url, base_file_url, self._request, self._poll_request)
        self._sender = Sender(self._bot)
        self._fetcher = Fetcher(self._bot, self._request)
        self._receiver: Receive | None = None
        self._stopping = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()

    async def start(self, receive: Receive) -> None:
        self._receiver = receive
        self._listening = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """The webhook stays set: Telegram keeps what comes meanwhile for a day and delivers it when we are back."""
        self._stopping.set()
        tasks = {*self._answers, *filter(None, [self._listening])}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=LONGEST_STOP)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._request.shutdown()
        await self._poll_request.shutdown()

    async def send(self, outbound: Outbound) -> str:
        if self._stopping.is_set():
            raise NotSent("the channel is stopped")
        return await self._sender.send(outbound)

    def routes(self) -> list[BaseRoute]:
        # Without a webhook there is no secret, and so there must be no door.
        return [webhook_route(self._secret, self._take)] if self._webhook_url else []

    def rates(self, address: str) -> Sequence[Rate]:
        """28 a second after 2, so never above 30 in any second; 15 a minute after 5 in a group, so never above 20."""
        bot, chat = f"telegram:{self._bot_id}", f"telegram:{self._bot_id}:{address}"
        one_chat = Rate(chat, 4.0, burst=5) if address.startswith("-") else Rate(chat, 1.0, burst=3)
        return (Rate(bot, 1 / 28, burst=2), one_chat)

    def addresses(self) -> frozenset[str] | None:
        return None

    async def _take(self, update: dict[str, Any], raw: bytes) -> None:
        """Returns when the update is committed, or is of no use."""
        if self._receiver is None:
            raise StoreUnavailable("not started")
        reading = read_update(update, raw, self._bot_id, self._username)
        if reading is None:
            log.info("telegram_update_ignored", update_id=update_id_of(update))
            return
        await self._receiver(await self._with_file(reading))
        if reading.callback_id:
            self._answer_button(reading.callback_id)

    async def _with_file(self, reading: Reading) -> Inbound:
        """A file that cannot be had is left out, because the words with it may be urgent; `raw` holds its id."""
        if reading.attachment is None:
            return reading.inbound
        try:
            return replace(reading.inbound, files=(await self._fetcher.fetch(reading.attachment),))
        except FetchFailed as failure:
            log.warning("telegram_file_missing", update_id=reading.update_id, reason=str(failure))
            return reading.inbound

    def _answer_button(self, callback_id: str) -> None:
        """Ends the button's spinner; after the commit and beside it, since nothing depends on it."""
        if len(self._answers) >= ANSWERS_AT_ONCE or self._stopping.is_set():
            return
        task = asyncio.create_task(self._try_answer(callback_id))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _try_answer(self, callback_id: str) -> None:
        try:
            await self._bot.answer_callback_query(callback_id)
        except TelegramError as error:
            log.debug("telegram_button_unanswered", reason=type(error).__name__)

    async def _listen(self) -> None:
        if self._webhook_url:
            await self._until_done("telegram_webhook_set", self._set_webhook)
            await self._learn_username()
            return
        await self._until_done("telegram_polling", self._delete_webhook)
        poller = Poller(self._ask, lambda update: self._take(update, json.dumps(update).encode()))
        await asyncio.gather(self._learn_username(), poller.run(self._stopping))

    async def _set_webhook(self) -> None:
        await self._bot.set_webhook(
            self._webhook_url + WEBHOOK_PATH,
            allowed_updates=ALLOWED_UPDATES,
            secret_token=self._secret.decode(),
        )

    async def _delete_webhook(self) -> None:
        await self._bot.delete_webhook()

    async def _learn_username(self) -> None:
        if not self._username:
            await self._until_done("telegram_username_known", self._ask_username)

    async def _ask_username(self) -> None:
        self._username = (await self._bot.get_me()).username or ""

    async def _ask(self, offset: int | None) -> Sequence[Any]:
        # Not bot.get_updates: one update that the library cannot read would hide the whole batch for ever.
        query: dict[str, Any] = {"timeout": self._poll_seconds, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if offset is not None:
            query["offset"] = offset
        url = f"{self._bot.base_url}/getUpdates?{urlencode(query)}"
        updates = await self._poll_request.post(url, read_timeout=self._poll_seconds + 10)
        return updates if isinstance(updates, list) else []

    async def _until_done(self, event: str, call: Callable[[], Awaitable[None]]) -> None:
        """Tries until it worked or the house is stopped, however long the platform is away."""
        failures = 0
        while not self._stopping.is_set():
            try:
                await unless(self._stopping, call())
                log.info(event)
                return
            except Stopped:
                return
            except Exception as error:  # a webhook that is never set is a house gone deaf
                failures += 1
                log.warning(event + "_failed", reason=type(error).__name__)
            await pause(self._stopping, pause_after(failures, LONGEST_SETUP_PAUSE))


def _silence_the_libraries() -> None:
    """python-telegram-bot logs answers, and with them words; at its lowest level also addresses, with the token."""
    logging.getLogger("telegram").setLevel(logging.WARNING)
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
