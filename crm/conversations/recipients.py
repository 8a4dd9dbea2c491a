"""Where somebody is reached: one conversation for each person, in their language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, select

from crm.conversations.accounts import ELDER_MODE, account, conversation
from crm.guests.profile import guest
from crm.properties.houses import property_table
from crm.staff.members import staff_member, staff_property
from crm.stays.bookings import stay
from crm.store import Connection, Prepared

CONSOLE = "console"  # a tool of the moment: never chosen when somebody can be reached anywhere else


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where something is said to somebody: one conversation, in their language.

    `is_reached` is False where it is known that news waits there until the guest writes.
    """

    conversation_id: str
    channel: str
    language: str
    name: str = ""
    staff_id: str | None = None
    guest_id: str | None = None
    elder_mode: bool = False
    role: str = field(default="", compare=False)  # of a colleague whose work the house knows
    is_reached: bool = field(default=True, compare=False)

    @property
    def person(self) -> str:
        """Who it is, whatever chat they are reached in."""
        return self.staff_id or self.guest_id or self.conversation_id


_RECIPIENT = select(
    conversation.c.id,
    conversation.c.channel,
    account.c.language,
    account.c.name,
    account.c.staff_id,
    account.c.guest_id,
    ELDER_MODE.label("elder_mode"),
)
_IN_CONVERSATION = Prepared(
    _RECIPIENT.outerjoin(account, account.c.id == conversation.c.account_id).where(
        conversation.c.id == bindparam("conversation_id")
    )
)
_REACHABLE = (
    _RECIPIENT.join(account, account.c.id == conversation.c.account_id)
    .where(account.c.unreachable_since.is_(None))
    .order_by(conversation.c.channel == CONSOLE, conversation.c.last_inbound_at.desc().nulls_last())
)
_IN_CONVERSATIONS = Prepared(
    _RECIPIENT.add_columns(staff_member.c.role)
    .outerjoin(account, account.c.id == conversation.c.account_id)
    .outerjoin(staff_member, staff_member.c.id == account.c.staff_id)
    .where(conversation.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(conversation.c.id)
)
_OF_STAFF = Prepared(
    _REACHABLE.add_columns(staff_member.c.role)
    .join(staff_member, staff_member.c.id == account.c.staff_id)
    .where(account.c.staff_id.in_(bindparam("ids", expanding=True)))
)
_AT = Prepared(
    _REACHABLE.add_columns(account.c.external_id, staff_member.c.name.label("staff_name"))
    .join(staff_member, staff_member.c.id == account.c.staff_id)
    .where(
        account.c.channel == bindparam("channel"),
        account.c.external_id.in_(bindparam("external_ids", expanding=True)),
        staff_member.c.revoked_at.is_(None),
    )
)
_ON_DUTY = Prepared(
    _REACHABLE.add_columns(staff_member.c.role, staff_member.c.department, staff_member.c.is_lead)
    .join(staff_member, staff_member.c.id == account.c.staff_id)
    .join(staff_property, staff_property.c.staff_id == staff_member.c.id)
    .where(
        staff_property.c.property_id == bindparam("property_id"),
        staff_member.c.on_duty.is_(True),
        staff_member.c.revoked_at.is_(None),
    )
)


_PERSON = (
    select(account.c.guest_id)
    .join(conversation, conversation.c.account_id == account.c.id)
    .where(conversation.c.id == bindparam("conversation_id"))
)
_OWN_NAMES = Prepared(
    select(account.c.name, guest.c.name)
    .join(conversation, conversation.c.account_id == account.c.id)
    .outerjoin(guest, guest.c.id == account.c.guest_id)
    .where(conversation.c.id == bindparam("conversation_id"))
)
_NAMES_OF_HOUSES = Prepared(select(property_table.c.name))
_NAMES_OF_STAFF = Prepared(
    select(staff_member.c.name)
    .join(staff_property, staff_property.c.staff_id == staff_member.c.id)
    .where(staff_property.c.property_id.in_(select(stay.c.property_id).where(stay.c.guest_id.in_(_PERSON))))
)


def on_duty(db: Connection, property_id: str, *, department: str = "", role: str = "") -> list[Recipient]:
    """Where to reach the people on duty of this department, or of this role, or all of them."""
    members = _ON_DUTY.all(db, {"property_id": property_id})
    wanted = (each for each in members if department in ("", each.department) and role in ("", each.role))
    return _best(wanted, "staff_id")


def leads_on_duty(db: Connection, property_id: str, department: str) -> list[Recipient]:
    members = _ON_DUTY.all(db, {"property_id": property_id})
    return _best((each for each in members if each.is_lead and each.department == department), "staff_id")


def staff_recipients(db: Connection, staff_ids: Sequence[str]) -> list[Recipient]:
    """One conversation per staff member: where they wrote last, never the console when there is another."""
    return _best(_OF_STAFF.all(db, {"ids": list(staff_ids)}), "staff_id") if staff_ids else []


def staff_chats(db: Connection, staff_ids: Sequence[str]) -> list[Recipient]:
    """Every conversation each of them can be reached in."""
    return [recipient_of(row) for row in _OF_STAFF.all(db, {"ids": list(staff_ids)})] if staff_ids else []


def colleagues_at(db: Connection, channel: str, external_ids: Sequence[str]) -> dict[str, Recipient]:
    """Those colleagues of the house who have these ids on a channel, there and by the names the house knows."""
    rows = _AT.all(db, {"channel": channel, "external_ids": list(external_ids)}) if external_ids else []
    return {row.external_id: replace(recipient_of(row), name=row.staff_name) for row in rows}


def recipient_in(db: Connection, conversation_id: str) -> Recipient:
    """The person of a private conversation, wherever they may also be reachable."""
    return recipient_of(_IN_CONVERSATION.one(db, {"conversation_id": conversation_id}))


def recipients_in(db: Connection, conversation_ids: Iterable[str]) -> list[Recipient]:
    """The people of these private conversations."""
    ids = list(conversation_ids)
    return [recipient_of(row) for row in _IN_CONVERSATIONS.all(db, {"ids": ids})] if ids else []


def names_around(db: Connection, conversation_id: str) -> set[str]:
    """Of the person of a conversation, of the houses, and of those who work where they stay: what may be said there."""
    here = {"conversation_id": conversation_id}
    rows = [*_OWN_NAMES.all(db, here), *_NAMES_OF_HOUSES.all(db, {}), *_NAMES_OF_STAFF.all(db, here)]
    return {str(name) for row in rows for name in row if name}


def _best(rows: Iterable[Any], person: str) -> list[Recipient]:
    best: dict[str, Recipient] = {}
    for row in rows:
        best.setdefault(getattr(row, person), recipient_of(row))
    return list(best.values())


def recipient_of(row: Any) -> Recipient:
    """`row` has the columns of a conversation and of its account."""
    return Recipient(
        row.id,
        row.channel,
        row.language or "en",
        row.name or "",
        row.staff_id,
        row.guest_id,
        bool(row.elder_mode),
        getattr(row, "role", ""),
    )
