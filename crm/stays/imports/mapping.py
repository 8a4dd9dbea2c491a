"""Which column holds what: guessed from the names of exports, written down as a map, and used again for such files."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from crm.encryption import folded
from crm.errors import FileRefused
from crm.stays.imports.cells import plain
from crm.stays.imports.sheets import TITLE_ROWS, Row, Sheet

DATE_ORDERS, DECIMALS = ("", "dmy", "mdy"), ("", ".", ",")
MOST_MEANINGS = 500
_SETTINGS = ("source", "currency", "date_order", "decimal")
_WITHOUT_SOURCE = "file"


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What is known of a kind of file. `columns` names the column of each field; `values` says what a cell means."""

    columns: Mapping[str, str]
    source: str = _WITHOUT_SOURCE
    currency: str = ""
    date_order: str = ""
    decimal: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """A map laid on a sheet: where its header stands and in which place each field is."""

    map: ColumnMap
    header_row: int
    header: Row
    places: Mapping[str, int]

    @property
    def fingerprint(self) -> str:
        """The same for all files with these columns."""
        return fingerprint(self.header)

    @property
    def unused(self) -> list[str]:
        """Columns nobody reads."""
        used = set(self.places.values())
        return [name.strip() for at, name in enumerate(self.header) if name.strip() and at not in used]

    def named(self, name: str) -> str:
        """What the file calls the column of this field."""
        return self.header[self.places[name]].strip() if name in self.places else ""


@cache
def words() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = tomllib.loads(
        Path(__file__).with_name("columns.toml").read_text(encoding="utf-8")
    )
    return found


@cache
def meanings(table: str) -> dict[str, str]:
    """What is said, as compared, by what it means."""
    return {normal(said): meant for meant, names in words()[table].items() for said in names}


def normal(name: str) -> str:
    """As names of columns and states are compared."""
    return re.sub(r"[^\w¥￥$€£₩฿₹]|_", "", folded(name)) or folded(name)


def fingerprint(header: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(normal(each) for each in header).encode()).hexdigest()


def lay_out(sheet: Sheet, given: ColumnMap | None = None) -> Layout:
    """By the map that is given, else by guess. Raises FileRefused when days of arrival and departure are not found."""
    head = [(number, [plain(cell) for cell in row]) for number, row in sheet.head(TITLE_ROWS)]
    if not head:
        raise FileRefused(why="empty")
    layouts = [_layout(number, row, given) for number, row in head]
    best = max(layouts, key=lambda each: len(each.places))
    missing = _missing(best.places)
    if missing:
        raise FileRefused(why="no_columns", missing=missing, header=[each for each in best.header if each][:30])
    lost = [name for name in given.columns.values() if name not in best.header] if given else []
    if lost:
        raise FileRefused(why="lost_columns", missing=lost, header=[each for each in best.header if each][:30])
    return best


def header_fingerprints(sheet: Sheet) -> list[str]:
    """Fingerprints of the rows that may be the header, to look for a map that is kept."""
    return [fingerprint([plain(cell) for cell in row]) for _, row in sheet.head(TITLE_ROWS)]


def read_map(text: str) -> ColumnMap:
    """Raises FileRefused naming what is wrong in it."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileRefused(why="bad_map", what=str(error)) from None
    return map_of(told)


def map_of(told: Mapping[str, Any]) -> ColumnMap:
    unknown = set(told) - {*_SETTINGS, "columns", "values"} | set(told.get("columns", ())) - set(words()["columns"])
    if unknown:
        raise FileRefused(why="bad_map", what=", ".join(sorted(unknown)))
    columns, values = told.get("columns", {}), told.get("values", {})
    texts = [*columns.values(), *(told.get(name, "") for name in _SETTINGS)]
    is_well = isinstance(columns, dict) and isinstance(values, dict) and all(isinstance(each, str) for each in texts)
    tables = values.values() if isinstance(values, dict) else ()
    if not is_well or not all(isinstance(each, dict) and len(each) <= MOST_MEANINGS for each in tables):
        raise FileRefused(why="bad_map", what="columns, values")
    made = ColumnMap(
        {name: plain(said) for name, said in columns.items() if said},
        source=re.sub(r"[^\w.-]", "", folded(told.get("source", ""))) or _WITHOUT_SOURCE,
        currency=told.get("currency", "").upper(),
        date_order=told.get("date_order", ""),
        decimal=told.get("decimal", ""),
        values={name: {normal(said): str(meant) for said, meant in table.items()} for name, table in values.items()},
    )
    if made.date_order not in DATE_ORDERS or made.decimal not in DECIMALS:
        raise FileRefused(why="bad_map", what="date_order (dmy, mdy), decimal (. or ,)")
    if not re.fullmatch(r"(?:[A-Z]{3})?", made.currency):
        raise FileRefused(why="bad_map", what="currency")
    return made


def as_data(made: ColumnMap) -> dict[str, Any]:
    told = {name: getattr(made, name) for name in _SETTINGS}
    return {**told, "columns": dict(made.columns), "values": {key: dict(each) for key, each in made.values.items()}}


def as_toml(layout: Layout) -> str:
    """The map as a file, to be put right and given back; what nobody reads stands in a remark."""
    made = layout.map
    lines = [f"{name} = {_quoted(getattr(made, name))}" for name in _SETTINGS]
    lines += ["", "[columns]", *(f"{name} = {_quoted(said)}" for name, said in made.columns.items())]
    lines += [f"# not read: {', '.join(layout.unused)}"] if layout.unused else []
    for name, table in made.values.items():
        lines += ["", f"[values.{name}]", *(f"{_quoted(said)} = {_quoted(meant)}" for said, meant in table.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _layout(number: int, header: Row, given: ColumnMap | None) -> Layout:
    if given:
        places = {name: header.index(said) for name, said in given.columns.items() if said in header}
        return Layout(given, number, header, places)
    names = [normal(each) for each in header]
    places = {}
    for name, sayings in words()["columns"].items():
        at = next((names.index(said) for said in map(normal, sayings) if said in names), None)
        if at is not None and at not in places.values():
            places[name] = at
    made = ColumnMap({name: header[at] for name, at in places.items()}, source=_source(names))
    return Layout(made, number, header, places)


def _source(names: Sequence[str]) -> str:
    known = words()["sources"].items()
    return next((source for source, needs in known if all(normal(each) in names for each in needs)), _WITHOUT_SOURCE)


def _missing(places: Mapping[str, int]) -> list[str]:
    has_arrival = "arrival" in places or {"arrival_year", "arrival_month", "arrival_day"} <= set(places)
    has_length = bool({"departure", "nights", "week_nights", "weekend_nights"} & set(places))
    return [name for name, found in (("arrival", has_arrival), ("departure", has_length)) if not found]


def with_findings(layout: Layout, date_order: str, decimal: str) -> Layout:
    return replace(layout, map=replace(layout.map, date_order=date_order, decimal=decimal))
