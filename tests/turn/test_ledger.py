"""What became of what was to be said, as whoever runs the house sees it."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import update

from bot.inspection import ledger_lines, ledger_row
from bot.web import make_web
from crm.conversations.messages import Message, message
from tests.support.fake_channel import FakeChannel
from tests.turn.houses import House

pytestmark = pytest.mark.anyio

SETTLED = [
    {"state": "sent"},
    {"state": "sending"},
    {"reason": "no_grant"},
    {"state": "failed", "reason": "chat of 王芳 not found"},
    {"state": "failed", "reason": "blocked"},
    {"state": "expired", "reason": "no_grant"},
    {"state": "suppressed", "reason": "told_elsewhere"},
    {"state": "uncertain", "reason": "process_died"},
    {"state": "awaiting_confirmation"},
    {},
]


async def test_messages_are_counted_by_what_became_of_them_and_nobody_is_named(house: House) -> None:
    place = house.place("wang")
    for values in SETTLED:
        (message_id,) = house.queue(place, "words for Wang")
        settled = update(Message).where(message.c.id == message_id).values(**values, settled_at=house.clock())
        house.write(lambda db, settled=settled: db.execute(settled))  # type: ignore[misc]
    app = house.app(FakeChannel())
    try:
        transport = httpx.ASGITransport(make_web(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
            page = await client.get("/healthz/messages")
    finally:
        await app.stop()
    assert page.json() == {
        "queued": 1,
        "waiting": 1,
        "sending": 1,
        "awaiting_confirmation": 1,
        "given_up": {
            "failed": {"refused": 1, "blocked": 1},
            "expired": {"unanswered": 1},
            "suppressed": {"told_elsewhere": 1},
            "uncertain": {"uncertain": 1},
        },
    }
    row = ledger_row(house.store, house.clock())
    assert (row["sent"], row["waiting"]) == (1, 1)
    assert "       1 sent" in ledger_lines(row)
    assert "       1 waiting for members to confirm" in ledger_lines(row)
    house.clock.forward(25 * 3600)
    assert ledger_row(house.store, house.clock())["given_up"] == {}
    assert ledger_row(house.store, house.clock())["sent"] == 0
