"""Three processes on one PostgreSQL; one is killed, one is stopped for longer than its leases and goes on as a zombie.

The platform hands each update to any of them, the next one of a chat after the last was accepted. Both victims are
taken while they hold something: a conversation they are about to answer, or a message they are sending.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import select

from crm.conversations.accounts import conversation
from crm.conversations.claims import SEND_LEASE
from crm.conversations.inbound import CONVERSATION_LEASE
from crm.conversations.messages import message
from crm.store import Store
from tests.drills.balancer import Balancer
from tests.drills.findings import Asked, Findings, examine, wait_for_quiet
from tests.drills.site import Replica, Site, free_port, running, site
from tests.support.fake_channel import wish

GRACE = 5.0  # a lease that has ended is found within so many seconds
FIRST_WISH = 2
REPLICAS = 3


@dataclass(frozen=True)
class Plan:
    """`holds` is what a victim must hold when it is taken: its lease decides how long the drill takes."""

    messages: int = 900
    guests: int = 60
    per_second: float = 15.0
    holds: str = "message"
    seed: int = 1

    @classmethod
    def short(cls, seed: int = 1) -> Plan:
        return cls(messages=160, guests=20, per_second=14.0, holds="conversation", seed=seed)

    @property
    def lease(self) -> float:
        return (SEND_LEASE if self.holds == "message" else CONVERSATION_LEASE).total_seconds()


@dataclass
class Held:
    """The messages in a victim's hands."""

    to_answer: list[str]
    to_send: list[str]


async def replicas(url: str, plan: Plan) -> tuple[str, list[str]]:
    """The line of figures, and what went wrong."""
    started = monotonic()
    async with site(url, plan.guests, seed=plan.seed, burst_seconds=0.3) as house:
        ports = [free_port() for _ in range(REPLICAS)]
        async with Balancer(ports) as entrance:
            processes = [house.replica(port, entrance) for port in ports]
            async with running(*processes):
                await asyncio.gather(*(each.start() for each in processes))
                found, takeover = await _drill(house, processes, plan)
    if takeover > plan.lease + GRACE:
        found.wrong.append(f"taken over after {takeover:.1f} s, the lease is {plan.lease:.0f} s")
    if found.lost or found.out_of_order:
        found.wrong.append(f"{found.lost} lost, {found.out_of_order} conversations out of order")
    figures = (
        f"drill=replicas messages={plan.messages} lost={found.lost} duplicates={found.duplicates} "
        f"out_of_order={found.out_of_order} takeover_seconds={takeover:.1f} seconds={monotonic() - started:.0f}"
    )
    return figures, found.wrong


async def _drill(house: Site, processes: list[Replica], plan: Plan) -> tuple[Findings, float]:
    store = house.open()
    try:
        asking = asyncio.create_task(_ask(house, plan))
        await asyncio.sleep(1)
        killed, zombie, _ = processes
        takeover, _ = await asyncio.gather(_kill(store, killed, plan), _stop_for_a_while(store, zombie, plan))
        asked = await asking
        await wait_for_quiet(house, store, 120)
        await asyncio.sleep(1)  # what the zombie may still do
        return examine(house, store, asked), takeover
    finally:
        store.close()


async def _ask(house: Site, plan: Plan) -> Asked:
    asked: Asked = []
    for number in range(plan.messages):
        guest, marker = house.guests[number % plan.guests], FIRST_WISH + number // plan.guests
        guest.says(wish(marker, guest.language))
        asked.append((guest.id, marker))
        await asyncio.sleep(random.expovariate(plan.per_second))
    return asked


async def _kill(store: Store, victim: Replica, plan: Plan) -> float:
    """Seconds until the others had done what the dead one held."""
    held = await _catch(store, victim, plan)
    died = monotonic()
    await victim.kill()
    while not await asyncio.to_thread(_is_done, store, held):
        assert monotonic() - died < plan.lease + 60, f"never taken over: {held}"
        await asyncio.sleep(0.05)
    return monotonic() - died


async def _stop_for_a_while(store: Store, victim: Replica, plan: Plan) -> None:
    held = await _catch(store, victim, plan)
    stopped = monotonic()
    await asyncio.sleep(plan.lease + 1)
    while not await asyncio.to_thread(_is_done, store, held):
        assert monotonic() - stopped < plan.lease + GRACE, f"not taken over: {held}"
        await asyncio.sleep(0.05)
    victim.resume()


async def _catch(store: Store, victim: Replica, plan: Plan) -> Held:
    """Stops the process at a moment at which it holds what the plan says."""
    while True:
        await asyncio.sleep(random.uniform(0.01, 0.1))
        victim.pause()
        await asyncio.sleep(0.05)  # what it has begun in the database ends
        held = await asyncio.to_thread(_held, store, victim.pid)
        if held.to_send if plan.holds == "message" else held.to_answer and not held.to_send:
            return held
        victim.resume()


def _held(store: Store, pid: int) -> Held:
    mine = f"%:{pid}:%"
    leased = select(conversation.c.id).where(conversation.c.lease_owner.like(mine))
    to_answer = select(message.c.id).where(message.c.state == "new", message.c.conversation_id.in_(leased))
    to_send = select(message.c.id).where(message.c.state == "sending", message.c.lease_owner.like(mine))
    with store.reading() as db:
        return Held(list(db.execute(to_answer).scalars()), list(db.execute(to_send).scalars()))


def _is_done(store: Store, held: Held) -> bool:
    """Answered and sent."""
    open_states = ["new", "queued", "sending"]
    unfinished = message.c.id.in_([*held.to_answer, *held.to_send]), message.c.state.in_(open_states)
    with store.reading() as db:
        return db.execute(select(message.c.id).where(*unfinished).limit(1)).first() is None
