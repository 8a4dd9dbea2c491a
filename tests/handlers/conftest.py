from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import text

from crm.encryption import new_keyring
from crm.store import Store
from crm.tables import metadata
from tests.support import skip_unless_ci
from tests.support.house import House, make_house
from tests.support.postgres import PostgresMissing


class Undone(Exception):
    """Rolls a test's transaction back."""


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Empty tables on each database, made once: no test here commits."""
    url = f"sqlite:///{tmp_path_factory.mktemp('handlers') / 'house.db'}"
    if request.param == "postgresql":
        try:
            url = request.getfixturevalue("postgres_server").fresh_database()
        except PostgresMissing as missing:
            skip_unless_ci(str(missing))
    store = Store(url, new_keyring())
    metadata.create_all(store.engine)
    yield store
    store.close()


@pytest.fixture
def house(store: Store) -> Iterator[House]:
    """A house of its own for each test, in a transaction that is rolled back."""
    with suppress(Undone), store.transaction() as db:
        if not store.is_sqlite:
            for numbered in ("service_request", "lost_item"):
                db.execute(text(f"ALTER SEQUENCE {numbered}_number_seq RESTART"))
        yield make_house(db)
        raise Undone
