"""How surely two records are of one person, and why. The rules are data: evidence.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from crm.identity.facts import Facts
from crm.names.comparing import compare

RULES = Path(__file__).with_name("evidence.toml")
SAME, ALIKE, DIFFERS, UNKNOWN = "same", "alike", "differs", "unknown"
MOSTLY = 80.0  # of 100, of the words of an address
LEAST_LOCAL = 6  # letters before the @ that are hardly somebody else's

Names = Callable[[str, str], int]  # field, value → how many people of different names have it


class Verdict(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    UNLIKELY = "unlikely"


@dataclass(frozen=True, slots=True)
class Evidence:
    """`findings` are what each field says, such as phone: same; fields of which nothing is known are left out.

    What `contradicts` is never certain, and is never joined over a third record either.
    """

    verdict: Verdict
    score: int
    findings: Mapping[str, str]
    contradicts: bool


def weigh(one: Facts, other: Facts, names: Names = lambda _field, _value: 0) -> Evidence:
    findings = {field: found for field, found in _findings(one, other, names).items() if found != UNKNOWN}
    points = rules()["points"]
    score = sum(points[field][found] for field, found in findings.items())
    bounds = rules()["verdicts"]
    against = any(_holds(line, findings) for line in rules()["against"])
    is_strong = not against and any(_holds(line, findings) for line in rules()["strong"])
    if is_strong and score >= bounds["certain"]:
        return Evidence(Verdict.CERTAIN, score, findings, against)
    return Evidence(Verdict.LIKELY if score >= bounds["likely"] else Verdict.UNLIKELY, score, findings, against)


@cache
def rules() -> Mapping[str, Any]:
    return tomllib.loads(RULES.read_text("utf-8"))


def _holds(line: Mapping[str, list[str]], findings: Mapping[str, str]) -> bool:
    return all(findings.get(field, UNKNOWN) in wanted for field, wanted in line.items())


def _findings(one: Facts, other: Facts, names: Names) -> dict[str, str]:
    return {
        "name": compare(one.name, other.name).value,
        "phone": _personal("phone", one.phone, other.phone, names, _one_slip),
        "email": _personal("email", one.email, other.email, names, _same_owner),
        "document": _personal("document", one.document, other.document, names, _one_slip),
        "born": _judged(one.born, other.born, _same_day),
        "address": _judged(one.address, other.address, _same_home),
    }


def _personal(field: str, one: str, other: str, names: Names, alike: Callable[[str, str], bool]) -> str:
    found = _judged(one, other, alike)
    count, bounds = names(field, one) if found == SAME else 0, rules()["names"]
    if count >= bounds["shared"]:
        return "crowded" if count >= bounds["crowded"] else "shared"
    return found


def _judged(one: str, other: str, alike: Callable[[str, str], bool]) -> str:
    if not one or not other:
        return UNKNOWN
    if one == other:
        return SAME
    return ALIKE if alike(one, other) else DIFFERS


def _one_slip(one: str, other: str) -> bool:
    from rapidfuzz.distance import OSA

    return OSA.distance(one, other, score_cutoff=1) <= 1


def _same_owner(one: str, other: str) -> bool:
    """A slip of the finger, or the same name at another provider."""
    local, there = one.partition("@")[0], other.partition("@")[0]
    return _one_slip(one, other) or (local == there and len(local) >= LEAST_LOCAL)


def _same_day(one: str, other: str) -> bool:
    return one == other[:4] + other[6:] + other[4:6] or _one_slip(one, other)


def _same_home(one: str, other: str) -> bool:
    from rapidfuzz.fuzz import token_sort_ratio

    return token_sort_ratio(one, other) >= MOSTLY
