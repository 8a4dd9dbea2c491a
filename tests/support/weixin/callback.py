"""A platform that tells the house: signed and sealed, at most five seconds of patience, three tries, the same MsgId."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.support.weixin.crypto import Envelope, WrongEnvelope, as_xml, of_xml

UNAVAILABLE = "该公众号提供的服务出现故障，请稍后再试"
PATIENCE = 5.0
TRIES = 3


@dataclass(frozen=True, slots=True)
class Try:
    status: int  # 0 when no answer came in time
    seconds: float
    body: bytes = b""


@dataclass
class Told:
    """What became of one event, and what the person sees of it."""

    tries: list[Try] = field(default_factory=list)
    reply: dict[str, Any] = field(default_factory=dict)  # the passive reply, opened
    shown: str = ""

    @property
    def text(self) -> str:
        return str(self.reply.get("Content", ""))

    @property
    def is_unavailable(self) -> bool:
        return self.shown == UNAVAILABLE


class Callback:
    """Where an account, or a part of it, is told what happens; `agent` is WeCom's number of the application."""

    def __init__(
        self,
        url: str,
        *,
        token: str,
        aes_key: str,
        receiver: str,
        agent: str = "",
        is_wecom: bool = False,
        patience: float = PATIENCE,
        tries: int = TRIES,
        pause: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """After an error the next try comes `pause` seconds later; without one as long as the patience is."""
        self.url = url
        self.envelope = Envelope(token, aes_key, receiver)
        self.agent = agent
        self.is_wecom = is_wecom
        self.patience = patience
        self.tries = tries
        self.pause = patience if pause is None else pause
        self.now = now
        self._session: aiohttp.ClientSession | None = None

    async def push(self, fields: Mapping[str, Any] | str) -> Told:
        """Tells one event, or XML as it is, until it is acknowledged."""
        xml = fields if isinstance(fields, str) else as_xml(fields)
        sender = str(fields.get("FromUserName", "")) if isinstance(fields, Mapping) else ""
        told = Told()
        for number in range(self.tries):
            attempt = await self._try(*self.signed(xml, sender))
            told.tries.append(attempt)
            if attempt.status == 200:
                self._read(attempt.body, told)
                return told
            if attempt.status and number + 1 < self.tries:
                await asyncio.sleep(max(0.0, self.pause - attempt.seconds))
        told.shown = UNAVAILABLE
        return told

    async def greet(self, echo: str = "5927782489442352469") -> Try:
        """The GET by which an address is tried out when it is entered."""
        timestamp, nonce = self._stamp()
        if self.is_wecom:
            echo = self.envelope.seal(echo)
            query = {"msg_signature": self.envelope.sign(timestamp, nonce, echo)}
        else:
            query = {"signature": self.envelope.sign(timestamp, nonce)}
        return await self._try(query | {"timestamp": timestamp, "nonce": nonce, "echostr": echo}, None)

    def signed(self, xml: str, sender: str = "") -> tuple[dict[str, str], bytes]:
        """The query and the body of one try."""
        timestamp, nonce = self._stamp()
        sealed = self.envelope.seal(xml)
        query = {
            "timestamp": timestamp,
            "nonce": nonce,
            "msg_signature": self.envelope.sign(timestamp, nonce, sealed),
        }
        outer: dict[str, Any] = {"ToUserName": self.envelope.receiver, "Encrypt": sealed}
        if self.is_wecom:
            outer["AgentID"] = self.agent
        else:
            query |= {"signature": self.envelope.sign(timestamp, nonce), "openid": sender, "encrypt_type": "aes"}
        return query, as_xml(outer).encode()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _stamp(self) -> tuple[str, str]:
        return str(int(self.now())), secrets.token_hex(5)

    async def _try(self, query: Mapping[str, str], body: bytes | None) -> Try:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        begun = time.monotonic()
        timeout = aiohttp.ClientTimeout(total=self.patience)
        headers = {"Content-Type": "text/xml"} if body is not None else {}
        method = "GET" if body is None else "POST"
        call = self._session.request(method, self.url, params=query, data=body, headers=headers, timeout=timeout)
        try:
            async with call as answer:
                content = await answer.read()
                return Try(answer.status, time.monotonic() - begun, content)
        except TimeoutError:
            return Try(0, time.monotonic() - begun)
        except aiohttp.ClientError:
            return Try(599, time.monotonic() - begun)  # nobody there, or hung up

    def _read(self, body: bytes, told: Told) -> None:
        if body in (b"", b"success"):
            return
        try:
            outer = of_xml(body)
            sealed = str(outer.get("Encrypt", ""))
            signature = self.envelope.sign(str(outer.get("TimeStamp")), str(outer.get("Nonce")), sealed)
            if outer.get("MsgSignature") != signature:
                raise WrongEnvelope("wrong signature")
            told.reply = of_xml(self.envelope.open(sealed))
        except WrongEnvelope:
            told.shown = UNAVAILABLE
            return
        told.shown = told.text
