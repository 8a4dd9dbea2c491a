"""What the house stands on is taken away and given back: the platform is told to try again, and nothing is lost.

locked     another process holds SQLite's write lock for 8 s, longer than we wait for it
full       SQLite's files may not grow any more; played by the kernel's limit on the size of a file, since a real full
           disk needs a file system of its own. PostgreSQL is left out: filling its disk needs more rights than we have
restarted  PostgreSQL is stopped for 4 s and started again
down       the platform cannot be reached while the house starts
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from typing import Any

import httpx

from bot.channels.telegram.webhook import SECRET_HEADER, WEBHOOK_PATH
from tests.drills import plug
from tests.drills.findings import Asked, examine, wait_for_quiet
from tests.drills.site import SECRET, Replica, Site, free_port, running, site
from tests.support.fake_channel import wish

Json = dict[str, Any]

REFUSED = "503 with Retry-After"
FULL_BYTES = 4096
GUESTS = 6
LOCKED_SECONDS = 8.0
AWAY_SECONDS = 4.0
FIRST_WISH = 2

Fault = Callable[[Site, Replica], AbstractAsyncContextManager[object]]


async def faults(kind: str, url: str) -> tuple[str, list[str]]:
    """The line of figures, and what went wrong."""
    started, wrong, figures = monotonic(), [], []
    async with site(url, GUESTS) as house:
        replica = house.replica(free_port())
        async with running(replica):
            store = house.open()
            await _start_without_platform(house, replica)
            asked: Asked = []
            _ask(house, asked)
            await wait_for_quiet(house, store, 60)
            for name, (fault, seconds) in _faults_of(kind, url).items():
                async with fault(house, replica):
                    answers = await _knock(replica, _ask(house, asked), seconds)
                await wait_for_quiet(house, store, 60)
                figures.append(f"{name}_refused={answers[REFUSED]}")
                wrong += _check_answers(name, answers)
            status = await replica.stop()
            found = examine(house, store, asked)
            store.close()
    wrong += found.wrong + ([f"exit status {status}"] if status else [])
    wrong += [f"{found.lost} lost, {found.out_of_order} out of order"] if found.lost or found.out_of_order else []
    line = f"drill=faults database={kind} {' '.join(figures)} messages={len(asked)} lost={found.lost}"
    return f"{line} duplicates={found.duplicates} effects={found.effects} seconds={monotonic() - started:.0f}", wrong


def _faults_of(kind: str, url: str) -> dict[str, tuple[Fault, float]]:
    if kind == "sqlite":
        return {"locked": (_locked, LOCKED_SECONDS), "full": (_full, AWAY_SECONDS)}
    return {"restarted": (lambda _house, _replica: _away(url), AWAY_SECONDS)}


async def _start_without_platform(house: Site, replica: Replica) -> None:
    await house.telegram.hang_up()
    await replica.start()
    async with httpx.AsyncClient() as client:
        health = await client.get(f"http://127.0.0.1:{replica.port}/healthz")
    assert health.status_code == 200, health.text
    await asyncio.sleep(1)
    await house.telegram.listen()


def _ask(house: Site, asked: Asked) -> Json:
    """Everybody asks for one more thing; returns the first update, for us to deliver as well."""
    marker, updates = FIRST_WISH + len(asked) // GUESTS, []
    for guest in house.guests:
        updates.append(guest.says(wish(marker, guest.language)))
        asked.append((guest.id, marker))
    return house.telegram.pending[updates[0]]


async def _knock(replica: Replica, update: Json, seconds: float) -> Counter[str]:
    """Delivers the same update again and again, and counts what the webhook answers."""
    url, answers = f"http://127.0.0.1:{replica.port}{WEBHOOK_PATH}", Counter[str]()
    ends = monotonic() + seconds
    async with httpx.AsyncClient(timeout=30) as client:
        while (left := ends - monotonic()) > 0:
            answer = await client.post(url, json=update, headers={SECRET_HEADER: SECRET})
            answers[f"{answer.status_code}" + (" with Retry-After" if "retry-after" in answer.headers else "")] += 1
            await asyncio.sleep(min(0.2, left))
    return answers


def _check_answers(name: str, answers: Counter[str]) -> list[str]:
    """200 is what it says once the fault is over; a process that waits for a lock says nothing before that."""
    if not answers[REFUSED] or set(answers) - {REFUSED, "200"}:
        return [f"{name}: the webhook was to answer {REFUSED}, but it answered {dict(answers)}"]
    return []


@asynccontextmanager
async def _locked(house: Site, _replica: Replica) -> AsyncIterator[None]:
    other = sqlite3.connect(house.folder / "data" / "guanjia.db", isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    releasing = asyncio.get_running_loop().call_later(LOCKED_SECONDS, other.rollback)
    try:
        yield
    finally:
        releasing.cancel()
        other.close()


@asynccontextmanager
async def _full(_house: Site, replica: Replica) -> AsyncIterator[None]:
    before = resource.prlimit(replica.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(replica.pid, resource.RLIMIT_FSIZE, (FULL_BYTES, before[1]))
    try:
        yield
    finally:
        resource.prlimit(replica.pid, resource.RLIMIT_FSIZE, before)


@asynccontextmanager
async def _away(url: str) -> AsyncIterator[None]:
    server = await asyncio.to_thread(plug.pull, url)
    try:
        yield
    finally:
        await asyncio.to_thread(plug.put_back, server)
