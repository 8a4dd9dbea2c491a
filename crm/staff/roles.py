"""The matrix of roles × actions: one data file that the audience check reads and the permission tests are made from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

MATRIX = Path(__file__).with_name("roles.toml")
GUEST = "guest"
STRANGER = "stranger"


@cache
def matrix() -> Mapping[str, frozenset[str]]:
    """Action → the roles that may take it."""
    return {action: frozenset(roles) for action, roles in _file()["actions"].items()}


def department_of(role: str) -> str:
    """Whose work a role does. A manager hears complaints, and cards only when nobody else is there."""
    return role


@cache
def roles() -> tuple[str, ...]:
    return tuple(_file()["roles"])


@cache
def staff_roles() -> tuple[str, ...]:
    return tuple(role for role in roles() if role not in (GUEST, STRANGER))


def brief_at(role: str) -> str:
    """The hour (HH:MM) from which a new colleague of this role gets the daily brief; "" where it must be asked for."""
    return str(_file()["brief_at"].get(role, ""))


def may(role: str, action: str) -> bool:
    """Whether this role may take this action; an action that is not in the matrix is nobody's."""
    return role in matrix().get(action, frozenset())


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads(MATRIX.read_text("utf-8"))
