"""A platform that hands out a calendar by https on loopback, and says what a test wants it to say."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class CalendarHost:
    """`body` is what it hands out; `etag` with it, and 304 to whoever knows it already."""

    body: bytes = b""
    status: int = 200
    etag: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    cut: int = 0  # so many bytes before its end the connection breaks
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/calendar.ics?s=secret"

    async def start(self, folder: Path) -> None:
        """Its certificate is written there, as ca.pem."""
        app = web.Application()
        app.router.add_get("/calendar.ics", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=_certified(folder))
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.headers))
        await asyncio.sleep(self.delay)
        headers = {**self.headers, **({"ETag": self.etag} if self.etag else {})}
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304, headers=headers)
        if not self.cut:
            return web.Response(status=self.status, body=self.body, headers=headers)
        answer = web.StreamResponse(headers={**headers, "Content-Length": str(len(self.body))})
        await answer.prepare(request)
        await answer.write(self.body[: -self.cut])
        assert request.transport
        request.transport.close()
        return answer


def event(uid: str, start: date, end: date, summary: str = "Reserved", **more: Any) -> str:
    lines = [
        "BEGIN:VEVENT",
        "DTSTAMP:20261126T000000Z",
        f"DTSTART;VALUE=DATE:{start:%Y%m%d}",
        f"DTEND;VALUE=DATE:{end:%Y%m%d}",
        f"SUMMARY:{summary}",
        *([f"UID:{uid}"] if uid else []),
        *(f"{name.replace('_', '-')}:{value}" for name, value in more.items()),
        "END:VEVENT",
    ]
    return "\r\n".join(lines)


def calendar(events: Sequence[str], encoding: str = "utf-8") -> bytes:
    lines = ["BEGIN:VCALENDAR", "PRODID:-//Platform//Calendar 1.0//EN", "VERSION:2.0", *events, "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode(encoding)


def _certified(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.pem").write_bytes(pem)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "host.pem").write_bytes(secret + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "host.pem")
    return context
