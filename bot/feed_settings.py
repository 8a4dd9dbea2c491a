"""Settings of the feeds: who tells us of bookings, and which houses and rooms of ours they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from bot.channel_settings import Section

NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"


class WebhookSettings(Section):
    """A system that sends us bookings. `secret` comes from the environment; during a change it may hold two."""

    name: str = Field(pattern=NAME)
    system: Literal["generic", "beds24"] = "generic"
    properties: dict[str, str] = Field(default={})
    rooms: dict[str, str] = Field(default={})
    countries: dict[str, str] = Field(default={})
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    secret: str = Field(default="", repr=False)

    @property
    def variable(self) -> str:
        return variable(self.name, "SECRET")


class FeedsSettings(Section):
    webhooks: tuple[WebhookSettings, ...] = ()

    @property
    def is_on(self) -> bool:
        return bool(self.webhooks)

    def what_is_wrong(self, houses: Mapping[str, Any]) -> str:
        """With the key it is about; `houses` are ours by key. "" when nothing is."""
        names = [each.name for each in self.webhooks]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            return f"feeds: two are called {twice!r}"
        for each in self.webhooks:
            if unknown := next((key for key in each.properties.values() if key not in houses), ""):
                return f"feeds.webhooks {each.name!r}: there is no property {unknown!r}, only {', '.join(houses)}"
            if len(each.secret.encode()) < LEAST_SECRET:
                return (
                    f"feeds.webhooks {each.name!r} needs {each.variable} in the environment, of 24 characters or more"
                )
        return ""


LEAST_SECRET = 24


def variable(name: str, what: str) -> str:
    return f"GUANJIA_FEED_{name.upper().replace('-', '_')}_{what}"


def add_feed_secrets(values: dict[str, Any], environment: Mapping[str, str]) -> str:
    """Puts the secrets of the environment into the settings as they were read; "" or which key is one itself."""
    for kind, what in (("webhooks", "secret"),):
        told = values.get("feeds", {})
        listed = told.get(kind, []) if isinstance(told, dict) else []
        for each in listed if isinstance(listed, list) else []:
            if not isinstance(each, dict) or not isinstance(each.get("name"), str):
                continue
            name = variable(each["name"], what.upper())
            if what in each:
                return f"feeds.{kind} {each['name']!r}: {what} is a secret: set {name} instead"
            if secret := environment.get(name):
                each[what] = secret
    return ""
