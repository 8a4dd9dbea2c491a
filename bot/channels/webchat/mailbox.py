"""What the web chat needs of the house's records; the composition root provides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.channels.base import File

PAGE_OF_LINES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a conversation, as the person looking at the page sees it."""

    id: str  # sorts by time, as text
    mine: bool  # written by the person looking at the page
    text: str
    at: datetime
    language: str
    buttons: Sequence[tuple[str, str]]  # (opaque token, label)
    files: Sequence[tuple[str, str]]  # (attachment id, mime)
    state: str  # own lines: 'sent', then 'seen' once the house handled it; the others: 'sent'
    client_id: str = ""  # own lines: the page's own id, by which it finds the bubble it drew before we answered
    large: bool = False  # said to a guest who wants large type


class Mailbox(Protocol):
    """The conversations of the web chat by address; lines come oldest first."""

    async def lines(
        self, address: str, *, after: str = "", before: str = "", limit: int = PAGE_OF_LINES
    ) -> Sequence[Line]:
        """The next `limit` lines after that id, else the last ones before that id, else the newest ones."""

    async def newest(self, addresses: Sequence[str]) -> Mapping[str, str]:
        """For each address a stamp that changes with every new line and every changed state."""

    async def mark_seen(self, address: str, line_id: str) -> None:
        """The person has read up to this line."""

    async def file(self, address: str, attachment_id: str) -> File | None:
        """An attachment of this conversation; None when there is none, or when it belongs to another one."""
