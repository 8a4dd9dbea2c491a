"""The addresses by which a visitor of the demo becomes one of its people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.demo.house import people
from crm.properties.houses import Property
from crm.staff.invites import Invitation, create_invite
from crm.staff.members import StaffMember, find_by_name
from crm.stays.bookings import in_house
from crm.stays.links import create_stay_link
from crm.store import Connection

LIFETIME = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Link:
    """Opened in a browser, it makes the visitor this person; `path` begins with a slash."""

    name: str
    place: str  # the guest's room, or the staff member's role
    language: str
    path: str


@dataclass(frozen=True, slots=True)
class Links:
    """`pair` are the guest's and the colleague's paths that /demo shows side by side."""

    guests: Sequence[Link]
    staff: Sequence[Link]
    pair: tuple[str, str] | None


def fresh_links(db: Connection, now: datetime, house: Property, beside: str) -> Links:
    """For the people of the file with `link = true` who are still here. A staff link works once, a guest link often.

    `beside` is the role of the colleague whom /demo shows beside the guest.
    """
    guests = _guest_links(db, now, house)
    names = [entry["name"] for entry in people()["staff"] if entry.get("link")]
    members = [member for member in (find_by_name(db, house.id, name) for name in names) if member]
    colleague = next((member for member in members if member.role == beside), None)
    pair = (guests[0].path, _staff_link(db, now, colleague).path) if guests and colleague else None
    return Links(guests, [_staff_link(db, now, member) for member in members], pair)


def _guest_links(db: Connection, now: datetime, house: Property) -> list[Link]:
    here = {stay.guest_name: stay for stay in in_house(db, house.id)}
    return [
        Link(stay.guest_name, stay.room, entry["language"], f"/?t={create_stay_link(db, now, stay.id, LIFETIME)}")
        for entry in people()["guests"]
        if entry.get("link") and (stay := here.get(entry["name"]))
    ]


def _staff_link(db: Connection, now: datetime, member: StaffMember) -> Link:
    invitation = Invitation(
        member.name, member.role, member.department, member.language, member.property_ids, member.id
    )
    token = create_invite(db, now, invitation, lifetime=LIFETIME)
    return Link(member.name, member.role, member.language, f"/staff?t={token}")
