"""The daily brief comes by itself: to each colleague at their own hour, once a day, and never when it is too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crm.calendar import local
from crm.conversations.messages import MessageClass
from crm.conversations.recipients import staff_recipients
from crm.properties.houses import ids_by_zone
from crm.staff.briefs import due_briefs, find_brief, put_off_brief, stop_brief, try_take_brief
from crm.staff.members import find_staff_member
from crm.store import Connection
from handlers.briefs import brief
from handlers.turn import Moment, Reply, Timed


def due(db: Connection, now: datetime, limit: int) -> Sequence[str]:
    """One question for each time zone in which the house has properties."""
    zones = ids_by_zone(db).items()
    found = [staff_id for zone, houses in zones for staff_id in due_briefs(db, now, local(now, zone), houses, limit)]
    return found[:limit]


def give(moment: Moment, staff_id: str) -> list[Reply]:
    """Whoever is reached nowhere has had their day too."""
    owed, member = find_brief(moment.db, staff_id), find_staff_member(moment.db, staff_id)
    if owed is None or member is None:
        stop_brief(moment.db, staff_id)
        return []
    there = moment.at_property(owed.property_id)
    if not try_take_brief(moment.db, owed, local(moment.now, there.house.time_zone)):
        return []
    people = staff_recipients(moment.db, [staff_id])
    if not people:
        return []
    told = brief(there, member)
    return [replace(told, to=each, message_class=MessageClass.SERVICE) for each in people]


WORK = Timed("daily_brief", due, give, put_off_brief)
