"""Allergies, diets, ages and budgets: which request takes them, and how each reader reads them. For the handlers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from crm.properties.catalogue import Service
from crm.service_requests.needs import GROWN_UP, OTHER, OTHER_BEFORE, Needs
from prompts.words import LANGUAGES, say, table

_KINDS = {
    "allergens": "food_allergy",
    "ingredients": "food_allergy",
    "medicine": "medicine_allergy",
    "room": "room_allergy",
}
_UNNAMED = frozenset({OTHER, OTHER_BEFORE})


def taken(needs: Needs, service: Service) -> Needs:
    """What of it concerns whoever looks after this service: the kitchen hears of peanuts, housekeeping of feathers."""
    return Needs(
        allergy=tuple(code for code in needs.allergy if _concerns(code, service.takes)),
        diet=needs.diet if "diet" in service.takes else (),
        ages=needs.ages if "ages" in service.takes else (),
        money=needs.money if "money" in service.takes else {},
    )


def minds_allergies(service: Service) -> bool:
    return _minds_any(service.takes)


def card(language: str, needs: Needs) -> str:
    """For whoever does the work: a line each, allergies first."""
    diet = say(language, "cards.needs.diet", things=things(language, needs.diet)) if needs.diet else ""
    lines = [warning(language, needs), diet, *_people(language, needs.ages), _budget(language, needs.money)]
    return "\n".join(line for line in lines if line)


def warning(language: str, needs: Needs) -> str:
    return say(language, "cards.needs.allergy", things=things(language, needs.allergy)) if needs.allergy else ""


def noted(language: str, needs: Needs) -> str:
    """For the guest, so that a misunderstanding is seen; nothing where nothing was said."""
    if not needs:
        return ""
    beside = [each for each in (*_people(language, needs.ages), _budget(language, needs.money)) if each]
    return say(
        language,
        "cards.needs.noted",
        allergy=things(language, [each for each in needs.allergy if each not in _UNNAMED]),
        other=not _UNNAMED.isdisjoint(needs.allergy),
        diet=things(language, needs.diet),
        beside=beside,
    )


def things(language: str, codes: Iterable[str], *, to_guest: bool = False) -> str:
    """What they are allergic to or do not eat, as it is listed."""
    names = dict.fromkeys(_name(language, code, to_guest=to_guest) for code in codes)
    return say(language, "cards.needs.list", things=list(names))


def _concerns(code: str, takes: Iterable[str]) -> bool:
    """What we have no word for concerns everybody who minds any allergy."""
    kind = kinds().get(code, "")
    return kind in takes if kind else _minds_any(takes)


def _minds_any(takes: Iterable[str]) -> bool:
    return any(each.endswith("allergy") for each in takes)


@cache
def kinds() -> Mapping[str, str]:
    """Of each thing somebody may be allergic to: food_allergy, room_allergy or medicine_allergy."""
    return {code: kind for name, kind in _KINDS.items() for code in table(LANGUAGES[0], "diet", name)}


def _name(language: str, code: str, *, to_guest: bool) -> str:
    if code in _UNNAMED:
        return say(language, "cards.needs.other", to_guest=to_guest)
    names = _names(language)
    left_out = code.removeprefix("no_")
    if code not in names and left_out in names:
        return say(language, "cards.needs.without", thing=names[left_out])
    return names.get(code, code)


@cache
def _names(language: str) -> Mapping[str, str]:
    """The first word of each thing is what it is called."""
    tables = (table(language, "diet", name) for name in (*_KINDS, "diets"))
    return {code: words[0] for some in tables for code, words in some.items()}


def _people(language: str, ages: Iterable[str]) -> list[str]:
    """Children and the old, a line each."""
    groups: dict[str, list[str]] = {"children": [], "elders": []}
    for age in ages:
        count, in_months = int(age[:-1]), age.endswith("m")
        group = groups["children" if in_months or count < GROWN_UP else "elders"]
        group.append(say(language, "cards.needs.age", count=count, months=in_months))
    return [
        say(language, f"cards.needs.{name}", things=say(language, "cards.needs.list", things=group))
        for name, group in groups.items()
        if group
    ]


def _budget(language: str, money: Mapping[str, str]) -> str:
    if not money:
        return ""
    return say(
        language,
        "cards.needs.money",
        amount=money["amount"],
        currency=money["currency"],
        bound=money["bound"],
        each=money.get("per") == "person",
    )
