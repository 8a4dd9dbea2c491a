"""The access tokens of platforms, kept where all replicas see them: sealed, and fetched by one of them at a time.

Whoever fetches holds a lease on the row. A platform is asked only a few times in a row, however many processes want
its token and however often it refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, SQLModel

from crm.conversations.rates import try_spend
from crm.encryption import seal, unseal
from crm.store import Connection, Prepared, Utc, insert_once, table

COLUMN = "platform_token.token"
LEASE = timedelta(seconds=15)  # longer than a fetch takes
EARLY = timedelta(minutes=5)  # before its end a token is exchanged; the platforms overlap old and new for as long
SAFE = timedelta(seconds=20)  # a token this near its end might not live through the call
SKEW = timedelta(minutes=1)  # by which the clocks of two replicas may differ


class PlatformToken(SQLModel, table=True):
    __tablename__ = "platform_token"

    name: str = Field(primary_key=True)  # channel and account
    token: bytes | None = None  # sealed
    fetched_at: datetime | None = Field(default=None, sa_type=Utc)
    expires_at: datetime | None = Field(default=None, sa_type=Utc)
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Utc)


@dataclass(frozen=True, slots=True)
class KeptToken:
    text: str = field(repr=False)
    fetched_at: datetime
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Nothing need be done. One that never lives much longer than EARLY is not exchanged all the time; of one
        that comes from the future the end cannot be relied on, for the clock was put back."""
        rest = min(timedelta(minutes=1), (self.expires_at - self.fetched_at) / 2)
        last = max(self.expires_at - EARLY, self.fetched_at + rest)
        return self.is_usable(now) and self.fetched_at - SKEW <= now < last

    def is_usable(self, now: datetime) -> bool:
        """It may be used while no better one can be had."""
        return now < self.expires_at - SAFE


@dataclass(frozen=True, slots=True)
class Claim:
    """The token that will do, if there is one, and whether we are to fetch a newer one. Neither: ask again later."""

    kept: KeptToken | None
    is_ours: bool = False
    retry_after: float = 0.0  # seconds until the platform may be asked again; 0.0 while another process asks it


@dataclass(frozen=True, slots=True)
class Attempts:
    """The platform is asked at most once each `interval` seconds under this key, after a burst of `burst`."""

    key: str
    interval: float
    burst: int = 1


token = table(PlatformToken)

_NAMED = token.c.name == bindparam("of_name")
_HELD = token.c.lease_owner == bindparam("owner")

_READ = Prepared(select(token).where(_NAMED).with_for_update())
_LEASE = Prepared(
    update(PlatformToken).where(_NAMED).values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
)
_FREE = {"lease_owner": None, "lease_until": None}
_RELEASE = Prepared(update(PlatformToken).where(_NAMED, _HELD).values(**_FREE))
_FORGET = Prepared(update(PlatformToken).where(_NAMED).values(token=None))
_KEEP = Prepared(
    update(PlatformToken)
    .where(_NAMED, _HELD)
    .values(token=bindparam("sealed"), fetched_at=bindparam("fetched"), expires_at=bindparam("expires"), **_FREE)
)


def claim_token(db: Connection, now: datetime, name: str, owner: str, refused: str = "") -> Claim:
    """The token, or the right to fetch it, for `owner`. `refused` is one that the platform does not take any more."""
    insert_once(db, PlatformToken, {"name": name}, "name")
    row = _READ.one(db, {"of_name": name})
    kept = _opened(db, row)
    if kept and kept.text == refused:
        _FORGET.change(db, {"of_name": name})
        kept = None
    if kept and (kept.is_fresh(now) or (refused and kept.is_usable(now))):
        return Claim(kept)
    usable = kept if kept and kept.is_usable(now) else None
    if row.lease_owner and now < row.lease_until <= now + LEASE + SKEW:
        return Claim(usable)
    if wait := try_spend(db, now, [Attempts(f"token:{name}", 30.0, 3)]):
        return Claim(usable, retry_after=wait)
    _LEASE.change(db, {"of_name": name, "owner": owner, "until": now + LEASE})
    return Claim(usable, is_ours=True)


def may_force(db: Connection, now: datetime, name: str) -> bool:
    """Whether one of the twenty exchanges by force that a day allows may be spent; 30 seconds lie between two."""
    limits = [Attempts(f"token-forced:{name}", 31.0), Attempts(f"token-forced-day:{name}", 5400.0, 3)]
    return not try_spend(db, now, limits)


def keep_token(db: Connection, name: str, owner: str, kept: KeptToken) -> bool:
    """False when somebody else holds the lease by now: then theirs counts."""
    sealed = seal(db, COLUMN, name, kept.text)
    when = {"fetched": kept.fetched_at, "expires": kept.expires_at}
    return bool(_KEEP.change(db, {"of_name": name, "owner": owner, "sealed": sealed, **when}))


def release_token(db: Connection, name: str, owner: str) -> None:
    """The fetch failed: another may try, when an attempt is allowed."""
    _RELEASE.change(db, {"of_name": name, "owner": owner})


def _opened(db: Connection, row: Any) -> KeptToken | None:
    text = unseal(db, COLUMN, row.name, row.token)
    return KeptToken(text, row.fetched_at, row.expires_at) if text else None
