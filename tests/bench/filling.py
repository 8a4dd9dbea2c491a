"""A house that has seen many guests: their rows straight into the file, indexes last."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from crm.encryption import folded, lookup_hash, seal
from crm.guests.profile import Guest
from crm.names.sound import name_sound
from crm.stays.bookings import Stay, StayState
from crm.store import Connection, Store, new_id, table

BATCH = 20_000
STAY_DAYS = 2
FAMILY = "王李张刘陈杨赵黄周吴"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明"


def fill(store: Store, count: int, property_id: str, room_ids: Sequence[str]) -> None:
    """So many guests, each with a stay in the past or to come; whoever is in house is checked in elsewhere."""
    path = store.engine.url.database
    assert path is not None
    with store.reading() as db:
        indexes = _indexes(db)
        file = sqlite3.connect(path, isolation_level=None)
        for pragma in ("synchronous=off", "cache_size=-400000", "temp_store=memory"):
            file.execute(f"pragma {pragma}")
        file.execute("BEGIN IMMEDIATE")
        for name, _ in indexes:
            file.execute(f"DROP INDEX {name}")
        people = _people(db, count, property_id, room_ids)
        while batch := list(islice(people, BATCH)):
            file.executemany(_insert(Guest), [guest for guest, _ in batch])
            file.executemany(_insert(Stay), [stay for _, stay in batch])
        for _, statement in indexes:
            file.execute(statement)
        file.execute("COMMIT")
    file.execute("pragma wal_checkpoint(truncate)")
    file.close()


def _indexes(db: Connection) -> list[tuple[str, str]]:
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('guest', 'stay')"
    )
    return [(row.name, row.sql) for row in db.exec_driver_sql(query)]


def _people(db: Connection, count: int, property_id: str, room_ids: Sequence[str]) -> Iterator[tuple[Any, Any]]:
    random, today = Random(1), datetime.now(UTC)
    written_at = _stored(today)
    for number in range(count):
        guest_id, phone = new_id(today), f"86139{number:08}"
        name = random.choice(FAMILY) + random.choice(GIVEN) + random.choice(GIVEN)
        digits = lookup_hash(db, "name+digits", f"{folded(name)}:{phone[-4:]}")
        sealed = seal(db, "guest.phone", guest_id, phone)
        by_phone = lookup_hash(db, "phone", phone)
        said = (name, folded(name), name_sound(name), "zh", False)
        guest = (guest_id, *said, sealed, by_phone, None, None, None, None, digits, written_at)
        days = random.choice((-1, -1, -1, 1)) * random.randint(STAY_DAYS + 1, 700)
        arrival = (today + timedelta(days=days)).date()
        state = StayState.BOOKED.value if days > 0 else StayState.DEPARTED.value
        dates = (arrival.isoformat(), (arrival + timedelta(days=STAY_DAYS)).isoformat())
        room, code = random.choice(room_ids), f"R{number:08}"
        stay = (new_id(today), property_id, guest_id, room, code, "direct", state, *dates, 2, 0, "", written_at)
        yield guest, stay


def _insert(model: type[Guest] | type[Stay]) -> str:
    """In the order of the model's columns, which the rows above follow."""
    columns = [column.name for column in table(model).columns]
    return f"INSERT INTO {table(model).name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _stored(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
