"""The plug is pulled again and again, on a platform that redelivers and a network that fails: nothing is lost.

Guests ask for something, each chat in order, while the process is killed at random moments and started at once. 2 % of
the acknowledgements are lost, and 30 % of the sends certainly fail: reset, 429 or 5xx. Sends that are never answered
are left out, because replies are sent at least once: each of those may rightly come twice.

Telegram's limit of 28 sends a second for a bot holds across all restarts, since it stands in the records, and failed
sends count: 3,000 replies take at least 3,000 / 0.7 / 28 = 153 s of life. So the guests ask in step with the kills.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from time import monotonic

from bot.delivery import AT_ONCE
from tests.drills.findings import Asked, Findings, examine, wait_for_quiet
from tests.drills.site import Replica, Site, free_port, running, site
from tests.support.fake_channel import wish

FAULTS = {"reset": 0.1, "too_many": 0.1, "server_error": 0.1, "lost_acknowledgement": 0.02}
FIRST_WISH = 2  # one towel reads differently from two


@dataclass(frozen=True)
class Plan:
    """`life` is how long the process lives between two kills on average, once it answers."""

    updates: int = 3_000
    kills: int = 40
    guests: int = 150
    life: float = 3.6
    seed: int = 1
    silent: float = 0.0  # share of sends that are never answered, every second of which arrives
    heals: bool = False  # the network is sound again after the last kill, so that retries do not draw out the end

    @classmethod
    def short(cls, seed: int = 1) -> Plan:
        return cls(updates=120, kills=5, guests=15, life=0.8, seed=seed, heals=True)


async def crash(kind: str, url: str, plan: Plan) -> tuple[str, list[str]]:
    """The line of figures, and what went wrong."""
    started = monotonic()
    async with site(url, plan.guests, seed=plan.seed) as house:
        house.telegram.set_faults(seed=plan.seed, silent=plan.silent, **FAULTS)
        replica = house.replica(free_port())
        async with running(replica):
            asked = await _kill_again_and_again(house, replica, plan)
            if plan.heals:
                house.telegram.set_faults()
            found, status = await _calm_down(house, replica, asked)
    if found.duplicates > plan.kills * AT_ONCE and not plan.silent:
        found.wrong.append(f"more duplicates than {plan.kills} kills x {AT_ONCE} senders")
    if status:
        found.wrong.append(f"exit status {status} after SIGTERM")
    figures = (
        f"drill=crash database={kind} updates={plan.updates} lost={found.lost} duplicates={found.duplicates} "
        f"effects={found.effects} kills={plan.kills} seconds={monotonic() - started:.0f}"
    )
    return figures, _wrong(found)


async def _kill_again_and_again(house: Site, replica: Replica, plan: Plan) -> Asked:
    asked: Asked = []
    for kill in range(plan.kills):
        _ask(house, asked, plan.updates * (kill + 1) // plan.kills)
        await replica.begin()
        if random.random() < 0.9:  # else it dies while it starts
            await replica.ready()
            await asyncio.sleep(random.uniform(0, 2 * plan.life))
        else:
            await asyncio.sleep(random.uniform(0.1, 1.5))
        await replica.kill()
    return asked


def _ask(house: Site, asked: Asked, until: int) -> None:
    """The guests take turns, so each chat's wishes are numbered without a gap."""
    for number in range(len(asked), until):
        guest = house.guests[number % len(house.guests)]
        marker = FIRST_WISH + number // len(house.guests)
        guest.says(wish(marker, guest.language))
        asked.append((guest.id, marker))


async def _calm_down(house: Site, replica: Replica, asked: Asked) -> tuple[Findings, int]:
    await replica.start()
    store = house.open()
    try:
        await wait_for_quiet(house, store, 120)
        status = await replica.stop()
        return examine(house, store, asked), status
    finally:
        store.close()


def _wrong(found: Findings) -> list[str]:
    counts = {"lost": found.lost, "conversations out of order": found.out_of_order}
    return [*found.wrong, *(f"{count} {what}" for what, count in counts.items() if count)]
