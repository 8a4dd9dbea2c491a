"""Which guests a colleague's message seems to name: one question to the records, and none for anybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from crm.conversations.accounts import Speaker
from crm.staff.members import StaffMember
from crm.staff.roles import may
from crm.stays.named import known_names
from crm.store import Connection
from handlers.turn import Question

if TYPE_CHECKING:
    from bot.understanding.known import Keys

BY_NAME = frozenset({"find_guest", "why_not_delivered"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose guests are compared with the message, and by what."""

    member: StaffMember
    keys: Keys


def wanted_names(speaker: Speaker, text: str, question: Question | None) -> Wanted | None:
    """None where no name helps: of a guest, of who may not look at guests, or as the answer to another question."""
    if speaker.staff is None or not may(speaker.staff.role, "see_guest_profile"):
        return None
    if question is not None and (question.call.intent not in BY_NAME or question.asks != "name"):
        return None
    from bot.understanding.known import keys_of  # loaded by now

    keys = keys_of(text)
    return Wanted(speaker.staff, keys) if keys.written or keys.sounds else None


def find_names(db: Connection, wanted: Wanted, today: date) -> Sequence[str]:
    return known_names(db, wanted.member.property_ids, wanted.keys.written, wanted.keys.sounds, today)
