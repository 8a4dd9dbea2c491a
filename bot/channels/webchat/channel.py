"""The web chat as a channel: its routes, what is posted, and the push to open pages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.base import File, Inbound, InboundKind, Outbound, Rate, Receive
from bot.channels.webchat.bodies import Post, check_id, read_message, read_photo, read_seen
from bot.channels.webchat.mailbox import PAGE_OF_LINES, Mailbox
from bot.channels.webchat.pages import SAFE, Pages
from bot.channels.webchat.sessions import (
    PostLimit,
    Session,
    check_origin,
    get_session,
    keep_session,
    preferred_language,
)
from bot.channels.webchat.streams import EventStream, Streams, line_as_json
from crm.errors import StoreUnavailable

Endpoint = Callable[[Request], Awaitable[Response]]

FRESH = {**SAFE, "Cache-Control": "no-store"}
MIME = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


class WebChat:
    """Guests at `/`, staff at `/staff`, both side by side at `/demo` when `demo_links` gives the two addresses.

    `origins` are further origins (https://stay.example.com) that may post, for a proxy that changes the host.
    `frames` are the sites that may show the page in a frame. `secure_cookies=None` decides by each request.
    Time stamps are on the clock of `time_zone`, or on each reader's own when it is empty.
    """

    name = "web"

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        house_name: str,
        accent: str = "#7a5c3e",
        origins: Sequence[str] = (),
        frames: Sequence[str] = (),
        secure_cookies: bool | None = None,
        demo_links: tuple[str, str] | None = None,
        time_zone: str = "",
    ) -> None:
        self._mailbox = mailbox
        self._pages = Pages(house_name, accent, frames, time_zone)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)
        self._secure = secure_cookies
        self._demo_links = demo_links
        self._streams = Streams(mailbox)
        self._limit = PostLimit()
        self._receive: Receive | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self, receive: Receive) -> None:
        self._receive = receive
        self._streams.open()
        self._watching = asyncio.create_task(self._streams.watch())

    async def stop(self) -> None:
        """Ends the streams. To be called before the web server is asked to end: it waits for open streams."""
        self._streams.close()
        if self._watching:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching

    async def send(self, outbound: Outbound) -> str:
        """The message already stands in the records: open pages are told to look, closed ones find it on return."""
        self._streams.wake(outbound.address)
        return ""

    def rates(self, address: str) -> Sequence[Rate]:
        return ()

    def addresses(self) -> frozenset[str] | None:
        return None

    def routes(self) -> list[BaseRoute]:
        chat = "/chat/{role}"
        routes = [
            Route("/", self._guest_page),
            Route("/staff", self._staff_page),
            Route("/chat/assets/{version}/{name}", self._asset),
            Route(f"{chat}/messages", _guarded(self._history), methods=["GET"]),
            Route(f"{chat}/messages", _guarded(self._post_message), methods=["POST"]),
            Route(f"{chat}/files", _guarded(self._post_photo), methods=["POST"]),
            Route(f"{chat}/seen", _guarded(self._post_seen), methods=["POST"]),
            Route(f"{chat}/stream", self._stream),
            Route(f"{chat}/files/{{attachment_id}}", _guarded(self._file)),
        ]
        return [*routes, Route("/demo", self._demo_page)] if self._demo_links else [*routes]

    async def _guest_page(self, request: Request) -> Response:
        return self._page(request, "guest")

    async def _staff_page(self, request: Request) -> Response:
        return self._page(request, "staff")

    def _page(self, request: Request, role: str) -> Response:
        response = self._pages.chat(role)
        keep_session(request, response, role, self._secure)
        return response

    async def _demo_page(self, request: Request) -> Response:
        assert self._demo_links
        return self._pages.demo(*self._demo_links)

    async def _asset(self, request: Request) -> Response:
        return self._pages.asset(request.path_params["version"], request.path_params["name"])

    async def _post_message(self, request: Request) -> Response:
        session = self._poster(request)
        return await self._take_in(request, session, await read_message(request))

    async def _post_photo(self, request: Request) -> Response:
        session = self._poster(request)
        return await self._take_in(request, session, await read_photo(request))

    async def _post_seen(self, request: Request) -> Response:
        session = self._poster(request)
        await self._mailbox.mark_seen(session.address, await read_seen(request))
        return Response(status_code=204, headers=FRESH)

    def _poster(self, request: Request) -> Session:
        check_origin(request, self._origins)
        session = get_session(request)
        self._limit.check(session.address)
        return session

    async def _take_in(self, request: Request, session: Session, post: Post) -> Response:
        if self._receive is None:
            raise StoreUnavailable
        await self._receive(
            Inbound(
                channel=self.name,
                dedupe_key=f"web:{session.address}:{post.client_id}",
                address=session.address,
                sender_id=session.address,
                language=preferred_language(request),
                kind=InboundKind.BUTTON if post.button else InboundKind.MESSAGE,
                text=post.text,
                button=post.button,
                files=(post.photo,) if post.photo else (),
            )
        )
        self._streams.wake(session.address)  # for the same person's other windows
        return JSONResponse({"client_id": post.client_id}, 202, FRESH)

    async def _history(self, request: Request) -> Response:
        """A page of lines before an id, or the newest; `more` says whether older ones may exist."""
        before = check_id(request.query_params.get("before", ""))
        lines = await self._mailbox.lines(get_session(request).address, before=before)
        body = {"lines": [line_as_json(line) for line in lines], "more": len(lines) >= PAGE_OF_LINES}
        return JSONResponse(body, headers=FRESH)

    async def _stream(self, request: Request) -> Response:
        address = get_session(request).address
        headers = {**FRESH, "X-Accel-Buffering": "no"}
        if request.method == "HEAD":
            return Response(headers=headers, media_type=EventStream.media_type)
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        return EventStream(self._streams.events(address, check_id(after)), headers=headers)

    async def _file(self, request: Request) -> Response:
        session = get_session(request)
        file = await self._mailbox.file(session.address, check_id(request.path_params["attachment_id"]))
        if file is None:
            raise HTTPException(404)
        media_type = file.mime if MIME.fullmatch(file.mime) else "application/octet-stream"
        return Response(file.content, media_type=media_type, headers=_file_headers(file))


def _guarded(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except StoreUnavailable:
            return Response("not stored, try again", 503, {**FRESH, "Retry-After": "2"}, "text/plain")
        except ClientDisconnect:
            return Response(status_code=400)

    return answer


def _file_headers(file: File) -> dict[str, str]:
    """Only a picture opens in the browser; anything else, as a web page sent as a document, is saved instead."""
    shown = "inline" if file.mime in SHOWN_INLINE else "attachment"
    extension = "".join(c for c in file.name.rpartition(".")[2] if c.isascii() and c.isalnum())[:8] or "bin"
    return {
        **SAFE,
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": f'{shown}; filename="guanjia.{extension}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
