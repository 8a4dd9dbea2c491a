"""The ground everything stands on: transactions, instants, ids, sealed values, keys and migrations."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier
from time import monotonic

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from crm.conversations.accounts import Account, account
from crm.encryption import (
    KeyringError,
    format_keyring,
    load_keyring,
    lookup_hash,
    new_keyring,
    parse_keyring,
    seal,
    unseal,
)
from crm.errors import StoreUnavailable
from crm.guests.profile import Guest, add_guest
from crm.guests.survivors import guest_phone
from crm.migrations import HEAD, config, is_current, migrate
from crm.store import Store, new_id, transactions
from crm.tables import metadata
from tests.turn.houses import House

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def empty(database_url: str) -> Iterator[Store]:
    """A database nobody has migrated."""
    store = Store(database_url, new_keyring())
    yield store
    store.close()


def test_migrations_make_the_tables_of_the_models(empty: Store) -> None:
    assert not is_current(empty)
    migrate(empty)
    assert is_current(empty)
    with empty.transaction() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        db.execute(text("ALTER TABLE property ADD COLUMN unknown INTEGER"))
        assert compare_metadata(context, metadata) != [], "the comparison sees nothing"


def test_the_newest_migration_is_the_one_we_look_for() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


def test_processes_may_migrate_at_once(database_url: str) -> None:
    keyring, starting = new_keyring(), Barrier(3)

    def start(_number: int) -> bool:
        store = Store(database_url, keyring)
        starting.wait(timeout=10)
        migrate(store)
        done = is_current(store)
        store.close()
        return done

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(start, range(3))) == [True, True, True]


def test_what_fails_half_way_leaves_nothing(house: House) -> None:
    with pytest.raises(ZeroDivisionError), house.store.transaction() as db:  # noqa: PT012
        add_guest(db, NOW, name="Wang", language="zh")
        _ = 1 / 0
    assert house.rows(select(Guest.id)) == []  # type: ignore[call-overload]


def test_a_locked_database_is_unavailable_and_nothing_is_written(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "BUSY_TIMEOUT_MS", 300)
    house = House(sqlite_url, tmp_path / "data")
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = monotonic()
    with pytest.raises(StoreUnavailable), house.store.transaction() as db:
        add_guest(db, NOW, name="Wang", language="zh")
    assert monotonic() - started < 2
    assert house.rows(select(Guest.id)) == []  # type: ignore[call-overload]  # reading waits for no writer
    other.rollback()
    house.write(lambda db: add_guest(db, NOW, name="Wang", language="zh"))
    other.close()
    house.store.close()


def test_a_writing_transaction_has_the_lock_from_its_beginning(sqlite_url: str, tmp_path: Path) -> None:
    """One that only takes it with its first write fails when another has written meanwhile."""
    house = House(sqlite_url, tmp_path / "data")
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None, timeout=0)
    with house.store.transaction(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    with house.store.reading():
        other.execute("BEGIN IMMEDIATE")
    other.close()
    house.store.close()


def test_a_full_database_is_unavailable(sqlite_url: str, tmp_path: Path) -> None:
    house = House(sqlite_url, tmp_path / "data")
    with house.store.reading() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
        db.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # of this connection, which the pool hands out again
    with pytest.raises(StoreUnavailable), house.store.transaction() as db:  # noqa: PT012
        for number in range(200):
            add_guest(db, NOW, name=f"Guest {number}" * 50, language="en")
    assert house.rows(select(Guest.id)) == []  # type: ignore[call-overload]
    house.store.close()


def test_a_database_that_is_nowhere_is_unavailable() -> None:
    store = Store("postgresql://nobody@/nothing?host=/nowhere", new_keyring())
    with pytest.raises(StoreUnavailable), store.transaction():
        pass
    store.close()


def test_errors_of_the_database_do_not_show_what_was_said(house: House) -> None:
    place = house.place("secretive")
    with pytest.raises(IntegrityError) as raised, house.store.transaction() as db:  # noqa: PT012
        known = {"channel": "fake", "external_id": "secretive", "language": "en", "created_at": NOW}
        db.execute(account.insert(), {"id": place.account_id, "name": "Secretive", "link_failures": 0, **known})
    assert "Secretive" not in str(raised.value)


def test_an_instant_without_a_zone_is_refused(house: House) -> None:
    place = house.place("wang")
    naive = update(Account).where(account.c.id == place.account_id).values(unreachable_since=datetime(2026, 1, 1))
    with pytest.raises(StatementError, match="time zone"), house.store.transaction() as db:
        db.execute(naive)


def test_an_instant_comes_back_as_itself_in_utc(house: House) -> None:
    place = house.place("wang")
    here = account.c.id == place.account_id
    noon = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    house.write(lambda db: db.execute(update(Account).where(here).values(unreachable_since=noon)))
    ((stored,),) = house.rows(select(account.c.unreachable_since).where(here))
    assert stored == noon
    assert stored.tzinfo is UTC


def test_ids_sort_by_time_and_never_repeat_over_threads() -> None:
    starting = Barrier(8)

    def make(_thread: int) -> list[str]:
        starting.wait(timeout=10)
        return [new_id(NOW) for _ in range(2_000)]

    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(make, range(8)))
    ids = [each for batch in batches for each in batch]
    assert len(set(ids)) == len(ids)
    assert all(batch == sorted(batch) for batch in batches)
    assert max(ids) < new_id(NOW + timedelta(milliseconds=1))
    assert min(ids) > new_id(NOW - timedelta(milliseconds=1))
    assert {(each[14], each[19] in "89ab", len(each)) for each in ids} == {("7", True, 36)}


def test_a_sealed_value_opens_in_its_own_row_and_column_only(house: House) -> None:
    with house.store.reading() as db:
        sealed = seal(db, "guest.phone", "row-1", "+86 138")
        assert sealed is not None
        assert b"138" not in sealed
        assert unseal(db, "guest.phone", "row-1", sealed) == "+86 138"
        for column, row in (("guest.phone", "row-2"), ("guest.email", "row-1")):
            with pytest.raises(KeyringError):
                unseal(db, column, row, sealed)
        for altered in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:20], b"", b"\x02" + sealed[1:]):
            with pytest.raises(KeyringError):
                unseal(db, "guest.phone", "row-1", altered)


def test_a_phone_number_stands_nowhere_in_the_files(sqlite_url: str, tmp_path: Path) -> None:
    house = House(sqlite_url, tmp_path / "data")
    guest_id = house.write(lambda db: add_guest(db, NOW, name="Wang", language="zh", phone="13812345678"))
    assert house.look(lambda db: guest_phone(db, guest_id)) == "13812345678"
    house.store.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    contents = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())
    assert b"Wang" in contents
    assert b"13812345678" not in contents


def test_a_value_needs_the_key_it_was_sealed_with_and_an_old_key_still_opens(house: House) -> None:
    old = house.store.keyring
    with house.store.reading() as db:
        sealed = seal(db, "guest.phone", "1", "138")
        found_by = lookup_hash(db, "phone", "138")
    turned = type(old)({**new_keyring().keys, **old.keys}, old.lookup)
    for keyring, opens in ((turned, True), (new_keyring(), False)):
        other = Store(house.url, keyring)
        with other.reading() as db:
            if opens:
                assert unseal(db, "guest.phone", "1", sealed) == "138"
                assert lookup_hash(db, "phone", "138") == found_by
                fresh = seal(db, "guest.phone", "1", "139")
                assert fresh is not None
                assert fresh[1:5] == turned.active != old.active
            else:
                with pytest.raises(KeyringError, match="no key"):
                    unseal(db, "guest.phone", "1", sealed)
        other.close()


def test_the_keyring_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    with ThreadPoolExecutor(8) as pool:
        made = set(map(format_keyring, pool.map(load_keyring, [path] * 8)))
    assert len(made) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["keyring.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_keyring_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keyring.json"
    load_keyring(path)
    path.chmod(mode)
    with pytest.raises(KeyringError, match="chmod 600"):
        load_keyring(path)


@pytest.mark.parametrize(
    "damaged", ["", "{}", "[]", '{"keys": {}, "lookup": ""}', '{"keys": {"00": "AA=="}, "lookup": "AA=="}', "null"]
)
def test_a_damaged_keyring_is_refused(damaged: str) -> None:
    with pytest.raises(KeyringError):
        parse_keyring(damaged)


def test_the_program_refuses_a_keyring_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "keyring.json").write_text(format_keyring(new_keyring()))
    (tmp_path / "data" / "keyring.json").chmod(0o644)
    house = '[[properties]]\nkey = "lakeside"\nname = "Lakeside"\ntime_zone = "Asia/Shanghai"\n'
    (tmp_path / "config.toml").write_text(f'[store]\nfolder = "{tmp_path / "data"}"\n{house}')
    command = [sys.executable, "-m", "bot", "run", "--config", str(tmp_path / "config.toml")]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GUANJIA_")}
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, env=clean, check=False)
    assert result.returncode == 2
    assert "chmod 600" in result.stderr
    assert "Traceback" not in result.stderr
