"""Send rates shared by all replicas: the generic cell rate algorithm (GCRA), one row per key.

`tat` is the theoretical arrival time of the next send in seconds since 1970; a send is allowed when it lies at most
(burst - 1) intervals ahead of now. Source: ITU-T I.371, virtual scheduling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, SQLModel

from crm.store import Connection, Prepared, insert_once, table


class RateBucket(SQLModel, table=True):
    __tablename__ = "rate_bucket"

    key: str = Field(primary_key=True)
    tat: float = 0.0


class RateLimit(Protocol):
    """What a channel says of one of its limits; intervals in seconds."""

    @property
    def key(self) -> str: ...
    @property
    def interval(self) -> float: ...
    @property
    def burst(self) -> int: ...


bucket = table(RateBucket)

_LOCK = Prepared(
    select(bucket.c.key, bucket.c.tat)
    .where(bucket.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(bucket.c.key)
    .with_for_update()
)
_SAVE = Prepared(update(RateBucket).where(bucket.c.key == bindparam("bucket_key")).values(tat=bindparam("new_tat")))


class Allowance:
    """The buckets of one claim, locked until its transaction ends, so that replicas never both spend the same room."""

    def __init__(self, db: Connection, now: datetime, limits: Iterable[RateLimit]) -> None:
        self._now = now.timestamp()
        limits = list(limits)
        self._tats = _locked(db, sorted({limit.key for limit in limits}))
        self._changed: dict[str, float] = {}
        for each in limits:
            # Further ahead than a full burst it was written before the clock was put back.
            if self._tats[each.key] > (furthest := self._now + each.burst * each.interval):
                self._tats[each.key] = self._changed[each.key] = furthest

    def wait(self, limits: Iterable[RateLimit]) -> float:
        """The seconds until one more is allowed under all these limits; 0.0 when it is now."""
        waits = [self._tats[each.key] - (each.burst - 1) * each.interval - self._now for each in limits]
        return max(0.0, *waits) if waits else 0.0

    def try_spend(self, limits: Iterable[RateLimit]) -> float:
        """Spends one send under all these limits and returns 0.0, or spends nothing and returns the seconds to wait."""
        limits = list(limits)
        if wait := self.wait(limits):
            return wait
        for each in limits:
            self._tats[each.key] = max(self._tats[each.key], self._now) + each.interval
            self._changed[each.key] = self._tats[each.key]
        return 0.0

    def save(self, db: Connection) -> None:
        _SAVE.write(db, *({"bucket_key": key, "new_tat": tat} for key, tat in self._changed.items()))


def try_spend(db: Connection, now: datetime, limits: Sequence[RateLimit]) -> float:
    """Spends one under all these limits and returns 0.0, or spends nothing and returns the seconds to wait."""
    allowance = Allowance(db, now, limits)
    wait = allowance.try_spend(limits)
    allowance.save(db)
    return wait


def _locked(db: Connection, keys: list[str]) -> dict[str, float]:
    if not keys:
        return {}
    found: Mapping[str, float] = dict(_LOCK.all(db, {"keys": keys}))
    missing = [key for key in keys if key not in found]
    for key in missing:
        insert_once(db, RateBucket, {"key": key, "tat": 0.0}, "key")
    return dict(found) if not missing else dict(_LOCK.all(db, {"keys": keys}))
