"""The opponent: python-telegram-bot behind a webhook, answering each text with itself and storing nothing.

It is built as the library's own example for a custom webhook (customwebhookbot.py): Starlette and uvicorn take the
update and acknowledge it at once from memory; the application handles updates side by side.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("PTB_TIMEDELTA", "1")

import logging
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters
from telegram.request import HTTPXRequest

CONNECTIONS = 64


async def answer(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def build(token: str, base_url: str) -> Application[Any, Any, Any, Any, Any, Any]:
    application = (
        Application.builder()
        .token(token)
        .base_url(base_url)
        .request(HTTPXRequest(CONNECTIONS))
        .updater(None)
        .concurrent_updates(CONNECTIONS)
        .build()
    )
    application.add_handler(MessageHandler(filters.TEXT, answer))
    return application


class Server(uvicorn.Server):
    """Starts the application with the server, and says when it answers."""

    def __init__(self, config: uvicorn.Config, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        super().__init__(config)
        self._application = application

    async def startup(self, sockets: Any = None) -> None:
        await self._application.initialize()
        await self._application.start()
        await self._application.bot.set_webhook(f"http://127.0.0.1:{self.config.port}/webhook")
        await super().startup(sockets)
        print(f"echo answers at http://127.0.0.1:{self.config.port}", flush=True)

    async def shutdown(self, sockets: Any = None) -> None:
        await super().shutdown(sockets)
        await self._application.stop()
        await self._application.shutdown()


def main() -> None:
    token, base_url, port = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    application = build(token, base_url)

    async def webhook(request: Request) -> Response:
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return Response()

    app = Starlette(routes=[Route("/webhook", webhook, methods=["POST"])])
    config = uvicorn.Config(app, port=int(port), log_level="critical", access_log=False, lifespan="off")
    Server(config, application).run()


if __name__ == "__main__":
    main()
