"""A house of nothing but a web chat: its records are a list, and it says what the tests tell it to say."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import uvicorn
from starlette.applications import Starlette

from bot.channels.base import File, Inbound, Outbound
from bot.channels.webchat import Line, WebChat
from crm.errors import StoreUnavailable

Answer = Callable[["FakeHouse", Inbound], None]


@dataclass(frozen=True, slots=True)
class Entry:
    address: str
    line: Line


class FakeHouse:
    """Keeps conversations in memory and is itself the Mailbox. Start it with `serving`."""

    def __init__(self, answer: Answer | None = None, **settings: Any) -> None:
        self.web = WebChat(self, **({"house_name": "竹里小院"} | settings))
        self.entries: list[Entry] = []
        self.inbounds: list[Inbound] = []
        self.files: dict[tuple[str, str], File] = {}
        self.seen: list[tuple[str, str]] = []
        self.away = False
        self.polls = 0
        self.loop: asyncio.AbstractEventLoop | None = None
        self.answer = answer
        self._numbers = count(1)
        self._keys: set[str] = set()
        self._lock = threading.RLock()

    # -- the records

    async def lines(self, address: str, *, after: str = "", before: str = "", limit: int = 50) -> Sequence[Line]:
        self._check_here()
        lines = sorted((entry.line for entry in self.entries if entry.address == address), key=lambda line: line.id)
        if after:
            return [line for line in lines if line.id > after][:limit]
        return [line for line in lines if not before or line.id < before][-limit:]

    async def newest(self, addresses: Sequence[str]) -> Mapping[str, str]:
        self._check_here()
        self.polls += 1
        return {address: str([e.line for e in self.entries if e.address == address]) for address in addresses}

    async def mark_seen(self, address: str, line_id: str) -> None:
        self._check_here()
        self.seen.append((address, line_id))

    async def file(self, address: str, attachment_id: str) -> File | None:
        self._check_here()
        return self.files.get((address, attachment_id))

    # -- the house

    async def receive(self, inbound: Inbound) -> None:
        self._check_here()
        self.inbounds.append(inbound)
        if inbound.dedupe_key in self._keys:
            return
        self._keys.add(inbound.dedupe_key)
        client_id = inbound.dedupe_key.rpartition(":")[2]
        files = [self.keep_file(inbound.address, file) for file in inbound.files]
        text = inbound.text or self._label(inbound.button)
        self.write(inbound.address, text, mine=True, client_id=client_id, files=files, language=inbound.language)
        if self.answer:
            self.answer(self, inbound)

    def write(self, address: str, text: str, **values: Any) -> Line:
        """Puts a line into the records, as another replica would: nobody is told."""
        with self._lock:
            line = Line(
                id=values.get("id", f"{next(self._numbers):06}"),
                mine=values.get("mine", False),
                text=text,
                at=values.get("at", datetime.now(UTC)),
                language=values.get("language", "zh"),
                buttons=values.get("buttons", ()),
                files=values.get("files", ()),
                state="sent",
                client_id=values.get("client_id", ""),
                large=values.get("large", False),
            )
            self.entries.append(Entry(address, line))
            return line

    def say(self, address: str, text: str, *, wait: float = 0.0, **values: Any) -> None:
        """Writes a line and sends it, after `wait` seconds; may be called from any thread."""
        assert self.loop

        async def write_and_send() -> None:
            await asyncio.sleep(wait)
            line = self.write(address, text, **values)
            await self.web.send(Outbound(line.id, address, text, line.language))

        asyncio.run_coroutine_threadsafe(write_and_send(), self.loop)

    def handle_all(self, address: str) -> None:
        """Marks everything the person wrote as seen by the house."""
        with self._lock:
            for at, entry in enumerate(self.entries):
                if entry.address == address and entry.line.mine:
                    self.entries[at] = Entry(address, replace(entry.line, state="seen"))

    def keep_file(self, address: str, file: File) -> tuple[str, str]:
        attachment_id = f"file-{len(self.files) + 1}"
        self.files[address, attachment_id] = file
        return attachment_id, file.mime

    def address(self, role: str = "") -> str:
        """The address of the last person who wrote in that role; waits until somebody did."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for inbound in reversed(self.inbounds):
                if inbound.address.startswith(role):
                    return inbound.address
            time.sleep(0.02)
        raise AssertionError("nobody wrote")

    def fill(self, address: str, lines: int) -> None:
        for number in range(lines):
            self.write(address, f"第 {number + 1} 句", mine=number % 2 == 1)

    def _label(self, button: str) -> str:
        labels = {token: label for entry in self.entries for token, label in entry.line.buttons}
        return labels.get(button, "")

    def _check_here(self) -> None:
        if self.away:
            raise StoreUnavailable


class Running:
    """A house behind a real web server on a loopback port; `stop` and `start` keep the port."""

    def __init__(self, house: FakeHouse) -> None:
        self.house = house
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        config = uvicorn.Config(
            Starlette(routes=self.house.web.routes()), "127.0.0.1", self._port, log_level="error", lifespan="off"
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._server.ready.wait(10)
        self._port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        assert self.house.loop
        asyncio.run_coroutine_threadsafe(self.house.web.stop(), self.house.loop).result(10)
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive(), "the server waits for a stream that did not end"

    async def _serve(self) -> None:
        self.house.loop = asyncio.get_running_loop()
        await self.house.web.start(self.house.receive)
        await self._server.serve()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serving(house: FakeHouse) -> Iterator[Running]:
    running = Running(house)
    running.start()
    try:
        yield running
    finally:
        running.stop()
