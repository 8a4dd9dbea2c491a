"""The server: finds the account of a token, meets the faults a test asked for, and hands the call to its API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.support.weixin.callback import Callback, Told
from tests.support.weixin.contacts import Contacts
from tests.support.weixin.control import Control
from tests.support.weixin.fans import Fan, Fans
from tests.support.weixin.faults import Faults
from tests.support.weixin.kf import Customer, Kf
from tests.support.weixin.media import MediaDesk
from tests.support.weixin.members import Member, Members
from tests.support.weixin.menu import Menu
from tests.support.weixin.notices import Notices
from tests.support.weixin.state import Call, Json, Refused, Sent, State
from tests.support.weixin.tags import Tags
from tests.support.weixin.tokens import TokenDesk

APP_ID = "wx0123456789abcdef"
APP_SECRET = "app-secret"
CORP_ID = "ww0123456789abcdef"
ORIGINAL_ID = "gh_0123456789ab"  # as the official account calls itself in what it tells
MAX_REQUEST = 21 * 1024 * 1024
OPEN = {"/cgi-bin/stable_token", "/cgi-bin/gettoken"}  # without a token
WECOM = {"/cgi-bin/message/send", "/cgi-bin/message/update_template_card", "/cgi-bin/message/recall"}
WECOM_FOLDERS = ("/cgi-bin/kf/", "/cgi-bin/externalcontact/")

Api = Callable[[Call], Json | web.StreamResponse]


class WeixinServer:
    """Plays api.weixin.qq.com and qyapi.weixin.qq.com at one address."""

    def __init__(self, *, port: int = 0) -> None:
        self.port = port
        self.app_id, self.secret, self.corp_id = APP_ID, APP_SECRET, CORP_ID
        self.state = State()
        self.tokens = TokenDesk(self.state)
        self.faults = Faults()
        self.media = MediaDesk(self.state)
        self.fans = Fans(self.state, ORIGINAL_ID, self.push)
        self.notices = Notices(self.state, self.fans, self.push_soon)
        self.menu = Menu()
        self.tags = Tags(self.fans)
        self.members = Members(self.state, CORP_ID, self.push)
        self.kf = Kf(self.state, CORP_ID, self.push)
        self.contacts = Contacts(self.state, CORP_ID, self.push)
        self.callbacks: dict[str, Callback] = {}
        self.tokens.add(APP_ID, APP_SECRET)
        self._control = Control(self)
        self._apis = self._table()
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # The house's side

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sent(self) -> list[Sent]:
        """What arrived, without what the platform swallowed."""
        return [each for each in self.state.sent if not each.is_dropped]

    @property
    def fetches(self) -> int:
        return sum(count for name, count in self.state.fetches.items() if not name.endswith(":forced"))

    def sent_to(self, person: str) -> list[Sent]:
        return [each for each in self.sent if each.to == person]

    def corp_secret(self, part: str, secret: str = "") -> str:
        """The secret of a part of the company's account: an agent's number, "kf", "contacts"."""
        return self.tokens.add(f"{CORP_ID}:{part}", secret or f"secret-of-{part}").secret

    def fail_next(self, *faults: int | str, path: str = "") -> None:
        """The next calls (but for those that fetch tokens), to this path, meet these: see Faults. "" is none."""
        self.faults.next(path, *faults)

    def fail_always(self, fault: int | str, path: str = "") -> None:
        """Until it is called with ""."""
        self.faults.always(path, fault)

    def later(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0, days: float = 0.0) -> None:
        """Puts the platform's clock forward."""
        self.state.offset += seconds + 60 * minutes + 3600 * hours + 86400 * days

    # The people's side

    def fan(self, openid: str, **values: Any) -> Fan:
        """Somebody who follows the official account, and has not been heard of for long."""
        return self.fans.fan(openid, **values)

    def member(self, userid: str, agent: str) -> Member:
        """A colleague in an application of WeCom."""
        return self.members.member(userid, agent)

    def customer(self, id_: str, account: str = "wk1") -> Customer:
        """A guest in 微信客服."""
        return self.kf.customer(id_, account)

    def tells(self, callback: Callback, part: str = "wechat") -> Callback:
        """Where what happens is told: "wechat", an agent's number, "kf", "contacts"."""
        callback.now = self.state.now
        self.callbacks[part] = callback
        return callback

    async def push(self, part: str, fields: Mapping[str, Any]) -> Told:
        callback = self.callbacks.get(part)
        return await callback.push(fields) if callback else Told()

    def push_soon(self, part: str, fields: Mapping[str, Any]) -> None:
        """What the platform tells by itself, after it has answered."""
        task = asyncio.get_running_loop().create_task(self.push(part, fields))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # The server

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def listen(self) -> None:
        """Also after `hang_up`, on the same port."""
        app = web.Application(client_max_size=MAX_REQUEST)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=512, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def hang_up(self) -> None:
        """The platform is away: connections are refused until `listen`."""
        self.faults.let_go()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for callback in self.callbacks.values():
            await callback.close()
        await self.hang_up()

    def _table(self) -> dict[str, Api]:
        parts = (self.media, self.fans, self.notices, self.menu, self.tags, self.members, self.kf, self.contacts)
        table: dict[str, Api] = {}
        for part in parts:
            table |= part.apis()
        return table | {
            "/cgi-bin/stable_token": self._stable_token,
            "/cgi-bin/gettoken": self._corp_token,
            "/cgi-bin/get_api_domain_ip": lambda _call: {"ip_list": ["127.0.0.1"]},
        }

    def _stable_token(self, call: Call) -> Json:
        return self.tokens.stable(
            str(call.body.get("appid", "")), str(call.body.get("secret", "")), call.body.get("force_refresh") is True
        )

    def _corp_token(self, call: Call) -> Json:
        corp, secret = call.query.get("corpid", ""), call.query.get("corpsecret", "")
        if corp != CORP_ID:
            raise Refused(40013, "invalid corpid")
        return self.tokens.corp_of(secret)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/control/"):
            return await self._control.answer(request)
        call = await read_call(request)
        self.state.calls[call.path] += 1
        self.state.requests.append((call.path, dict(call.query), call.body))
        fault = "" if call.path in OPEN and not self.faults.is_for(call.path) else self.faults.draw(call.path)
        if fault and not self.faults.is_carried_out(fault):
            return await self.faults.answer(request, fault)
        told = self._carry_out(call)
        if fault:
            return await self.faults.answer(request, fault)
        return told if isinstance(told, web.StreamResponse) else web.json_response(told)

    def _carry_out(self, call: Call) -> Json | web.StreamResponse:
        try:
            api = self._apis.get(call.path)
            if api is None:
                raise Refused(40066, "invalid url")
            if call.path not in OPEN:
                call = replace(call, account=self.tokens.check(call.token, _unknown_token(call)).name)
            return api(call)
        except Refused as refused:
            self.state.codes[refused.body["errcode"]] += 1
            return refused.body


async def read_call(request: web.Request) -> Call:
    body: Json = {}
    file = None
    if request.content_type.startswith("multipart/"):
        form = await request.post()
        media = form.get("media")
        if isinstance(media, web.FileField):
            file = (media.filename, media.content_type, media.file.read())
            media.file.close()
    elif raw := await request.read():
        try:
            told = json.loads(raw)
            body = told if isinstance(told, dict) else {}
        except ValueError:
            body = {}
    return Call(request.path, dict(request.query), body, file=file)


def _unknown_token(call: Call) -> int:
    """WeCom says it with another number."""
    is_wecom = call.path in WECOM or call.path.startswith(WECOM_FOLDERS) or call.token.startswith(CORP_ID)
    return 40014 if is_wecom else 40001
