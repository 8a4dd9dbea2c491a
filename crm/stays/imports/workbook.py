"""Excel workbooks as the text of a CSV: read as a stream, by values, merged cells filled, every size bounded."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from crm.errors import FileRefused

MOST_UNPACKED, LEAST_UNPACKED, OF_A_ROW = 400_000_000, 30_000_000, 4_000  # bytes
MOST_TITLES, USUAL_COLUMNS = 30, 60
MOST_CELLS = 12_000_000
MOST_TEXT = 150_000_000
MOST_MERGED = 20_000
_CHUNK = 1 << 20
_MERGED = re.compile(rb'<mergeCell [^>]*ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')

Areas = dict[int, list[tuple[int, int, int]]]


def is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def workbook_as_csv(content: bytes, most_rows: int, most_columns: int) -> bytes:
    """The first sheet with anything on it. Raises FileRefused for what is no workbook, locked, or a bomb."""
    try:
        merged = _merged_by_sheet(content, min(MOST_UNPACKED, max(LEAST_UNPACKED, most_rows * OF_A_ROW)))
        return _first_sheet(content, merged, most_rows, most_columns)
    except FileRefused:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, SyntaxError) as error:
        raise FileRefused(why="broken_workbook") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, NotImplementedError, RuntimeError) as error:
        raise FileRefused(why="broken_workbook") from error  # what openpyxl raises for files it does not expect


def _first_sheet(content: bytes, merged: dict[str, Areas], most_rows: int, most_columns: int) -> bytes:
    import warnings

    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of styles and extensions that it leaves out; we want values
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in book.worksheets:
                path = getattr(sheet, "_worksheet_path", "").lstrip("/")
                written = _written(sheet, merged.get(path, {}), most_rows, most_columns)
                if written:
                    return written
        finally:
            book.close()
    raise FileRefused(why="empty")


def _written(sheet: Any, merged: Areas, most_rows: int, most_columns: int) -> bytes:
    sheet.reset_dimensions()  # many programs write a wrong one
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    cells, said = 0, False
    for number, values in enumerate(_filled(sheet, merged), start=1):
        if number > most_rows + MOST_TITLES:
            raise FileRefused(why="too_many_rows", most=most_rows)
        cells += len(values)
        if len(values) > most_columns and any(each is not None for each in values[most_columns:]):
            raise FileRefused(why="too_many_columns", most=most_columns, row=number)
        if cells > min(MOST_CELLS, most_rows * USUAL_COLUMNS) or text.tell() > MOST_TEXT:
            raise FileRefused(why="too_large", most=MOST_TEXT // 1_000_000)
        row = [_text(each) for each in values[:most_columns]]
        said = said or any(row)
        write(row)
    return text.getvalue().encode() if said else b""


def _filled(sheet: Any, merged: Areas) -> Iterator[list[Any]]:
    """The rows; what is merged downwards stands in each of its rows, as in a group's booking."""
    above: dict[int, tuple[int, Any]] = {}
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        values = list(row)
        for column, (last, value) in list(above.items()):
            if number > last:
                del above[column]
            elif column < len(values) and values[column] is None and not _is_amount(value):
                values[column] = value
        for first, until, last in merged.get(number, ()):
            for column in range(first, min(until + 1, len(values))):
                above[column] = (last, values[first])
        yield values


def _is_amount(value: Any) -> bool:
    """One price over several rows is not paid for each of them; the number of an order holds for all."""
    return isinstance(value, (int, float)) and abs(value) < 10_000_000


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds") if value.time() != time.min else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e19 else f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def _merged_by_sheet(content: bytes, most: int) -> dict[str, Areas]:
    """Unpacks everything once, counting, so that no bomb reaches a parser; on the way, which cells are merged."""
    found: dict[str, Areas] = {}
    unpacked = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if len(archive.infolist()) > 5_000:
            raise FileRefused(why="broken_workbook")
        for entry in archive.infolist():
            if entry.flag_bits & 1:
                raise FileRefused(why="locked_workbook")
            areas: Areas = {}
            rest = b""
            with archive.open(entry) as member:
                while chunk := member.read(_CHUNK):
                    unpacked += len(chunk)
                    if unpacked > most:
                        raise FileRefused(why="too_large", most=most // 1_000_000)
                    if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
                        raise FileRefused(why="broken_workbook")
                    if b"<mergeCell " in chunk or rest:
                        _note_merged(areas, rest + chunk)
                        rest = chunk[-80:]
            if areas:
                found[entry.filename] = areas
    return found


def _note_merged(areas: Areas, text: bytes) -> None:
    for left, top, right, bottom in _MERGED.findall(text):
        if int(bottom) > int(top) and sum(map(len, areas.values())) < MOST_MERGED:
            area = (_column(left), _column(right), int(bottom))
            rows = areas.setdefault(int(top), [])
            if area not in rows:
                rows.append(area)


def _column(letters: bytes) -> int:
    number = 0
    for each in letters:
        number = number * 26 + each - 64
    return number - 1
