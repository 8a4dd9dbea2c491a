"""Every drill in its short form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.drills import crash, faults, grants, imports, model, replicas, wechat
from tests.drills.site import database
from tests.support import skip_unless_ci
from tests.support.postgres import PostgresMissing

Drill = Callable[[str], Awaitable[tuple[str, list[str]]]]

# One after another: each keeps the machine busy, and some wait only so long.
pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("drills")]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_process_killed_again_and_again_loses_nothing(kind: str) -> None:
    figures, wrong = await _run(kind, lambda url: crash.crash(kind, url, crash.Plan.short()))
    assert wrong == [], figures


async def test_replicas_take_over_from_each_other_and_a_zombie_does_no_harm() -> None:
    figures, wrong = await _run("postgresql", lambda url: replicas.replicas(url, replicas.Plan.short()))
    assert wrong == [], figures


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_what_the_house_stands_on_may_fail_for_a_while(kind: str) -> None:
    figures, wrong = await _run(kind, lambda url: faults.faults(kind, url))
    assert wrong == [], figures


async def test_a_malicious_model_does_nothing_that_may_not_be_done() -> None:
    figures, wrong = await _run("sqlite", lambda url: model.model(url, model.Plan(payloads=10)))
    assert wrong == [], figures


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_bookings_come_in_to_the_cent_and_a_second_time_change_nothing(kind: str) -> None:
    figures, wrong = await _run(kind, lambda url: imports.imports(kind, url, imports.Plan(1_000)))
    assert wrong == [], figures


async def test_wechat_is_answered_in_time_while_a_model_hangs_and_the_records_are_locked() -> None:
    figures, wrong = await wechat.wechat(wechat.Plan.short())
    assert wrong == [], figures


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_where_the_house_may_only_speak_now_and_then_it_never_says_a_word_too_many(kind: str) -> None:
    figures, wrong = await _run(kind, lambda url: grants.grants(kind, url, grants.Plan.short()))
    assert wrong == [], figures


async def _run(kind: str, drill: Drill) -> tuple[str, list[str]]:
    try:
        with database(kind) as url:
            return await drill(url)
    except PostgresMissing as missing:
        skip_unless_ci(str(missing))
