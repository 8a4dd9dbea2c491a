"""The door for bookings: who sends is checked, then the size and form; success is said of what is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.feed_settings import WebhookSettings
from bot.feeds.forms import Form, form_of
from bot.feeds.proof import has_proof
from bot.records import Records
from bot.request_body import Refusal, read_body
from crm.errors import StoreUnavailable
from crm.stays.feeds.reading import Source, Told
from crm.stays.feeds.reservations import Outcome, Taken, take
from crm.stays.feeds.status import note_refused, note_taken_in
from crm.store import Connection
from prompts.words import say

PATH = "/feeds/{name}"
MOST_BYTES = 512 * 1024
SECONDS = 20.0  # for a body to arrive

log = structlog.get_logger("feeds")


def booking_routes(records: Records, clock: Callable[[], datetime], webhooks: Sequence[WebhookSettings]) -> list[Route]:
    known = {each.name: each for each in webhooks}

    async def bookings(request: Request) -> Response:
        feed = known.get(request.path_params["name"])
        if feed is None:
            return JSONResponse({"error": "no such feed"}, 404)
        form = form_of(feed)
        try:
            body = await _body_of(request, feed, form, clock())
            told = await asyncio.to_thread(_read, form, body)
        except Refusal as refusal:
            log.warning("feed_refused", feed=feed.name, status=refusal.status, why=str(refusal))
            return form.refusal(clock(), refusal.status, str(refusal))
        try:
            taken = await records.write(lambda db: _take(db, clock(), form.source, told))
        except StoreUnavailable:
            return form.refusal(clock(), 503, "try again")
        except Exception as error:  # nothing is written; what was told is not for the log
            log.error("feed_failed", feed=feed.name, reason=type(error).__name__)
            return form.refusal(clock(), 500, "something is wrong here, nothing was taken in")
        outcomes = [each.outcome.value for each in taken]
        log.info("feed_told", feed=feed.name, **{each: outcomes.count(each) for each in dict.fromkeys(outcomes)})
        return form.answer(clock(), taken)

    return [Route(PATH, bookings, methods=["POST"])]


async def _body_of(request: Request, feed: WebhookSettings, form: Form, now: datetime) -> bytes:
    """Of a sender who has shown who they are. Raises Refusal."""
    try:
        async with asyncio.timeout(SECONDS):
            body = await read_body(request, MOST_BYTES)
    except TimeoutError:
        raise Refusal(408, "the body took too long") from None
    if not has_proof(form.proof, feed.name, feed.secret, request.headers, body, now.timestamp()):
        raise Refusal(401, "no valid signature of the last five minutes, or not the secret")
    return body


def _read(form: Form, body: bytes) -> list[Told]:
    try:
        return form.read(body)
    except ValueError as error:
        raise Refusal(400, f"not readable: {error}"[:200]) from None
    except Exception as error:
        log.error("feed_failed", reason=type(error).__name__)
        raise Refusal(400, "not readable") from None


def _take(db: Connection, now: datetime, source: Source, told: Sequence[Told]) -> list[Taken]:
    taken = take(db, now, source, told)
    refused = [each for each in taken if each.outcome is Outcome.REFUSED]
    if len(refused) < len(taken):
        note_taken_in(db, now, source.name)
    if refused:
        note_refused(db, now, source.name, "; ".join(map(_reason, refused)))
    return taken


def _reason(refused: Taken) -> str:
    """Which booking, which field, what it says, and why that will not do."""
    wrong = next(each for each in refused.problems if each.refused)
    named = " ".join(each for each in (refused.reference, wrong.column, wrong.value) if each)
    return f"{named}: {say('en', f'bookings.problems.{wrong.why}')}"
