"""The door for callbacks of WeChat and WeCom: who calls, since when, for the first time? Then it is decrypted and read.

wechatpy decrypts and encrypts; what it leaves open is done here: it compares signatures in a time that tells something,
knows neither age nor repetition, and raises a dozen kinds of errors.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import string
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from wechatpy.crypto import PrpCrypto

from bot import request_body
from bot.request_body import Refusal
from bot.weixin.xml import Xml, read_xml, word

MAX_BODY_BYTES = 64 * 1024
WINDOW_SECONDS = 300.0
RETRY_SECONDS = 20.0  # it calls three times, five seconds apart
NONCES_KEPT = 50_000

_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}", re.ASCII)
_ECHO = re.compile(r"[\w+/=-]{1,256}", re.ASCII)
_LETTERS = string.ascii_letters + string.digits

__all__ = ["MAX_BODY_BYTES", "CallbackKeys", "Door", "Refusal", "read_body"]


@dataclass(frozen=True, slots=True)
class CallbackKeys:
    """As the platform's console shows them. `receiver` is the app id or the corp id."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    receiver: str

    def __post_init__(self) -> None:
        if not _AES_KEY.fullmatch(self.aes_key):
            raise ValueError("the AES key must be 43 letters and digits")
        if not (self.token and self.receiver):
            raise ValueError("token and receiver must not be empty")


def letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


async def read_body(request: Request) -> bytes:
    """Raises Refusal."""
    return await request_body.read_body(request, MAX_BODY_BYTES)


class Door:
    """Pure: no network, no event loop. `random` makes so many letters."""

    def __init__(
        self, keys: CallbackKeys, clock: Callable[[], datetime], random: Callable[[int], str] = letters
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._random = random
        self._cipher = _Cipher(base64.b64decode(keys.aes_key + "="), random)
        # Of this process only: what another one hears again falls under the records' dedupe key.
        self._seen: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def greet(self, query: Mapping[str, str]) -> str:
        """What the platform wants to hear back when an address is entered in its console; raises Refusal."""
        echo = query.get("echostr", "")
        if "msg_signature" in query:
            self._check(query, query["msg_signature"], echo)
            return self._decrypted(echo)
        self._check(query, query.get("signature", ""))
        if not _ECHO.fullmatch(echo):
            raise Refusal(400, "echo")
        return echo

    def open(self, query: Mapping[str, str], body: bytes) -> Xml:
        """The message within; raises Refusal. A plain one is refused: its signature does not cover what it says."""
        if len(body) > MAX_BODY_BYTES:
            raise Refusal(413)
        sealed = word(_read(body), "Encrypt")
        if not sealed or "msg_signature" not in query:
            raise Refusal(403, "plain")
        self._check(query, query["msg_signature"], sealed)
        return _read(self._decrypted(sealed))

    def seal(self, xml: str) -> str:
        """The passive reply: encrypted and signed."""
        sealed = self._cipher.encrypt(xml, self._keys.receiver).decode()
        timestamp, nonce = str(int(self._clock().timestamp())), self._random(10)
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{self._signature(timestamp, nonce, sealed)}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )

    def _check(self, query: Mapping[str, str], signature: str, *signed: str) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        expected = self._signature(timestamp, nonce, *signed)
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            raise Refusal(403, "signature")
        now = self._clock().timestamp()
        if not timestamp.isdecimal() or abs(now - int(timestamp[:12])) > WINDOW_SECONDS:
            raise Refusal(403, "age")
        self._check_nonce(nonce, signature, now)

    def _check_nonce(self, nonce: str, signature: str, now: float) -> None:
        """Once, or again by the platform that did not hear us in time: the same request, at once."""
        if (seen := self._seen.get(nonce)) is not None:
            if seen[0] != signature or now - seen[1] > RETRY_SECONDS:
                raise Refusal(403, "replay")
            return
        self._seen[nonce] = (signature, now)
        # Twice the window: a timestamp may be ahead of us, too.
        while len(self._seen) > NONCES_KEPT or next(iter(self._seen.values()))[1] < now - 2 * WINDOW_SECONDS:
            self._seen.popitem(last=False)

    def _signature(self, *signed: str) -> str:
        parts = sorted(part.encode("utf-8", "replace") for part in (self._keys.token, *signed))
        return hashlib.sha1(b"".join(parts)).hexdigest()  # noqa: S324 (the platform's choice)

    def _decrypted(self, sealed: str) -> str:
        try:
            return str(self._cipher.decrypt(sealed, self._keys.receiver))
        except Exception as error:  # of base64, the cipher, its padding, the receiver
            raise Refusal(403, type(error).__name__) from None


class _Cipher(PrpCrypto):  # type: ignore[misc]
    def __init__(self, key: bytes, random: Callable[[int], str]) -> None:
        super().__init__(key)
        self._random = random

    def get_random_string(self) -> str:
        """The library's own is predictable."""
        return self._random(16)


def _read(body: bytes | str) -> Xml:
    try:
        return read_xml(body.decode() if isinstance(body, bytes) else body)
    except ValueError as error:
        raise Refusal(400, str(error)) from None
