"""The five-second rule: a request of the platform is held open while the house answers, and takes the reply with it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

REMEMBERED_SECONDS = 20.0  # it asks three times, five seconds apart
MOST_REMEMBERED = 10_000


@dataclass(eq=False, slots=True)
class Held:
    """An open request, until `until` by the event loop's clock; `account` is ours. `is_stored`: what it says is."""

    key: str
    address: str
    account: str
    until: float
    is_stored: bool = False
    answer: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def is_open(self) -> bool:
        return not self.answer.done() and asyncio.get_running_loop().time() < self.until


class Holding:
    """All that this process holds open, and what was answered lately: who asks again is told the same."""

    def __init__(self) -> None:
        self._held: dict[str, list[Held]] = {}
        self._answered: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def find_answer(self, key: str) -> str:
        answer, until = self._answered.get(key, ("", 0.0))
        return answer if asyncio.get_running_loop().time() < until else ""

    def hold(self, held: Held) -> None:
        self._held.setdefault(held.address, []).append(held)

    async def wait(self, held: Held) -> str:
        """What is answered; "" when nothing was in time, or the words went with a newer request of this person."""
        await asyncio.wait([held.answer], timeout=held.until - asyncio.get_running_loop().time())
        return held.answer.result() if held.answer.done() else ""

    def release(self, held: Held) -> None:
        """From now on it takes no reply."""
        mine = self._held.get(held.address, [])
        if held in mine:
            mine.remove(held)
        if not mine:
            self._held.pop(held.address, None)
        held.answer.cancel()

    def release_all(self) -> None:
        for each in [held for mine in self._held.values() for held in mine]:
            _settle(each, "")

    def is_open(self, address: str) -> bool:
        return any(each.is_open for each in self._held.get(address, []))

    def try_answer(self, address: str, seal: Callable[[str], str]) -> bool:
        """The person's newest request takes the reply, and those that repeat it; older ones end with nothing.

        `seal` makes the answer for our account. False when no request is open.
        """
        open_now = [each for each in self._held.get(address, []) if each.is_open]
        if not open_now:
            return False
        # One that is not stored yet may bring a permission of its own, for what is answered to it.
        chosen = next((each for each in reversed(open_now) if each.is_stored), open_now[-1])
        answer = seal(chosen.account)
        for each in open_now:
            if each.key == chosen.key:
                _settle(each, answer)
            elif each.is_stored:
                _settle(each, "")
        self._remember(chosen.key, answer)
        return True

    def _remember(self, key: str, answer: str) -> None:
        now = asyncio.get_running_loop().time()
        self._answered[key] = (answer, now + REMEMBERED_SECONDS)
        self._answered.move_to_end(key)
        while len(self._answered) > MOST_REMEMBERED or next(iter(self._answered.values()))[1] < now:
            self._answered.popitem(last=False)


def _settle(held: Held, answer: str) -> None:
    if not held.answer.done():
        held.answer.set_result(answer)
