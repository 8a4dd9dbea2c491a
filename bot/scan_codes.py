"""Codes of the WeChat official account that let in whoever scans them, for a token that we have made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from bot import loop
from bot.app import utc_now
from bot.channels.base import SendError
from bot.config import Settings
from bot.official_account import account_client
from bot.records import Records
from crm.errors import StoreUnavailable
from crm.store import Store

LONGEST = timedelta(days=30)  # the platform keeps none longer
PICTURE = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="


class NoCode(Exception):
    """The platform made none; the message says why."""


@dataclass(frozen=True, slots=True)
class ScanCode:
    """`picture` is the address of the code as an image, `content` what such an image holds."""

    picture: str
    content: str
    until: datetime


def make_scan_code(settings: Settings, store: Store, token: str, until: datetime) -> ScanCode:
    """Whoever scans it follows the account and hands us the token. Raises NoCode."""
    now = utc_now()
    until = min(until, now + LONGEST)
    asked = {
        "expire_seconds": int((until - now).total_seconds()),
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": token}},
    }
    try:
        answer = loop.run(_call(settings, store, asked))
    except (SendError, StoreUnavailable) as error:
        raise NoCode(str(error)) from None
    ticket, content = answer.get("ticket"), answer.get("url")
    if not (isinstance(ticket, str) and ticket and isinstance(content, str) and content):
        raise NoCode("no_ticket")
    return ScanCode(PICTURE + quote(ticket, safe=""), content, until)


async def _call(settings: Settings, store: Store, asked: dict[str, object]) -> dict[str, object]:
    client = account_client(settings, Records(store), utc_now)
    try:
        return await client.call("/cgi-bin/qrcode/create", asked)
    finally:
        await client.close()
