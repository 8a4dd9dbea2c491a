"""Ids that sort by time."""

from __future__ import annotations

import itertools
import os
import secrets
from datetime import datetime

_sequence = itertools.count(secrets.randbits(20))


def new_id(now: datetime) -> str:
    """A time-sortable id (UUIDv7 as text); ids of one process made in the same millisecond keep their order."""
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    sequence = next(_sequence) & (1 << 26) - 1
    value = (
        milliseconds << 80
        | 0x7 << 76
        | (sequence >> 14) << 64
        | 0b10 << 62
        | (sequence & (1 << 14) - 1) << 48
        | int.from_bytes(os.urandom(6))
    )
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
