"""What goes with a request beside its thing: allergies, diets, the ages of who comes along, and what it may cost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

NEEDS = ("allergy", "diet", "ages", "money")
OTHER = "other"  # an allergy to something we have no word for: the guest's own words tell
OTHER_BEFORE = "other_before"  # the same, told with an earlier request: its words go along
GROWN_UP = 18  # years
_CHINESE = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Needs:
    """Codes of prompts/<lang>/diet.toml; ages such as "5y" and "10m"; money as understanding finds it."""

    allergy: tuple[str, ...] = ()
    diet: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    money: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.allergy or self.diet or self.ages or self.money)

    def joined(self, later: Needs) -> Needs:
        """With what was said later: nobody's allergy ends because another is named."""
        return Needs(
            _union(self.allergy, later.allergy),
            _union(self.diet, later.diet),
            later.ages or self.ages,
            later.money or self.money,
        )

    def without(self, others: Needs) -> Needs:
        """Allergies and diets that are not among the others'."""
        allergy = tuple(each for each in self.allergy if each not in others.allergy)
        return Needs(allergy, tuple(each for each in self.diet if each not in others.diet))

    def as_slots(self) -> dict[str, Any]:
        """Those that were said, as a call has them and as they are printed."""
        lists = {name: list(getattr(self, name)) for name in NEEDS[:3]}
        return {name: value for name, value in {**lists, "money": dict(self.money)}.items() if value}


NONE = Needs()


def in_one_note(words: Iterable[str]) -> str:
    """What was said in several places, each once, parted as the language parts it."""
    said = list(dict.fromkeys(filter(None, words)))
    return ("；" if all(map(_CHINESE.search, said)) else "; ").join(said)


def needs_of(slots: Mapping[str, Any]) -> Needs:
    """Of a call, whatever else it holds."""
    allergy, diet, ages = (tuple(map(str, slots.get(name) or ())) for name in NEEDS[:3])
    money = slots.get("money") or {}
    return Needs(allergy, diet, ages, {name: str(value) for name, value in money.items()})


def packed(needs: Needs) -> str | None:
    """As the records keep it, before it is sealed; nothing where nothing was said."""
    return json.dumps(needs.as_slots(), ensure_ascii=False, separators=(",", ":")) if needs else None


def unpacked(kept: str | None) -> Needs:
    return needs_of(json.loads(kept)) if kept else NONE


def _union(known: Iterable[str], later: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*known, *later]))
