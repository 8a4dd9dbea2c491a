"""The page files: filled in once at start, served under an address that changes when any of them does."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from bot.channels.webchat.theme import theme_css

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class Pages:
    """Chat page, demo page and their assets, for one house name and one accent colour."""

    def __init__(self, house_name: str, accent: str, frames: Sequence[str], time_zone: str) -> None:
        self._house_name = house_name
        self._time_zone = time_zone
        self._frames = " ".join(["'self'", *frames])
        folder = files(__package__) / "page"
        sources = {item.name: item.read_text(encoding="utf-8") for item in folder.iterdir() if item.is_file()}
        self._templates = {name: Template(text) for name, text in sources.items() if name.endswith(".html")}
        self._assets = {name: text for name, text in sources.items() if name.rpartition(".")[2] in TYPES}
        self._assets["theme.css"] = theme_css(accent)
        self._assets["icon.svg"] = sources["icon.svg"].replace("ACCENT", accent)
        self._version = sha256(repr(sorted(self._assets.items())).encode()).hexdigest()[:12]

    def chat(self, role: str) -> HTMLResponse:
        return self._html("chat.html", role=role, zone=self._time_zone)

    def demo(self, guest_link: str, staff_link: str) -> HTMLResponse:
        return self._html("demo.html", guest_link=guest_link, staff_link=staff_link)

    def asset(self, version: str, name: str) -> Response:
        """During a rolling update a page of the other version may ask: it is served, but not remembered."""
        if name not in self._assets:
            raise HTTPException(404)
        kept = "public, max-age=31536000, immutable" if version == self._version else "no-store"
        media_type = TYPES[name.rpartition(".")[2]]
        return Response(self._assets[name], media_type=media_type, headers={**SAFE, "Cache-Control": kept})

    def _html(self, name: str, **values: str) -> HTMLResponse:
        values |= {"house": self._house_name, "assets": f"/chat/assets/{self._version}"}
        html = self._templates[name].substitute({key: escape(value) for key, value in values.items()})
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
            f"frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {self._frames}"
        )
        return HTMLResponse(html, headers={**SAFE, "Content-Security-Policy": policy, "Cache-Control": "no-cache"})
