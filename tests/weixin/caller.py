"""The platform as it calls us, one request at a time: what it signs and seals, and what it makes of the answer."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from datetime import datetime

from bot.weixin.door import CallbackKeys
from tests.support.weixin.crypto import Envelope, of_xml


class Caller:
    def __init__(self, keys: CallbackKeys, clock: Callable[[], datetime]) -> None:
        self._envelope = Envelope(keys.token, keys.aes_key, keys.receiver)
        self._clock = clock
        self._chance = random.Random(20261126)

    def greeting(self, echo: str, nonce: str = "") -> dict[str, str]:
        """The query of the GET by which the platform learns whether we know the token."""
        timestamp, nonce = self._now(), nonce or self._nonce()
        signature = self._envelope.sign(timestamp, nonce)
        return {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}

    def signed(self, xml: str, nonce: str = "") -> tuple[dict[str, str], bytes]:
        """Query and body of a POST."""
        return self._signed(self._envelope.seal(xml), nonce)

    def signed_bytes(self, plain: bytes, nonce: str = "") -> tuple[dict[str, str], bytes]:
        """Whatever is sealed, a whole number of blocks."""
        return self._signed(base64.b64encode(self._envelope.encrypt(plain)).decode(), nonce)

    def unsealed(self, answer: str) -> str:
        """The XML of a passive reply; fails when its signature is wrong, or it is not for this account."""
        outer = of_xml(answer)
        sealed = str(outer["Encrypt"])
        assert outer["MsgSignature"] == self._envelope.sign(outer["TimeStamp"], outer["Nonce"], sealed)
        return self._envelope.open(sealed)

    def _signed(self, sealed: str, nonce: str) -> tuple[dict[str, str], bytes]:
        timestamp, nonce = self._now(), nonce or self._nonce()
        query = {
            "signature": self._envelope.sign(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": self._envelope.sign(timestamp, nonce, sealed),
        }
        body = f"<xml><ToUserName><![CDATA[to]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        return query, body.encode()

    def _now(self) -> str:
        return str(int(self._clock().timestamp()))

    def _nonce(self) -> str:
        return str(self._chance.randrange(10**9, 10**10))
