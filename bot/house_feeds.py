"""The feeds the settings ask for; what reads them is loaded where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.records import Records

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


@dataclass(frozen=True, slots=True)
class Feeds:
    routes: Sequence[BaseRoute] = ()


def house_feeds(settings: Settings, records: Records, clock: Callable[[], datetime]) -> Feeds:
    if not settings.feeds.is_on:
        return Feeds()
    from bot.feeds.door import booking_routes

    return Feeds(booking_routes(records, clock, settings.feeds.webhooks))
