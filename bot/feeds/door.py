"""The door for bookings: who sends is checked, then the size and form; 2xx is said of what is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.feed_settings import WebhookSettings
from bot.feeds.proof import has_proof
from bot.feeds.systems import bookings_in, read_json, system
from bot.records import Records
from bot.request_body import Refusal, read_body
from crm.errors import StoreUnavailable
from crm.stays.feeds.reading import Source, Told
from crm.stays.feeds.reservations import Outcome, Taken, take
from crm.stays.feeds.status import note_refused, note_taken_in
from crm.stays.imports.sheets import encoding_of
from crm.store import Connection
from prompts.words import say

PATH = "/feeds/{name}"
MOST_BYTES = 512 * 1024
SECONDS = 20.0  # for a body to arrive
_READABLE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030")

log = structlog.get_logger("feeds")


def booking_routes(records: Records, clock: Callable[[], datetime], webhooks: Sequence[WebhookSettings]) -> list[Route]:
    known = {each.name: each for each in webhooks}

    async def bookings(request: Request) -> JSONResponse:
        feed = known.get(request.path_params["name"])
        try:
            if feed is None:
                raise Refusal(404, "no such feed")
            body = await _body_of(request, feed, clock())
            told = await asyncio.to_thread(_read, feed, body)
        except Refusal as refusal:
            log.warning("feed_refused", feed=feed.name if feed else None, status=refusal.status, why=str(refusal))
            return JSONResponse({"error": str(refusal)}, refusal.status)
        try:
            taken = await records.write(lambda db: _take(db, clock(), feed, told))
        except StoreUnavailable:
            return JSONResponse({"error": "try again"}, 503, {"Retry-After": "5"})
        return _answer(feed, taken)

    return [Route(PATH, bookings, methods=["POST"])]


async def _body_of(request: Request, feed: WebhookSettings, now: datetime) -> bytes:
    """Of a sender who has shown who they are. Raises Refusal."""
    try:
        async with asyncio.timeout(SECONDS):
            body = await read_body(request, MOST_BYTES)
    except TimeoutError:
        raise Refusal(408, "the body took too long") from None
    if not has_proof(system(feed.system).proof, feed.secret, request.headers, body, now.timestamp()):
        raise Refusal(401, "no valid signature of the last five minutes")
    return body


def _read(feed: WebhookSettings, body: bytes) -> list[Told]:
    try:
        return bookings_in(system(feed.system), source_of(feed), read_json(_text(body)))
    except ValueError as error:
        raise Refusal(400, f"not readable: {error}"[:200]) from None


def _text(body: bytes) -> str:
    encoding = encoding_of(body)
    if encoding not in _READABLE:
        raise ValueError("neither UTF-8 nor GB 18030")
    return body.decode(encoding)


def source_of(feed: WebhookSettings) -> Source:
    of = system(feed.system)
    countries = {**of.countries, **feed.countries}
    return Source(feed.name, of.states, countries, feed.properties, feed.rooms, feed.currency)


def _take(db: Connection, now: datetime, feed: WebhookSettings, told: Sequence[Told]) -> list[Taken]:
    taken = take(db, now, source_of(feed), told)
    refused = [each for each in taken if each.outcome is Outcome.REFUSED]
    if len(refused) < len(taken):
        note_taken_in(db, now, feed.name)
    if refused:
        note_refused(db, now, feed.name, "; ".join(map(reason, refused)))
    return taken


def reason(refused: Taken) -> str:
    """Which booking, which field, what it says, and why that will not do; for the log of its sender and ours."""
    wrong = next(each for each in refused.problems if each.refused)
    named = " ".join(each for each in (refused.reference, wrong.column, wrong.value) if each)
    return f"{named}: {say('en', f'bookings.problems.{wrong.why}')}"


def _answer(feed: WebhookSettings, taken: Sequence[Taken]) -> JSONResponse:
    """What was taken in stays so, whatever is wrong with another one: sent again it changes nothing."""
    outcomes = [each.outcome.value for each in taken]
    is_refused = Outcome.REFUSED in outcomes
    log.info("feed_told", feed=feed.name, **{each: outcomes.count(each) for each in dict.fromkeys(outcomes)})
    return JSONResponse({"bookings": [_told(each) for each in taken]}, 422 if is_refused else 200)


def _told(taken: Taken) -> dict[str, Any]:
    said = {"reference": taken.reference, "result": taken.outcome.value}
    if not taken.problems:
        return said
    notes = [
        {"field": each.column, "value": each.value, "why": say("en", f"bookings.problems.{each.why}")}
        for each in taken.problems
    ]
    return {**said, "notes": notes}
