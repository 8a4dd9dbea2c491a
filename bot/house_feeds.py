"""The feeds the settings ask for; what reads them is loaded where there is one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.records import Records

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Feeds:
    """Where other systems tell us something, and what the clock does to ask them."""

    routes: Sequence[BaseRoute] = ()
    ticks: Sequence[tuple[float, Callable[[], Awaitable[None]]]] = ()


def house_feeds(settings: Settings, records: Records, clock: Callable[[], datetime]) -> Feeds:
    routes: Sequence[BaseRoute] = ()
    if settings.feeds.webhooks:
        from bot.feeds.door import booking_routes

        routes = booking_routes(records, clock, settings.feeds.webhooks)
    if not settings.feeds.calendars:
        return Feeds(routes)
    from bot.feeds.calendars import Calendars

    return Feeds(routes, [(LOOK_SECONDS, Calendars(settings, records, clock).tick)])
