"""The consent to one message: the link that asks for it on the platform's page, and where that page leads back to."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.channels.base import Grant, Inbound, InboundKind
from crm.conversations.grants import CONSENT
from crm.errors import StoreUnavailable
from prompts.words import say

CONSENT_PATH = "/wechat/consent"
PLATFORM_PAGE = "https://mp.weixin.qq.com/mp/subscribemsg"
LASTS = timedelta(days=30)  # from when we ask to when the guest agrees
YEAR = 365 * 24 * 3600.0

_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{house}</title><style>
body{{margin:0;min-height:90vh;display:grid;place-items:center;background:#faf8f5;color:#2b2723;
font:1.125rem/1.7 system-ui,-apple-system,"PingFang SC","Noto Sans CJK SC",sans-serif}}
main{{max-width:26em;padding:2em;text-align:center}}h1{{font-size:1.125rem;color:{accent}}}
@media (prefers-color-scheme:dark){{body{{background:#1f1c19;color:#ece7e1}}h1{{color:inherit}}}}
</style></head><body><main><h1>{house}</h1><p>{text}</p></main></body></html>"""
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

log = structlog.get_logger()


class Consent:
    """`key` signs who was asked; `give` stores what came of it. `public_url` is the house's address, without a path."""

    def __init__(
        self,
        *,
        app_id: str,
        template_id: str,
        scene: int,
        key: bytes,
        public_url: str,
        house: str,
        accent: str,
        language: str,
        clock: Callable[[], datetime],
        give: Callable[[Inbound], Awaitable[None]],
    ) -> None:
        self._asked = {"action": "get_confirm", "appid": app_id, "scene": str(scene), "template_id": template_id}
        self._key = key
        self._back = public_url.rstrip("/") + CONSENT_PATH
        self._look = {"house": escape(house), "accent": escape(accent)}
        self._language = language
        self._clock = clock
        self._give = give

    def link(self, address: str) -> str:
        """Where this person, and nobody else, may agree."""
        query = {**self._asked, "redirect_url": self._back, "reserved": self._signed(address)}
        return f"{PLATFORM_PAGE}?{urlencode(query)}#wechat_redirect"

    def routes(self) -> list[Route]:
        return [Route(CONSENT_PATH, self._come_back, methods=["GET"])]

    async def _come_back(self, request: Request) -> Response:
        query, language = request.query_params, self._reader(request)
        address, reserved = query.get("openid", ""), query.get("reserved", "")
        if query.get("template_id") != self._asked["template_id"] or not self._is_ours(address, reserved):
            return self._page(language, "unknown", 403)
        if query.get("action") != "confirm":
            return self._page(language, "declined")
        try:
            await self._give(_agreed(address, reserved, query))
        except StoreUnavailable:
            return self._page(language, "later", 503)
        return self._page(language, "agreed")

    def _signed(self, address: str) -> str:
        """Letters and digits only, as the platform wants it: until when, and the signature."""
        until = f"{int((self._clock() + LASTS).timestamp()):010x}"
        return until + self._signature(address, until)

    def _is_ours(self, address: str, reserved: str) -> bool:
        until, signature = reserved[:10], reserved[10:]
        expected = self._signature(address, until)
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            return False
        return int(until, 16) >= self._clock().timestamp()

    def _signature(self, address: str, until: str) -> str:
        signed = f"{self._asked['template_id']}\n{address}\n{until}".encode("utf-8", "replace")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()[:40]

    def _reader(self, request: Request) -> str:
        return request.headers.get("accept-language", "")[:2].lower() or self._language

    def _page(self, language: str, outcome: str, status: int = 200) -> Response:
        code = "zh" if language == "zh" else "en"
        html = _PAGE.format(language=code, text=escape(say(code, f"wechat.consent.{outcome}")), **self._look)
        return HTMLResponse(html, status, headers=_SAFE)


def _agreed(address: str, reserved: str, query: Mapping[str, str]) -> Inbound:
    """Opened again, the page gives nothing more: each link is good for one message."""
    log.info("wechat_consent", scene=query.get("scene", "")[:10])
    grant = Grant(CONSENT, YEAR, 1, only="care")  # not for what happens to wait: it was agreed to for later
    return Inbound("wechat", f"consent:{reserved}", address, address, kind=InboundKind.GRANT, grants=(grant,))
