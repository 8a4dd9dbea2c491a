"""What is told of bookings that came in as a file: totals, what was wrong and where, why a file cannot be read."""

from __future__ import annotations

from crm.errors import FileRefused
from crm.stays.bookings import StayState
from crm.stays.imports.booking import Problem
from crm.stays.imports.run import REPEATED, Totals
from crm.stays.imports.writing import Fate
from prompts.words import say


def totals_told(language: str, totals: Totals) -> str:
    counts = {fate.value: totals.fates[fate] for fate in Fate}
    return say(
        language,
        "bookings.import_bookings.totals",
        rows=totals.rows,
        refused=totals.refused,
        repeated=totals.fates[REPEATED],
        nights=totals.all.nights,
        revenue=[money(currency, cents) for currency, cents in sorted(totals.all.revenue.items())],
        states=[_state(language, state, totals) for state in StayState if state in totals.states],
        **counts,
    )


def problem_told(language: str, problem: Problem) -> str:
    why = say(language, f"bookings.problems.{problem.why}")
    values = {"column": problem.column, "value": problem.value, "why": why}
    if not problem.row:
        return say(language, "bookings.import_bookings.whole", **values)
    return say(language, "bookings.import_bookings.problem", row=problem.row, **values)


def problems_told(language: str, totals: Totals, most: int) -> list[str]:
    """What was refused first, then what concerns the whole file, then the rows in their order."""
    ordered = sorted(totals.problems, key=lambda each: (not each.refused, each.row))
    more = totals.wrong.total() - min(most, len(ordered))
    told = [problem_told(language, each) for each in ordered[:most]]
    return [*told, say(language, "bookings.import_bookings.more", count=more)] if more > 0 else told


def refusal_told(language: str, refusal: FileRefused) -> str:
    values = {name: value for name, value in refusal.values.items() if name != "why"}
    return say(language, f"bookings.unreadable.{refusal.values['why']}", **values)


def money(currency: str, cents: int) -> str:
    """1,234.50 CNY, to the cent."""
    sign, whole, rest = "-" if cents < 0 else "", abs(cents) // 100, abs(cents) % 100
    return f"{sign}{whole:,}.{rest:02} {currency}".strip()


def _state(language: str, state: StayState, totals: Totals) -> str:
    name = say(language, f"bookings.states.{state}")
    return say(language, "bookings.import_bookings.state", name=name, count=totals.states[state].stays)
