"""The running house compares its new guests some at a time, and leaves alone whom it cannot compare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

import bot.comparing
from bot.comparing import Comparing
from bot.records import Records
from crm.encryption import new_keyring
from crm.guests.newcomers import is_anybody_new
from crm.guests.profile import Guest, guest
from crm.store import Store
from tests.support.identity import put
from tests.support.people import Profile

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def joined(records: Records) -> int:
    query = guest.select().where(guest.c.joined_into.is_not(None))
    return await records.read(lambda db: len(db.execute(query).all()))


def pairs(count: int) -> list[Profile]:
    """Two records of each of so many people."""
    spelled: tuple[Callable[[int], str], ...] = (lambda n: f"Zhang San{n}", lambda n: f"SAN{n}/ZHANG")
    return [Profile(n, spell(n), phone=f"1380000{n:04}") for n in range(count) for spell in spelled]


async def test_a_tick_does_a_bounded_piece(records_url: str) -> None:
    records = Records(Store(records_url, new_keyring()))
    await records.write(lambda db: put(db, pairs(200)))
    comparing = Comparing(records, clock=lambda: NOW)
    ticks = 0
    while await records.read(is_anybody_new):
        before = await joined(records)
        await comparing.tick()
        ticks += 1
        assert await joined(records) - before <= bot.comparing.PIECES * 25
    assert await joined(records) == 200
    assert ticks > 2
    await comparing.tick()
    records.close()


async def test_one_that_cannot_be_read_holds_up_nobody(records_url: str) -> None:
    records = Records(Store(records_url, new_keyring()))
    ids = await records.write(lambda db: put(db, pairs(20)))
    damaged = update(Guest).where(guest.c.id == ids[7]).values(phone=b"damaged")
    await records.write(lambda db: db.execute(damaged))
    comparing = Comparing(records, clock=lambda: NOW)
    for _ in range(30):
        await comparing.tick()
    assert not await records.read(is_anybody_new)
    assert await joined(records) == 19
    records.close()
