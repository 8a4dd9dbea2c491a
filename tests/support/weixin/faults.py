"""What goes wrong on the way. An integer is an error code; the words are those of `FAULTS`."""

from __future__ import annotations

import asyncio
from collections import deque

from aiohttp import web

HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
ELSEWHERE = "/elsewhere"
HUGE = 5 * 1024 * 1024
FAULTS = {
    "html200": "a page of HTML that says 200",
    "html403": "somebody in between forbids it",
    "html500": "",
    "html502": "",
    "html503": "",
    "html504": "somebody in between has waited for the platform",
    "empty": "200 without a body",
    "list": "JSON that is no object",
    "huge": "an answer of five megabytes",
    "redirect": "to ELSEWHERE, where calls are counted like all others",
    "hang": "no answer ever; it was not carried out",
    "cut": "the connection breaks; it was not carried out",
    "trickle": "a byte a second",
    "hang_after": "carried out, without an answer",
    "cut_after": "carried out, then the connection breaks",
    "html502_after": "carried out, but somebody in between lost the answer",
}


class Faults:
    def __init__(self) -> None:
        self._queues: dict[str, deque[int | str]] = {}
        self._always: dict[str, int | str] = {}
        self._closing = asyncio.Event()

    def next(self, path: str, *faults: int | str) -> None:
        for fault in faults:
            _known(fault)
        self._queues.setdefault(path, deque()).extend(faults)

    def always(self, path: str, fault: int | str) -> None:
        self._always[path] = _known(fault)

    def is_for(self, path: str) -> bool:
        """Whether a fault was asked for at just this path."""
        return bool(self._queues.get(path) or self._always.get(path))

    def draw(self, path: str) -> int | str:
        for key in (path, ""):
            if queue := self._queues.get(key):
                return queue.popleft()
        return self._always.get(path) or self._always.get("") or ""

    def is_carried_out(self, fault: int | str) -> bool:
        return isinstance(fault, str) and fault.endswith("_after")

    def let_go(self) -> None:
        """Ends what hangs."""
        self._closing.set()
        self._closing = asyncio.Event()

    async def answer(self, request: web.Request, fault: int | str) -> web.StreamResponse:
        if isinstance(fault, int):
            return web.json_response({"errcode": fault, "errmsg": "asked for by the test rid: 1"})
        word = fault.removesuffix("_after")
        if word.startswith("html"):
            return web.Response(status=int(word[4:]), text=HTML, content_type="text/html")
        if word == "redirect":
            return web.Response(status=302, headers={"Location": ELSEWHERE})
        if word == "hang":
            await self._closing.wait()
        if word in ("hang", "cut"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if word == "trickle":
            return await self._trickle(request)
        body = {"empty": b"", "list": b"[1]", "huge": b'{"errcode": 0, "more": "' + b"x" * HUGE + b'"}'}[word]
        return web.Response(body=body, content_type="application/json")

    async def _trickle(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while not self._closing.is_set():
            try:
                await response.write(b" ")
            except ConnectionError:
                break
            await asyncio.sleep(0.1)
        return response


def _known(fault: int | str) -> int | str:
    if fault and not isinstance(fault, int) and fault not in FAULTS:
        raise ValueError(f"{fault!r} is no fault: {', '.join(FAULTS)}")
    return fault
