"""Fixtures for all tests.

A database test asks for `records_url` and so runs on SQLite and on PostgreSQL; `database_url` is for what begins with
nothing: migrations, and houses that are new.
"""

from __future__ import annotations

import os

# Read by python-telegram-bot while it is imported: retry_after is a timedelta instead of a deprecation warning.
os.environ["PTB_TIMEDELTA"] = "1"

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

import pytest
from hypothesis import settings

from bot.understanding.recogniser import wake
from crm.encryption import new_keyring
from crm.migrations import migrate
from crm.store import Store
from tests.support import skip_unless_ci
from tests.support.postgres import PostgresMissing, PostgresServer, running_postgres

# How long an example takes depends on who else works on this machine; what has to be quick is measured for itself.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _learned() -> None:
    """What is learned from the example lines is kept, so that the processes of the tests need not learn it."""
    wake(datetime.now(UTC))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the whole session; no test here pulls the plug, so it need not wait for the disk."""
    with running_postgres(fsync=False) as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a new SQLite file."""
    return f"sqlite:///{tmp_path / 'guanjia.db'}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a new, empty PostgreSQL database."""
    yield from _new_database(request)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a new, empty database of either kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(scope="session")
def _sqlite_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records") / "guanjia.db"
    _make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _postgres_records(postgres_server: PostgresServer) -> str:
    _make_tables(url := postgres_server.fresh_database())
    return url


@pytest.fixture
def sqlite_records_url(sqlite_url: str, _sqlite_records: Path) -> str:
    """URL of a new SQLite file with the tables of this version, which are made once and copied."""
    copyfile(_sqlite_records, sqlite_url.removeprefix("sqlite:///"))
    return sqlite_url


@pytest.fixture
def postgres_records_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The same in PostgreSQL."""
    yield from _new_database(request, template="_postgres_records")


@pytest.fixture(params=["sqlite", "postgresql"])
def records_url(request: pytest.FixtureRequest) -> str:
    """URL of a new database of either kind with the tables of this version."""
    url: str = request.getfixturevalue("sqlite_records_url" if request.param == "sqlite" else "postgres_records_url")
    return url


def _new_database(request: pytest.FixtureRequest, template: str = "") -> Iterator[str]:
    try:
        server: PostgresServer = request.getfixturevalue("postgres_server")
    except PostgresMissing as missing:
        skip_unless_ci(str(missing))
    url = server.fresh_database(request.getfixturevalue(template) if template else None)
    yield url
    server.drop(url)


def _make_tables(url: str) -> None:
    store = Store(url, new_keyring())
    migrate(store)
    store.close()
