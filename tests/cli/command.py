"""Runs the real `guanjia` command as another process."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

SECONDS = 60
GUANJIA = [sys.executable, "-m", "bot"]
ROOT = Path(__file__).parents[2]


def guanjia(
    *arguments: str | Path,
    said: str | bytes = "",
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> subprocess.CompletedProcess[str]:
    """The finished command, run by a warm Python; `said` is its standard input, `folder` where it is started."""
    command = {
        "arguments": [*map(str, arguments)],
        "environment": clean_environment(environment),
        "folder": str(folder),
    }
    with TemporaryFile() as given, TemporaryFile() as told, TemporaryFile() as complained:
        files = [given, told, complained]
        given.write(said.encode() if isinstance(said, str) else said)
        given.seek(0)
        warm = _warm()
        socket.send_fds(warm, [json.dumps(command).encode() + b"\n"], [file.fileno() for file in files])
        status = int(warm.recv(16))
        for file in files:
            file.seek(0)
        return subprocess.CompletedProcess(arguments, status, told.read().decode(), complained.read().decode())


@cache
def _warm() -> socket.socket:
    """The line to a Python that has everything imported; it ends with this process."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-m", "tests.cli.warm", str(theirs.fileno()), str(SECONDS)]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, cwd=ROOT, env=clean_environment(), pass_fds=[theirs.fileno()]
        )
    atexit.register(process.wait, SECONDS)
    atexit.register(ours.close)
    return ours


def requests(data: Path) -> list[dict[str, Any]]:
    listed = guanjia("requests", "--data", data, "--json")
    assert listed.returncode == 0, listed.stderr
    rows: list[dict[str, Any]] = json.loads(listed.stdout)
    return rows


@contextmanager
def serving_demo(data: Path | None = None, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """A demo that serves on a free port, and what it says of itself with --json; it is stopped in the end."""
    where = ["--data", str(data)] if data else []
    command = [*GUANJIA, "demo", "--json", "--no-browser", "--port", "0", *where, *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=clean_environment()
    )
    try:
        yield process, _said_by(process)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _said_by(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The first JSON object on its standard output, which then falls silent."""
    assert process.stdout
    assert process.stderr
    read = b""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        read += line
        if line.rstrip() == b"}":
            said: dict[str, Any] = json.loads(read)
            return said
        if not line:
            break
    raise AssertionError(f"no demo: {read.decode()}{process.stderr.read().decode()}")


def clean_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Without anything that belongs to a real house, nor a screen."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("GUANJIA_")}
    for screen in ("DISPLAY", "WAYLAND_DISPLAY"):
        ours.pop(screen, None)
    return {**ours, "PYTHONPATH": str(ROOT), **(more or {})}
