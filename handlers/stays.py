"""Who arrives, who leaves, who is in house, each with what the team must know. Shared by the lists and the brief."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crm.service_requests.lookups import telling_requests
from crm.service_requests.needs import NONE, Needs
from crm.service_requests.requests import ServiceRequest
from crm.staff.members import StaffMember
from crm.staff.roles import may
from crm.stays import bookings
from crm.stays.bookings import StayInfo
from crm.stays.returning import returning_stays
from crm.store import Connection
from handlers import cards, needs
from handlers.turn import Moment
from prompts.words import clock, say

LONG_STAY = 7  # nights
# What changes the work at each moment of a stay; the words stand in arrivals.toml [know].
FACTS = {
    "arrivals": ("needs", "long", "returning", "open"),
    "departures": ("returning", "open"),
    "in_house": ("needs", "long", "returning", "open"),
}
STAYS: Mapping[str, Callable[[Connection, str, date], Sequence[StayInfo]]] = {
    "arrivals": bookings.arrivals,
    "departures": bookings.departures,
    "in_house": lambda db, property_id, _: bookings.in_house(db, property_id),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What a stay's requests tell: allergies, diets and ages, and how many are unfinished."""

    needs: Needs = NONE
    unfinished: int = 0

    def joined(self, request: ServiceRequest) -> Known:
        return Known(self.needs.joined(request.needs), self.unfinished + request.is_unfinished)


def listed(moment: Moment, member: StaffMember, name: str, stays: Sequence[StayInfo], day: date, most: int) -> str:
    """A list of one house as this colleague may read it: a line for each stay, and one below it for what to know.

    `name` is a key of STAYS. The rooms go in order, and who has none comes last.
    """
    language, when = member.language, cards.on(moment, member.language, day)
    if not stays:
        return say(language, f"arrivals.{name}.none", day=when)
    people = sum(each.adults + each.children for each in stays)
    lines = [cards.capital(say(language, f"arrivals.{name}.title", day=when, count=len(stays), people=people))]
    ordered = sorted(stays, key=lambda each: (not each.room, each.room, each.guest_name))[:most]
    known = known_of(moment, member, ordered)
    returning = returning_stays(moment.db, [each.id for each in ordered])
    for each in ordered:
        facts = _facts(member, name, each, known.get(each.id, Known()), is_returning=each.id in returning)
        lines += [
            _line(moment, member, name, each),
            *([say(language, "arrivals.know.line", facts=facts)] if facts else []),
        ]
    if len(stays) > most:
        lines.append(say(language, "common.lists.more", count=len(stays) - most))
    return "\n".join(lines)


def known_of(moment: Moment, member: StaffMember, stays: Sequence[StayInfo]) -> Mapping[str, Known]:
    """By stay, of the requests this colleague works with: housekeeping hears of feathers, and not of peanuts."""
    known: dict[str, Known] = {}
    sees_all = may(member.role, "see_all_departments")
    for each in telling_requests(moment.db, [stay.id for stay in stays]):
        if each.stay_id and (sees_all or each.department == member.department):
            known[each.stay_id] = known.get(each.stay_id, Known()).joined(each)
    return known


def _line(moment: Moment, member: StaffMember, name: str, stay: StayInfo) -> str:
    language = member.language
    return say(
        language,
        f"arrivals.{name}.line",
        room=stay.room,
        name=stay.guest_name if may(member.role, "see_guest_names") else "",
        nights=_nights(stay),
        departure=cards.on(moment, language, stay.departure),
        adults=stay.adults,
        children=stay.children,
        expected=clock(language, stay.expected_time),
        until=clock(language, stay.departure_time),
        state=stay.state,
    )


def _facts(member: StaffMember, name: str, stay: StayInfo, known: Known, *, is_returning: bool) -> list[str]:
    language = member.language
    told = {
        "needs": needs.card(language, known.needs).splitlines(),
        "long": [say(language, "arrivals.know.long")] if _nights(stay) >= LONG_STAY else [],
        "returning": [say(language, "arrivals.know.returning")]
        if is_returning and may(member.role, "see_guest_names")
        else [],
        "open": [say(language, "arrivals.know.open", count=known.unfinished)] if known.unfinished else [],
    }
    return [line for fact in FACTS[name] for line in told[fact]]


def _nights(stay: StayInfo) -> int:
    return (stay.departure - stay.arrival).days
