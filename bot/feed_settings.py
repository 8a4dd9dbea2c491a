"""Settings of the feeds: who tells us of bookings, and which houses and rooms of ours they mean."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Set
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from bot.channel_settings import Section

LEAST_SECRET = 24
OTA = "ota"  # told in OpenTravel's XML; of the others there is a file each
Houses = Mapping[str, Set[str]]  # the rooms of each of ours, by its key
NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
_FEEDS = Path(__file__).parent / "feeds"
_OF_THE_ENVIRONMENT = {"webhooks": "secret", "calendars": "url"}


class WebhookSettings(Section):
    """A system that sends us bookings. `secret` comes from the environment; during a change it may hold two."""

    name: str = Field(pattern=NAME)
    system: str = "generic"
    properties: dict[str, str] = Field(default={})
    rooms: dict[str, str] = Field(default={})
    countries: dict[str, str] = Field(default={})
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    secret: str = Field(default="", repr=False)

    @field_validator("system")
    @classmethod
    def _known(cls, system: str) -> str:
        if system not in (known := (*known_systems(), OTA)):
            raise ValueError(f"one of {', '.join(known)}")
        return system


class CalendarSettings(Section):
    """A calendar that is read again and again. Whoever knows its address can read it: that may stay a secret too."""

    name: str = Field(pattern=NAME)
    property: str
    room: str = ""
    url: str = Field(default="", repr=False)


class FeedsSettings(Section):
    """`hosts` and `networks` are added to where calendars may be fetched from."""

    minutes: int = Field(default=15, ge=1, le=24 * 60)
    failing_hours: int = Field(default=6, ge=1, le=7 * 24)
    hosts: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    webhooks: tuple[WebhookSettings, ...] = ()
    calendars: tuple[CalendarSettings, ...] = ()

    @field_validator("networks")
    @classmethod
    def _readable(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for each in networks:
            ip_network(each)
        return networks

    @property
    def is_on(self) -> bool:
        return bool(self.webhooks or self.calendars)

    @property
    def every_host(self) -> tuple[str, ...]:
        return (*_known_hosts(), *(each.lower() for each in self.hosts))

    def what_is_wrong(self, houses: Houses) -> str:
        """With the feed it is about; "" when nothing is."""
        names = [*(each.name for each in self.webhooks), *(each.name for each in self.calendars)]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            return f"feeds: two are called {twice!r}"
        webhooks = (_wrong_in_webhook(each, houses) for each in self.webhooks)
        calendars = (self._wrong_in_calendar(each, houses) for each in self.calendars)
        return next(filter(None, (*webhooks, *calendars)), "")

    def _wrong_in_calendar(self, calendar: CalendarSettings, houses: Houses) -> str:
        of, host = f"feeds.calendars {calendar.name!r}", (urlsplit(calendar.url).hostname or "").lower()
        rooms = houses.get(calendar.property)
        if rooms is None:
            return f"{of}: there is no property {calendar.property!r}, only {', '.join(houses)}"
        if calendar.room and calendar.room not in rooms:
            return f"{of}: there is no room {calendar.room!r} in {calendar.property}"
        if not calendar.url:
            return f"{of} needs its url, here or as {variable(calendar.name, 'URL')} in the environment"
        if not calendar.url.startswith("https://") or not host:
            return f"{of}: url must begin with https://"
        if not any(host == each or host.endswith(f".{each}") for each in self.every_host):
            return f"{of}: {host} is not among the hosts we know: add it to feeds.hosts if it is right"
        return ""


def add_feed_secrets(values: dict[str, Any], environment: Mapping[str, str]) -> str:
    """Puts the secrets of the environment into the settings as they were read; "" or which key is one itself."""
    told = values.get("feeds", {})
    for kind, what in _OF_THE_ENVIRONMENT.items():
        listed = told.get(kind, []) if isinstance(told, dict) else []
        for each in listed if isinstance(listed, list) else []:
            if not isinstance(each, dict) or not isinstance(each.get("name"), str):
                continue
            name = variable(each["name"], what.upper())
            if what == "secret" and what in each:
                return f"feeds.{kind} {each['name']!r}: {what} is a secret: set {name} instead"
            if secret := environment.get(name):
                each[what] = secret
    return ""


def variable(name: str, what: str) -> str:
    return f"GUANJIA_FEED_{name.upper().replace('-', '_')}_{what}"


def _wrong_in_webhook(webhook: WebhookSettings, houses: Houses) -> str:
    of = f"feeds.webhooks {webhook.name!r}"
    if unknown := next((key for key in webhook.properties.values() if key not in houses), ""):
        return f"{of}: there is no property {unknown!r}, only {', '.join(houses)}"
    if len(webhook.secret.encode()) < LEAST_SECRET:
        name = variable(webhook.name, "SECRET")
        return f"{of} needs {name} in the environment, of {LEAST_SECRET} characters or more"
    return ""


@cache
def known_systems() -> tuple[str, ...]:
    return tuple(sorted(each.stem for each in (_FEEDS / "systems").glob("*.toml")))


@cache
def _known_hosts() -> tuple[str, ...]:
    told = tomllib.loads((_FEEDS / "hosts.toml").read_text("utf-8"))
    return tuple(told["hosts"])
