"""What an error of python-telegram-bot means for the message: not sent, maybe sent, refused, unreachable, moved."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.base import MaybeSent, Moved, NotSent, Refused, SendError, Unreachable

TOKEN_REFUSED_PAUSE = 60.0  # nothing can be sent until the owner mends the token

# Raised before the first byte of the request is written.
_NEVER_WRITTEN = (
    aiohttp.ConnectionTimeoutError,  # of the wait for a free connection too
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)
_NOBODY_THERE = ("chat not found", "peer_id_invalid", "user not found", "chat_write_forbidden")


def send_error(error: Exception) -> SendError:
    """aiohttp's error, which says whether the request was written, is the library's `__cause__`."""
    match error:
        case RetryAfter():
            return NotSent("429", seconds(error))
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden() | BadRequest():
            return _refusal(error)
        case InvalidToken() | Conflict():
            return NotSent(type(error).__name__, TOKEN_REFUSED_PAUSE)
        case NetworkError():
            return _network_error(error)
    # Among them "Invalid server response": a 2xx that could not be read, so it was very likely sent.
    return MaybeSent(type(error).__name__)


def seconds(error: RetryAfter) -> float:
    pause = error.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)


def _refusal(error: TelegramError) -> SendError:
    if _is_not_json(error):
        # It comes from something in between, whose 403 says nothing about the guest.
        return NotSent("not an answer of the Bot API")
    if isinstance(error, Forbidden) or any(reason in error.message.lower() for reason in _NOBODY_THERE):
        return Unreachable(error.message)
    return Refused(error.message)


def _network_error(error: NetworkError) -> SendError:
    cause = error.__cause__
    if isinstance(cause, _NEVER_WRITTEN):
        return NotSent(type(cause).__name__)
    if cause is not None and not _is_not_json(error):
        return MaybeSent(type(cause).__name__)
    # Answered with an error status, 5xx as a rule.
    return Refused("too large") if "too large" in error.message.lower() else NotSent("server error")


def _is_not_json(error: TelegramError) -> bool:
    """An error status whose body the library could not read; the message then holds that whole body."""
    return isinstance(error.__cause__, TelegramError)
