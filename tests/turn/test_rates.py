"""Rates: what one may do so often, on a clock that may be put back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.base import Rate
from crm.conversations.rates import Allowance
from crm.encryption import new_keyring
from crm.store import Connection, Store

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
RATE = Rate("here", 10.0, burst=3)


@pytest.fixture
def db(records_url: str) -> Iterator[Connection]:
    store = Store(records_url, new_keyring())
    with store.transaction() as db:
        yield db
    store.close()


def spend(db: Connection, now: datetime) -> float:
    """The seconds to wait; 0.0 when it was allowed."""
    allowance = Allowance(db, now, [RATE])
    wait = allowance.try_spend([RATE])
    allowance.save(db)
    return wait


def test_after_a_burst_one_at_a_time(db: Connection) -> None:
    assert [spend(db, NOW) for _ in range(4)] == [0.0, 0.0, 0.0, 10.0]
    assert spend(db, NOW + timedelta(seconds=9)) == pytest.approx(1.0)
    assert spend(db, NOW + timedelta(seconds=10)) == 0.0


def test_a_clock_put_back_by_a_day_costs_one_interval(db: Connection) -> None:
    spend(db, NOW)
    yesterday = NOW - timedelta(days=1)
    assert spend(db, yesterday) == pytest.approx(10.0)
    assert spend(db, yesterday + timedelta(seconds=10)) == 0.0
