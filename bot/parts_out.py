"""How far messages of several parts are out, so that a second try goes on there instead of repeating them."""

from __future__ import annotations

from collections import OrderedDict

REMEMBERED = 1_000


class PartsOut:
    """Only this process knows: after a crash the first parts may come twice, which at-least-once allows."""

    def __init__(self) -> None:
        self._done: OrderedDict[str, int] = OrderedDict()

    def first(self, outbound_id: str, count: int) -> int:
        """Of so many parts the one to go on with; the last one is always sent, for its id is the message's."""
        return min(self._done.get(outbound_id, 0), count - 1)

    def note(self, outbound_id: str, done: int) -> None:
        self._done[outbound_id] = done
        self._done.move_to_end(outbound_id)
        if len(self._done) > REMEMBERED:
            self._done.popitem(last=False)

    def forget(self, outbound_id: str) -> None:
        """All of it is out."""
        self._done.pop(outbound_id, None)
