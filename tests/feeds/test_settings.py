"""The settings of feeds: the example can be used as it stands, and what is wrong is named."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from bot.config import ConfigError, parse_settings
from bot.feed_settings import CalendarSettings, FeedsSettings, WebhookSettings
from tests.cli.command import ROOT

EXAMPLE = ROOT / "config.example.toml"
SECRETS = {"GUANJIA_FEED_PMS_SECRET": "x" * 24}


def example() -> dict[str, Any]:
    """With its tables of feeds, which are remarks there."""
    return tomllib.loads(re.sub(r"(?m)^# (?=\[\[feeds\.|[a-z]+ = )", "", EXAMPLE.read_text("utf-8")))


def test_the_example_shows_every_key_and_is_accepted() -> None:
    shown = example()
    assert set(shown["feeds"]) == set(FeedsSettings.model_fields)
    assert set(shown["feeds"]["webhooks"][0]) == set(WebhookSettings.model_fields) - {"secret"}
    assert set(shown["feeds"]["calendars"][0]) == set(CalendarSettings.model_fields)
    settings = parse_settings(shown, SECRETS)
    assert settings.feeds.webhooks[0].properties == {"H-1": "lakeside"}
    assert "x" * 24 not in repr(settings)
    assert "s=456" not in repr(settings)


@pytest.mark.parametrize(
    ("said", "environment", "named"),
    [
        ({}, {}, "GUANJIA_FEED_PMS_SECRET"),
        ({}, {"GUANJIA_FEED_PMS_SECRET": "short"}, "GUANJIA_FEED_PMS_SECRET"),
        ({"secret": "x" * 24}, SECRETS, "GUANJIA_FEED_PMS_SECRET"),
        ({"name": "Pms"}, SECRETS, "feeds.webhooks.0.name"),
        ({"system": "other"}, SECRETS, "feeds.webhooks.0.system"),
        ({"properties": {"H-1": "lake"}}, SECRETS, "'lake'"),
        ({"colour": "red"}, SECRETS, "feeds.webhooks.0.colour"),
    ],
)
def test_what_is_wrong_is_named(said: dict[str, Any], environment: dict[str, str], named: str) -> None:
    values = example()
    values["feeds"]["webhooks"][0] |= said
    with pytest.raises(ConfigError, match=re.escape(named)):
        parse_settings(values, environment)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"url": ""}, "GUANJIA_FEED_AIRBNB_201_URL"),
        ({"url": "http://www.airbnb.com/c.ics"}, "https://"),
        ({"url": "https://airbnb.com.example.org/c.ics"}, "airbnb.com.example.org is not among the hosts"),
        ({"property": "lake"}, "'lake'"),
        ({"room": "999"}, "'999'"),
        ({"name": "pms"}, "two are called 'pms'"),
    ],
)
def test_what_is_wrong_with_a_calendar_is_named(said: dict[str, Any], named: str) -> None:
    values = example()
    values["feeds"]["calendars"][0] |= said
    with pytest.raises(ConfigError, match=re.escape(named)):
        parse_settings(values, SECRETS)


def test_a_network_is_one() -> None:
    values = example()
    values["feeds"]["networks"] = ["home"]
    with pytest.raises(ConfigError, match=r"feeds\.networks"):
        parse_settings(values, SECRETS)


def test_two_feeds_are_not_called_the_same() -> None:
    values = example()
    values["feeds"]["webhooks"].append({"name": "pms"})
    with pytest.raises(ConfigError, match="two are called 'pms'"):
        parse_settings(values, SECRETS)
