"""Runs the real `guanjia` command as another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = 60.0
GUANJIA = [sys.executable, "-m", "bot"]
ROOT = Path(__file__).parents[2]


def guanjia(
    *arguments: str | Path,
    said: str | bytes = "",
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> subprocess.CompletedProcess[str]:
    """The finished command; `said` is its standard input, `folder` where it is started."""
    done = subprocess.run(
        [*GUANJIA, *map(str, arguments)],
        input=said.encode() if isinstance(said, str) else said,
        capture_output=True,
        timeout=SECONDS,
        cwd=folder,
        env=_environment(environment),
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


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
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=_environment(None)
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


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    """Without anything that belongs to a real house, nor a screen."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("GUANJIA_")}
    for screen in ("DISPLAY", "WAYLAND_DISPLAY"):
        ours.pop(screen, None)
    return {**ours, "PYTHONPATH": str(ROOT), **(more or {})}
