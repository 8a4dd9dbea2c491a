"""The forms a message may have: how it is read, and how its sender is answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from starlette.responses import JSONResponse, Response

from bot.feed_settings import OTA, WebhookSettings
from bot.feeds.ota import STATES, OtaMessage
from bot.feeds.systems import bookings_in, read_json, system
from crm.stays.feeds.reading import Source, Told
from crm.stays.feeds.reservations import Outcome, Taken
from crm.stays.imports.sheets import encoding_of
from prompts.words import say

RETRY_AFTER = {"Retry-After": "5"}
_READABLE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030")
_WESTERN = ("iso-8859-1", "windows-1252", "us-ascii")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}encoding=["']([A-Za-z0-9._-]{1,40})["']""")


class Form(Protocol):
    """Of one message. `proof` is how its sender shows who they are."""

    proof: str
    source: Source

    def read(self, body: bytes) -> list[Told]:
        """Raises ValueError."""
        ...

    def answer(self, now: datetime, taken: Sequence[Taken]) -> Response: ...

    def refusal(self, now: datetime, status: int, why: str) -> Response: ...


def form_of(feed: WebhookSettings) -> Form:
    return OtaForm(feed) if feed.system == OTA else JsonForm(feed)


class JsonForm:
    def __init__(self, feed: WebhookSettings) -> None:
        self._system = system(feed.system)
        self.proof = self._system.proof
        countries = {**self._system.countries, **feed.countries}
        self.source = Source(feed.name, self._system.states, countries, feed.properties, feed.rooms, feed.currency)

    def read(self, body: bytes) -> list[Told]:
        return bookings_in(self._system, self.source, read_json(_text(body)))

    def answer(self, now: datetime, taken: Sequence[Taken]) -> Response:
        """What was taken in stays so, whatever is wrong with another one: sent again it changes nothing."""
        is_refused = any(each.outcome is Outcome.REFUSED for each in taken)
        return JSONResponse({"bookings": [_told(each) for each in taken]}, 422 if is_refused else 200)

    def refusal(self, now: datetime, status: int, why: str) -> Response:
        return JSONResponse({"error": why}, status, RETRY_AFTER if status == 503 else None)


class OtaForm:
    """Whatever is wrong with a booking is said in the answer, with status 200, as OpenTravel has it."""

    proof = "basic"

    def __init__(self, feed: WebhookSettings) -> None:
        self.source = Source(feed.name, STATES, feed.countries, feed.properties, feed.rooms, feed.currency)
        self._message = OtaMessage()

    def read(self, body: bytes) -> list[Told]:
        declared = _DECLARED.match(body.lstrip())
        western = declared is not None and declared[1].decode().lower() in _WESTERN
        self._message = OtaMessage(body.decode("cp1252", "replace") if western else _text(body))
        return self._message.told(self.source)

    def answer(self, now: datetime, taken: Sequence[Taken]) -> Response:
        return _xml(self._message.answer(now, taken))

    def refusal(self, now: datetime, status: int, why: str) -> Response:
        headers = {401: {"WWW-Authenticate": 'Basic realm="feeds"'}, 503: RETRY_AFTER}.get(status)
        return _xml(self._message.refusal(now, status, why), status, headers)


def _xml(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(text, status, headers, media_type="application/xml")


def _text(body: bytes) -> str:
    encoding = encoding_of(body)
    if encoding not in _READABLE:
        raise ValueError("neither UTF-8 nor GB 18030")
    return body.decode(encoding)


def _told(taken: Taken) -> dict[str, Any]:
    said = {"reference": taken.reference, "result": taken.outcome.value}
    if not taken.problems:
        return said
    notes = [
        {"field": each.column, "value": each.value, "why": say("en", f"bookings.problems.{each.why}")}
        for each in taken.problems
    ]
    return {**said, "notes": notes}
