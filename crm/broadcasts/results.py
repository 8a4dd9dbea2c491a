"""What the platform tells of a message to followers, once it has sent it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Field, SQLModel

from crm.store import Connection, Utc, insert_once, table

COUNTS = ("total", "filtered", "sent", "errors")


class MassSendResult(SQLModel, table=True):
    """By the platform's id of the message: it may come before we have written that one down.

    `total` is whom we named, `filtered` who is left of them without those who refuse such messages or had their four
    this month; that is `sent` and `errors` together.
    """

    __tablename__ = "mass_send_result"

    platform_id: str = Field(primary_key=True)
    status: str
    total: int
    filtered: int
    sent: int
    errors: int
    told_at: datetime = Field(sa_type=Utc)


mass_send_result = table(MassSendResult)


def try_note_result(db: Connection, now: datetime, platform_id: str, status: str, counts: Mapping[str, int]) -> bool:
    """`counts` by their names. False where the platform told it before."""
    row = {"platform_id": platform_id, "status": status, "told_at": now}
    return insert_once(db, MassSendResult, row | {name: counts.get(name, 0) for name in COUNTS}, "platform_id")
