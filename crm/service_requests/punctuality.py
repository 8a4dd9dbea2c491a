"""How much was done, and how much of it on time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, select, text

from crm.service_requests.requests import service_request
from crm.store import Connection, Prepared


@dataclass(frozen=True, slots=True)
class Done:
    """Requests of a department that were done, and those of them that were done by the time promised."""

    department: str
    count: int
    on_time: int


_c = service_request.c
_ON_TIME = func.sum(case((_c.finished_at <= _c.due_at, 1), else_=0))
_DONE = Prepared(
    select(_c.department, func.count().label("count"), _ON_TIME.label("on_time"))
    .where(
        _c.property_id == bindparam("property_id"),
        _c.finished_at >= bindparam("since"),
        _c.finished_at < bindparam("until"),
        text("service_request.state = 'done'"),
    )
    .group_by(_c.department)
    .order_by(_c.department)
)


def done_between(db: Connection, property_id: str, since: datetime, until: datetime) -> list[Done]:
    """By department, what was done from `since` until before `until`.

    On time is what was finished by its due_at, on the second. The share on time is on_time / count; what could not be
    done or was cancelled counts in neither.
    """
    rows = _DONE.all(db, {"property_id": property_id, "since": since, "until": until})
    return [Done(row.department, row.count, row.on_time) for row in rows]


def share(on_time: int, count: int) -> int:
    """In per cent, half of one rounded up; of at least one."""
    return (200 * on_time + count) // (2 * count)
