"""How much is measured: a quick look, the usual three minutes, or thoroughly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    name: str
    turns: int  # in each run of (a)
    pairs: int  # app and raw, alternately
    ack_seconds: int
    guests: tuple[int, ...]
    batches: int  # of turns at each number of guests
    starts: int
    webhook_seconds: float
    webhook_rounds: int


QUICK = Size("quick", 640, 2, 5, (1_000, 100_000), 5, 2, 2.0, 1)
USUAL = Size("usual size", 640, 10, 10, (1_000, 100_000, 1_000_000), 10, 3, 2.0, 4)
FULL = Size("full size", 640, 30, 60, (1_000, 100_000, 1_000_000), 40, 7, 6.0, 5)
