"""The app with a crowd at its console, from the real composition root."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.app import App, open_store
from bot.config import Settings
from crm.store import Store
from tests.bench.crowd import Crowd


@asynccontextmanager
async def running_app(
    settings: Settings, prepare: Callable[[Store], None] = lambda store: None
) -> AsyncIterator[Crowd]:
    """`prepare` is called with the store before the app is built."""
    store = open_store(settings)
    prepare(store)
    crowd = Crowd()
    app = App(settings, store, lambda _settings, _records: [crowd])
    await app.start()
    try:
        yield crowd
    finally:
        await app.stop()
