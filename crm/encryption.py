"""Personal data is encrypted field by field and looked up by keyed hash.

A sealed value is: version (1 byte) · key id (4) · nonce (12) · AES-256-GCM ciphertext and tag. Table, column and row
are bound into it as associated data, so that a value copied into another row does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSION = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12


class KeyringError(ValueError):
    """The keyring is missing, damaged, readable by others, or lacks the key a value was sealed with."""


@dataclass(frozen=True)
class Keyring:
    """Encryption keys by 4-byte id, the active one first, and the key of the look-up hashes."""

    keys: dict[bytes, bytes]
    lookup: bytes
    _ciphers: dict[bytes, AESGCM] = field(default_factory=dict, repr=False, compare=False)

    @property
    def active(self) -> bytes:
        return next(iter(self.keys))

    def cipher(self, key_id: bytes) -> AESGCM:
        if key_id not in self._ciphers:
            if key_id not in self.keys:
                raise KeyringError(f"no key {key_id.hex()} in the keyring: was the database brought here without it?")
            self._ciphers[key_id] = AESGCM(self.keys[key_id])
        return self._ciphers[key_id]


def new_keyring() -> Keyring:
    return Keyring({secrets.token_bytes(4): secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(KEY_BYTES))


def parse_keyring(text: str) -> Keyring:
    """Reads {"keys": {"id in hex": "key in base64", …}, "lookup": "base64"}; the first key is the active one."""
    try:
        data = json.loads(text)
        keys = {bytes.fromhex(key_id): base64.b64decode(key) for key_id, key in data["keys"].items()}
        lookup = base64.b64decode(data["lookup"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyringError("the keyring is not of the form written by Guanjia") from error
    lengths = {len(key) for key in keys.values()} | {len(lookup)}
    if not keys or lengths != {KEY_BYTES} or {len(key_id) for key_id in keys} != {4}:
        raise KeyringError("the keyring holds a key of the wrong length")
    return Keyring(keys, lookup)


def format_keyring(keyring: Keyring) -> str:
    keys = {key_id.hex(): base64.b64encode(key).decode() for key_id, key in keyring.keys.items()}
    return json.dumps({"keys": keys, "lookup": base64.b64encode(keyring.lookup).decode()}, indent=2)


def load_keyring(path: Path) -> Keyring:
    """The keyring in this file, made on the first run, readable by its owner only (else KeyringError)."""
    if not path.exists():
        _write_once(path, format_keyring(new_keyring()))
    if path.stat().st_mode & 0o077:
        raise KeyringError(f"{path} can be read by others: chmod 600 {path}")
    return parse_keyring(path.read_text())


def _write_once(path: Path, text: str) -> None:
    """Of several processes that start together one writes, and nobody ever reads half a file."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def seal(db: Connection, column: str, row: str, value: str | None) -> bytes | None:
    """Encrypts a value for `column` ("table.column") of the row with this id; None stays None."""
    return None if value is None else seal_bytes(db, column, row, value.encode())


def seal_bytes(db: Connection, column: str, row: str, value: bytes) -> bytes:
    keyring: Keyring = db.info["keyring"]
    nonce = os.urandom(NONCE_BYTES)
    ciphertext = keyring.cipher(keyring.active).encrypt(nonce, value, f"{column}:{row}".encode())
    return VERSION + keyring.active + nonce + ciphertext


def unseal(db: Connection, column: str, row: str, sealed: bytes | None) -> str | None:
    """The value sealed for this column and row; raises KeyringError when it was sealed elsewhere or altered."""
    return None if sealed is None else unseal_bytes(db, column, row, sealed).decode()


def unseal_bytes(db: Connection, column: str, row: str, sealed: bytes) -> bytes:
    keyring: Keyring = db.info["keyring"]
    if sealed[:1] != VERSION:
        raise KeyringError(f"{column} of {row} is not a sealed value")
    try:
        return keyring.cipher(sealed[1:5]).decrypt(sealed[5:17], sealed[17:], f"{column}:{row}".encode())
    except InvalidTag as error:
        raise KeyringError(f"{column} of {row} was altered or sealed for another row") from error


def lookup_hash(db: Connection, kind: str, value: str) -> str:
    """The keyed hash by which an encrypted value is found; `kind` keeps phones and e-mails apart."""
    keyring: Keyring = db.info["keyring"]
    return hmac.new(keyring.lookup, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """The stored form of a random token; plain SHA-256 is enough because the token itself holds 128 bits or more."""
    return hashlib.sha256(token.encode()).hexdigest()


def folded(value: str) -> str:
    """A name or address as compared: width folded, no case, no white space."""
    return "".join(unicodedata.normalize("NFKC", value).casefold().split())
