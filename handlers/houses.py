"""The houses a colleague works for: whoever has several reads the lists of each under its name."""

from __future__ import annotations

from collections.abc import Sequence

from crm.properties.houses import properties
from handlers.turn import Turn


def houses(turn: Turn) -> list[Turn]:
    """The turn in each house of the colleague, in the order of the houses' keys."""
    mine = turn.member.property_ids
    return [turn.at_property(each.id) for each in properties(turn.db) if each.id in mine]


def under_names(turn: Turn, groups: Sequence[tuple[Turn, str]]) -> str:
    """The text of each house; under its name where the colleague works for more than one."""
    named = len(turn.member.property_ids) > 1
    return "\n".join(f"{there.house.name}\n{text}" if named else text for there, text in groups)


def house_label(turn: Turn) -> str:
    """What is put behind a choice to say in which house it is; nothing for whoever has only one."""
    return f" · {turn.house.name}" if len(turn.member.property_ids) > 1 else ""
