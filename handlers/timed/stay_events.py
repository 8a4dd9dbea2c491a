"""What the house asks of itself when something has happened to a stay: a guest has left, so the room is checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from crm.service_requests.steps import Details, open_request
from crm.stays.bookings import get_stay
from crm.stays.events import StayEventKind, handle_event, put_off_event, waiting_stays
from crm.store import Connection
from handlers import notices
from handlers.turn import Moment, Reply, Timed

AGAIN = timedelta(minutes=5)  # for one that failed
DEPARTED = StayEventKind.DEPARTED


def after_departure(delay: timedelta) -> Timed:
    """Opens what is due so long after a guest has left."""

    def due(db: Connection, now: datetime, limit: int) -> Sequence[str]:
        return waiting_stays(db, DEPARTED, now - delay, limit)

    return Timed("after_departure", due=due, act=_open, put_off=_put_off)


def _open(moment: Moment, stay_id: str) -> list[Reply]:
    """Each service once, for the people of its department; no guest hears of it."""
    if not handle_event(moment.db, moment.now, stay_id, DEPARTED):
        return []
    stay = get_stay(moment.db, stay_id)
    if not stay.room:
        return []
    moment = moment.at_property(stay.property_id)
    replies = []
    wanted = [each for each in moment.catalogue.values() if each.opens_on == DEPARTED]
    for part, service in enumerate(wanted):
        request = open_request(
            moment.db,
            moment.now,
            service,
            stay,
            Details(),
            house=moment.house,
            conversation_id=None,
            inbound_id=f"stay:{stay_id}:{DEPARTED}",
            part=part,
            by_house=True,
        )
        people, _ = notices.people_for(moment, service.department)
        replies += notices.for_staff(moment, request, people)
    return replies


def _put_off(db: Connection, now: datetime, stay_id: str) -> None:
    put_off_event(db, now, stay_id, DEPARTED, AGAIN)
