"""What a cell says: days, amounts, counts, card numbers. None is nothing, ValueError is something unreadable."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

LONGEST_SAID = 60  # of a cell that is quoted
_EXCEL_DAY_0 = date(1899, 12, 30)
_SERIALS = (20_000, 80_000)  # 1954 to 2119: a number beyond is no day
_YEARS = (1970, 2100)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
_CLOCK = r"(?:[T ]\s*\d{1,2}:\d{2}.*)?"
_WEEKDAY = r"(?:[（(]?(?:周|星期)[一二三四五六日天][)）]?|\s*\(?(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.年]\s*(\d{{1,2}})[-/.月]\s*(\d{{1,2}})日?{_WEEKDAY}\s*{_CLOCK}", re.I)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})\s*([-/.])\s*(\d{{1,2}})\s*\2\s*(\d{{4}}|\d{{2}})\s*{_CLOCK}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_NAMED = re.compile(
    rf"(?:[a-z]{{3,9}},?\s+)?(\d{{1,2}})(?:st|nd|rd|th)?[-\s]+([a-z]{{3,9}})\.?,?[-\s]+(\d{{4}}|\d{{2}})\s*{_CLOCK}",
    re.I,
)
_NAMED_DAY = re.compile(
    rf"(?:[a-z]{{3,9}},?\s+)?([a-z]{{3,9}})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\s*{_CLOCK}", re.I
)
_TIME = re.compile(r"[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_AMOUNT = re.compile(r"[-+]?\d[\d.,' ]*|[-+]?[.,]\d+")
_DIGITS = re.compile(r"\d(?:[ .-]{0,2}\d){12,}")
_LONGEST_CARD = 19
_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|62\d{14,17}|35\d{14}|6(?:011|5\d\d)\d{12}|3[068]\d{12}"
)


def plain(cell: str) -> str:
    """Half width, without what is not seen, without what spreadsheets put around text: ="0012", '0012."""
    if cell.isascii() and cell.isprintable() and cell[:1] not in "='" and '"' not in cell:
        return cell.strip()
    text = unicodedata.normalize("NFKC", cell)
    text = " ".join("".join(each for each in text if each.isprintable() or each.isspace()).split())
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text[1:].strip() if text.startswith("'") else text.strip()


def day_of(cell: str, order: str) -> date:
    """`order` is dmy or mdy: how this column writes 03/04/2026."""
    text = cell.strip()
    found = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if found:
        return _day(*map(int, found.groups()[:3]))
    found = numeric_day(text)
    if found:
        first, mark, second, year = found.groups()
        is_month_first = order == "mdy" and mark != "."
        month, on = (int(first), int(second)) if is_month_first else (int(second), int(first))
        return _day(_year(year), month, on)
    found = _DAY_NAMED.fullmatch(text)
    if found:
        return _day(_year(found[3]), _month(found[2]), int(found[1]))
    found = _NAMED_DAY.fullmatch(text)
    if found:
        return _day(int(found[3]), _month(found[1]), int(found[2]))
    if _NUMBER.fullmatch(text) and _SERIALS[0] <= float(text) <= _SERIALS[1]:
        return _EXCEL_DAY_0 + timedelta(days=int(float(text)))
    raise ValueError(text)


def numeric_day(text: str) -> re.Match[str] | None:
    """Day, month and year in a row with the year last; which is the day is for the column to say."""
    return _YEAR_LAST.fullmatch(text.strip())


def moment_of(cell: str, order: str) -> datetime:
    """Day and hour by the clock of the house, without a zone."""
    on = day_of(cell, order)
    if _NUMBER.fullmatch(cell.strip()) and not _COMPACT.fullmatch(cell.strip()):
        return datetime.combine(on, datetime.min.time()) + timedelta(seconds=round(float(cell) % 1 * 86_400))
    found = _TIME.search(cell)
    hour, minute, second = (int(each or 0) for each in found.groups()) if found else (0, 0, 0)
    is_late = bool(found) and "pm" in cell.lower() and hour < 12
    return datetime.combine(on, time(hour + 12 * is_late, minute, second))


def amount_of(cell: str, decimal: str) -> Decimal:
    """`decimal` is the mark this column has before its cents; signs of currency are left out before."""
    text = cell.strip()
    if re.fullmatch(r"\(.+\)", text):
        text = f"-{text[1:-1]}"
    text = text.replace(" ", "").replace("'", "")
    thousands = "," if decimal == "." else "."
    whole, mark, cents = text.rpartition(decimal) if decimal in text else (text, "", "")
    groups = whole.lstrip("+-").split(thousands)
    if len(groups) > 1 and not (0 < len(groups[0]) <= 3 and all(len(each) == 3 for each in groups[1:])):
        raise ValueError(cell)
    try:
        found = Decimal(f"{whole.replace(thousands, '')}{'.' if mark else ''}{cents}")
    except InvalidOperation:
        raise ValueError(cell) from None
    if not found.is_finite():
        raise ValueError(cell)
    return found


def bare_amount(cell: str) -> str | None:
    """The number among signs and letters: 1,234.50 of CNY 1,234.50 元; None where there is none or more than one."""
    found = _AMOUNT.findall(cell)
    if len(found) != 1:
        return None
    sign = "-" if re.search(r"-\s*[^\d\s]{0,4}\s*\d", cell) or re.match(r"\(.*\)$", cell.strip()) else ""
    return sign + str(found[0]).strip().lstrip("+-")


def count_of(cell: str) -> int:
    """A whole number: 2, 2.0, 2人, 2 adults."""
    found = re.match(r"\s*(-?\d+)(?:\.0+)?\s*(?:\D.*)?$", cell)
    if not found:
        raise ValueError(cell)
    return int(found[1])


def month_of(cell: str) -> int:
    text = cell.strip()
    return int(text.rstrip("月")) if text.rstrip("月").isdigit() else _month(text)


def find_card(cell: str) -> str | None:
    """A payment card's number, as written: of a length and beginning that cards have, and with its check digit.

    What stands before or behind it may be digits too: a month, a security code.
    """
    for run in _DIGITS.finditer(cell):
        groups = list(re.finditer(r"\d+", run[0]))
        for at, first in enumerate(groups):
            digits = ""
            for last in groups[at : at + _LONGEST_CARD]:
                digits += last[0]
                if _CARD.fullmatch(digits) and _checks(digits):
                    return run[0][first.start() : last.end()]
                if len(digits) >= _LONGEST_CARD:
                    break
    return None


def without_cards(cell: str) -> str:
    while card := find_card(cell):
        cell = cell.replace(card, "")
    return cell.strip()


def may_hold_card(text: str) -> bool:
    return _DIGITS.search(text) is not None


def quoted(cell: str) -> str:
    """The cell as it may be shown: no card, not endless."""
    shown = " ".join(without_cards(cell[:1000]).split())
    return shown if len(shown) <= LONGEST_SAID else f"{shown[: LONGEST_SAID - 1]}…"


def neutral(cell: str) -> str:
    """The cell for a file that a spreadsheet will open: what would be a formula stays text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _checks(digits: str) -> bool:
    """By Luhn's formula."""
    doubled = (int(each) * 2 for each in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(each - 9 * (each > 9) for each in doubled)) % 10 == 0


def _day(year: int, month: int, on: int) -> date:
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError(year)
    return date(year, month, on)


def _year(written: str) -> int:
    return int(written) + (2000 if len(written) == 2 else 0)


def _month(name: str) -> int:
    found = _MONTHS.get(name[:3].lower())
    if found is None:
        raise ValueError(name)
    return found
