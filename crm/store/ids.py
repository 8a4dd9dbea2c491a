"""Ids that sort by time."""

from __future__ import annotations

import itertools
import os
import secrets
from datetime import datetime

_sequence = itertools.count(secrets.randbits(20))


def new_id(now: datetime) -> str:
    """A time-sortable id (UUIDv7 as text); ids of one process made in the same millisecond keep their order."""
    sequence = next(_sequence) & (1 << 26) - 1
    value = (
        _milliseconds(now) << 80
        | 0x7 << 76
        | (sequence >> 14) << 64
        | 0b10 << 62
        | (sequence & (1 << 14) - 1) << 48
        | int.from_bytes(os.urandom(6))
    )
    return _written(value)


def first_id(at: datetime) -> str:
    """No id that is made from then on sorts before it."""
    return _written(_milliseconds(at) << 80)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000) & (1 << 48) - 1


def _written(value: int) -> str:
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
