"""What the stand-in remembers, and the clock it goes by, which a test may put forward."""

from __future__ import annotations

import itertools
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

DAY = 86400.0


class Refused(Exception):
    """Answered with this error code."""

    def __init__(self, code: int, message: str = "refused", **more: Any) -> None:
        super().__init__(message)
        self.body = {"errcode": code, "errmsg": f"{message} rid: 6740-5bd", **more}


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an API; `account` is whose token it came with, `file` is (name, mime, content)."""

    path: str
    query: Mapping[str, str]
    body: Json
    account: str = ""
    file: tuple[str, str, bytes] | None = None

    @property
    def token(self) -> str:
        return self.query.get("access_token", "")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a person got, or would have got: `is_dropped` when the platform swallowed it without a word."""

    number: int
    at: float  # seconds since 1970 by the stand-in's clock
    path: str  # the API, or "passive"
    to: str
    kind: str  # msgtype, or "template"
    body: Json
    token: str = ""
    is_dropped: bool = False

    @property
    def text(self) -> str:
        """What is read, where it is plain words."""
        content = self.body.get("text") or self.body.get("markdown") or {}
        return str(content.get("content", "")) if isinstance(content, Mapping) else str(self.body.get("Content", ""))


@dataclass
class Window:
    """So many messages until then; a new one replaces the one before."""

    until: float
    left: int


@dataclass
class Media:
    kind: str
    mime: str
    name: str
    content: bytes
    at: float
    is_permanent: bool = False


@dataclass
class State:
    """Shared by the parts of the stand-in."""

    offset: float = 0.0
    sent: list[Sent] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)  # by path
    codes: Counter[int] = field(default_factory=Counter)  # errcodes that were answered, but for 0
    fetches: Counter[str] = field(default_factory=Counter)  # of tokens, by account; "…:forced" besides
    requests: deque[tuple[str, Json, Json]] = field(default_factory=lambda: deque(maxlen=100_000))  # path, query, body
    media: dict[str, Media] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def now(self) -> float:
        return time.time() + self.offset

    def number(self) -> int:
        return next(self.numbers)

    def record(self, path: str, to: str, kind: str, body: Json, token: str = "", *, is_dropped: bool = False) -> Sent:
        sent = Sent(self.number(), self.now(), path, to, kind, body, token, is_dropped)
        self.sent.append(sent)
        return sent

    def find_media(self, media_id: object) -> Media:
        media = self.media.get(str(media_id))
        if media is None or (not media.is_permanent and media.at + 3 * DAY < self.now()):
            raise Refused(40007, "invalid media_id")
        return media


def need(body: Mapping[str, Any], name: str, kind: type = str, code: int = 40035) -> Any:
    """A field that has to be there, and of this kind."""
    value = body.get(name)
    if not isinstance(value, kind) or value in ("", None):
        raise Refused(code, f"invalid parameter: {name}")
    return value


def size(text: str) -> int:
    return len(text.encode())
