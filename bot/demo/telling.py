"""What the demo says of itself on the terminal, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from sqlalchemy import select

from bot.config import Settings
from bot.demo.links import Link, Links
from crm.calendar import local
from crm.guests.profile import guest
from crm.properties.houses import Property
from crm.staff.members import staff_of
from crm.stays.bookings import StayInfo, arrivals, departures, in_house
from crm.store import Connection


@dataclass(frozen=True, slots=True)
class Facts:
    """The house as it stands when the demo opens."""

    house: Property
    folder: Path
    staying: Sequence[StayInfo]
    arriving: Sequence[StayInfo]
    leaving: Sequence[StayInfo]
    people: dict[str, Any]


def gather_facts(db: Connection, now: datetime, settings: Settings, house: Property, folder: Path) -> Facts:
    today = local(now, house.time_zone).date()
    staying, arriving = in_house(db, house.id), arrivals(db, house.id, today)
    here = {stay.room: stay for stay in staying}
    languages = dict(db.execute(select(guest.c.id, guest.c.language)).all())
    people = {
        "house": {"key": house.key, "name": house.name, "time_zone": house.time_zone, "today": today.isoformat()},
        "guests": [_guest(each, languages[each.guest_id]) for each in dict.fromkeys([*staying, *arriving])],
        "staff": [
            {"name": each.name, "role": each.role, "department": each.department, "language": each.language}
            for each in staff_of(db, house.id)
        ],
        "rooms": [
            {"number": number, "type": kind, "guest": here[number].guest_name if number in here else None}
            for number, kind in settings.properties[0].room_list()
        ],
    }
    return Facts(house, folder, staying, arriving, departures(db, house.id, today), people)


def as_object(facts: Facts, links: Links, address: str) -> dict[str, Any]:
    """Everything a program needs to play the people of the house."""
    return {
        **facts.people,
        "data": str(facts.folder),
        "links": {
            "demo": f"{address}/demo",
            "guests": [_addressed(link, address, "room") for link in links.guests],
            "staff": [_addressed(link, address, "role") for link in links.staff],
        },
    }


def welcome(facts: Facts, links: Links, address: str, *, serves: bool, is_kept: bool) -> list[str]:
    """The lines a person reads first."""
    named = [(f"{each.name}, guest in {each.place}", each.path) for each in links.guests]
    named += [(f"{each.name}, {each.place.replace('_', ' ')}", each.path) for each in links.staff]
    rows = [("Guest and staff side by side", "/demo"), *named] if links.pair else named
    width = max((cell_len(name) for name, _ in rows), default=0)
    lines = [
        f"{facts.house.name}: {len(facts.staying)} guests in house, "
        f"{len(facts.arriving)} arriving and {len(facts.leaving)} leaving today.",
        "",
        *(f"  {name}{' ' * (width - cell_len(name))}  {address}{path}" for name, path in rows),
        "",
    ]
    return lines + _advice(facts, serves=serves, is_kept=is_kept)


def _advice(facts: Facts, *, serves: bool, is_kept: bool) -> list[str]:
    name = facts.staying[0].guest_name if facts.staying else "NAME"
    chat = f"guanjia chat --data {facts.folder} --as 'guest:{name}'"
    if not serves:
        serve = f"guanjia demo --data {facts.folder}"
        return [f"The links work as soon as the house is served: {serve}", f"On a terminal: {chat}"]
    return [
        "Ask as the guest: 再来两条毛巾，谢谢, or: a taxi to the station at 8 tomorrow.",
        "A staff link works once; a second colleague needs a private window of the browser.",
        f"On another terminal: {chat}",
        f"Ctrl-C closes the house{'' if is_kept else ' and removes its data'}.",
    ]


def _guest(stay: StayInfo, language: str) -> dict[str, Any]:
    return {
        "name": stay.guest_name,
        "room": stay.room,
        "language": language,
        "state": stay.state,
        "arrival": stay.arrival.isoformat(),
        "departure": stay.departure.isoformat(),
        "adults": stay.adults,
        "children": stay.children,
        "code": stay.reservation_code,
    }


def _addressed(link: Link, address: str, place: str) -> dict[str, str]:
    return {"name": link.name, place: link.place, "language": link.language, "url": address + link.path}
