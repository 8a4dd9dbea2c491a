"""What a model is told of allergies, diets, ages and budgets, and what of its answer the text bears out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.understanding.foods import codes_of, diet_pattern, diet_words, things_in
from bot.understanding.money import BOUNDS, CODES
from crm.service_requests.needs import OTHER
from handlers.needs import kinds

Schema = dict[str, Any]

MOST = 12  # values of one list
_OLDEST = 120  # years
_AGE = re.compile(r"(\d{1,3})[ym]")
# Somebody is ill of it or cannot have it; where the text says so otherwise, our own reader has the word.
_ILL = re.compile(
    r"react|swell|swollen|rash|hives|itch|anaphyla|epipen|ill\b|sick|throw up|vomit|dangerous|deadly|die\b|bad for"
    r"|never touch|疹|肿|痒|吐|难受|不舒服|出事|要命|危险|碰不|不行|发作"
)


def _listed(codes: frozenset[str]) -> Schema:
    return {"type": "array", "items": {"type": "string", "enum": sorted(codes)}, "maxItems": MOST}


def _diets() -> frozenset[str]:
    return codes_of("diets") | {f"no_{code}" for name in ("allergens", "ingredients") for code in codes_of(name)}


NEED_SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "allergy": lambda: _listed(frozenset({*kinds(), OTHER})),
    "diet": lambda: _listed(_diets()),
    "ages": lambda: {"type": "array", "items": {"type": "string", "description": "5y or 10m"}, "maxItems": MOST},
    "money": lambda: {
        "type": "object",
        "properties": {
            "amount": {"type": "string"},
            "currency": {"type": "string", "enum": ["", *sorted(CODES)]},
            "bound": {"type": "string", "enum": list(BOUNDS)},
        },
    },
}


def said_need(finder: str, given: Any, plain: str) -> Any:
    """The values that stand in the text, None for none: the model may have read the sense of it better than we do."""
    if finder == "money":
        return _said_money(given, plain) if isinstance(given, dict) else None
    listed = [each for each in given[:MOST] if isinstance(each, str)] if isinstance(given, list) else []
    said = [each for each in dict.fromkeys(listed) if _IS_SAID[finder](each, plain)]
    return said or None


def _is_said_allergy(code: str, plain: str) -> bool:
    return bool(_ILL.search(plain)) and code in _things(plain)


def _is_said_diet(code: str, plain: str) -> bool:
    """A diet by one of its own words; what is to be left out at least by the name of it."""
    if code in codes_of("diets"):
        return code in {diet_words()[match[0]] for match in diet_pattern().finditer(plain)}
    return code in _diets() and code.removeprefix("no_") in _things(plain)


def _is_said_age(age: str, plain: str) -> bool:
    match = _AGE.fullmatch(age)
    if match is None or int(match[1]) > _OLDEST:
        return False
    return bool(re.search(rf"(?<!\d){match[1]}(?!\d)", plain))


_IS_SAID: Mapping[str, Callable[[str, str], bool]] = {
    "allergy": _is_said_allergy,
    "diet": _is_said_diet,
    "ages": _is_said_age,
}


def _things(plain: str) -> set[str]:
    return {code for code, _ in things_in(plain, 0, len(plain))}


def _said_money(given: dict[str, Any], plain: str) -> dict[str, str] | None:
    amount, currency, bound = (str(given.get(name, "")) for name in ("amount", "currency", "bound"))
    is_said = re.fullmatch(r"\d{1,8}(\.\d{1,2})?", amount) and re.search(
        rf"(?<![\d.]){re.escape(amount)}(?![\d.])", plain
    )
    if not is_said or bound not in BOUNDS:
        return None
    return {"amount": amount, "currency": currency if currency in CODES else "", "bound": bound}
