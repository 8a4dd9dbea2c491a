"""What the records keep for the clock: which requests it has to look at, and what it did about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from crm.service_requests.requests import (
    IS_UNFINISHED,
    ServiceRequest,
    ServiceRequestRow,
    get_request,
    service_request,
)
from crm.store import Connection, Prepared

WHILE_LOOKING = timedelta(minutes=1)  # nobody else looks meanwhile

_c = service_request.c
_DUE = Prepared(
    select(_c.number)
    .where(IS_UNFINISHED, _c.look_at <= bindparam("now"))
    .order_by(_c.look_at)
    .limit(bindparam("limit"))
)
_NEXT = Prepared(select(_c.look_at).where(IS_UNFINISHED, _c.look_at.is_not(None)).order_by(_c.look_at).limit(1))
_TAKE = Prepared(
    update(ServiceRequestRow)
    .where(_c.number == bindparam("request"), IS_UNFINISHED, _c.look_at <= bindparam("now"))
    .values(look_at=bindparam("until"))
)


def due_looks(db: Connection, now: datetime, limit: int) -> Sequence[str]:
    """The numbers of the unfinished requests whose moment has come, the longest due first."""
    return [str(number) for number in _DUE.scalars(db, {"now": now, "limit": limit})]


def find_next_look(db: Connection) -> datetime | None:
    """When the next of them comes."""
    found: datetime | None = _NEXT.scalar(db, {})
    return found


def try_take_look(db: Connection, now: datetime, number: int) -> ServiceRequest | None:
    """The request, for this one to look at; None when it is finished, or a replica was faster."""
    taken = _TAKE.change(db, {"request": number, "now": now, "until": now + WHILE_LOOKING})
    return get_request(db, number) if taken else None


def note_clock(db: Connection, number: int, **values: Any) -> None:
    """Writes down what the clock did: is_reminded, apologies, promised_at, rung, rung_at, look_at."""
    db.execute(update(ServiceRequestRow).where(_c.number == number).values(**values))
