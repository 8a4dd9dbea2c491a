"""An emergency is with everybody on duty in less than a second, before anything is loaded, learned or asked."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.understanding.alarm import is_alarm
from tests.support.fake_channel import FakeChannel
from tests.turn.houses import House

pytestmark = pytest.mark.anyio

# A process of its own, whose first message this is: nothing else has loaded the brains there.
FIRST_MESSAGE = """
import asyncio, sys
from pathlib import Path
from tests.support.fake_channel import FakeChannel
from tests.turn.houses import House

async def main() -> None:
    house, channel = House(sys.argv[1], Path(sys.argv[2])), FakeChannel()
    house.add_guest("anna", "212")
    for who, role in (("dora", "front_desk"), ("boss", "manager")):
        house.add_staff(who, role)
    async with house.running(channel):
        await channel.says("anna", sys.argv[3])
        for who in ("dora", "boss"):
            await channel.hears(who, "212")
        await channel.hears("anna", "119")
        loaded = "numpy" in sys.modules
    house.store.close()
    print("loaded:", loaded)

asyncio.run(main())
"""


@pytest.mark.parametrize("words", ["fire in my room!", "我爸摔倒了，起不来"])
def test_it_needs_neither_classifier_nor_model(words: str, sqlite_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FIRST_MESSAGE, sqlite_url, str(tmp_path / "data"), words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded: False"


async def test_everybody_on_duty_has_it_within_a_second_however_long_bursts_are_waited_for(house: House) -> None:
    house.add_guest("anna", "212")
    for number in range(3):
        house.add_staff(f"dora {number}", "front_desk")
    house.add_staff("boss", "manager")
    channel = FakeChannel()
    async with house.running(channel, burst_seconds=10.0):
        await channel.says("anna", "hello there")  # a burst has begun
        started = time.perf_counter()
        await channel.says("anna", "help, somebody is not breathing")
        for who in ("dora 0", "dora 1", "dora 2", "boss"):
            await channel.hears(who, "212", seconds=5)
        took = time.perf_counter() - started
        await house.quiet()
    assert len(house.states("out")) == 5  # and the guest was answered once
    assert took < 1.0


async def test_what_is_said_after_it_waits_for_no_burst_and_no_model(house: House) -> None:
    house.add_guest("anna", "212")
    house.add_staff("dora", "front_desk")
    channel = FakeChannel()
    async with house.running(channel, burst_seconds=10.0):
        await channel.says("anna", "my father fell down")
        await channel.hears("dora", "EMERGENCY", seconds=5)
        started = time.perf_counter()
        await channel.says("anna", "two more towels, there is something on the floor")
        await channel.hears("dora", "something on the floor", seconds=5)
        took = time.perf_counter() - started
        await house.quiet()
    assert took < 1.0


@pytest.mark.parametrize(
    ("words", "raised"),
    [
        ("FIRE!!", True),
        ("fire! fire!", True),
        ("着火了", True),
        ("救命", True),
        ("my mother fell and cannot get up", True),
        ("is there a fire drill today?", False),
        ("a fireplace would be nice", False),
        ("我想着火锅", False),
        ("救命这也太美了", False),
        ("救命！浴室里冒烟了，哈哈哈没骗你", True),
        ("two towels please", False),
        ("", False),
    ],
)
def test_alarm_is_heard_by_words_alone(words: str, raised: bool) -> None:
    assert is_alarm(words) is raised
