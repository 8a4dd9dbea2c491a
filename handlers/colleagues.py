"""The colleagues whom a name may mean, in the houses of whoever speaks. For the handlers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crm.encryption import folded
from crm.errors import NotFound
from crm.names.likeness import most_alike
from crm.staff.members import StaffMember, find_staff_member, staff_of
from handlers import cards
from handlers.turn import Button, Call, Turn
from prompts.words import LANGUAGES, table

MOST_ALIKE = 6


def named(turn: Turn, name: str, chosen: str | None = None) -> list[StaffMember]:
    """Those of this name, or the one with the chosen id."""
    wanted = folded(name)
    return _members(turn, lambda each: each.id == chosen if chosen else folded(each.name) == wanted)


def nearly_named(turn: Turn, name: str) -> list[StaffMember]:
    """Those whose names sound or look like it, or who are called so: good for a question, never for an act."""
    names = [each.name for property_id in turn.member.property_ids for each in staff_of(turn.db, property_id)]
    alike, part = most_alike(name, names, MOST_ALIKE), _without_title(name)
    alike += [each for each in names if part and part in folded(each)]
    return _members(turn, lambda each: each.name in alike and each.id != turn.member.id)[:MOST_ALIKE]


def meant(turn: Turn, name: str, chosen: str | None = None) -> tuple[list[StaffMember], bool]:
    """Whom it may mean, and whether these are of that very name: one who surely is may be acted on.

    Raises NotFound where it is nobody.
    """
    found = named(turn, name, chosen)
    nearly = [] if found or chosen else nearly_named(turn, name)
    if not found and not nearly:
        raise NotFound(what=cards.short(name))
    return found or nearly, bool(found)


def choices(
    turn: Turn, members: Sequence[StaffMember], call: Callable[[StaffMember], Call], *, with_roles: bool = True
) -> list[Button]:
    """ "Which colleague?": a button for each of them that makes the call with this one."""
    return [
        Button(f"{each.name} · {cards.role(turn.language, each.role)}" if with_roles else each.name, call(each))
        for each in members[:MOST_ALIKE]
    ]


def chosen(turn: Turn, member: StaffMember) -> Call:
    """What is asked for, with this colleague as the one who is meant."""
    return Call(turn.call.intent, {**turn.call.slots, "name": member.name, "staff": member.id})


def _without_title(name: str) -> str:
    """What is left of 陈师傅 and 小丽 to know somebody by; nothing of a name without a title."""
    said = folded(name)
    for titles in (table(language, "duty", "titles") for language in LANGUAGES):
        before = next((each for each in titles["before"] if said.startswith(each)), "")
        behind = next((each for each in titles["behind"] if said.endswith(each)), "")
        if before or behind:
            return said.removeprefix(before).removesuffix(behind)
    return ""


def _members(turn: Turn, is_meant: Callable[[StaffMember], bool]) -> list[StaffMember]:
    ids = {
        each.id for property_id in turn.member.property_ids for each in staff_of(turn.db, property_id) if is_meant(each)
    }
    return [member for member in (find_staff_member(turn.db, each) for each in sorted(ids)) if member]
