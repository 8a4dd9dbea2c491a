"""What the owner sees of the feeds."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.feed_commands import feed_rows
from bot.timed import timed_works
from crm.stays.feeds.status import note_failed, try_claim
from tests.cli.command import ROOT, guanjia
from tests.feeds.conftest import NOW, SECRET, Make, booking

AIRBNB = {"name": "airbnb-302", "property": "lakeside", "room": "302", "url": "https://www.airbnb.com/c.ics?s=hidden"}
FEEDS = {"webhooks": [{"name": "pms"}], "calendars": [AIRBNB]}


@pytest.mark.anyio
async def test_each_feed_with_its_last_success_and_the_reason_of_its_failure(make_house: Make) -> None:
    house = make_house(FEEDS)
    pms, airbnb = feed_rows(house.settings, house.store)
    assert (pms["kind"], pms["last_success"], airbnb["for"]) == ("webhook, generic", None, "lakeside 302")
    await house.tell(booking(), booking("R-2", arrival=None))
    with house.store.transaction() as db:
        try_claim(db, NOW, "airbnb-302", house.stay()["property_id"], NOW + timedelta(minutes=15))
        note_failed(db, NOW, "airbnb-302", "status 503", NOW)
    pms, airbnb = feed_rows(house.settings, house.store)
    assert pms["last_success"] == pms["last_failure"] == "2026-11-26T04:00:00+00:00"
    assert pms["reason"] == "R-2 arrival: no day of arrival, not taken"
    assert (airbnb["last_success"], airbnb["failing_since"]) == (None, "2026-11-26T12:00:00+08:00")
    assert (airbnb["reason"], airbnb["next"]) == ("its server answers 503", "2026-11-26T12:15:00+08:00")


@pytest.mark.anyio
async def test_the_clock_reads_calendars_where_there_are_any(make_house: Make) -> None:
    none, some = make_house({"webhooks": [{"name": "pms"}]}), make_house(FEEDS)
    for house, told in ((none, False), (some, True)):
        works = [work.name for work in timed_works(house.settings)]
        assert (len(house.app.feeds.ticks), "feeds" in works) == (int(told), told)


def test_the_command_lists_them(tmp_path: Path) -> None:
    told = (ROOT / "config.example.toml").read_text("utf-8")
    config = tmp_path / "config.toml"
    config.write_text(told, "utf-8")
    assert "No feeds" in guanjia("feeds", "--config", config).stdout
    config.write_text(
        f'{told}\n[[feeds.webhooks]]\nname = "pms"\n[[feeds.calendars]]\nname = "airbnb-302"\nproperty = "lakeside"\n'
        'room = "302"\n',
        "utf-8",
    )
    environment = {"GUANJIA_FEED_PMS_SECRET": SECRET, "GUANJIA_FEED_AIRBNB_302_URL": str(AIRBNB["url"])}
    shown = guanjia("feeds", "--config", config, environment=environment)
    assert "airbnb-302" in shown.stdout
    assert "hidden" not in shown.stdout
    listed = guanjia("feeds", "--json", "--config", config, environment=environment)
    assert [each["name"] for each in json.loads(listed.stdout)] == ["pms", "airbnb-302"]
    refused = guanjia("feeds", "--config", config, environment={"GUANJIA_FEED_PMS_SECRET": SECRET})
    assert (refused.returncode, "GUANJIA_FEED_AIRBNB_302_URL" in refused.stderr) == (2, True)
