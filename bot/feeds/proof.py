"""How a system shows that it is the one: a signature over time and body, or a secret in a header."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from hashlib import sha256

PATIENCE = 5 * 60  # seconds a message may be on its way, and clocks may differ
MOST_SIGNATURES = 10  # that are looked at in one message
_ENCODED = b"whsec_"

Headers = Mapping[str, str]


def has_proof(kind: str, name: str, secrets: str, headers: Headers, body: bytes, now: float) -> bool:
    """`kind` is what the system can do, beside signing. `secrets` may hold two, while one follows the other."""
    keys = secrets.split()
    if is_signed(keys, headers, body, now):
        return True
    if kind == "token":
        return has_token(keys, headers)
    return kind == "basic" and has_password(name, keys, headers)


def is_signed(keys: list[str], headers: Headers, body: bytes, now: float) -> bool:
    """As the Standard Webhooks specification has it: v1,base64 of HMAC-SHA256 over `id.timestamp.body`."""
    identity, sent = (_header(headers, name) for name in ("id", "timestamp"))
    if not identity or not sent.isdecimal() or len(sent) > 12 or abs(now - int(sent)) > PATIENCE:
        return False
    given = [each.removeprefix("v1,") for each in _header(headers, "signature").split() if each.startswith("v1,")]
    content = f"{identity}.{sent}.".encode("latin-1", "replace") + body
    wanted = [base64.b64encode(hmac.new(_key(each), content, sha256).digest()) for each in keys]
    return _is_among(wanted, [each.encode("latin-1", "replace") for each in given])


def has_token(keys: list[str], headers: Headers) -> bool:
    given = headers.get("authorization", "").removeprefix("Bearer ").strip()
    return _is_among([each.encode() for each in keys], [given.encode("latin-1", "replace")])


def has_password(name: str, keys: list[str], headers: Headers) -> bool:
    """By HTTP Basic, with the feed's name and its secret."""
    kind, _, encoded = headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True) if kind.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        return False
    return _is_among([f"{name}:{each}".encode() for each in keys], [given])


def _header(headers: Headers, name: str) -> str:
    return headers.get(f"webhook-{name}") or headers.get(f"svix-{name}") or ""


def _key(secret: str) -> bytes:
    """whsec_ and base64, as such secrets are given out; any other text is the key as it is."""
    key = secret.encode()
    if not key.startswith(_ENCODED):
        return key
    try:
        return base64.b64decode(key.removeprefix(_ENCODED), validate=True)
    except binascii.Error:
        return key


def _is_among(wanted: list[bytes], given: list[bytes]) -> bool:
    return any(hmac.compare_digest(one, other) for one in wanted for other in given[:MOST_SIGNATURES])
