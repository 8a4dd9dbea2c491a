"""The platform as it calls us: signs and encrypts what it pushes, and reads what it is answered."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.weixin.door import CallbackKeys
from bot.weixin.xml import read_xml, word


class Caller:
    def __init__(self, keys: CallbackKeys, clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._clock = clock
        self._key = base64.b64decode(keys.aes_key + "=")
        self._chance = random.Random(20261126)

    def greeting(self, echo: str, nonce: str = "") -> dict[str, str]:
        """The query of the GET by which the platform learns whether we know the token."""
        timestamp, nonce = self._now(), nonce or self._nonce()
        signature = self._signature(timestamp, nonce)
        return {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}

    def signed(self, xml: str, nonce: str = "") -> tuple[dict[str, str], bytes]:
        """Query and body of a POST."""
        content = xml.encode("utf-8", "surrogatepass")
        plain = self._chance.randbytes(16) + len(content).to_bytes(4, "big") + content + self._keys.receiver.encode()
        padding = 32 - len(plain) % 32
        return self.signed_bytes(plain + bytes([padding] * padding), nonce)

    def signed_bytes(self, plain: bytes, nonce: str = "") -> tuple[dict[str, str], bytes]:
        encryptor = self._cipher().encryptor()
        sealed = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
        timestamp, nonce = self._now(), nonce or self._nonce()
        query = {
            "signature": self._signature(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": self._signature(timestamp, nonce, sealed),
        }
        body = f"<xml><ToUserName><![CDATA[to]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        return query, body.encode()

    def unsealed(self, answer: str) -> str:
        """The XML of a passive reply; AssertionError when its signature is wrong, or it is not for this account."""
        outer = read_xml(answer)
        sealed = word(outer, "Encrypt")
        assert word(outer, "MsgSignature") == self._signature(word(outer, "TimeStamp"), word(outer, "Nonce"), sealed)
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
        end = 20 + int.from_bytes(plain[16:20], "big")
        assert plain[end : -plain[-1]].decode() == self._keys.receiver
        return plain[20:end].decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def _signature(self, *signed: str) -> str:
        return hashlib.sha1("".join(sorted((self._keys.token, *signed))).encode()).hexdigest()

    def _now(self) -> str:
        return str(int(self._clock().timestamp()))

    def _nonce(self) -> str:
        return str(self._chance.randrange(10**9, 10**10))
