"""Fixtures for all tests. A database test asks for `database_url` and so runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os

# Read by python-telegram-bot while it is imported: retry_after is a timedelta instead of a deprecation warning.
os.environ["PTB_TIMEDELTA"] = "1"

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.understanding.recogniser import wake
from tests.support import skip_unless_ci
from tests.support.postgres import PostgresMissing, PostgresServer, running_postgres


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
    try:
        server: PostgresServer = request.getfixturevalue("postgres_server")
    except PostgresMissing as missing:
        skip_unless_ci(str(missing))
    url = server.fresh_database()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a new, empty database of either kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url
