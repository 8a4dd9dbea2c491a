"""`guanjia simulate`: all requests come to an end, every guest hears each step, and no promise just breaks."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.simulate import Wishes, simulate
from tests.cli.command import guanjia

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


async def test_day_with_slow_absent_and_double_clicking_staff_keeps_every_promise(database_url: str) -> None:
    outcome = await simulate(Wishes(requests=30, days=1, seed=4, url=database_url), NOW)
    assert outcome.findings == ()
    assert set(outcome.by_state) <= {"done", "cannot", "cancelled"}
    assert outcome.requests >= 15
    assert outcome.announced  # the day was not an easy one
    assert outcome.climbed


def test_the_command_tells_how_it_went() -> None:
    outcome = json.loads(guanjia("simulate", "--requests", "5", "--days", "1", "--json").stdout)
    assert outcome["findings"] == []
    assert sum(outcome["by_state"].values()) == outcome["requests"]
