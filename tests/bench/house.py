"""A house for measuring: its settings, its people, and what they say."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.config import Settings, parse_settings
from crm.conversations.accounts import bind_guest, bind_staff, locate
from crm.guests.profile import add_guest
from crm.properties.houses import Property, find_room_id, properties
from crm.staff.members import add_staff_member
from crm.stays.bookings import StayState
from crm.stays.steps import add_stay
from crm.store import Connection

ROOMS = 200
STAFF = "staff"
DESK = "desk"
CONSOLE = "console"
# What guests say, over and over: eight requests, each for another thing so that none is joined to another, and the two
# things said beside them. Every second guest speaks Chinese.
LINES = {
    "en": (
        "two towels please",
        "two bottles of water please",
        "two pillows please",
        "where are my towels?",
        "please clean my room",
        "two blankets please",
        "turndown service please",
        "thank you",
        "two pairs of slippers please",
        "a baby cot please",
    ),
    "zh": (
        "请送两条毛巾",
        "请送两瓶水",
        "请送两个枕头",
        "我的请求怎么样了",
        "请打扫房间",
        "请送两床被子",
        "请做一下夜床",
        "谢谢",
        "请送两双拖鞋",
        "请送一张婴儿床",
    ),
}
REQUESTS = 8 / 10


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody in house whose chat is linked to the stay."""

    channel: str
    address: str


def bench_settings(folder: Path, url: str = "", **sections: Any) -> Settings:
    """A house of 200 rooms that answers at once: the pause for what else a guest may type is no cost of ours."""
    values = {
        "store": {"folder": str(folder), "url": url},
        "conversation": {"language": "en", "burst_seconds": 0.0},
        "properties": [
            {
                "key": "bench",
                "name": "Bench House",
                "time_zone": "Asia/Shanghai",
                "language": "zh",
                "rooms": [f"1001-{1000 + ROOMS}:double"],
            }
        ],
        **sections,
    }
    return parse_settings(values, {}, "bench")


def the_house(db: Connection) -> Property:
    return properties(db)[0]


def check_in(db: Connection, channel: str, addresses: Sequence[str], staff_channel: str = CONSOLE) -> list[Guest]:
    """One guest in house for each address, speaking there, and staff on duty."""
    house, now = the_house(db), datetime.now(UTC)
    for number, address in enumerate(addresses):
        language = language_of(number)
        guest_id = add_guest(db, now, name=f"Guest {number}", language=language, phone=f"+86138{number:08}")
        _stay(db, now, house, guest_id, number)
        place = locate(db, now, channel=channel, address=address, sender_id=address, name="Guest", language=language)
        bind_guest(db, place.account_id, guest_id)
    _put_staff_on_duty(db, now, house, staff_channel)
    return [Guest(channel, address) for address in addresses]


def _put_staff_on_duty(db: Connection, now: datetime, house: Property, channel: str) -> None:
    """A housekeeper who gets the cards, and somebody at the desk who asks."""
    for address, role in ((STAFF, "housekeeping"), (DESK, "front_desk")):
        person = {"name": role, "role": role, "department": role, "language": "en"}
        member = add_staff_member(db, now, property_ids=[house.id], **person)
        place = locate(db, now, channel=channel, address=address, sender_id=address, name=role, language="en")
        bind_staff(db, place.account_id, member)


def finish_requests(path: Path) -> None:
    """Between measurements, so that the lists of unfinished requests do not grow with the length of the bench."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as file:
        file.execute("UPDATE service_request SET state = 'cancelled' WHERE state = 'open'")


def language_of(number: int) -> str:
    return "zh" if number % 2 else "en"


def lines_of(number: int, count: int) -> list[tuple[str, str]]:
    """Language and text of what the guest of this number says in so many turns; each begins elsewhere in the round."""
    language = language_of(number)
    lines = LINES[language]
    return [(language, lines[(number // 2 + step) % len(lines)]) for step in range(count)]


def _stay(db: Connection, now: datetime, house: Property, guest_id: str, number: int) -> None:
    room = str(1001 + number % ROOMS)
    add_stay(
        db,
        now,
        property_id=house.id,
        guest_id=guest_id,
        room_id=find_room_id(db, house, room),
        reservation_code=f"CHAT{number:05}",
        state=StayState.IN_HOUSE,
        arrival=(now - timedelta(days=1)).date(),
        departure=(now + timedelta(days=2)).date(),
    )
