"""The rules of a platform on which the house speaks by grant, told once more and apart from the code they judge.

An event lets the house speak so many times until an instant; a later one of its kind takes its place. A request that is
open is answered once, by the process that holds it. A notice is for service news alone. Who has left hears nothing.
What the clock says is what the house's clock says: when it is moved, so are the windows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.channels.base import Grant

GRACE = timedelta(seconds=5)  # what was on its way when somebody left
TOKEN = re.compile(r"m\d+\.\d+")
AT_MOST_ONCE = ("care", "offer", "broadcast")


@dataclass
class Allowance:
    left: int
    until: datetime
    only: str


@dataclass
class Platform:
    """What it allows, and what it saw. `wrong` are the sends that broke a rule."""

    allowed: dict[tuple[str, str, str], Allowance] = field(default_factory=dict)  # chat, kind, holder of a request
    heard_at: dict[str, datetime] = field(default_factory=dict)
    left_at: dict[str, datetime] = field(default_factory=dict)
    gone_at: dict[str, datetime] = field(default_factory=dict)  # of who has come back
    told_nobody: set[str] = field(default_factory=set)  # chats where a process died with what we told it
    classes: dict[str, str] = field(default_factory=dict)  # of each token
    arrived: Counter[str] = field(default_factory=Counter)
    unsure: Counter[str] = field(default_factory=Counter)  # sends of which the house did not hear what became
    refused: set[str] = field(default_factory=set)
    sends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def hears_of(self, chat: str, now: datetime, owner: str, grants: Iterable[Grant], *, again: bool = False) -> None:
        """Somebody wrote, pressed or followed. Told `again`, only its request is open anew."""
        if again and chat in self.left_at:
            return
        if gone := self.left_at.pop(chat, None):
            self.gone_at[chat] = gone
        self.heard_at[chat] = now
        for each in grants:
            if not again or each.is_here:
                until = now + timedelta(seconds=each.seconds)
                self.allowed[chat, each.kind, owner if each.is_here else ""] = Allowance(each.count, until, each.only)

    def loses(self, chat: str, now: datetime) -> None:
        self.left_at[chat] = now
        self.allowed = {key: each for key, each in self.allowed.items() if key[0] != chat}

    def ends(self, chat: str, kind: str, owner: str, claimed_at: datetime) -> None:
        """Of what was on its way when they wrote again, what was there before is meant."""
        if self.heard_at.get(chat, claimed_at) < claimed_at:
            self.allowed.pop(self._key(chat, kind, owner), None)

    def judge(self, chat: str, kind: str, owner: str, text: str, claimed_at: datetime, now: datetime) -> None:
        """One send, whatever becomes of it; its permission was spent when it was claimed."""
        allowance, tokens = self.allowed.get(self._key(chat, kind, owner)), TOKEN.findall(text)
        self.sends[kind] += 1
        gone_at = self.gone_at.get(chat, claimed_at - GRACE)
        if chat in self.told_nobody or claimed_at <= gone_at >= now - GRACE:
            return
        if chat in self.left_at:
            if claimed_at > self.left_at[chat] or now - self.left_at[chat] > GRACE:
                self._breaks("after they had left", chat, kind, tokens)
            return
        if allowance is None or allowance.left < 1:
            self._breaks("without permission", chat, kind, tokens)
        elif claimed_at >= allowance.until:
            self._breaks("outside the window", chat, kind, tokens)
        elif allowance.only and any(self.classes[each] != allowance.only for each in tokens):
            self._breaks("of a class it does not allow", chat, kind, tokens)

    def takes(self, chat: str, kind: str, owner: str, text: str, *, is_sure: bool = True) -> None:
        if allowance := self.allowed.get(self._key(chat, kind, owner)):
            allowance.left -= 1
        self.hands_over(chat, text, is_sure=is_sure)

    def hands_over(self, chat: str, text: str, *, is_sure: bool = True) -> None:
        for token in TOKEN.findall(text):
            self.arrived[token] += 1
            self.unsure[token] += not is_sure
            most = 1 if self.classes[token] in AT_MOST_ONCE else 1 + self.unsure[token]
            if self.arrived[token] > most:
                self._breaks("again", chat, self.classes[token], [token])

    def _key(self, chat: str, kind: str, owner: str) -> tuple[str, str, str]:
        """A request is answered by the process that holds it, and by no other."""
        held = (chat, kind, owner)
        return held if held in self.allowed else (chat, kind, "")

    def _breaks(self, rule: str, chat: str, kind: str, tokens: Sequence[str]) -> None:
        self.wrong.append(f"{chat}: {', '.join(tokens)} sent {rule} ({kind})")
