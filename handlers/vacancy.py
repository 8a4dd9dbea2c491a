"""When a room is free for whoever arrives: who has it until then, whether they have left, and whether it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from crm.calendar import local, zone
from crm.service_requests.lookups import house_requests, rooms_waiting_for
from crm.service_requests.requests import RequestState, ServiceRequest
from crm.stays.bookings import StayInfo, StayState
from crm.stays.events import find_departure_time, rooms_just_left
from crm.stays.room_plan import previous_stay
from handlers import cards
from handlers.turn import Moment
from prompts.words import say


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A room before an arrival. `stay` is who has it until then, if anybody has.

    `leaves_at` is agreed with them, `left_at` known; `free_since` then also needs what the house asks of itself.
    `is_unchecked`: somebody moved out of it, and it waits for its check.
    """

    stay: StayInfo | None = None
    leaves_at: datetime | None = None
    left_at: datetime | None = None
    free_since: datetime | None = None
    is_unchecked: bool = False

    @property
    def is_free(self) -> bool:
        return not self.is_unchecked and (self.stay is None or self.free_since is not None)

    def keeps_beyond(self, wanted: datetime) -> bool:
        """Whether whoever has the room is known to be in it at that hour."""
        if self.stay is None or self.left_at is not None:
            return False
        at_that_hour = self.leaves_at is not None and self.leaves_at >= wanted
        return at_that_hour or self.stay.departure > wanted.date()


def before_arrival(moment: Moment, arriving: StayInfo) -> Vacancy:
    """Of the room of this stay, in its house."""
    found = _before(moment, arriving)
    if not found.is_free or arriving.arrival > cards.today(moment) or arriving.room not in unchecked_rooms(moment):
        return found
    return Vacancy(is_unchecked=True)


def unchecked_rooms(moment: Moment) -> set[str]:
    """Numbers of the rooms that somebody has left, and nobody has checked since; none where the house checks none."""
    checks = [each for each in moment.catalogue.values() if each.opens_on]
    if not checks:
        return set()
    under_way = rooms_waiting_for(moment.db, moment.house.id, [each.code for each in checks])
    return under_way | rooms_just_left(moment.db, moment.house.id, {kind for each in checks for kind in each.opens_on})


def _before(moment: Moment, arriving: StayInfo) -> Vacancy:
    stay = previous_stay(moment.db, arriving, cards.today(moment))
    if stay is None:
        return Vacancy()
    if stay.state != StayState.DEPARTED:
        return Vacancy(stay, leaves_at=_agreed(moment, stay))
    left_at = find_departure_time(moment.db, stay.id)
    if left_at is None:
        return Vacancy()
    checks = [each for each in house_requests(moment.db, stay.id) if each.room == stay.room]
    return Vacancy(stay, left_at=left_at, free_since=_free_since(moment, left_at, checks))


def line(moment: Moment, language: str, arriving: StayInfo, found: Vacancy, *, named: bool) -> str:
    """For a card; with the name of whoever has the room only where this reader may see it."""
    stay = found.stay
    is_due = stay is not None and stay.is_in_house and stay.departure <= cards.today(moment)
    return say(
        language,
        "cards.outlook.previous_stay",
        room=arriving.room,
        name=stay.guest_name if stay and named else "",
        departure=cards.on(moment, language, stay.departure) if stay else "",
        leaves=cards.at(moment, language, found.leaves_at) if found.leaves_at else "",
        left=cards.at(moment, language, found.left_at) if found.left_at else "",
        since=cards.at(moment, language, found.free_since) if found.free_since else "",
        is_here=is_due,
        unchecked=found.is_unchecked,
    )


def _agreed(moment: Moment, stay: StayInfo) -> datetime | None:
    if not stay.departure_time:
        return None
    return datetime.combine(stay.departure, time.fromisoformat(stay.departure_time), zone(moment.house.time_zone))


def _free_since(moment: Moment, left_at: datetime, checks: Sequence[ServiceRequest]) -> datetime | None:
    """Since the last check was done; where the house checks nothing, or did not that day, since they left."""
    if checks:
        done = [each.finished_at for each in checks if each.state is RequestState.DONE and each.finished_at]
        return max(done) if len(done) == len(checks) else None
    is_checked = any(each.opens_on for each in moment.catalogue.values())
    left_today = local(left_at, moment.house.time_zone).date() == cards.today(moment)
    return None if is_checked and left_today else left_at
