"""120,000 bookings with all the traps come in by the real command, twice: every total to the cent, then no change."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.cli.command import GUANJIA, ROOT, clean_environment
from tests.support.dumps import Told, as_csv, as_workbook, history, orders

MOST_SECONDS, MOST_MEGABYTES = 60.0, 256.0  # for 100,000 rows
HOUSE = '[[properties]]\nkey = "lakeside"\nname = "Lakeside"\ntime_zone = "Asia/Shanghai"\nrooms = ["301", "302"]\n'


@dataclass(frozen=True, slots=True)
class Plan:
    rows: int = 120_000
    seed: int = 1


async def imports(kind: str, url: str, plan: Plan) -> tuple[str, list[str]]:
    """The figures of each kind of file, and what was wrong."""
    figures, wrong, megabytes = [], [], 0.0
    with TemporaryDirectory() as folder:
        for name, content, told in _files(plan):
            (Path(folder) / "config.toml").write_text(HOUSE, "utf-8")
            (Path(folder) / name).write_bytes(content)
            first, seconds, most = await _taken(Path(folder), name, url)
            again, later, most_again = await _taken(Path(folder), name, url)
            megabytes = max(megabytes, most, most_again)
            figures.append(f"{name} {seconds:.1f} s, again {later:.1f} s")
            wrong += [f"{kind} {name}: {each}" for each in _differences(told, first, again)]
            if max(seconds, later) > MOST_SECONDS * max(1, plan.rows / 100_000):
                wrong.append(f"{kind} {name}: {seconds:.0f} s and {later:.0f} s")
            if megabytes > MOST_MEGABYTES:
                wrong.append(f"{kind} {name}: {megabytes:.0f} MB")
    return f"imports on {kind}, {plan.rows} rows: {'; '.join(figures)}; {megabytes:.0f} MB at most", wrong


def _files(plan: Plan) -> list[tuple[str, bytes, Told]]:
    """In another order than they were made, the larger file of numbers last."""
    told_history, told_orders = history(plan.rows, plan.seed), orders(plan.rows, plan.seed)
    other = orders(plan.rows, plan.seed, first=plan.rows)
    return [
        ("history.csv", *told_history),
        ("orders.csv", as_csv(told_orders[0], "gb18030"), told_orders[1]),
        ("orders.xlsx", as_workbook(other[0]), other[1]),
    ]


async def _taken(folder: Path, name: str, url: str) -> tuple[dict[str, Any], float, float]:
    """What was printed, the seconds it took, and the most memory in MB."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *GUANJIA,
        *("import", str(folder / name), "--json", "--config", str(folder / "config.toml")),
        cwd=ROOT,
        env=clean_environment({"GUANJIA_DATABASE_URL": url, "PATH": os.environ["PATH"]}),
        stdout=asyncio.subprocess.PIPE,
    )
    watching = asyncio.create_task(_most_memory(process.pid))
    said, _ = await process.communicate()
    taken: dict[str, Any] = json.loads(said) if process.returncode == 0 else {}
    return taken, time.monotonic() - begun, await watching


def _status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""


async def _most_memory(pid: int) -> float:
    """Of the process itself, in MB; what rusage tells of children counts what they were before they became it."""
    most = 0.0
    while True:
        found = re.search(r"VmHWM:\s+(\d+) kB", _status(pid))
        if found is None:  # it has ended
            return most
        most = int(found[1]) / 1024
        await asyncio.sleep(0.02)


def _differences(told: Told, first: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    if not first or not again:
        return ["it failed"]
    wanted = {
        "rows": told.rows,
        "refused": told.refused,
        "repeated": told.repeated,
        "stays": told.stays,
        "nights": told.nights,
        "revenue": {currency: f"{cents // 100}.{cents % 100:02}" for currency, cents in told.revenue.items()},
    }
    states = {state: found["stays"] for state, found in first["states"].items()}
    wrong = [f"{key} is {first[key]}, not {value}" for key, value in wanted.items() if first[key] != value]
    wrong += [] if states == told.states else [f"states are {states}, not {dict(told.states)}"]
    wrong += [] if first["new"] == told.stays else [f"new are {first['new']}"]
    return wrong + ([] if again["same"] == told.stays and not again["new"] else ["the second time changed something"])
