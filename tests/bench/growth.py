"""(c) What a turn costs with few and with very many guests in the store."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from bot import loop
from bot.app import open_store
from crm.properties.houses import find_room_id
from tests.bench.crowd import Crowd
from tests.bench.filling import fill
from tests.bench.house import CONSOLE, DESK, ROOMS, Guest, bench_settings, check_in, finish_requests, the_house
from tests.bench.report import Row, Section
from tests.bench.running import running_app
from tests.bench.size import Size

CHATTING = 32
TURNS = 128  # in a batch
ALLOWED = 1.1
NOTES = (
    f"SQLite files with so many guests and stays (in the past and to come), and {CHATTING} guests in house who chat; "
    "all files are open in this one process, and their batches take turns in random order.",
    f"A batch is {TURNS} turns of the mix of (a); shown is the median CPU time of a turn, of this whole process, "
    "until the last card has reached the housekeeper. "
    "The ratio is the median of the ratios within each round. Wall times share the machine with everybody else.",
    "Linking: a stranger sends a reservation code that is in the store. Who is in a room: a look-up by the front desk.",
)


@dataclass
class Place:
    """One of the stores, with what was measured there: milliseconds by kind of turn."""

    guests: int
    path: Path
    chatting: Sequence[Guest]
    crowd: Crowd
    megabytes: float
    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def bench(size: Size) -> Section:
    with TemporaryDirectory(prefix="guanjia-bench-") as folder:
        places = loop.run(_measure(Path(folder), size))
    least, rows = places[0], []
    for place in places:
        rows += list(_rows(place, least))
    return Section("(c) What a turn costs as the store grows", rows, NOTES)


async def _measure(folder: Path, size: Size) -> list[Place]:
    places, random = [], Random(2)
    async with AsyncExitStack() as running:
        for count in size.guests:
            places.append(await _open(folder / str(count), count, running))
        for place in places:
            await _batch(place, 0)
            place.cpu.clear()
            place.wall.clear()
        for batch in range(1, size.batches + 1):
            for place in random.sample(places, len(places)):
                await _batch(place, batch)
    return places


async def _open(folder: Path, count: int, running: AsyncExitStack) -> Place:
    settings = bench_settings(folder)
    store = open_store(settings)
    with store.transaction() as db:
        house = the_house(db)
        rooms = [find_room_id(db, house, str(1001 + number)) or "" for number in range(ROOMS)]
        chatting = check_in(db, CONSOLE, [f"guest:{number}" for number in range(CHATTING)])
    fill(store, count, house.id, rooms)
    store.close()
    crowd = await running.enter_async_context(running_app(settings))
    path = folder / "guanjia.db"
    return Place(count, path, chatting, crowd, path.stat().st_size / 1e6)


async def _batch(place: Place, batch: int) -> None:
    async def turns() -> None:
        await place.crowd.talk(place.chatting, TURNS)

    async def links() -> None:
        codes = _codes(place.guests, batch, CHATTING)
        await asyncio.gather(*(place.crowd.ask(f"new:{batch}:{code}", code, "en") for code in codes))

    async def looks() -> None:
        for number in range(CHATTING):
            await place.crowd.ask(DESK, f"who is in {1001 + number}?", "en")

    for kind, act, count in (("turn", turns, TURNS), ("link", links, CHATTING), ("look", looks, CHATTING)):
        cpu, wall = process_time(), perf_counter()
        await act()
        place.wall[kind].append((perf_counter() - wall) * 1000 / count)
        await place.crowd.quiet()
        place.cpu[kind].append((process_time() - cpu) * 1000 / count)
    finish_requests(place.path)


def _codes(guests: int, batch: int, count: int) -> list[str]:
    """Codes spread over the whole store, others in every batch."""
    step = max(1, guests // count)
    return [f"R{(number * step + batch * 7) % guests:08}" for number in range(count)]


def _rows(place: Place, least: Place) -> Iterator[Row]:
    names = {"turn": "a turn", "link": "linking by code", "look": "who is in a room"}
    for kind, name in names.items():
        ratio = median(mine / theirs for mine, theirs in zip(place.cpu[kind], least.cpu[kind], strict=True))
        is_held = kind == "turn" and place is not least
        yield Row(
            f"{place.guests:,} guests ({place.megabytes:,.0f} MB): {name}" if kind == "turn" else f"  {name}",
            f"{median(place.cpu[kind]):.2f} ms CPU",
            f"{median(place.wall[kind]):.2f} ms wall",
            f"{ratio:.2f}",
            f"<= {ALLOWED}" if is_held else "",
            ratio <= ALLOWED if is_held else None,
        )
