"""Joining a chat to a stay by what only the guest knows; five failures lock the attempt for a while.

An account is locked after its failures. A new web chat costs nothing, so a name is locked too, however many accounts
try it, for four digits are soon counted through; and so are wrong reservation codes of the whole house together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from sqlalchemy import select, update

from crm.conversations.accounts import Account, account, bind_guest
from crm.conversations.rates import Allowance, try_spend
from crm.encryption import folded, lookup_hash
from crm.errors import LinkLocked
from crm.guests.newcomers import compare_again
from crm.guests.profile import find_guests_by_name_and_digits, verify_guest
from crm.stays.bookings import StayInfo, find_current_stay, find_stay_by_code
from crm.stays.bookings import stay as stays
from crm.store import Connection

MAX_FAILURES = 5
LOCK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class AttemptRate:
    """Attempts by whomever, `interval` in seconds."""

    key: str
    interval: float
    burst: int


WRONG_CODES = AttemptRate("link:codes", interval=10.0, burst=60)


def link_by_code(db: Connection, now: datetime, account_id: str, code: str, today: date) -> StayInfo | None:
    """Links by reservation code; None when the code fits no stay that is booked or in house. Raises LinkLocked."""
    check_not_locked(db, now, account_id)
    wait = Allowance(db, now, [WRONG_CODES]).wait([WRONG_CODES])
    if wait:
        raise LinkLocked(minutes=ceil(wait / 60))
    stay = find_stay_by_code(db, code)
    if stay is None or not stay.may_be_linked(today):
        _spend(db, now, WRONG_CODES)
        stay = None
    return _outcome(db, now, account_id, stay)


def link_by_name_and_digits(
    db: Connection, now: datetime, account_id: str, name: str, digits: str, today: date
) -> StayInfo | None:
    """Links by name and last four digits of the phone; None when that is nobody, or more than one person."""
    check_not_locked(db, now, account_id)
    key = "link:" + lookup_hash(db, "name", folded(name))
    _spend(db, now, AttemptRate(key, LOCK.total_seconds() / MAX_FAILURES, 2 * MAX_FAILURES))
    found = find_guests_by_name_and_digits(db, name, digits)
    stay = find_current_stay(db, found[0]) if len(found) == 1 else None
    return _outcome(db, now, account_id, stay if stay and stay.may_be_linked(today) else None)


def bind_to_stay(db: Connection, account_id: str, of: StayInfo, *, verified: bool) -> None:
    """From now on this account speaks for the guest of the stay; `verified`: they have shown that it is theirs."""
    own: str | None = db.execute(select(stays.c.own_guest_id).where(stays.c.id == of.id)).scalar()
    bind_guest(db, account_id, of.guest_id, own)
    if verified:
        verify_guest(db, own or of.guest_id)
    else:
        compare_again(db, own or of.guest_id)


def check_not_locked(db: Connection, now: datetime, account_id: str) -> None:
    until = db.execute(select(account.c.link_locked_until).where(account.c.id == account_id)).scalar()
    if until is not None and until > now:
        raise LinkLocked(minutes=ceil((until - now).total_seconds() / 60))


def _spend(db: Connection, now: datetime, rate: AttemptRate) -> None:
    if wait := try_spend(db, now, [rate]):
        raise LinkLocked(minutes=ceil(wait / 60))


def _outcome(db: Connection, now: datetime, account_id: str, stay: StayInfo | None) -> StayInfo | None:
    if stay is not None:
        bind_to_stay(db, account_id, stay, verified=True)
        return stay
    counted = update(Account).where(account.c.id == account_id).values(link_failures=account.c.link_failures + 1)
    db.execute(counted)
    failures = db.execute(select(account.c.link_failures).where(account.c.id == account_id)).scalar_one()
    if failures >= MAX_FAILURES:
        values = {"link_failures": 0, "link_locked_until": now + LOCK}
        db.execute(update(Account).where(account.c.id == account_id).values(**values))
    return None
