"""What the command line prints of the records, and the invitations it makes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.app import utc_now
from bot.config import Settings
from crm.calendar import local
from crm.properties.houses import properties
from crm.service_requests.needs import NEEDS
from crm.service_requests.requests import all_requests
from crm.staff.invites import LIFETIME, Invitation, create_invite
from crm.staff.roles import department_of, staff_roles
from crm.store import Store
from prompts.words import LANGUAGES

Row = dict[str, Any]


class InviteRefused(ValueError):
    """The role, the property or the language does not exist."""


def request_rows(store: Store, settings: Settings) -> list[Row]:
    """Every request as plain values; times are local to its property, ISO 8601."""
    with store.reading() as db:
        zones = {each.id: each.time_zone for each in properties(db)}
        keys = {each.id: each.key for each in properties(db)}
        found = all_requests(db)
    return [
        {
            "number": each.number,
            "property": keys[each.property_id],
            "room": each.room,
            "guest": each.guest_name,
            "service": each.service,
            "department": each.department,
            "quantity": each.quantity,
            "people": each.people,
            "time": local(each.wanted_at, zones[each.property_id]).isoformat() if each.wanted_at else None,
            "note": each.note,
            **{name: each.needs.as_slots().get(name) for name in NEEDS},
            "state": each.state.value,
            "assignee": each.assignee_name or None,
            "opened_at": local(each.opened_at, zones[each.property_id]).isoformat(),
            "due_at": local(each.due_at, zones[each.property_id]).isoformat(),
            "rating": each.rating,
        }
        for each in found
    ]


def request_table(rows: list[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("#", "Room", "Service", "Quantity", "Time", "State", "Assignee")
    for row in rows:
        quantity = str(row["quantity"] or "")
        table.add_row(
            str(row["number"]), row["room"], row["service"], quantity, row["time"], row["state"], row["assignee"]
        )
    Console().print(table)


def make_invite(store: Store, settings: Settings, *, role: str, name: str, house: str, language: str = "") -> list[str]:
    """The lines to hand on. Raises InviteRefused."""
    if role not in staff_roles():
        raise InviteRefused(f"--role: one of {', '.join(staff_roles())}")
    if language and language not in LANGUAGES:
        raise InviteRefused(f"--language: one of {', '.join(LANGUAGES)}")
    with store.transaction() as db:
        houses = [each for each in properties(db) if house in ("", each.key)]
        if not houses:
            raise InviteRefused(f"--property: there is no property {house!r}")
        reads = language or houses[0].language
        invitation = Invitation(name, role, department_of(role), reads, tuple(each.id for each in houses))
        now = utc_now()
        token = create_invite(db, now, invitation)
    scan = _scan_line(settings, store, token, now + LIFETIME) if settings.wechat.app_id else []
    return _invite_lines(settings, token, scan)


def _scan_line(settings: Settings, store: Store, token: str, until: datetime) -> list[str]:
    from bot.scan_codes import NoCode, make_scan_code

    try:
        return [f"WeChat:    {make_scan_code(settings, store, token, until).picture}"]
    except NoCode as error:
        return [f"WeChat:    no code to scan was made ({error})"]


def _invite_lines(settings: Settings, token: str, scan: list[str]) -> list[str]:
    base = settings.web.public_url.rstrip("/") or f"http://{settings.web.host}:{settings.web.port}"
    lines = [f"Web chat:  {base}/staff?t={token}"]
    if settings.telegram.username:
        lines.append(f"Telegram:  https://t.me/{settings.telegram.username}?start={token}")
    return [*lines, *scan, f"Any chat:  /start {token}", "Works once, for ten minutes."]
