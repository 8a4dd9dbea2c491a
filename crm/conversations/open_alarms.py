"""Alarms that nobody has closed yet, as colleagues read them in a list: whose, since when, and who goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select, text

from crm.conversations.accounts import account, conversation
from crm.conversations.alarms import OPEN, alarm, alarm_page
from crm.encryption import unseal
from crm.guests.profile import guest
from crm.staff.members import staff_member
from crm.store import Connection, Prepared


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """`name` is the guest's, else that of the chat; `property_id` is missing of a stranger; `coming` are names."""

    id: str
    property_id: str | None
    room: str
    name: str
    words: str
    raised_at: datetime
    is_stood_down: bool
    coming: Sequence[str]


_a, _p = alarm.c, alarm_page.c
_OF_HOUSES = Prepared(
    select(
        _a.id,
        _a.property_id,
        _a.room,
        _a.words,
        _a.raised_at,
        _a.stood_down_at,
        account.c.name.label("called"),
        guest.c.name.label("guest_name"),
    )
    .join(conversation, conversation.c.id == _a.conversation_id)
    .outerjoin(account, account.c.id == conversation.c.account_id)
    .outerjoin(guest, guest.c.id == _a.guest_id)
    .where(
        text(f"alarm.{OPEN}"),
        or_(_a.property_id.is_(None), _a.property_id.in_(bindparam("property_ids", expanding=True))),
    )
    .order_by(_a.raised_at, _a.id)
)
_COMING = Prepared(
    select(_p.alarm_id, staff_member.c.name)
    .join(conversation, conversation.c.id == _p.conversation_id)
    .join(account, account.c.id == conversation.c.account_id)
    .join(staff_member, staff_member.c.id == account.c.staff_id)
    .where(_p.alarm_id.in_(bindparam("ids", expanding=True)), _p.is_coming.is_(True))
    .order_by(staff_member.c.name)
)


def alarms_of_houses(db: Connection, property_ids: Sequence[str]) -> list[OpenAlarm]:
    """The oldest first; those of guests of whom nobody knows which house they are in belong to every house."""
    rows = _OF_HOUSES.all(db, {"property_ids": list(property_ids)})
    coming: dict[str, dict[str, None]] = {}
    for alarm_id, name in _COMING.all(db, {"ids": [row.id for row in rows]}) if rows else ():
        coming.setdefault(alarm_id, {})[name] = None  # once, in whichever chats they have said so
    return [
        OpenAlarm(
            row.id,
            row.property_id,
            row.room,
            row.guest_name or row.called or "",
            unseal(db, "alarm.words", row.id, row.words) or "",
            row.raised_at,
            row.stood_down_at is not None,
            list(coming.get(row.id, ())),
        )
        for row in rows
    ]
