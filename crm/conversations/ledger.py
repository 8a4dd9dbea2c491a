"""What became of what was to be said, counted by state and reason: for whoever runs the house, and of nobody by name.

What is open is few, and what was given up lately is found by its instant: neither costs more with what is stored. What
was sent has no such index, because each delivery would have to keep it, for ever; it is counted by when it was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, text

from crm.conversations.grants import NO_GRANT
from crm.conversations.messages import IS_OPEN, IS_UNDELIVERED, MessageState, message
from crm.conversations.undelivered import why
from crm.store import Connection, Prepared, first_id

LATELY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Ledger:
    """`waiting` is what is queued until a platform lets us speak, `awaiting_confirmation` what members are to confirm.

    `given_up` lately, by state and then by reason.
    """

    queued: int
    waiting: int
    sending: int
    awaiting_confirmation: int
    given_up: Mapping[str, Mapping[str, int]]


_IS_WAITING = message.c.reason == NO_GRANT
_OPEN = Prepared(
    select(message.c.state, _IS_WAITING.label("is_waiting"), func.count().label("count"))
    .where(text(IS_OPEN))
    .group_by(message.c.state, _IS_WAITING)
)
_AWAITING = Prepared(
    select(func.count().label("count")).select_from(message).where(text("state = 'awaiting_confirmation'"))
)
_GIVEN_UP = Prepared(
    select(message.c.state, message.c.reason, func.count().label("count"))
    .where(text(IS_UNDELIVERED), message.c.settled_at >= bindparam("since"))
    .group_by(message.c.state, message.c.reason)
)
_SENT = Prepared(
    select(func.count().label("count")).where(message.c.id >= bindparam("first_id"), text("state = 'sent'"))
)


def ledger(db: Connection, now: datetime) -> Ledger:
    count: Counter[str] = Counter()
    for row in _OPEN.all(db, {}):
        is_waiting = row.state == MessageState.QUEUED and bool(row.is_waiting)
        count["waiting" if is_waiting else row.state] += row.count
    given_up: dict[str, Counter[str]] = {}
    for row in _GIVEN_UP.all(db, {"since": now - LATELY}):
        given_up.setdefault(row.state, Counter())[why(MessageState(row.state), row.reason)] += row.count
    return Ledger(
        queued=count["queued"],
        waiting=count["waiting"],
        sending=count["sending"],
        awaiting_confirmation=int(_AWAITING.scalar(db, {})),
        given_up={key: dict(of) for key, of in given_up.items()},
    )


def count_sent(db: Connection, now: datetime) -> int:
    """Of what was written lately; costs as much as was written since then."""
    return int(_SENT.scalar(db, {"first_id": first_id(now - LATELY)}))
