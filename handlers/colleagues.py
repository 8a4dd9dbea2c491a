"""The colleagues whom a name may mean, in the houses of whoever speaks. For the handlers."""

from __future__ import annotations

from collections.abc import Callable

from crm.encryption import folded
from crm.names.likeness import most_alike
from crm.staff.members import StaffMember, find_staff_member, staff_of
from handlers.turn import Turn

MOST_ALIKE = 6


def named(turn: Turn, name: str, chosen: str | None = None) -> list[StaffMember]:
    """Those of this name, or the one with the chosen id."""
    wanted = folded(name)
    return _members(turn, lambda each: each.id == chosen if chosen else folded(each.name) == wanted)


def nearly_named(turn: Turn, name: str) -> list[StaffMember]:
    """Those whose names sound or look like it: good for a question, never for an act."""
    names = [each.name for property_id in turn.member.property_ids for each in staff_of(turn.db, property_id)]
    alike = most_alike(name, names, MOST_ALIKE)
    return _members(turn, lambda each: each.name in alike and each.id != turn.member.id)[:MOST_ALIKE]


def _members(turn: Turn, is_meant: Callable[[StaffMember], bool]) -> list[StaffMember]:
    ids = {
        each.id for property_id in turn.member.property_ids for each in staff_of(turn.db, property_id) if is_meant(each)
    }
    return [member for member in (find_staff_member(turn.db, each) for each in sorted(ids)) if member]
