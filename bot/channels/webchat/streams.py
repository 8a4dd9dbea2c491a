"""Pushing: each open page has a listener with a bell; whoever changes a conversation rings it.

A page that hears the bell is sent whatever differs from what it was sent before. So a ring too many costs one query,
and a ring too few is made good by the next heartbeat.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Send

from bot.channels.webchat.mailbox import PAGE_OF_LINES, Line, Mailbox
from crm.errors import StoreUnavailable

HEARTBEAT_SECONDS = 15.0
POLL_SECONDS = 1.0
STREAMS_PER_SESSION = 3  # a browser opens six connections to a host, and the others must still get through
MISSED_PAGES = 20

log = structlog.get_logger()


class Listener:
    """One open stream. `resting` asks its page to be quiet until somebody looks at it again."""

    def __init__(self, address: str, after: str) -> None:
        self.address = address
        self.after = after
        self.bell = asyncio.Event()
        self.known: dict[str, Line] | None = None
        self.resting = False

    async def wait(self) -> bool:
        """True when the bell rang, False after a heartbeat's time."""
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await self.bell.wait()
        except TimeoutError:
            return False
        self.bell.clear()
        return True


class Streams:
    """All streams open in this process."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._listeners: dict[str, list[Listener]] = {}
        self._stamps: Mapping[str, str] = {}
        self._closing = False

    def wake(self, address: str) -> None:
        for listener in self._listeners.get(address, ()):
            listener.bell.set()

    def open(self) -> None:
        self._closing = False

    def close(self) -> None:
        """Ends every stream; the pages connect again by themselves."""
        self._closing = True
        for address in self._listeners:
            self.wake(address)

    async def watch(self) -> None:
        """Asks the records each second, once for all open pages, what other replicas and the clock have written."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self._look()
            except StoreUnavailable:
                continue
            except Exception:  # a push that is a second late is better than no push ever again
                log.exception("webchat.watch_failed")

    async def _look(self) -> None:
        if not self._listeners:
            return
        stamps = await self._mailbox.newest(list(self._listeners))
        for address, stamp in stamps.items():
            if self._stamps.get(address) != stamp:
                self.wake(address)
        self._stamps = dict(stamps)

    async def events(self, address: str, after: str) -> AsyncIterator[str]:
        """Server-sent events: the lines after that id, then every line that is new or has changed."""
        with self._listening(address, after) as listener:
            yield "retry: 2000\n\n"
            while not self._closing:
                if listener.resting:
                    yield _event("rest", {})
                    return
                for line in await self._news(listener):
                    yield _event("line", line_as_json(line), line.id)
                if not await listener.wait():
                    # A comment keeps proxies awake; the event tells the page, which cannot see comments.
                    yield ": beat\n" + _event("beat", {})

    @contextmanager
    def _listening(self, address: str, after: str) -> Iterator[Listener]:
        listener = Listener(address, after)
        here = self._listeners.setdefault(address, [])
        if len(here) >= STREAMS_PER_SESSION:
            here[0].resting = True
            here[0].bell.set()
        here.append(listener)
        try:
            yield listener
        finally:
            here.remove(listener)
            if not here:
                self._listeners.pop(address, None)

    async def _news(self, listener: Listener) -> list[Line]:
        try:
            window = await self._mailbox.lines(listener.address)
            known, now_known = listener.known, {line.id: line for line in window}
            last = listener.after if known is None else next(reversed(known), "")
            more_than_a_window = last and last not in now_known
            missed = await self._after(listener.address, last) if known is None or more_than_a_window else []
        except StoreUnavailable:
            return []
        listener.known = now_known
        if known is None:
            return missed
        # Compared, not only counted on: an id made earlier may be committed later, and states change.
        return missed or [line for line in window if known.get(line.id) != line]

    async def _after(self, address: str, after: str) -> list[Line]:
        missed: list[Line] = []
        for _ in range(MISSED_PAGES):
            page = await self._mailbox.lines(address, after=after) if after else ()
            missed += page
            if len(page) < PAGE_OF_LINES:
                break
            after = page[-1].id
        return missed


class EventStream(StreamingResponse):
    """Closes the generator when the page goes away, instead of leaving that to the garbage collector."""

    media_type = "text/event-stream"

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self.body_iterator):  # type: ignore[type-var]
            await super().stream_response(send)


def line_as_json(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "mine": line.mine,
        "text": line.text,
        "at": line.at.isoformat(),
        "language": line.language,
        "buttons": [list(button) for button in line.buttons],
        "files": [list(file) for file in line.files],
        "state": line.state,
        "large": line.large,
        "client_id": line.client_id,
    }


def _event(name: str, data: dict[str, Any], event_id: str = "") -> str:
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
