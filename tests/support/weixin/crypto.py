"""The platforms' envelope, written from its description and not from what the house uses: AES-256-CBC and SHA-1."""

from __future__ import annotations

import base64
import hashlib
import os
import struct
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


class WrongEnvelope(Exception):
    """What came back is no passive reply of the account that was asked."""


class Envelope:
    """`aes_key` has 43 characters; `receiver` is the app id or the corp id."""

    def __init__(self, token: str, aes_key: str, receiver: str) -> None:
        self.token = token
        self.receiver = receiver
        key = base64.b64decode(aes_key + "=")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def seal(self, text: str) -> str:
        plain = os.urandom(16) + struct.pack(">I", len(text.encode())) + text.encode() + self.receiver.encode()
        count = BLOCK - len(plain) % BLOCK
        return base64.b64encode(self.encrypt(plain + bytes([count]) * count)).decode()

    def encrypt(self, plain: bytes) -> bytes:
        """Of a whole number of blocks."""
        encryptor = self._cipher.encryptor()
        return encryptor.update(plain) + encryptor.finalize()

    def open(self, sealed: str) -> str:
        decryptor = self._cipher.decryptor()
        try:
            padded = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
            plain = padded[16 : -padded[-1]]
            (length,) = struct.unpack(">I", plain[:4])
        except (ValueError, IndexError, struct.error) as error:
            raise WrongEnvelope(str(error)) from None
        if plain[4 + length :].decode(errors="replace") != self.receiver:
            raise WrongEnvelope("sealed for somebody else")
        return plain[4 : 4 + length].decode()

    def sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()


def as_xml(fields: Mapping[str, Any]) -> str:
    return f"<xml>{_elements(fields)}</xml>"


def of_xml(text: str | bytes) -> dict[str, Any]:
    """Leaves as text, the rest as dicts; of several elements of a name a list."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise WrongEnvelope(str(error)) from None
    found = _fields(root)
    return found if isinstance(found, dict) else {}


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{_content(each)}</{name}>"
        for name, value in fields.items()
        for each in (value if isinstance(value, list) else [value])
    )


def _content(value: Any) -> str:
    if isinstance(value, Mapping):
        return _elements(value)
    if isinstance(value, str):
        return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return str(value)


def _fields(element: ElementTree.Element) -> Any:
    if not len(element):
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element:
        value = _fields(child)
        if child.tag in found:
            before = found[child.tag]
            found[child.tag] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[child.tag] = value
    return found
