"""The address WeCom calls, one for staff and guests: checks who calls, hands on what was said, and acknowledges it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.weixin.door import CallbackKeys, Door, Refusal, read_body
from bot.weixin.xml import Xml, word
from crm.errors import StoreUnavailable

CALLBACK_PATH = "/wecom/callback"

log = structlog.get_logger()

Take = Callable[[Xml, bytes], Awaitable[None]]
"""Returns once what was said is committed, or is of no use."""


class Callback:
    """Whoever listens is told everything, and takes what is theirs."""

    def __init__(self, keys: CallbackKeys, clock: Callable[[], datetime]) -> None:
        self._door = Door(keys, clock)
        self._listeners: list[Take] = []

    def listen(self, take: Take) -> None:
        self._listeners.append(take)

    def route(self) -> Route:
        return Route(CALLBACK_PATH, self._serve, methods=["GET", "POST"])

    async def _serve(self, request: Request) -> Response:
        try:
            if request.method == "POST":
                body = await read_body(request)
                return await self._acknowledge(self._door.open(request.query_params, body), body)
            return Response(self._door.greet(request.query_params), media_type="text/plain")
        except Refusal as refusal:
            log.info("wecom_callback_refused", status=refusal.status, reason=str(refusal))
            return Response(status_code=refusal.status)

    async def _acknowledge(self, message: Xml, body: bytes) -> Response:
        """200 once it is committed. After anything else WeCom tells it again, twice, and what is for guests is kept."""
        if not self._listeners:
            return Response(status_code=503)
        try:
            for take in self._listeners:
                await take(message, body)
        except StoreUnavailable:
            return Response(status_code=503, headers={"Retry-After": "5"})
        except Exception as error:
            log.error("wecom_message_refused", kind=word(message, "MsgType")[:32], reason=type(error).__name__)
            return Response(status_code=500)
        return Response("success", media_type="text/plain")
