"""The address the platform calls: checked, stored, and held open for the reply, all within its five seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.base import InboundKind
from bot.channels.wechat.holding import Held, Holding
from bot.channels.wechat.reading import Reading, read_message
from bot.weixin.door import Door, Refusal, read_body
from bot.weixin.xml import Xml, word
from crm.errors import StoreUnavailable

CALLBACK_PATH = "/wechat"
HOLD_SECONDS = 4.3  # of the platform's five; it is answered within 4.5 when we are busy
STORE_SECONDS = 4.0  # what is not written down by then is to be told again
STORE_PAUSE = 0.1
UNANSWERED = (InboundKind.BLOCKED, InboundKind.UNDELIVERED, InboundKind.MASS_SENT)

log = structlog.get_logger()

Fetch = Callable[[Reading], Awaitable[Reading]]
Store = Callable[[Reading, float], Awaitable[None]]


class Callback:
    """`fetch` adds the file of a message. `store` writes it down with a passive grant of so many seconds, or raises
    StoreUnavailable.
    """

    def __init__(self, door: Door, holding: Holding, fetch: Fetch, store: Store) -> None:
        self._door = door
        self._holding = holding
        self._fetch = fetch
        self._store = store
        self._storing: set[asyncio.Task[None]] = set()
        self._is_stopped = False

    def routes(self) -> list[Route]:
        return [
            Route(CALLBACK_PATH, self._greet, methods=["GET"]),
            Route(CALLBACK_PATH, self._take, methods=["POST"]),
        ]

    async def stop(self, seconds: float) -> None:
        """Open requests end now, and no more are taken; what is being stored may end within so many seconds."""
        self._is_stopped = True
        self._holding.release_all()
        if self._storing:
            _, late = await asyncio.wait(self._storing, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _greet(self, request: Request) -> Response:
        try:
            return _plain(self._door.greet(request.query_params))
        except Refusal as refusal:
            return Response(status_code=refusal.status)

    async def _take(self, request: Request) -> Response:
        began = asyncio.get_running_loop().time()
        if self._is_stopped:
            return Response(status_code=503)
        try:
            message = self._door.open(request.query_params, await read_body(request))
        except Refusal as refusal:
            log.info("wechat_refused", status=refusal.status, reason=str(refusal))
            return Response(status_code=refusal.status)
        reading = _read(message)
        if reading is None:
            return _plain("success")
        if told_before := self._holding.find_answer(reading.inbound.dedupe_key):
            return _xml(told_before)
        return await self._answer(reading, began)

    async def _answer(self, reading: Reading, began: float) -> Response:
        """503 when it could not be stored in time: then the platform tells it again."""
        inbound = reading.inbound
        held = Held(inbound.dedupe_key, inbound.address, reading.account, began + HOLD_SECONDS)
        self._holding.hold(held)
        try:
            if not await self._try_store(reading, held, began + STORE_SECONDS):
                return Response(status_code=503)
            if inbound.kind in UNANSWERED:
                return _plain("success")
            answer = await self._holding.wait(held)
        finally:
            self._holding.release(held)
        return _xml(answer) if answer else _plain("success")

    async def _try_store(self, reading: Reading, held: Held, until: float) -> bool:
        """Storing goes on beyond that time, for it cannot be taken back: told again, it is known and joins the turn."""
        task = asyncio.create_task(self._until_stored(reading, held, until))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)
        await asyncio.wait([task], timeout=until - asyncio.get_running_loop().time())
        return held.is_stored

    async def _until_stored(self, reading: Reading, held: Held, until: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            reading = await self._fetch(reading)
            while not held.is_stored:
                try:
                    await self._store(reading, held.until - loop.time())
                    held.is_stored = True
                except StoreUnavailable:
                    if self._is_stopped or loop.time() + STORE_PAUSE >= until:
                        raise
                    await asyncio.sleep(STORE_PAUSE)
        except StoreUnavailable as error:
            log.warning("wechat_not_stored", why=str(error))
        except Exception as error:
            log.error("wechat_not_stored", why=type(error).__name__)


def _read(message: Xml) -> Reading | None:
    reading = read_message(message)
    if reading is None:
        log.info("wechat_ignored", type=word(message, "MsgType")[:40], name=word(message, "Event")[:40])
    return reading


def _plain(text: str) -> Response:
    return PlainTextResponse(text, headers={"X-Content-Type-Options": "nosniff"})


def _xml(text: str) -> Response:
    return Response(text, media_type="application/xml")
