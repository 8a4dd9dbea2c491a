from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from crm.encryption import new_keyring
from crm.guests.profile import guest
from crm.properties.houses import Property, put_property, put_rooms
from crm.stays.bookings import stay
from crm.stays.imports.mapping import ColumnMap
from crm.stays.imports.run import Import, Totals, open_bookings
from crm.stays.imports.sheets import Sheet
from crm.store import Connection, Store

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


@dataclass
class Desk:
    """A house with three rooms that takes files in."""

    store: Store
    house: Property
    now: datetime = NOW

    def take(self, content: bytes, given: ColumnMap | None = None, *, dry: bool = False) -> Totals:
        work = Import(open_bookings(Sheet("file", content), [self.house], given, by_name=False), dry=dry)
        for batch in work.batches():
            with self.store.transaction() as db:
                work.take(db, self.now, batch)
        return work.totals

    def stays(self) -> list[dict[str, Any]]:
        with self.store.reading() as db:
            return self.stays_in(db)

    def stays_in(self, db: Connection) -> list[dict[str, Any]]:
        query = select(stay, guest.c.name, guest.c.phone_hash).join(guest, guest.c.id == stay.c.guest_id)
        return [dict(row) for row in db.execute(query.order_by(stay.c.id)).mappings()]


@pytest.fixture
def desk(records_url: str) -> Iterator[Desk]:
    store = Store(records_url, new_keyring())
    with store.transaction() as db:
        house = put_property(db, NOW, key="lakeside", name="Lakeside", time_zone="Asia/Shanghai", language="zh")
        put_rooms(db, NOW, house, [("301", ""), ("302", ""), ("303", "")])
    yield Desk(store, house)
    store.close()
