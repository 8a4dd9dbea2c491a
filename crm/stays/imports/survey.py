"""What only a whole column tells: which month 03/04 is in, whether 1.234 is above a thousand, whose CN it is."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field

from crm.errors import FileRefused
from crm.stays.imports.cells import amount_of, bare_amount, find_card, may_hold_card, numeric_day, plain
from crm.stays.imports.mapping import Layout, with_findings
from crm.stays.imports.sheets import Sheet

DAYS = ("arrival", "departure", "booked_at")
PRICES = ("price", "price_per_night")
ABSURD = 50  # times the usual price
MOSTLY = 0.8
FEW = 20


@dataclass(slots=True)
class Survey:
    """`usual_price` is the median of the file's prices. `odd_countries` are codes of another length than the rest.

    `numbers` are columns of long numbers that are no cards, such as those of orders and papers.
    """

    layout: Layout
    rows: int = 0
    usual_price: float = 0.0
    odd_countries: Counter[str] = field(default_factory=Counter)
    numbers: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Found:
    day_first: str = ""
    month_first: str = ""
    either: str = ""
    comma: str = ""
    point: str = ""
    unclear: str = ""
    prices: array[float] = field(default_factory=lambda: array("d"))
    countries: Counter[str] = field(default_factory=Counter)
    cards: int = 0
    long_numbers: int = 0


def survey(sheet: Sheet, layout: Layout) -> Survey:
    """Reads the whole file once. Raises FileRefused where its days or amounts can be read in two ways."""
    found = _Found()
    days = [layout.places[name] for name in DAYS if name in layout.places]
    prices = [layout.places[name] for name in PRICES if name in layout.places]
    country, reference = layout.places.get("country"), layout.places.get("reference")
    rows = 0
    for number, row in sheet.rows():
        if number <= layout.header_row:
            continue
        rows += 1
        for at in days:
            if at < len(row) and row[at]:
                _note_day(found, row[at])
        for at in prices:
            if at < len(row) and row[at]:
                _note_price(found, plain(row[at]))
        if country is not None and country < len(row):
            found.countries[plain(row[country])] += 1
        if reference is not None and reference < len(row) and may_hold_card(row[reference]):
            found.cards += find_card(row[reference]) is not None
            found.long_numbers += 1
    made = layout.map
    decided = with_findings(
        layout, date_order=made.date_order or _order(layout, found), decimal=made.decimal or _decimal(found)
    )
    numbers = {"document"} & set(layout.places) | ({"reference"} if found.cards * 2 < found.long_numbers else set())
    return Survey(decided, rows, _median(found), _odd(found.countries), frozenset(numbers))


def _note_day(found: _Found, cell: str) -> None:
    if cell[:4].isdigit():
        return
    read = numeric_day(plain(cell))
    if read is None or read[2] == ".":
        return
    first, second = int(read[1]), int(read[3])
    if first > 12 >= second:
        found.day_first = found.day_first or cell
    elif second > 12 >= first:
        found.month_first = found.month_first or cell
    elif first != second:
        found.either = found.either or cell


def _order(layout: Layout, found: _Found) -> str:
    if found.day_first and found.month_first:
        raise FileRefused(why="mixed_days", one=found.day_first.strip(), other=found.month_first.strip())
    if found.either and not found.day_first and not found.month_first:
        raise FileRefused(why="unclear_days", one=found.either.strip(), column=layout.named("arrival"))
    return "mdy" if found.month_first else "dmy" if found.day_first else ""


def _note_price(found: _Found, cell: str) -> None:
    number = (bare_amount(cell) or "").lstrip("-").replace(" ", "").replace("'", "")
    comma, point = number.rfind(","), number.rfind(".")
    last = max(comma, point)
    if last < 0:
        found.prices.append(float(number) if number.isdigit() else 0.0)
        return
    mark, behind = number[last], len(number) - last - 1
    is_only = number.count(mark) == 1
    if min(comma, point) >= 0 or (is_only and behind != 3):
        if mark == ",":
            found.comma = found.comma or cell
        else:
            found.point = found.point or cell
    elif not is_only:  # 1,234,567
        if mark == ",":
            found.point = found.point or cell
        else:
            found.comma = found.comma or cell
    elif mark == ".":
        found.unclear = found.unclear or cell
    try:
        found.prices.append(float(amount_of(number, mark if min(comma, point) >= 0 or behind != 3 else ".")))
    except ValueError:
        return


def _decimal(found: _Found) -> str:
    """A comma before three digits is taken for thousands; a point is asked about where nothing else tells."""
    if found.comma and found.point:
        raise FileRefused(why="mixed_amounts", one=found.comma, other=found.point)
    if found.unclear and not found.comma and not found.point:
        raise FileRefused(why="unclear_amounts", one=found.unclear)
    return "," if found.comma else "."


def _median(found: _Found) -> float:
    """Of a handful of prices none is usual."""
    prices = sorted(each for each in found.prices if each > 0)
    return prices[len(prices) // 2] if len(prices) >= FEW else 0.0


def _odd(countries: Counter[str]) -> Counter[str]:
    """Codes of two letters among those of three: CN beside CHN is hardly China."""
    by_length = Counter(
        {length: sum(n for said, n in countries.items() if _is_code(said, length)) for length in (2, 3)}
    )
    if not by_length[2] or by_length[3] < MOSTLY * (by_length[2] + by_length[3]):
        return Counter()
    return Counter({said: count for said, count in countries.items() if _is_code(said, 2)})


def _is_code(said: str, length: int) -> bool:
    return len(said) == length and said.isascii() and said.isupper()
