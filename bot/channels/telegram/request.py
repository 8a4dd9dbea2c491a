"""How python-telegram-bot reaches the Bot API: by aiohttp, which with 30 sends under way costs a tenth of httpx."""

from __future__ import annotations

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData


class AiohttpRequest(BaseRequest):
    """Has at most so many connections; seconds for an answer, and for a free connection and its opening.

    What went wrong is the `__cause__` of the TelegramError: it says whether anything was written.
    """

    def __init__(self, connections: int, answer_seconds: float, connect_seconds: float = 5.0) -> None:
        self._connections = connections
        self._answer_seconds = answer_seconds
        self._connect_seconds = connect_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._answer_seconds

    @property
    def session(self) -> aiohttp.ClientSession:
        """Opened when it is first used, for it belongs to the event loop that runs then."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout(self._answer_seconds),
                trust_env=True,  # a proxy is named in the environment
            )
        return self._session

    async def initialize(self) -> None:
        """Nothing to do before the first call."""

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of the answer. Of the time-outs only the one for reading may differ from call to call."""
        patience = read_timeout if isinstance(read_timeout, (int, float)) else self._answer_seconds
        form = _form(request_data) if request_data else None
        # A redirect would carry the token to somebody else.
        call = self.session.request(method, url, data=form, timeout=self._timeout(patience), allow_redirects=False)
        try:
            async with call as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from error

    def _timeout(self, answer_seconds: float) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(connect=self._connect_seconds, sock_read=answer_seconds)


def _form(data: RequestData) -> aiohttp.FormData | dict[str, str]:
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for name, (filename, content, mime) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
