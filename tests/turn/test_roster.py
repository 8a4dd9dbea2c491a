"""The duty roster through the running program: a shift begins and ends once, whoever ticks and however often."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crm.calendar import local
from crm.staff.members import StaffMember, set_on_duty, staff_of
from crm.staff.roster import Plan, PlannedShift, plan_shifts
from handlers.timed import roster
from handlers.turn import Moment, Reply
from tests.support.fake_channel import FakeChannel
from tests.turn.houses import House

pytestmark = pytest.mark.anyio


def wake_at(house: House, hour: int) -> None:
    """It is this hour of tomorrow by the clock of the house, and a minute."""
    here = local(house.clock(), house.property.time_zone)
    then = here.replace(hour=hour, minute=1, second=0) + timedelta(days=1)
    house.clock.forward((then - here).total_seconds())


def plan(house: House, who: str, begins: int, ends: int) -> StaffMember:
    """Of today, by the hours of a day."""
    member, now = house.add_staff(who, "front_desk"), house.clock()
    today = local(now, house.property.time_zone).date()
    wanted = [Plan(today, (begins * 60, ends * 60))]
    house.write(lambda db: set_on_duty(db, member, on_duty=False))
    house.write(lambda db: plan_shifts(db, now, member, house.property.id, wanted, member))
    return member


def on_duty(house: House) -> list[str]:
    with house.store.reading() as db:
        return sorted(each.name.lower() for each in staff_of(db, house.property.id) if each.on_duty)


def said(*channels: FakeChannel, who: str) -> list[str]:
    return [each.text for channel in channels for each in channel.heard[who]]


async def test_replicas_that_tick_together_begin_and_end_each_shift_once(postgres_house: House) -> None:
    house, channel, other = postgres_house, FakeChannel(), FakeChannel()
    wake_at(house, 8)
    for who in ("dora", "carl", "lily"):
        plan(house, who, 8, 16)
    async with house.running(channel, other) as apps:
        for _ in range(2):
            await asyncio.gather(*(app.timed.tick() for app in apps for _ in range(3)))
            await house.quiet()
            house.clock.forward(8 * 3600)
    for who in ("dora", "carl", "lily"):
        begun, ended = sorted(said(channel, other, who=who))
        assert begun.startswith("Your shift has begun")
        assert ended.startswith("Your shift is over")
    assert on_duty(house) == []


async def test_a_restart_does_what_was_due_meanwhile_and_not_the_same_again(house: House) -> None:
    channel = FakeChannel()
    wake_at(house, 7)
    plan(house, "dora", 8, 16)
    async with house.running(channel) as (app,):
        await app.timed.tick()
    assert said(channel, who="dora") == []
    house.clock.forward(3 * 3600)
    for _ in range(2):
        async with house.running(channel) as (app,):
            await app.timed.tick()
            await house.quiet()
    assert len(said(channel, who="dora")) == 1
    assert on_duty(house) == ["dora"]
    house.clock.forward(24 * 3600)
    async with house.running(channel) as (app,):
        await app.timed.tick()
        await house.quiet()
    assert len(said(channel, who="dora")) == 1
    assert on_duty(house) == []


async def test_one_that_fails_waits_and_keeps_no_other_from_beginning(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, begin = FakeChannel(), roster._begins
    broken = {"Carl"}

    def fail(moment: Moment, shift: PlannedShift, member: StaffMember) -> list[Reply]:
        if member.name in broken:
            raise RuntimeError("of this one only")
        return begin(moment, shift, member)

    monkeypatch.setattr(roster, "_begins", fail)
    wake_at(house, 8)
    for who in ("carl", "dora"):
        plan(house, who, 8, 16)
    async with house.running(channel) as (app,):
        await app.timed.tick()
        assert on_duty(house) == ["dora"]
        broken.clear()
        house.clock.forward(11 * 60)
        await app.timed.tick()
        await house.quiet()
    assert on_duty(house) == ["carl", "dora"]


async def test_a_sentence_plans_and_the_clock_keeps_it(house: House) -> None:
    channel = FakeChannel()
    house.add_staff("max", "manager")
    member = house.add_staff("lily", "housekeeping")
    house.write(lambda db: set_on_duty(db, member, on_duty=False))
    async with house.running(channel) as (app,):
        await channel.says("max", "lily works tomorrow 7 to 15")
        await channel.hears("max", "Planned: Lily")
        await channel.hears("lily", "Max has planned you:")
        wake_at(house, 7)
        await app.timed.tick()
        await channel.hears("lily", "Your shift has begun, until 3:00 pm.")
        assert "lily" in on_duty(house)
        await channel.presses("lily", "Off duty")
        await channel.hears("lily", "You are off duty.")
        await app.timed.tick()
        await house.quiet()
    assert "lily" not in on_duty(house)
