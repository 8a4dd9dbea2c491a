"""Invitations: single use, hashed, short-lived, bound to role and property."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Field, SQLModel

from crm.encryption import token_hash
from crm.errors import TokenRefused
from crm.staff.members import StaffMember, add_staff_member, find_staff_member
from crm.store import Connection, Json, Utc, new_id, table

LIFETIME = timedelta(minutes=10)


class InviteRow(SQLModel, table=True):
    __tablename__ = "invite"

    id: str = Field(primary_key=True)
    token_hash: str = Field(unique=True)
    name: str
    role: str
    department: str
    language: str
    property_ids: str = Field(sa_type=Json)
    staff_id: str | None = Field(default=None, foreign_key="staff_member.id")
    invited_by: str | None = None
    expires_at: datetime = Field(sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)


invite = table(InviteRow)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the invited person will be once the link is used."""

    name: str
    role: str
    department: str
    language: str
    property_ids: tuple[str, ...]
    staff_id: str | None = None


def create_invite(
    db: Connection,
    now: datetime,
    invitation: Invitation,
    *,
    invited_by: str | None = None,
    lifetime: timedelta = LIFETIME,
) -> str:
    """Writes the invitation down and returns its token, which is stored nowhere. Fits a Telegram start payload."""
    token = "s" + secrets.token_urlsafe(24)
    row = {
        "id": new_id(now),
        "token_hash": token_hash(token),
        "name": invitation.name,
        "role": invitation.role,
        "department": invitation.department,
        "language": invitation.language,
        "property_ids": list(invitation.property_ids),
        "staff_id": invitation.staff_id,
        "invited_by": invited_by,
        "expires_at": now + lifetime,
    }
    db.execute(insert(InviteRow), row)
    return token


def use_invite(db: Connection, now: datetime, token: str) -> StaffMember:
    """Makes the bearer a staff member; raises TokenRefused when unknown, used or too old."""
    usable = (invite.c.token_hash == token_hash(token), invite.c.used_at.is_(None), invite.c.expires_at > now)
    taken = db.execute(update(InviteRow).where(*usable).values(used_at=now))
    if taken.rowcount != 1:
        raise TokenRefused
    row = db.execute(select(invite).where(invite.c.token_hash == token_hash(token))).one()
    member = find_staff_member(db, row.staff_id) if row.staff_id else _new_member(db, now, row)
    if member is None:
        raise TokenRefused
    return member


def _new_member(db: Connection, now: datetime, row: Any) -> StaffMember:
    return add_staff_member(
        db,
        now,
        name=row.name,
        role=row.role,
        department=row.department,
        language=row.language,
        property_ids=row.property_ids,
    )
