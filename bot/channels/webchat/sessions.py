"""Who is looking at the page: a cookie is the key, its hash is the address, and nothing is kept in between."""

from __future__ import annotations

import re
import secrets
from collections import deque
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

ROLES = ("guest", "staff")
COOKIE_SECONDS = 400 * 24 * 3600  # browsers keep no cookie longer
POSTS, POSTS_SECONDS = 20, 10.0

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in one role. The address cannot be turned back into the cookie's token."""

    role: str
    token: str

    @property
    def address(self) -> str:
        return f"{self.role}:{sha256(self.token.encode()).hexdigest()}"


def find_session(request: Request, role: str) -> Session | None:
    token = request.cookies.get(f"guanjia_{role}", "")
    return Session(role, token) if _TOKEN.fullmatch(token) else None


def get_session(request: Request) -> Session:
    """The session of a `/chat/<role>/…` request: 404 for an unknown role, 401 when the page must be loaded first."""
    role = request.path_params["role"]
    if role not in ROLES:
        raise HTTPException(404)
    session = find_session(request, role)
    if session is None:
        raise HTTPException(401, "no session")
    return session


def keep_session(request: Request, response: Response, role: str, secure: bool | None) -> None:
    """Sets the cookie anew at each page load, so that a session in use never expires."""
    session = find_session(request, role) or Session(role, secrets.token_urlsafe(32))
    response.set_cookie(
        f"guanjia_{role}",
        session.token,
        max_age=COOKIE_SECONDS,
        httponly=True,
        secure=_came_by_https(request) if secure is None else secure,
        # Not strict: a stay link opened from a mail or another chat would then arrive without its session and lose it.
        samesite="lax",
    )


def _came_by_https(request: Request) -> bool:
    # A forged header only makes the forger's own cookie stricter.
    forwarded = request.headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return "https" in (request.url.scheme, forwarded)


def check_origin(request: Request, origins: frozenset[str]) -> None:
    """403 unless our own page, or a configured one, is asking."""
    origin = request.headers.get("origin", "").lower()
    if origin in origins:
        return
    host = request.headers.get("host", "").lower()
    # Only the host is compared: behind a proxy we do not know whether the guest came by https.
    if origin not in (f"http://{host}", f"https://{host}"):
        raise HTTPException(403, "foreign origin")


def preferred_language(request: Request) -> str:
    """The browser's first language as a tag such as zh-CN, or ""."""
    first = request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
    return first if _LANGUAGE.fullmatch(first) else ""


class PostLimit:
    """At most POSTS within POSTS_SECONDS for each session, counted in this process."""

    def __init__(self) -> None:
        self._posts: dict[str, deque[float]] = {}

    def check(self, address: str) -> None:
        """Counts one post; 429 when it is one too many."""
        now = monotonic()
        if len(self._posts) > 1000:
            self._forget_idle(now)
        posts = self._posts.setdefault(address, deque())
        while posts and posts[0] <= now - POSTS_SECONDS:
            posts.popleft()
        if len(posts) >= POSTS:
            wait = int(posts[0] + POSTS_SECONDS - now) + 1
            raise HTTPException(429, "too many messages", {"Retry-After": str(wait)})
        posts.append(now)

    def _forget_idle(self, now: float) -> None:
        self._posts = {key: posts for key, posts in self._posts.items() if posts and posts[-1] > now - POSTS_SECONDS}
