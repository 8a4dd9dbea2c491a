"""Whatever stands in a message, it is answered: taken in, or refused by name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import open_store
from bot.config import parse_settings
from bot.feed_settings import WebhookSettings, known_systems
from bot.feeds.forms import Form, form_of
from bot.feeds.ics import Unreadable, read_calendar
from crm.stays.feeds.reservations import Outcome, take
from crm.store import Store
from tests.feeds.conftest import LAKESIDE, booking
from tests.feeds.test_ota import request, reservation
from tests.support.calendar_host import calendar, event

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
_OWN = st.sampled_from(
    ["2026-12-01", "9999-12-31", "1", "-1", "1e400", "\0", "\ud800", "４", "0001-01-01T00:00:00+14:00"]
)
_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | _OWN
)
VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
FIELDS = st.sampled_from(
    [*booking(), "rooms", "nights", "version", "people", "booked_at", "country", "channel", "phone"]
)


@pytest.fixture
def store(records_url: str, tmp_path: Path) -> Iterator[Store]:
    values = {"store": {"folder": str(tmp_path), "url": records_url}, "properties": [LAKESIDE]}
    store = open_store(parse_settings(values, {}))
    yield store
    store.close()


def test_any_json(store: Store) -> None:
    outcomes = Counter[str]()

    @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
    @given(st.dictionaries(FIELDS, VALUES, max_size=4), st.sampled_from(known_systems()))
    def told(said: dict[str, Any], system: str) -> None:
        form = form_of(WebhookSettings(name="pms", system=system))
        body = json.dumps({"bookings": [{"id": 7, **booking(), **said}]}).encode()
        _take(store, form, body, outcomes)

    told()
    assert {Outcome.NEW, Outcome.REFUSED} <= set(outcomes)


def test_any_attribute(store: Store) -> None:
    outcomes = Counter[str]()
    names = st.sampled_from(["status", "changed", "start", "end"])
    legal = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")))

    @settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
    @given(st.dictionaries(names, legal, max_size=3), legal, legal)
    def told(said: dict[str, str], total: str, room: str) -> None:
        quoted = {name: quoteattr(value)[1:-1].replace('"', "") for name, value in said.items()}
        attributes = f"AmountAfterTax={quoteattr(total)}", f"RoomID={quoteattr(room)}"
        body = request(reservation(**quoted, total=attributes[0], room=attributes[1]))
        _take(store, form_of(WebhookSettings(name="ota", system="ota")), body.encode(), outcomes)

    told()
    assert {Outcome.CHANGED, Outcome.REFUSED} <= set(outcomes)


def _take(store: Store, form: Form, body: bytes, outcomes: Counter[str]) -> None:
    try:
        told = form.read(body)
    except ValueError:
        outcomes["unreadable"] += 1
        return
    with store.transaction() as db:
        taken = take(db, NOW, form.source, told)
    assert form.answer(NOW, taken).status_code in (200, 422)
    outcomes.update(each.outcome for each in taken)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode), st.integers(0, 300), st.booleans())
def test_any_calendar(noise: bytes, at: int, inside: bool) -> None:
    day = datetime(2026, 12, 1).date()
    whole = calendar([event("a@x", day, day, RRULE="FREQ=DAILY;COUNT=2")])
    content = whole[: at % len(whole)] + noise + whole[at % len(whole) :] if inside else noise
    try:
        for each in read_calendar(content, ZoneInfo("Asia/Shanghai"), day):
            assert {"uid", "summary", "text", "cancelled", "of"} <= set(each)
    except Unreadable:
        pass
