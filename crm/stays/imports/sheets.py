"""Files as rows of text: CSV in whatever encoding and with whatever marks, and Excel; nothing without a bound."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from crm.errors import FileRefused
from crm.stays.imports.workbook import is_workbook, workbook_as_csv

MOST_BYTES = 100_000_000
MOST_ROWS = 500_000
MOST_COLUMNS = 200
LONGEST_CELL = 20_000
TITLE_ROWS = 30  # so far down the names of the columns may stand
SAMPLE = 200_000  # bytes or characters that are looked at
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_MARKS = (",", ";", "\t", "|")

csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))

Row = list[str]


class Sheet:
    """The rows of a file, as often as they are asked for. `lines` tells about how many there are."""

    def __init__(self, name: str, content: bytes, *, most_rows: int = MOST_ROWS) -> None:
        """Raises FileRefused when it is no table, or too large a one."""
        if len(content) > MOST_BYTES:
            raise FileRefused(why="too_large", most=MOST_BYTES // 1_000_000)
        if not content.strip(b"\0 \r\n\t"):
            raise FileRefused(why="empty")
        if content.startswith(_OLD_EXCEL) or re.match(rb"\s*<", content):
            raise FileRefused(why="old_excel")
        self.name, self._most_rows = name, most_rows
        self.kind = "xlsx" if is_workbook(content) else "csv"
        if self.kind == "xlsx":
            content = workbook_as_csv(content, most_rows, MOST_COLUMNS)
        self._content = content
        self.encoding = "utf-8" if self.kind == "xlsx" else encoding_of(content)
        self.delimiter = "," if self.kind == "xlsx" else _delimiter(content[:SAMPLE].decode(self.encoding, "replace"))
        self.lines = content.count(b"\n") + 1

    def rows(self) -> Iterator[tuple[int, Row]]:
        """The number in the file, from 1, and the cells of each row that says anything."""
        text = io.TextIOWrapper(io.BytesIO(self._content), self.encoding, errors="replace", newline="")
        reader = csv.reader(_without_nulls(text), delimiter=self.delimiter)
        try:
            for number, row in enumerate(reader, start=1):
                if number > self._most_rows + TITLE_ROWS:
                    raise FileRefused(why="too_many_rows", most=self._most_rows)
                if any(row[MOST_COLUMNS:]):
                    raise FileRefused(why="too_many_columns", most=MOST_COLUMNS, row=number)
                if any(row):
                    yield number, row[:MOST_COLUMNS]
        except csv.Error as error:
            raise FileRefused(why="broken", row=reader.line_num + 1) from error

    def head(self, count: int) -> list[tuple[int, Row]]:
        return list(islice(self.rows(), count))


def encoding_of(content: bytes) -> str:
    """By its mark, else the first that fits: UTF-8, UTF-16 without a mark, the Chinese one, the western one."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return name
    sample = content[:SAMPLE]
    if sample.count(0) * 4 > len(sample):
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    if _is_readable(content, "utf-8"):
        return "utf-8"
    high = re.findall(rb"[\x80-\xff]+", content)
    lonely = sum(len(each) == 1 for each in high)  # a Chinese character is two bytes, an umlaut among letters one
    if lonely * 2 < len(high) and _is_readable(content, "gb18030"):
        return "gb18030"
    return "cp1252" if _is_readable(content, "cp1252") else "latin-1"


def as_csv(rows: Sequence[Row]) -> bytes:
    """The rows as a file that spreadsheets open, with nothing in it they would compute."""
    from crm.stays.imports.cells import neutral

    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[neutral(cell) for cell in row] for row in rows])
    return codecs.BOM_UTF8 + text.getvalue().encode()


def _is_readable(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(0, len(content), SAMPLE):
            decoder.decode(content[at : at + SAMPLE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _without_nulls(lines: Iterator[str] | io.TextIOWrapper) -> Iterator[str]:
    for line in lines:
        yield line.replace("\0", "") if "\0" in line else line


def _delimiter(sample: str) -> str:
    """The mark that stands equally often in most lines; a title above the table has none."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]

    def weight(mark: str) -> tuple[int, int]:
        counts = [len(next(csv.reader([line], delimiter=mark), [])) - 1 for line in lines if len(line) < LONGEST_CELL]
        usual = max(set(counts) - {0}, key=lambda each: (counts.count(each), each), default=0)
        return counts.count(usual) if usual else 0, usual

    return max(_MARKS, key=weight)
