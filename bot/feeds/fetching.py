"""Fetches a calendar: from hosts on a list, at public addresses, by https, and no more of it than fits."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

MOST_BYTES = 4 * 1024 * 1024
SECONDS = 20.0
MOST_REDIRECTS = 3
_AGENT = "Guanjia calendar reader"
# They lead to other addresses, which would have to be looked at instead.
_TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Unread(Exception):
    """A calendar could not be read; `why` names the sentence, `detail` goes into it."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why, self.detail = why, detail

    @property
    def reason(self) -> str:
        return f"{self.why} {self.detail}".strip()


@dataclass(frozen=True, slots=True)
class Fetched:
    content: bytes
    etag: str
    modified: str


class Fetcher:
    """`hosts` with all below them; `networks` are private ones where a calendar may stand all the same."""

    def __init__(self, hosts: Iterable[str], networks: Iterable[str] = ()) -> None:
        self._hosts = tuple(hosts)
        self._networks = [ipaddress.ip_network(each, strict=False) for each in networks]
        self._tls: ssl.SSLContext | None = None

    async def fetch(self, url: str, etag: str = "", modified: str = "") -> Fetched | None:
        """None when it has not changed since. Raises Unread."""
        known = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = {name: value for name, value in known.items() if value}
        try:
            async with asyncio.timeout(SECONDS), self._session() as session:
                return await self._followed(session, url, headers)
        except TimeoutError:
            raise Unread("timeout") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unread("unreachable", type(error).__name__) from None

    def _session(self) -> aiohttp.ClientSession:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        connector = aiohttp.TCPConnector(resolver=_Resolver(self._networks), ssl=self._tls, use_dns_cache=False)
        return aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False
        )

    async def _followed(self, session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> Fetched | None:
        for _ in range(MOST_REDIRECTS + 1):
            check_address(url, self._hosts, self._networks)
            own = {"Accept": "text/calendar", "Accept-Encoding": "identity", "User-Agent": _AGENT}
            async with session.get(url, headers={**own, **headers}, allow_redirects=False) as answer:
                if answer.status in (301, 302, 303, 307, 308):
                    url = urljoin(url, answer.headers.get("Location", ""))
                    continue
                if answer.status == 304 and headers:
                    return None
                if answer.status != 200:
                    raise Unread("status", str(answer.status))
                if answer.headers.get("Content-Encoding", "identity") != "identity":
                    raise Unread("encoded")
                content = await _read(answer)
                return Fetched(content, answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
        raise Unread("redirects")


def check_address(url: str, hosts: Sequence[str], networks: Sequence[Network] = ()) -> None:
    """Raises Unread for what is not https, not on the list, or an address as a number that is nobody's business."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme != "https" or not host or parts.username is not None:
        raise Unread("not_https")
    if not any(host == each or host.endswith(f".{each}") for each in hosts):
        raise Unread("other_host", host)
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return
    _check_public(str(number), networks)


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > MOST_BYTES:
            raise Unread("too_large")
    return bytes(content)


class _Resolver(AbstractResolver):
    """Asks once; the connection goes to what was looked at, not to what the name means a moment later."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        for *_, address in found:
            _check_public(str(address[0]), self._networks)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is kept open."""


def _check_public(address: str, networks: Sequence[Network]) -> None:
    number = ipaddress.ip_address(address.partition("%")[0])
    number = getattr(number, "ipv4_mapped", None) or number
    if any(number in each for each in networks):
        return
    if not number.is_global or number.is_multicast or any(number in each for each in _TRANSLATED):
        raise Unread("private")
