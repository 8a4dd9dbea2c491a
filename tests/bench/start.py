"""(d) From the command to the open port, memory idle and at its peak, and the size on disk."""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.installed import installed_megabytes
from tests.bench.platform import Platform
from tests.bench.processes import HOUSE, UNLIMITED, free_port, prepare, running
from tests.bench.report import Row, Section
from tests.bench.size import Size

LONGEST_START = 1.2
MOST_MEMORY = 130.0
MOST_INSTALLED = 300.0
IDLE_SECONDS = 4.0
PEAK_SECONDS = 6.0
NOTES = (
    "`guanjia run` with Telegram (webhook) and the web chat on SQLite, from the start of the process to the line that "
    "names its open port; the median of several starts with an existing store.",
    f"Idle: {IDLE_SECONDS:.0f} s after the start, before anybody has written (numpy and what was learned come with "
    f"the first message). Peak: the most ever resident during {PEAK_SECONDS:.0f} s with 32 turns in flight. PSS counts "
    "shared libraries by share.",
    "Installed: the files on disk of the distributions that guanjia with the postgres extra needs (by their metadata, "
    "recursively), with their compiled byte code, and of its own four packages; nothing of the dev group.",
)


def bench(size: Size) -> Section:
    with TemporaryDirectory(prefix="guanjia-bench-") as folder:
        rows = asyncio.run(_measure(Path(folder), size))
    megabytes, largest = installed_megabytes()
    rows.append(
        Row(
            "Installed",
            f"{megabytes:.0f} MB",
            f"largest: {largest}",
            "",
            f"<= {MOST_INSTALLED:.0f} MB",
            megabytes <= MOST_INSTALLED,
        )
    )
    return Section("(d) Start, memory, size", rows, NOTES)


async def _measure(folder: Path, size: Size) -> list[Row]:
    seconds, idle = [], []
    async with Platform() as telegram:
        config = prepare(folder, telegram, free_port())
        for _ in range(size.starts):
            async with running(*HOUSE, "--config", config) as house:
                await telegram.connected()
                await asyncio.sleep(IDLE_SECONDS)
                seconds.append(house.seconds)
                idle.append(house.memory())
        async with running(*UNLIMITED, "--config", config) as house:
            await telegram.connected()
            await telegram.talk(32, PEAK_SECONDS)
            busy = house.memory()
    rss, pss = (median(each[kind] for each in idle) for kind in ("rss", "pss"))
    start = median(seconds)
    return [
        Row(
            "Start to ready",
            f"{start:.2f} s",
            f"best {min(seconds):.2f} s",
            "",
            f"<= {LONGEST_START} s",
            start <= LONGEST_START,
        ),
        Row(
            "Memory idle", f"{rss:.0f} MB RSS", f"{pss:.0f} MB PSS", "", f"<= {MOST_MEMORY:.0f} MB", rss <= MOST_MEMORY
        ),
        Row("Memory at its peak", f"{busy['peak']:.0f} MB RSS", f"{busy['pss']:.0f} MB PSS after it"),
    ]
