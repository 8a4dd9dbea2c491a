"""Stay links: the deep link or QR code that joins a chat to a stay."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlmodel import Field, SQLModel

from crm.encryption import token_hash
from crm.store import Connection, Utc, new_id, table

LIFETIME = timedelta(days=90)


class StayLink(SQLModel, table=True):
    """A link may be opened on several devices and by companions, so it lasts until it expires."""

    __tablename__ = "stay_link"

    id: str = Field(primary_key=True)
    token_hash: str = Field(unique=True)
    stay_id: str = Field(foreign_key="stay.id", index=True)
    expires_at: datetime = Field(sa_type=Utc)


stay_link = table(StayLink)


def create_stay_link(db: Connection, now: datetime, stay_id: str, lifetime: timedelta = LIFETIME) -> str:
    """Returns the token, which is stored only as a hash; it fits a Telegram start payload."""
    token = "g" + secrets.token_urlsafe(24)
    row = {"id": new_id(now), "token_hash": token_hash(token), "stay_id": stay_id, "expires_at": now + lifetime}
    db.execute(insert(StayLink), row)
    return token


def find_linked_stay_id(db: Connection, now: datetime, token: str) -> str | None:
    wanted = (stay_link.c.token_hash == token_hash(token), stay_link.c.expires_at > now)
    return db.execute(select(stay_link.c.stay_id).where(*wanted)).scalar()
