"""Who looked at what and who changed what: append-only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Field, SQLModel

from crm.store import Connection, Prepared, Utc, new_id


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"

    id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Utc)
    staff_id: str | None = Field(default=None, index=True)
    action: str
    subject: str = Field(index=True)  # "guest:<id>", "staff:<id>", "room:<number>"
    property_id: str | None = None


_INSERT = Prepared(insert(AuditEntry))


def record(
    db: Connection, now: datetime, *, staff_id: str | None, action: str, subject: str, property_id: str | None
) -> None:
    """Writes one entry in the transaction of the act itself: no look without its record."""
    entry = {"id": new_id(now), "at": now, "staff_id": staff_id, "action": action, "subject": subject}
    _INSERT.write(db, {**entry, "property_id": property_id})
