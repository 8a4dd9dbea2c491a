"""The service catalogue: what can be asked for, who brings it, what must be known, and by when it is promised."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).with_name("catalogue.toml")
DEPARTMENTS = ("front_desk", "housekeeping", "maintenance", "kitchen", "marketing")
AVAILABILITY = ("in_house", "booked", "always")


@dataclass(frozen=True, slots=True)
class Service:
    """One entry. `asks` are the details without which nobody can start; minutes count from the request, and from the
    wanted time when there is one. `available`: in_house (only while staying), booked (also before), always.
    `times` are hours offered when the guest names none; `day` is the day of the stay (arrival, departure) on which the
    wanted hour always falls."""

    code: str
    department: str
    asks: tuple[str, ...] = ()
    available: str = "in_house"
    respond_minutes: int = 10
    complete_minutes: int = 30
    needs_approval: bool = False
    times: tuple[str, ...] = ()
    day: str = ""
    price: str = ""


Catalogue = Mapping[str, Service]


@cache
def shipped_catalogue() -> Catalogue:
    return {code: _service(code, entry) for code, entry in tomllib.loads(SHIPPED.read_text("utf-8")).items()}


def house_catalogue(changes: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """The shipped catalogue with a house's own entries laid over it; `offered = false` takes a service out.

    Raises ValueError naming the service and the key that is wrong.
    """
    catalogue = dict(shipped_catalogue())
    for code, entry in changes.items():
        values = dict(entry)
        if not values.pop("offered", True):
            catalogue.pop(code, None)
        elif code in catalogue:
            catalogue[code] = replace(catalogue[code], **_checked(code, values))
        else:
            catalogue[code] = _service(code, values)
    return catalogue


def _service(code: str, entry: Mapping[str, Any]) -> Service:
    if "department" not in entry:
        raise ValueError(f"services.{code}: department is missing")
    return Service(code=code, **_checked(code, entry))


def _checked(code: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields(Service)} - {"code"}
    for key in entry:
        if key not in known:
            raise ValueError(f"services.{code}.{key}: unknown key")
    if entry.get("department", DEPARTMENTS[0]) not in DEPARTMENTS:
        raise ValueError(f"services.{code}.department: one of {', '.join(DEPARTMENTS)}")
    if entry.get("available", AVAILABILITY[0]) not in AVAILABILITY:
        raise ValueError(f"services.{code}.available: one of {', '.join(AVAILABILITY)}")
    values = dict(entry)
    if entry.get("day", "") not in ("", "arrival", "departure"):
        raise ValueError(f"services.{code}.day: arrival or departure")
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
