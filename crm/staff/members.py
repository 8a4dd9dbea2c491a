"""Staff members: role, department, properties, duty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, delete, false, insert, select, update
from sqlmodel import Field, SQLModel

from crm.staff.briefs import begin_brief, stop_brief
from crm.staff.roles import brief_at
from crm.store import Connection, Prepared, Utc, new_id, table


class StaffMemberRow(SQLModel, table=True):
    __tablename__ = "staff_member"

    id: str = Field(primary_key=True)
    name: str = Field(index=True)
    role: str
    department: str
    language: str
    on_duty: bool = True
    on_duty_since: datetime | None = Field(default=None, sa_type=Utc)
    duty_said_at: datetime | None = Field(default=None, sa_type=Utc)  # when they last said themselves that they are
    is_lead: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # of the department
    revoked_at: datetime | None = Field(default=None, sa_type=Utc)
    created_at: datetime = Field(sa_type=Utc)


class StaffProperty(SQLModel, table=True):
    """The properties a staff member works for."""

    __tablename__ = "staff_property"

    property_id: str = Field(primary_key=True, foreign_key="property.id")
    staff_id: str = Field(primary_key=True, foreign_key="staff_member.id", index=True)


staff_member = table(StaffMemberRow)
staff_property = table(StaffProperty)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works here. `property_ids` are the houses they may act for."""

    id: str
    name: str
    role: str
    department: str
    language: str
    on_duty: bool
    is_lead: bool = False
    on_duty_since: datetime | None = None
    property_ids: tuple[str, ...] = ()


_NAMES = ("id", "name", "role", "department", "language", "on_duty", "is_lead", "on_duty_since")
_COLUMNS = tuple(staff_member.c[name] for name in _NAMES)
_BY_ID = Prepared(
    select(*_COLUMNS, staff_property.c.property_id).where(
        staff_member.c.id == bindparam("staff_id"),
        staff_member.c.revoked_at.is_(None),
        staff_property.c.staff_id == staff_member.c.id,
    )
)
_OF_PROPERTY = Prepared(
    select(*_COLUMNS)
    .join(staff_property, staff_property.c.staff_id == staff_member.c.id)
    .where(staff_property.c.property_id == bindparam("property_id"), staff_member.c.revoked_at.is_(None))
    .order_by(staff_member.c.name)
)
_NAMES_BY_ID = Prepared(
    select(staff_member.c.id, staff_member.c.name).where(staff_member.c.id.in_(bindparam("ids", expanding=True)))
)


def names_of(db: Connection, staff_ids: Iterable[str | None]) -> dict[str | None, str]:
    """Of whoever works here or did."""
    ids = sorted({each for each in staff_ids if each})
    return {each.id: each.name for each in _NAMES_BY_ID.all(db, {"ids": ids})} if ids else {}


def find_staff_member(db: Connection, staff_id: str) -> StaffMember | None:
    """The member, or None when unknown or revoked: revocation works on the very next message."""
    rows = _BY_ID.all(db, {"staff_id": staff_id})
    if not rows:
        return None
    return replace(StaffMember(*rows[0][: len(_NAMES)]), property_ids=tuple(row.property_id for row in rows))


def staff_of(db: Connection, property_id: str) -> list[StaffMember]:
    """Everybody who works for this property, by name."""
    rows = _OF_PROPERTY.all(db, {"property_id": property_id})
    return [replace(StaffMember(*row), property_ids=(property_id,)) for row in rows]


def find_by_name(db: Connection, property_id: str, name: str) -> StaffMember | None:
    wanted = name.casefold()
    return next((member for member in staff_of(db, property_id) if member.name.casefold() == wanted), None)


def add_staff_member(
    db: Connection, now: datetime, *, name: str, role: str, department: str, language: str, property_ids: Sequence[str]
) -> StaffMember:
    staff_id = new_id(now)
    values = {"name": name, "role": role, "department": department, "language": language, "on_duty": True}
    db.execute(insert(StaffMemberRow), {"id": staff_id, "created_at": now, **values})
    db.execute(insert(StaffProperty), [{"staff_id": staff_id, "property_id": each} for each in property_ids])
    if brief_at(role) and property_ids:
        begin_brief(db, staff_id, property_ids[0], brief_at(role))
    return StaffMember(staff_id, name, role, department, language, on_duty=True, property_ids=tuple(property_ids))


def set_on_duty(
    db: Connection,
    member: StaffMember,
    on_duty: bool,
    since: datetime | None = None,
    *,
    said_at: datetime | None = None,
) -> None:
    """`since` when, where it is known; `said_at` is when they said so themselves, which outdoes the roster."""
    values = {"on_duty": on_duty, "on_duty_since": since if on_duty else None}
    values |= {"duty_said_at": said_at} if said_at else {}
    db.execute(update(StaffMemberRow).where(staff_member.c.id == member.id).values(**values))


def set_lead(db: Connection, member: StaffMember, *, is_lead: bool) -> None:
    """A lead of a department hears when its work is late."""
    db.execute(update(StaffMemberRow).where(staff_member.c.id == member.id).values(is_lead=is_lead))


def revoke(db: Connection, member: StaffMember, now: datetime) -> None:
    """Takes every right away at once; the record stays because requests and audit point at it."""
    db.execute(update(StaffMemberRow).where(staff_member.c.id == member.id).values(revoked_at=now))
    db.execute(delete(StaffProperty).where(staff_property.c.staff_id == member.id))
    stop_brief(db, member.id)
