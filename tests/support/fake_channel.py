"""A channel of people who type and listen, for tests: wired by the real composition root.

channel = FakeChannel()
app = App(settings, store, lambda _settings, _records: [channel])
await channel.says("wang", "2 towels please"); await channel.hears("wang", "towels")
"""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from starlette.routing import BaseRoute

from bot.channels.base import Grant, Inbound, InboundKind, MaybeSent, Outbound, Rate, Receive, SendError

WISHES = {
    "en": ("towels", "pillows", "bottles of water", "blankets", "toothbrushes", "pairs of slippers"),
    "zh": ("条毛巾", "个枕头", "瓶水", "床被子", "支牙刷", "双拖鞋"),
}


def wish(number: int, language: str = "en") -> str:
    """A request for so many of something. Six in a row want six things, so that said in one breath they stay six.

    Each of the same thing is for another minute of tomorrow, so that it is not added to the one before.
    """
    minute, thing = divmod(number, len(WISHES[language]))
    hour = f"{10 + minute // 60 % 12}:{minute % 60:02}"
    what = WISHES[language][thing]
    return f"{number} {what} tomorrow at {hour} please" if language == "en" else f"明天{hour}来{number}{what}"


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that reached a person; `at` is time.monotonic()."""

    outbound: Outbound
    at: float

    @property
    def text(self) -> str:
        return self.outbound.text


class FakeChannel:
    """`failures` are raised by the next sends to an address, in order. `hold` makes sends wait until it is set."""

    def __init__(self, name: str = "fake", rates: Callable[[str], Sequence[Rate]] = lambda address: ()) -> None:
        self.name = name
        self.heard: defaultdict[str, list[Heard]] = defaultdict(list)
        self.attempts: list[str] = []  # ids of messages, as they were tried
        self.failures: defaultdict[str, deque[SendError]] = defaultdict(deque)
        self.hold = asyncio.Event()
        self.hold.set()
        self._rates = rates
        self._failing: dict[int, SendError] = {}
        self._receive: Receive | None = None
        self._keys = itertools.count(1)
        self._news = asyncio.Event()

    # The house's side

    async def start(self, receive: Receive) -> None:
        self._receive = receive

    async def stop(self) -> None:
        self._receive = None

    async def send(self, outbound: Outbound) -> str:
        self.attempts.append(outbound.id)
        self._announce()
        await self.hold.wait()
        if self._receive is None:
            raise MaybeSent("cut off: the channel is closed")
        if failure := self._failing.pop(len(self.attempts), None):
            raise failure
        if self.failures[outbound.address]:
            raise self.failures[outbound.address].popleft()
        self.heard[outbound.address].append(Heard(outbound, monotonic()))
        self._announce()
        return f"{self.name}-{len(self.attempts)}"

    def routes(self) -> list[BaseRoute]:
        return []

    def rates(self, address: str) -> Sequence[Rate]:
        return self._rates(address)

    def addresses(self) -> frozenset[str] | None:
        return None

    # The people's side

    async def says(
        self,
        who: str,
        text: str,
        *,
        key: str = "",
        address: str = "",
        language: str = "en",
        grants: Sequence[Grant] = (),
    ) -> str:
        """Returns the platform's key of the message; the same key again is a redelivery. `who` is their address too."""
        key = key or f"{self.name}-{who}-{next(self._keys)}"
        said = Inbound(self.name, key, address or who, who, who, language, text=text, grants=grants, raw=text.encode())
        await self.tells(said)
        return key

    async def lets_us_speak(self, who: str, *grants: Grant, key: str = "") -> None:
        """An event without words."""
        key = key or f"{self.name}-{who}-{next(self._keys)}"
        await self.tells(Inbound(self.name, key, who, who, kind=InboundKind.GRANT, grants=grants))

    async def presses(self, who: str, label: str, *, in_chat_of: str = "") -> None:
        """The newest button with this label that was shown to them, or to somebody else and copied from there."""
        shown = self.heard[in_chat_of or who]
        buttons = {name: token for each in shown for token, name in each.outbound.buttons}
        key = f"{self.name}-{who}-{next(self._keys)}"
        pressed = Inbound(self.name, key, who, who, who, "en", InboundKind.BUTTON, button=buttons[label])
        await self.tells(pressed)

    async def blocks(self, who: str) -> None:
        key = f"{self.name}-{who}-{next(self._keys)}"
        await self.tells(Inbound(self.name, key, who, who, kind=InboundKind.BLOCKED))

    async def moves(self, old: str, new: str) -> None:
        moved = Inbound(self.name, f"move-{old}", old, old, kind=InboundKind.MIGRATED, text=new, is_group=True)
        await self.tells(moved)

    async def tells(self, inbound: Inbound) -> None:
        assert self._receive is not None, "the house is not started"
        await self._receive(inbound)

    async def hears(self, who: str, words: str, *, count: int = 1, seconds: float = 10.0) -> Heard:
        """The last of the first `count` messages with these words; fails when they do not come."""

        def found() -> list[Heard]:
            return [each for each in self.heard[who] if words in each.text]

        try:
            async with asyncio.timeout(seconds):
                while len(found()) < count:
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{who} did not hear {words!r} {count}x but {self.texts(who)}") from None
        return found()[count - 1]

    def fails_at(self, attempt: int, failure: SendError) -> None:
        """The how manyth send of all raises it."""
        self._failing[attempt] = failure

    async def until_tried(self, count: int, seconds: float = 10.0) -> None:
        async with asyncio.timeout(seconds):
            while len(self.attempts) < count:
                await self._news.wait()

    def texts(self, who: str) -> list[str]:
        return [each.text for each in self.heard[who]]

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


class GrantingChannel(FakeChannel):
    """One on which the house may speak only by grant; a line of text and a file are a message each."""

    def parts(self, outbound: Outbound) -> Sequence[Outbound]:
        *lines, last = outbound.text.split("\n---\n")
        texts = [replace(outbound, text=line, buttons=(), files=()) for line in lines]
        texts.append(replace(outbound, text=last, files=()))
        return [*texts, *(replace(outbound, text="", buttons=(), files=(file,)) for file in outbound.files)]
