"""The door Telegram delivers to: checks the secret, the size and the form, and acknowledges what is committed."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.telegram.reading import update_id_of
from crm.errors import StoreUnavailable

WEBHOOK_PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
MAX_UPDATE_BYTES = 64 * 1024

log = structlog.get_logger()

Take = Callable[[dict[str, Any], bytes], Awaitable[None]]


class _Unwelcome(Exception):
    """Answered with this status without a further look."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def webhook_route(secret: bytes, take: Take) -> Route:
    """`take(update, raw)` returns once the update is committed."""

    async def webhook(request: Request) -> Response:
        try:
            _check_secret(request, secret)
            body = await _read_body(request)
            update = _parse(body)
        except _Unwelcome as unwelcome:
            return Response(status_code=unwelcome.status)
        return await _acknowledge(update, body, take)

    return Route(WEBHOOK_PATH, webhook, methods=["POST"])


def _check_secret(request: Request, secret: bytes) -> None:
    given = request.headers.get(SECRET_HEADER, "").encode("latin-1", "replace")
    if not hmac.compare_digest(given, secret):
        raise _Unwelcome(403)


async def _read_body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_UPDATE_BYTES:
        raise _Unwelcome(413)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_UPDATE_BYTES:
                raise _Unwelcome(413)
    except ClientDisconnect:
        raise _Unwelcome(400) from None
    return bytes(body)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        raise _Unwelcome(400) from None
    if not isinstance(update, dict):
        raise _Unwelcome(400)
    return update


async def _acknowledge(update: dict[str, Any], body: bytes, take: Take) -> Response:
    """200 once it is committed. Anything else makes Telegram tell it again, so nothing is lost."""
    try:
        await take(update, body)
    except StoreUnavailable:
        return Response(status_code=503, headers={"Retry-After": "5"})
    except Exception as error:
        log.error("telegram_update_refused", update_id=update_id_of(update), reason=type(error).__name__)
        return Response(status_code=500)
    return Response(status_code=200)
