"""How stays are shown on the terminal: lines, a table, a QR code."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import segno

from bot.config import Settings
from crm.properties.houses import properties
from crm.stays.bookings import StayInfo, current_stays
from crm.store import Store

Row = dict[str, Any]

QUIET_ZONE = 2
PIXELS = 8  # of a module


def link_of(settings: Settings, token: str) -> str:
    """The address of the web chat that joins a chat to the stay."""
    base = settings.web.public_url.rstrip("/") or f"http://{settings.web.host}:{settings.web.port}"
    return f"{base}/?t={token}"


def handed_over(settings: Settings, stay: StayInfo, token: str) -> list[str]:
    """What the guest is to be told, and the code to be photographed."""
    link = link_of(settings, token)
    lines = [f"{who_where(stay)}: {state_of(stay)}", f"Code:      {stay.reservation_code}", f"Web chat:  {link}"]
    if settings.telegram.username:
        lines.append(f"Telegram:  https://t.me/{settings.telegram.username}?start={token}")
    if settings.wecom.kf_link:
        lines.append(f"微信客服:  {settings.wecom.kf_link}&scene_param={token}")
    picture = io.StringIO()
    segno.make_qr(link).terminal(picture, border=QUIET_ZONE, compact=True)
    return [*lines, "", picture.getvalue().rstrip("\n")]


def draw(link: str, png: Path) -> None:
    segno.make_qr(link).save(str(png), kind="png", scale=PIXELS)


def who_where(stay: StayInfo) -> str:
    place = f"room {stay.room}" if stay.room else "no room yet"
    return f"{stay.guest_name}, {place}, {stay.arrival} to {stay.departure} ({stay.reservation_code})"


def state_of(stay: StayInfo) -> str:
    return stay.state.replace("_", " ")


def stay_rows(store: Store) -> list[Row]:
    """Everybody in house, then everybody booked, as plain values."""
    with store.reading() as db:
        keys = {each.id: each.key for each in properties(db)}
        found = [stay for house in keys for stay in current_stays(db, house)]
    found.sort(key=lambda stay: date.min if stay.is_in_house else stay.arrival)
    return [
        {
            "code": stay.reservation_code,
            "property": keys[stay.property_id],
            "room": stay.room or None,
            "guest": stay.guest_name,
            "state": stay.state,
            "arrival": stay.arrival.isoformat(),
            "departure": stay.departure.isoformat(),
            "adults": stay.adults,
            "children": stay.children,
        }
        for stay in found
    ]


def stay_table(rows: list[Row]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for heading in ("Code", "Room", "Guest", "Arrives", "Leaves", "State"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("Code", "Arrives", "Leaves"))
    for row in rows:
        shown = (row["code"], row["room"] or "", row["guest"], row["arrival"], row["departure"], row["state"])
        table.add_row(*(Text(each.replace("_", " ") if each is row["state"] else each) for each in shown))
    Console().print(table)
