"""The contract every channel keeps: turn what arrives into an Inbound, send an Outbound or say precisely why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from starlette.routing import BaseRoute


class InboundKind(StrEnum):
    MESSAGE = "message"
    BUTTON = "button"
    BLOCKED = "blocked"  # the person no longer wants to hear from us; `text` is the id of the message that found it out
    MIGRATED = "migrated"  # the chat goes on at `text`, its new address
    GRANT = "grant"  # nothing was said, but the event gives grants
    UNDELIVERED = "undelivered"  # the message with the id `text` did not arrive after all, for this `reason`
    MASS_SENT = "mass_sent"  # the message to many with the id `text` is out: `counts`, and in `reason` what it came to


@dataclass(frozen=True, slots=True)
class File:
    """A picture, document or voice note, already fetched; at most MAX_FILE_BYTES."""

    kind: str  # photo | document | voice
    mime: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission to send that an event gives, `count` times within so many seconds.

    A new one takes the place of the one before of its kind. `is_here`: only this process can use it, because it holds
    the open request. `only` names the one class of messages it is good for.
    """

    kind: str  # passive | message | click | follow | scan | template | subscription …
    seconds: float
    count: int
    is_here: bool = False
    only: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event as a platform told it. `dedupe_key` is the same whenever the platform tells it again."""

    channel: str
    dedupe_key: str
    address: str
    sender_id: str
    sender_name: str = ""
    language: str = ""
    kind: InboundKind = InboundKind.MESSAGE
    text: str = ""
    button: str = ""  # the opaque token of the pressed button
    is_group: bool = False
    files: Sequence[File] = ()
    grants: Sequence[Grant] = ()
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to be sent; each button is (opaque token, label). `by` is the kind of grant spent for it.

    `asks_consent`: whoever reads it may agree to be written to later, where the platform has a way to say so.
    """

    id: str
    address: str
    text: str
    language: str
    buttons: Sequence[tuple[str, str]] = ()
    files: Sequence[File] = ()
    created_at: datetime | None = None
    by: str = ""
    asks_consent: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """At most one send each `interval` seconds under this key, after a burst of `burst`; shared by all replicas."""

    key: str
    interval: float
    burst: int = 1


class SendError(Exception):
    """A send that did not certainly arrive; the subclass says what follows from it."""


class NotSent(SendError):
    """Certainly not sent (refused connection, 5xx, 429): try again, not before `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class MaybeSent(SendError):
    """The answer did not come: it may have arrived. Replies are tried again, everything else becomes uncertain."""


class Refused(SendError):
    """The platform will never take this message (too long, bad picture): failed, with the reason shown to staff."""


class Unreachable(SendError):
    """The person blocked us or left: the account is marked, its queued messages are suppressed."""


class NoGrant(SendError):
    """The platform says that this permission is used up or over: the message waits for another one."""


class Moved(SendError):
    """The chat has a new address; the message is sent there instead."""

    def __init__(self, address: str) -> None:
        super().__init__("chat moved")
        self.address = address


Receive = Callable[[Inbound], Awaitable[None]]
"""Stores an inbound message and returns once it is committed; raises StoreUnavailable when it could not be."""


class Channel(Protocol):
    """A way to talk with people. Constructed from its settings; knows no handler and no record."""

    name: str

    async def start(self, receive: Receive) -> None:
        """Begins to listen; must not fail, nor wait, because the platform is down."""

    async def stop(self) -> None: ...

    async def send(self, outbound: Outbound) -> str:
        """Sends and returns the platform's message id ("" when it has none); raises a SendError otherwise."""

    def routes(self) -> list[BaseRoute]:
        """HTTP routes to be mounted in the one web application."""

    def rates(self, address: str) -> Sequence[Rate]:
        """The limits a send to this address must respect."""

    def addresses(self) -> frozenset[str] | None:
        """The conversations this process can reach; None means all of them."""


@runtime_checkable
class Granting(Channel, Protocol):
    """A channel on which the house may speak only by the grants its platform gives."""

    def parts(self, outbound: Outbound) -> Sequence[Outbound]:
        """What the platform needs as messages of their own, each for one grant: first the text, then each file."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How far one of those is who have to confirm a message, and what became of it by then, by its outcome.

    Outcomes are sent, not_a_friend, full (had as many as the platform allows), and waiting.
    """

    member: str
    is_confirmed: bool
    outcomes: Mapping[str, int] = field(default_factory=dict)


@runtime_checkable
class Confirming(Channel, Protocol):
    """A channel on which a send only makes a task, and reaches people once members have confirmed it.

    The id that `send` returns is what the other calls take. Each raises a SendError.
    """

    async def recipients(self) -> Mapping[str, Sequence[str]]:
        """Whom each member would reach, by the member; raises Refused where these are more than one send may reach."""

    async def progress(self, external_id: str, settled: frozenset[str]) -> Sequence[Confirmation]:
        """Of all members but those of whom nothing more is to be learned."""

    async def remind(self, external_id: str) -> None: ...

    async def withdraw(self, external_id: str) -> None:
        """Nobody can confirm it any more."""


class FetchFailed(Exception):
    """A file that somebody sent is too large, or its server too slow or away."""


MAX_FILE_BYTES = 10 * 1024 * 1024
