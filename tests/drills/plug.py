"""The plug of a PostgreSQL that runs on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

PATIENCE = 30.0

_restarted: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class Server:
    """A stopped server, and how it was started."""

    url: str
    command: tuple[str, ...]
    user: int
    group: int


def pull(url: str) -> Server:
    """Stops the server at once, whoever is connected."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    lock = Path(row[0]) / "postmaster.pid"
    pid = int(lock.read_text().split("\n", 1)[0])
    process = Path("/proc") / str(pid)
    command = tuple((process / "cmdline").read_bytes().decode().rstrip("\0").split("\0"))
    owner = process.stat()
    os.kill(pid, signal.SIGINT)
    _until(lambda: not lock.exists())
    return Server(url, command, owner.st_uid, owner.st_gid)


def put_back(server: Server) -> None:
    """Starts it again and waits until it answers."""
    quiet = subprocess.DEVNULL
    other = {"user": server.user, "group": server.group, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(server.command, stdout=quiet, stderr=quiet, cwd="/", **other)  # type: ignore[call-overload]
    _restarted.append(process)
    _until(lambda: _answers(server.url))


def stop_restarted() -> None:
    while _restarted:
        process = _restarted.pop()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=PATIENCE)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "PostgreSQL does not do as it is told"
        time.sleep(0.05)
