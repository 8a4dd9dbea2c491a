"""The clients of an account: what makes an official account's token differ from one of WeCom."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.channels.base import MaybeSent, NotSent
from bot.weixin.client import Client, check, read_json
from bot.weixin.errors import WECHAT, WECOM, Errors
from bot.weixin.http import Answer, Http
from bot.weixin.tokens import Fetch, Records, Tokens

WECHAT_URL = "https://api.weixin.qq.com"
WECOM_URL = "https://qyapi.weixin.qq.com"
SECONDS = 8.0


def wechat_client(
    *,
    app_id: str,
    secret: str,
    records: Records,
    clock: Callable[[], datetime],
    base_url: str = WECHAT_URL,
    seconds: float = SECONDS,
) -> Client:
    """The official account with this app id."""
    fetch = stable_token(base_url, app_id, secret, seconds)
    tokens = Tokens(name=f"wechat:{app_id}", fetch=fetch, records=records, clock=clock)
    return Client(base_url=base_url, tokens=tokens, seconds=seconds, errors=WECHAT)


def wecom_client(
    *,
    corp_id: str,
    part: str,
    secret: str,
    records: Records,
    clock: Callable[[], datetime],
    base_url: str = WECOM_URL,
    seconds: float = SECONDS,
) -> Client:
    """One part of the company's account, which has a secret of its own: an agent's number, "kf", "contacts" …"""
    fetch = corp_token(base_url, corp_id, secret, seconds)
    tokens = Tokens(name=f"wecom:{corp_id}:{part}", fetch=fetch, records=records, clock=clock)
    return Client(base_url=base_url, tokens=tokens, seconds=seconds, errors=WECOM)


def stable_token(base_url: str, app_id: str, secret: str, seconds: float = SECONDS) -> Fetch:
    async def fetch(is_forced: bool) -> tuple[str, int]:
        asked = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": is_forced}
        return await _fetched(
            base_url, seconds, WECHAT, lambda http: http.post("/cgi-bin/stable_token", {}, json.dumps(asked).encode())
        )

    return fetch


def corp_token(base_url: str, corp_id: str, secret: str, seconds: float = SECONDS) -> Fetch:
    """WeCom gives the same token until it ends; it cannot be exchanged before."""

    async def fetch(_is_forced: bool) -> tuple[str, int]:
        asked = {"corpid": corp_id, "corpsecret": secret}
        return await _fetched(base_url, seconds, WECOM, lambda http: http.get("/cgi-bin/gettoken", asked))

    return fetch


async def _fetched(
    base_url: str, seconds: float, errors: Errors, ask: Callable[[Http], Awaitable[Answer]]
) -> tuple[str, int]:
    """A connection of its own: it is needed every two hours, and when the others may be stuck."""
    http = Http(base_url, seconds, connections=1)
    try:
        answer = read_json(await ask(http))
    except MaybeSent as error:
        raise NotSent(str(error)) from None
    finally:
        await http.close()
    check(answer, errors)
    token, lasts = answer.get("access_token"), answer.get("expires_in")
    if not (isinstance(token, str) and token and isinstance(lasts, int)):
        raise NotSent("no_token")
    return token, lasts
