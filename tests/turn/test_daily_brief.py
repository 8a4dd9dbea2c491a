"""The daily brief through the running program: once for each person and day, whoever ticks and however often."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crm.calendar import local
from crm.staff.briefs import set_brief
from tests.support.fake_channel import FakeChannel
from tests.turn.houses import House

pytestmark = pytest.mark.anyio


def wake_at(house: House, hour: int) -> None:
    """It is this hour by the clock of the house, and a minute."""
    here = local(house.clock(), house.property.time_zone)
    next_one = here.replace(hour=hour, minute=1, second=0) + timedelta(days=here.hour >= hour)
    house.clock.forward((next_one - here).total_seconds())


def subscribe(house: House, who: str, at: str) -> None:
    member = house.add_staff(who, "front_desk")
    here = local(house.clock(), house.property.time_zone) - timedelta(hours=1)
    house.write(lambda db: set_brief(db, member.id, house.property.id, at, here))


def briefs(channel: FakeChannel, who: str) -> list[str]:
    return [each.text for each in channel.heard[who] if "brief" in each.text]


async def test_replicas_that_tick_together_send_one_brief_each(postgres_house: House) -> None:
    house, channel, other = postgres_house, FakeChannel(), FakeChannel()
    wake_at(house, 8)
    for who in ("dora", "carl", "lily"):
        subscribe(house, who, "08:00")
    async with house.running(channel, other) as apps:
        await asyncio.gather(*(app.timed.tick() for app in apps for _ in range(3)))
        await house.quiet()
    for who in ("dora", "carl", "lily"):
        assert len(briefs(channel, who) + briefs(other, who)) == 1
    assert house.states("out") == ["sent"] * 3


async def test_a_restart_brings_what_was_due_meanwhile_and_not_the_same_again(house: House) -> None:
    channel = FakeChannel()
    wake_at(house, 8)
    subscribe(house, "dora", "08:30")
    async with house.running(channel) as (app,):
        await app.timed.tick()
    assert briefs(channel, "dora") == []
    house.clock.forward(3600)
    for _ in range(2):
        async with house.running(channel) as (app,):
            await app.timed.tick()
            await house.quiet()
    (text,) = briefs(channel, "dora")
    assert "brief · 9:01 am" in text
    house.clock.forward(24 * 3600)
    async with house.running(channel) as (app,):
        await app.timed.tick()
        await house.quiet()
    assert len(briefs(channel, "dora")) == 2


async def test_a_brief_ordered_in_chat_comes_with_buttons_that_open_it(house: House) -> None:
    channel = FakeChannel()
    wake_at(house, 8)
    house.add_staff("dora", "front_desk")
    async with house.running(channel) as (app,):
        await channel.says("dora", "brief me at 8:30")
        await channel.hears("dora", "Your brief comes every day at 8:30 am, from today on.")
        house.clock.forward(1800)
        await app.timed.tick()
        await channel.hears("dora", "brief · 8:31 am")
        await channel.presses("dora", "Open requests")
        await channel.hears("dora", "Nothing open. All is done.")
