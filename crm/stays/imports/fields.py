"""What the fields of a row say, read one by one; what is wrong with them is noted with the value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from crm.stays.imports import cells
from crm.stays.imports.booking import Problem
from crm.stays.imports.mapping import normal, words
from crm.stays.imports.sheets import Row
from crm.stays.imports.survey import Survey

LONGEST_WORD = 60
LONGEST_NOTHING = 20  # n / a, and the like

CUT_NUMBER = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_day_of = lru_cache(4096)(cells.day_of)


class Fields:
    """The row that is being read; `problems` fills with what was wrong in it."""

    def __init__(self, survey: Survey) -> None:
        self._survey, self._layout, self._map = survey, survey.layout, survey.layout.map
        self._places = dict(self._layout.places)
        self._normal = lru_cache(4096)(normal)  # what columns hold comes again; kept no longer than the file is read
        self._nothing = frozenset(normal(each) for each in words()["nothing"]["words"]) | {""}
        self._row = 0
        self._cells: Mapping[str, str] = {}
        self.problems: list[Problem] = []

    def _begin(self, number: int, row: Row) -> None:
        self.problems = []
        self._row = number
        self._cells = self._said(row)

    def _said(self, row: Row) -> dict[str, str]:
        """What each field says, without cards, by the meanings of the map; nothing of fields that say nothing."""
        if cells.may_hold_card("\0".join(row)):
            row = self._without_cards(row)
        said = {}
        for name, at in self._places.items():
            cell = cells.plain(row[at]) if at < len(row) and row[at] else ""
            if name in self._map.values:
                cell = self._map.values[name].get(normal(cell), cell)
            if cell and (len(cell) > LONGEST_NOTHING or self._normal(cell) not in self._nothing):
                said[name] = cell
        return said

    def _without_cards(self, row: Row) -> Row:
        numbers = {self._places[name] for name in self._survey.numbers}
        kept = list(row)
        for at, cell in enumerate(row):
            if at in numbers or (cell.isascii() and not cells.may_hold_card(cell)):
                continue
            if cells.find_card(cells.plain(cell)):
                kept[at] = cells.without_cards(cells.plain(cell))
                header = self._layout.header
                column = header[at] if at < len(header) else ""
                self.problems.append(Problem(self._row, column, "", "card"))
        return kept

    def _day(self, name: str) -> date | None:
        cell = self._cells[name]
        try:
            return _day_of(cell, self._map.date_order)
        except (ValueError, OverflowError):
            self._note(name, "no_day", refused=name == "arrival")
            return None

    def _count(self, name: str) -> int | None:
        try:
            found = cells.count_of(self._cells[name])
        except ValueError:
            self._note(name, "no_count")
            return None
        if found < 0:
            self._note(name, "negative")
            return 0
        return found

    def _form(self, name: str, form: re.Pattern[str]) -> str:
        """The phone or e-mail; what is none is left out, the row is taken without."""
        said = self._cells.get(name, "")
        if not said:
            return ""
        if CUT_NUMBER.fullmatch(said):
            self._note(name, "cut_number")
            return ""
        if not form.fullmatch(said):
            self._note(name, f"no_{name}")
            return ""
        return said

    def _word(self, name: str) -> str:
        return self._cells.get(name, "")[:LONGEST_WORD]

    def _refuse(self, name: str, why: str) -> None:
        if not any(each.refused for each in self.problems):
            self._note(name, why, refused=True)

    def _note(self, name: str, why: str, value: str = "", *, refused: bool = False) -> None:
        shown = value or cells.quoted(self._cells.get(name, ""))
        self.problems.append(Problem(self._row, self._layout.named(name), shown, why, refused))
