"""The terminal as a channel: lines in, replies out. Used by `guanjia chat`, interactive or scripted."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from bot.channels.base import Inbound, Outbound, Rate, Receive


class Console:
    """One person at a terminal; `address` says who, such as guest:<id>. `show` prints a line."""

    name = "console"

    def __init__(self, address: str, show: Callable[[str], None]) -> None:
        self._address = address
        self._show = show
        self._receive: Receive | None = None

    async def start(self, receive: Receive) -> None:
        self._receive = receive

    async def stop(self) -> None:
        self._receive = None

    async def say(self, text: str, language: str) -> None:
        """Hands in one line."""
        assert self._receive is not None
        key = secrets.token_hex(12)
        await self._receive(
            Inbound("console", key, self._address, self._address, language=language, text=text, raw=text.encode())
        )

    async def send(self, outbound: Outbound) -> str:
        self._show(outbound.text)
        for number, (_, label) in enumerate(outbound.buttons, start=1):
            self._show(f"  {label}" if label.startswith(f"{number}. ") else f"  {number}. {label}")
        for file in outbound.files:
            self._show(f"  [{file.kind} {file.name} {len(file.content):,} B]")
        return ""

    def routes(self) -> list[BaseRoute]:
        return []

    def rates(self, address: str) -> Sequence[Rate]:
        return ()

    def addresses(self) -> frozenset[str] | None:
        return frozenset({self._address})
