"""What tests in other processes may do: POST /control/<name> with JSON; the answer is {"ok": true, "result": …}."""

from __future__ import annotations

import itertools
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.support.weixin.callback import Callback, Told
from tests.support.weixin.state import Json

if TYPE_CHECKING:
    from tests.support.weixin.server import WeixinServer


class Control:
    def __init__(self, server: WeixinServer) -> None:
        self._server = server

    async def answer(self, request: web.Request) -> web.Response:
        act = getattr(self, f"do_{request.path.removeprefix('/control/')}", None)
        if act is None:
            return web.json_response({"ok": False, "error": "unknown"}, status=404)
        try:
            result = await act(**(await request.json() if request.can_read_body else {}))
        except (TypeError, LookupError, ValueError, AttributeError) as error:
            return web.json_response({"ok": False, "error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"ok": True, "result": result})

    async def do_tells(
        self, url: str, token: str, aes_key: str, receiver: str, part: str = "wechat", **more: Any
    ) -> bool:
        self._server.tells(Callback(url, token=token, aes_key=aes_key, receiver=receiver, **more), part)
        return True

    async def do_fan(self, id: str, act: str, **values: Any) -> Json:
        """{"id": "o1", "act": "says", "text": "towels please"}: what the methods of Fan are called."""
        return _told(await getattr(self._server.fan(id), act)(**values))

    async def do_member(self, id: str, agent: str, act: str, **values: Any) -> Json:
        return _told(await getattr(self._server.members.member(id, agent), act)(**values))

    async def do_customer(self, id: str, act: str, account: str = "wk1", **values: Any) -> Json:
        return _told(await getattr(self._server.kf.customer(id, account), act)(**values))

    async def do_corp_secret(self, part: str, secret: str = "") -> str:
        return self._server.corp_secret(part, secret)

    async def do_fail(self, faults: list[int | str], path: str = "") -> bool:
        self._server.fail_next(*faults, path=path)
        return True

    async def do_fail_always(self, fault: int | str, path: str = "") -> bool:
        self._server.fail_always(fault, path)
        return True

    async def do_later(self, **elapsed: float) -> float:
        self._server.later(**elapsed)
        return self._server.state.now()

    async def do_sent(self, since: int = 0, limit: int = 10_000) -> list[Json]:
        """All that was sent after the record with this number, what was swallowed too."""
        news = (asdict(sent) for sent in self._server.state.sent if sent.number > since)
        return list(itertools.islice(news, limit))

    async def do_stats(self) -> Json:
        state = self._server.state
        codes = {str(code): count for code, count in state.codes.items()}
        return {"sent": len(self._server.sent), "calls": state.calls, "codes": codes, "fetches": state.fetches}


def _told(told: Told) -> Json:
    tries = [{"status": each.status, "seconds": each.seconds} for each in told.tries]
    return {"tries": tries, "shown": told.shown, "reply": told.reply}
