"""What the house promises, held against its records: all ends, each change is told, nothing breaks unannounced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from crm.conversations.messages import MessageState, message
from crm.properties.catalogue import Catalogue
from crm.service_requests.levels import TELL_BEFORE, TO_THE_MINUTE, late_at, service_of
from crm.service_requests.requests import RequestState, ServiceRequest, all_requests
from crm.store import Connection

IN_TIME = TO_THE_MINUTE * 2 + TELL_BEFORE  # a taxi that nobody has confirmed is told ten minutes before its hour
Told = Mapping[tuple[str, str], list[datetime]]  # conversation and request → when something of it was sent there


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise of the house."""

    number: int
    what: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the days went. `in_time` are those done by the hour that was promised first."""

    requests: int
    by_state: Mapping[str, int]
    in_time: int
    announced: int
    climbed: int
    findings: tuple[Finding, ...]


def look_back(db: Connection, catalogue: Catalogue) -> Outcome:
    requests = all_requests(db)
    told = _told(db)
    done = [each for each in requests if each.state is RequestState.DONE and each.finished_at]
    late = {each.number: late_at(each, service_of(catalogue, each)) for each in requests}
    return Outcome(
        requests=len(requests),
        by_state=dict(Counter(each.state.value for each in requests)),
        in_time=sum(each.finished_at <= late[each.number] for each in done if each.finished_at),
        announced=sum(bool(each.apologies) for each in requests),
        climbed=sum(bool(each.rung) for each in requests),
        findings=tuple(each for request in requests for each in _broken(request, late[request.number], told)),
    )


def _broken(request: ServiceRequest, late: datetime, told: Told) -> Iterator[Finding]:
    if request.is_unfinished:
        yield Finding(request.number, f"still {request.state.value}")
    if request.conversation_id is None:
        return
    heard = told.get((request.conversation_id, request.id), [])
    for name in ("accepted_at", "on_the_way_at", "finished_at"):
        at = getattr(request, name)
        if at is not None and at not in heard and not _cancelled_themselves(request, name):
            yield Finding(request.number, f"the guest did not hear: {name}")
    if _ended(request) > late and not (request.apologies and any(_just_before(late, at) for at in heard)):
        yield Finding(request.number, "the promise broke unannounced")
    if request.promised_at and _ended(request) > request.promised_at and request.apologies < 2:
        yield Finding(request.number, "the second promise broke unannounced")


def _ended(request: ServiceRequest) -> datetime:
    """What waits for the guest breaks no promise while it waits."""
    return request.waiting_since or request.finished_at or request.due_at


def _just_before(late: datetime, at: datetime) -> bool:
    return late - IN_TIME <= at <= late


def _cancelled_themselves(request: ServiceRequest, name: str) -> bool:
    return name == "finished_at" and request.state is RequestState.CANCELLED


def _told(db: Connection) -> Told:
    sent = (message.c.direction == "out", message.c.state == MessageState.SENT, message.c.about.is_not(None))
    told: dict[tuple[str, str], list[datetime]] = {}
    for row in db.execute(select(message.c.conversation_id, message.c.about, message.c.created_at).where(*sent)):
        told.setdefault((row.conversation_id, row.about), []).append(row.created_at)
    return told
