"""The ASGI application: each channel's routes, health; and the server that runs it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import uvicorn
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from bot.app import App
from crm.conversations.ledger import ledger
from crm.errors import StoreUnavailable


def make_web(app: App) -> Starlette:
    async def health(_request: Request) -> JSONResponse:
        try:
            await app.records.read(lambda db: db.execute(text("SELECT 1")).scalar())
        except StoreUnavailable:
            return _no_database()
        return JSONResponse({"status": "ok", "channels": [channel.name for channel in app.channels]})

    async def messages(_request: Request) -> JSONResponse:
        try:
            found = await app.records.read(lambda db: ledger(db, app.clock()))
        except StoreUnavailable:
            return _no_database()
        return JSONResponse(asdict(found), headers={"Cache-Control": "no-store"})

    routes: list[BaseRoute] = [Route("/healthz", health), Route("/healthz/messages", messages)]
    for channel in app.channels:
        routes.extend(channel.routes())
    routes.extend(app.feeds.routes)
    return Starlette(routes=routes)


def _no_database() -> JSONResponse:
    return JSONResponse({"status": "database unavailable"}, 503, {"Retry-After": "5"})


async def serve(app: App, *, on_ready: Callable[[str], None] = lambda address: None) -> None:
    """Runs the house until a signal; `on_ready` is called with the address once the port answers."""
    await app.start()
    try:
        settings = app.settings.web
        config = uvicorn.Config(
            make_web(app),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=10,
        )
        await _Server(config, app, on_ready).serve()
    finally:
        await app.stop()


class _Server(uvicorn.Server):
    """Closes the page streams before it waits for connections to end: a stream by itself never ends."""

    def __init__(self, config: uvicorn.Config, app: App, on_ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._app = app
        self._on_ready = on_ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Uvicorn would raise the signal once more at its end, and kill the process before the house has stopped."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._on_ready(f"http://{host}:{port}")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._app.stop_listening()
        await super().shutdown(sockets)
