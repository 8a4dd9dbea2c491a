"""Requests asked for by stay, by room, by the ids that messages carry, and to be held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from crm.service_requests.requests import (
    INFO,
    IS_UNFINISHED,
    RequestState,
    ServiceRequest,
    get_request,
    request_in,
    service_request,
)
from crm.store import Connection, Prepared

_c = service_request.c
_TELLING_OF_STAYS = Prepared(
    INFO.where(_c.stay_id.in_(bindparam("stay_ids", expanding=True)), or_(_c.needs.is_not(None), IS_UNFINISHED))
)
_FINISHED_IN_ROOM = Prepared(
    INFO.where(
        _c.property_id == bindparam("property_id"),
        _c.finished_at >= bindparam("since"),
        _c.room == bindparam("room"),
    ).order_by(_c.finished_at, _c.number)
)
_LAST_DONE = Prepared(
    INFO.where(_c.guest_id == bindparam("guest_id"), _c.state == RequestState.DONE.value)
    .order_by(_c.number.desc())
    .limit(1)
)
_ASKED_SINCE = Prepared(
    INFO.where(_c.guest_id == bindparam("guest_id"), _c.opened_at >= bindparam("since"))
    .order_by(_c.number.desc())
    .limit(bindparam("limit"))
)
_BY_THE_HOUSE = _c.guest_id.concat("").is_(None)  # no reason to walk through all that any house asked of itself
_OF_THE_HOUSE = Prepared(INFO.where(_c.stay_id == bindparam("stay_id"), _BY_THE_HOUSE))
_ROOMS = Prepared(
    select(_c.room)
    .where(
        _c.property_id == bindparam("property_id"), _c.service.in_(bindparam("services", expanding=True)), IS_UNFINISHED
    )
    .order_by(_c.room)  # as the index of rooms has them, which the planner then takes
)
_NUMBERS = Prepared(select(_c.id, _c.number).where(_c.id.in_(bindparam("ids", expanding=True))))


def telling_requests(db: Connection, stay_ids: Sequence[str]) -> list[ServiceRequest]:
    """What of these stays is unfinished, or tells of an allergy, a diet or ages."""
    return [request_in(db, row) for row in _TELLING_OF_STAYS.all(db, {"stay_ids": list(stay_ids)})]


def finished_in_room(db: Connection, property_id: str, room: str, since: datetime) -> list[ServiceRequest]:
    """What was finished in a room since then, in whatever way."""
    rows = _FINISHED_IN_ROOM.all(db, {"property_id": property_id, "room": room, "since": since})
    return [request_in(db, row) for row in rows]


def find_last_done(db: Connection, guest_id: str) -> ServiceRequest | None:
    row = _LAST_DONE.first(db, {"guest_id": guest_id})
    return request_in(db, row) if row else None


def rooms_waiting_for(db: Connection, property_id: str, services: Iterable[str]) -> set[str]:
    """Numbers of the rooms of the house in which one of these services is under way."""
    return set(_ROOMS.scalars(db, {"property_id": property_id, "services": list(services)}))


def requests_since(db: Connection, guest_id: str, since: datetime, limit: int = 30) -> list[ServiceRequest]:
    """What the guest has asked for since then, finished or not, the latest first."""
    rows = _ASKED_SINCE.all(db, {"guest_id": guest_id, "since": since, "limit": limit})
    return [request_in(db, row) for row in rows]


def house_requests(db: Connection, stay_id: str) -> list[ServiceRequest]:
    """What the house has asked of itself about this stay, finished or not."""
    return [request_in(db, row) for row in _OF_THE_HOUSE.all(db, {"stay_id": stay_id})]


def request_numbers(db: Connection, ids: Sequence[str]) -> dict[str, int]:
    """By the ids that messages about them carry."""
    return {row.id: row.number for row in _NUMBERS.all(db, {"ids": list(ids)})}


def hold_request(db: Connection, number: int) -> ServiceRequest:
    """As it is now, and as nobody else may change it until this transaction ends. Raises NotFound."""
    db.execute(select(_c.number).where(_c.number == number).with_for_update())
    return get_request(db, number)
