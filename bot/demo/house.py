"""The people of the demo house: fills empty records from people.toml, with every day and hour relative to now."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from crm.calendar import local, zone
from crm.conversations.accounts import bind_guest, bind_staff, locate
from crm.conversations.inbound import record_inbound
from crm.conversations.messages import Body, MessageState
from crm.guests.profile import add_guest
from crm.properties.catalogue import Catalogue
from crm.properties.houses import Property, find_room_id
from crm.service_requests.requests import ServiceRequest
from crm.service_requests.steps import Details, accept, complete, decline, open_request, rate, start
from crm.staff.members import StaffMember, add_staff_member, staff_of
from crm.stays.bookings import StayState, find_current_stay
from crm.stays.steps import add_stay
from crm.store import Connection

CHANNEL = "web"
DESK = "front_desk"

Entry = dict[str, Any]


@cache
def people() -> dict[str, list[Entry]]:
    """The tables of the file: staff, guests, requests."""
    return tomllib.loads(Path(__file__).with_name("people.toml").read_text("utf-8"))


def furnish(db: Connection, now: datetime, house: Property, catalogue: Catalogue, *, requests: bool = True) -> None:
    """Puts the people into the house, and what they have asked for so far; a house with staff is left as it is."""
    if staff_of(db, house.id):
        return
    staff = {entry["name"]: _put_staff(db, now, house, entry) for entry in people()["staff"]}
    guests = {entry["name"]: _put_guest(db, now, house, entry) for entry in people()["guests"]}
    if requests:
        _seat_the_desk(db, now, staff)
        for entry in people()["requests"]:
            _put_request(db, now, house, catalogue, entry, guests[entry["guest"]], staff.get(entry.get("staff", "")))


def _put_staff(db: Connection, now: datetime, house: Property, entry: Entry) -> StaffMember:
    role = entry["role"]
    department = DESK if role == "manager" else role
    return add_staff_member(
        db,
        now,
        name=entry["name"],
        role=role,
        department=department,
        language=entry["language"],
        property_ids=[house.id],
    )


def _put_guest(db: Connection, now: datetime, house: Property, entry: Entry) -> str:
    guest_id = add_guest(db, now, name=entry["name"], language=entry["language"], phone=entry["phone"])
    today = local(now, house.time_zone).date()
    for stay in entry["stays"]:
        values = dict(stay)
        arrival, departure = values.pop("arrival"), values.pop("departure")
        add_stay(
            db,
            now,
            property_id=house.id,
            guest_id=guest_id,
            room_id=find_room_id(db, house, values.pop("room")),
            reservation_code=values.pop("code"),
            state=_state(arrival, departure),
            arrival=today + timedelta(days=arrival),
            departure=today + timedelta(days=departure),
            **values,
        )
    return guest_id


def _state(arrival: int, departure: int) -> StayState:
    if departure < 0:
        return StayState.DEPARTED
    return StayState.IN_HOUSE if arrival < 0 else StayState.BOOKED


def _seat_the_desk(db: Connection, now: datetime, staff: dict[str, StaffMember]) -> None:
    """One colleague at the desk is always reachable, so that no guest hears that nobody is there."""
    member = next(each for each in staff.values() if each.role == DESK)
    address = f"staff:demo:{member.id}"
    place = locate(
        db,
        now,
        channel=CHANNEL,
        address=address,
        sender_id=address,
        name=member.name,
        language=member.language,
    )
    bind_staff(db, place.account_id, member)


def _put_request(
    db: Connection,
    now: datetime,
    house: Property,
    catalogue: Catalogue,
    entry: Entry,
    guest_id: str,
    member: StaffMember | None,
) -> None:
    stay = find_current_stay(db, guest_id)
    assert stay
    asked_at = now - timedelta(minutes=entry["asked"])
    conversation_id, inbound_id = _say(db, asked_at, guest_id, entry["says"])
    details = Details(entry.get("quantity"), entry.get("people"), _wanted(now, house, entry), entry.get("note", ""))
    request = open_request(
        db,
        asked_at,
        catalogue[entry["service"]],
        stay,
        details,
        house=house,
        conversation_id=conversation_id,
        inbound_id=inbound_id,
        part=0,
    )
    if member:
        _work(db, now, request, member, entry)


def _say(db: Connection, at: datetime, guest_id: str, words: str) -> tuple[str, str]:
    address = f"guest:demo:{guest_id}"
    place = locate(db, at, channel=CHANNEL, address=address, sender_id=address, language="zh")
    bind_guest(db, place.account_id, guest_id)
    key = f"{address}:{at.isoformat()}"
    body, answered = Body(words), MessageState.HANDLED
    inbound_id = record_inbound(db, at, place, channel=CHANNEL, dedupe_key=key, body=body, raw=b"", state=answered)
    assert inbound_id
    return place.conversation_id, inbound_id


def _wanted(now: datetime, house: Property, entry: Entry) -> datetime | None:
    if "wanted" not in entry:
        return None
    day: date = local(now, house.time_zone).date() + timedelta(days=entry["wanted"]["days"])
    return datetime.combine(day, time.fromisoformat(entry["wanted"]["at"]), zone(house.time_zone))


def _work(db: Connection, now: datetime, request: ServiceRequest, member: StaffMember, entry: Entry) -> None:
    def ago(step: str) -> datetime:
        return now - timedelta(minutes=entry[step])

    if "accepted" in entry:
        accept(db, ago("accepted"), request, member)
    if "on_the_way" in entry:
        start(db, ago("on_the_way"), request, member)
    if "cannot" in entry:
        decline(db, ago("finished"), request, member, entry["cannot"])
    elif "finished" in entry:
        complete(db, ago("finished"), request, member)
    if "rating" in entry:
        rate(db, request, entry["rating"])
