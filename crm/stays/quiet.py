"""Until when nobody is to knock at the door of a stay, and until when its room is not to be cleaned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, SQLModel

from crm.store import Connection, Prepared, Utc, insert_once, table


class QuietStay(SQLModel, table=True):
    """What the guest of a stay has asked for; it ends by itself."""

    __tablename__ = "quiet_stay"

    stay_id: str = Field(primary_key=True, foreign_key="stay.id")
    undisturbed_until: datetime | None = Field(default=None, sa_type=Utc)
    uncleaned_until: datetime | None = Field(default=None, sa_type=Utc)


@dataclass(frozen=True, slots=True)
class Quiet:
    """What still holds."""

    undisturbed_until: datetime | None = None
    uncleaned_until: datetime | None = None


_c = table(QuietStay).c
_OF_STAY = Prepared(select(_c.undisturbed_until, _c.uncleaned_until).where(_c.stay_id == bindparam("stay")))

_END = Prepared(
    update(QuietStay).where(_c.stay_id == bindparam("stay")).values(undisturbed_until=None, uncleaned_until=None)
)


def find_quiet(db: Connection, now: datetime, stay_id: str) -> Quiet | None:
    """None where nothing was asked for, or all of it is over."""
    row = _OF_STAY.first(db, {"stay": stay_id})
    held = Quiet(*(until if until and until > now else None for until in row)) if row else Quiet()
    return held if held != Quiet() else None


def keep_undisturbed(db: Connection, stay_id: str, until: datetime) -> None:
    _keep(db, stay_id, undisturbed_until=until)


def keep_uncleaned(db: Connection, stay_id: str, until: datetime) -> None:
    _keep(db, stay_id, uncleaned_until=until)


def end_quiet(db: Connection, stay_id: str) -> None:
    """All of it."""
    _END.change(db, {"stay": stay_id})


def _keep(db: Connection, stay_id: str, **until: datetime) -> None:
    if not insert_once(db, QuietStay, {"stay_id": stay_id, **until}, "stay_id"):
        db.execute(update(QuietStay).where(_c.stay_id == stay_id).values(**until))
