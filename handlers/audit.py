"""What a colleague did is written down in the transaction that does it, under the name of what was asked for."""

from __future__ import annotations

from datetime import date

from crm.staff.audit import record
from crm.stays.bookings import StayInfo
from handlers.turn import Turn


def act(turn: Turn, subject: str, property_id: str) -> None:
    """The colleague of the turn did this to the subject, as `kind:id`."""
    record(
        turn.db,
        turn.now,
        staff_id=turn.member.id,
        action=turn.call.intent,
        subject=subject,
        property_id=property_id,
    )


def act_on_guest(turn: Turn, stay: StayInfo) -> None:
    """The guest of the stay was looked at, or something was done for them."""
    act(turn, f"guest:{stay.guest_id}", stay.property_id)


def guests_listed(there: Turn, name: str, day: date, count: int) -> None:
    """A list of guests was shown: which one, of what day, and how many were on it."""
    act(there, f"list:{name}:{day.isoformat()}:{count}", there.house.id)
