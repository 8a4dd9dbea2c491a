"""The door Telegram delivers to: checks the secret, the size and the form, and acknowledges what is committed."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.telegram.reading import update_id_of
from bot.request_body import Refusal, read_body
from crm.errors import StoreUnavailable

WEBHOOK_PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
MAX_UPDATE_BYTES = 64 * 1024

log = structlog.get_logger()

Take = Callable[[dict[str, Any], bytes], Awaitable[None]]


def webhook_route(secret: bytes, take: Take) -> Route:
    """`take(update, raw)` returns once the update is committed."""

    async def webhook(request: Request) -> Response:
        try:
            _check_secret(request, secret)
            body = await read_body(request, MAX_UPDATE_BYTES)
            update = _parse(body)
        except Refusal as refusal:
            return Response(status_code=refusal.status)
        return await _acknowledge(update, body, take)

    return Route(WEBHOOK_PATH, webhook, methods=["POST"])


def _check_secret(request: Request, secret: bytes) -> None:
    given = request.headers.get(SECRET_HEADER, "").encode("latin-1", "replace")
    if not hmac.compare_digest(given, secret):
        raise Refusal(403)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400) from None
    if not isinstance(update, dict):
        raise Refusal(400)
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
