"""How the platforms are reached: aiohttp, its failures named by whether the message may have arrived."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.channels.base import MaybeSent, NotSent, Refused

CONNECTIONS = 32
CONNECT_SECONDS = 5.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024
SERVER_PAUSE = 5.0
STRANGER_PAUSE = 30.0

# Raised before the first byte of the request is written.
_NEVER_WRITTEN = (
    aiohttp.ConnectionTimeoutError,  # of the wait for a free connection too
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with status 200."""

    content: bytes
    mime: str
    file_name: str | None


class Http:
    """`base_url` may be the platform, a proxy before it, or a stand-in."""

    def __init__(self, base_url: str, seconds: float, connections: int = CONNECTIONS) -> None:
        self._base_url = base_url.rstrip("/")
        self._seconds = seconds
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        _silence_the_libraries()

    async def get(self, path: str, query: Mapping[str, str], cap: int = MAX_ANSWER_BYTES) -> Answer:
        """What only asks was certainly not sent: raises NotSent or Refused."""
        try:
            return await self._request("GET", path, query, None, cap)
        except MaybeSent as error:
            raise NotSent(str(error), SERVER_PAUSE) from None

    async def post(self, path: str, query: Mapping[str, str], data: Any, seconds: float | None = None) -> Answer:
        """Raises NotSent, MaybeSent or Refused. `data` is bytes of JSON or an aiohttp.FormData."""
        return await self._request("POST", path, query, data, MAX_ANSWER_BYTES, seconds)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _request(
        self, method: str, path: str, query: Mapping[str, str], data: Any, cap: int, seconds: float | None = None
    ) -> Answer:
        headers = {"Content-Type": "application/json; charset=utf-8"} if isinstance(data, bytes) else None
        try:
            # A redirect would carry the token to somebody else.
            call = self._opened().request(
                method,
                f"{self._base_url}/{path.lstrip('/')}",
                params=dict(query),
                data=data,
                headers=headers,
                timeout=_timeout(seconds or self._seconds),
                allow_redirects=False,
            )
            async with call as answer:
                _check_status(answer)
                return Answer(await _read(answer, cap), answer.content_type, _file_name(answer))
        # The cause is cut off: some of aiohttp's errors carry the address, and that the token.
        except _NEVER_WRITTEN as error:
            raise NotSent(type(error).__name__, SERVER_PAUSE) from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise MaybeSent(type(error).__name__) from None

    def _opened(self) -> aiohttp.ClientSession:
        """Opened when it is first used, for it belongs to the event loop that runs then."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,  # a proxy is named in the environment
            )
        return self._session


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    """The whole call may last longer than the connecting, so that this alone ends before anything is written."""
    return aiohttp.ClientTimeout(connect=CONNECT_SECONDS, sock_read=seconds, total=CONNECT_SECONDS + seconds)


def _check_status(answer: aiohttp.ClientResponse) -> None:
    """The platforms answer 200 whatever happens. Anything else comes from what stands before them."""
    if answer.status == 200:
        return
    reason = f"status_{answer.status}"
    if answer.status == 504:  # it waited for the platform, which may be at it still
        raise MaybeSent(reason)
    if answer.status == 413:
        raise Refused(reason)
    raise NotSent(reason, SERVER_PAUSE if answer.status >= 500 else STRANGER_PAUSE)


async def _read(answer: aiohttp.ClientResponse, cap: int) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > cap:
            raise MaybeSent("answer_too_large")
    return bytes(content)


def _file_name(answer: aiohttp.ClientResponse) -> str | None:
    """None when the answer is not said to be a file."""
    disposition = answer.content_disposition
    if disposition is None:
        return None
    return (disposition.filename or "").replace("\\", "/").rpartition("/")[2][:200]


def _silence_the_libraries() -> None:
    """Their lines may carry an address, and that the token."""
    for name in ("aiohttp.client", "aiohttp.internal"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
