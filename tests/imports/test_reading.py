"""What a file says, before anything is written."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crm.errors import FileRefused
from crm.stays.imports import cells, workbook
from crm.stays.imports.booking import Booking
from crm.stays.imports.mapping import ColumnMap, as_toml, lay_out, read_map
from crm.stays.imports.rows import RowReader
from crm.stays.imports.sheets import Sheet, as_csv, encoding_of
from crm.stays.imports.survey import survey
from tests.support.dumps import as_workbook

DAYS = some.dates(date(1971, 1, 1), date(2099, 12, 31))


def read(content: bytes | str, known: ColumnMap | None = None) -> tuple[list[Booking], list[tuple[int, str, str]]]:
    """The bookings, and (row, value, why) of what was wrong."""
    sheet = Sheet("file", content.encode() if isinstance(content, str) else content)
    found = survey(sheet, lay_out(sheet, known))
    reader, bookings, wrong = RowReader(found), [], []
    for number, row in sheet.rows():
        if number > found.layout.header_row:
            booking = reader.read(number, row)
            bookings += [booking] if booking else []
            wrong += [(each.row, each.value, each.why) for each in reader.problems]
    return bookings, wrong


def refused(content: bytes | str) -> str:
    with pytest.raises(FileRefused) as refusal:
        read(content)
    return str(refusal.value.values["why"])


@given(DAYS, some.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%Y年%m月%d日", "%d %b %Y"]))
def test_a_day_is_read_however_it_is_written(day: date, form: str) -> None:
    assert cells.day_of(day.strftime(form), "") == day


@given(DAYS)
def test_a_day_is_read_in_the_order_of_its_column(day: date) -> None:
    assert cells.day_of(f"{day.day}/{day.month}/{day.year}", "dmy") == day
    assert cells.day_of(f"{day.month}/{day.day}/{day.year}", "mdy") == day
    assert cells.day_of(str((day - date(1899, 12, 30)).days), "") == day or day < date(1954, 10, 4)


@given(some.integers(-(10**9), 10**9))
def test_an_amount_is_read_to_the_cent(cents: int) -> None:
    amount = Decimal(cents) / 100
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert cells.amount_of(english, ".") == amount == cells.amount_of(german, ",")
    for said in (f"¥{english}", f"{english} 元", f"CNY {english}"):
        assert cells.amount_of(cells.bare_amount(said) or "", ".") == amount


@given(some.text(max_size=60))
def test_no_cell_is_too_odd_for_the_readers(cell: str) -> None:
    for reading in (
        lambda: cells.day_of(cell, "dmy"),
        lambda: cells.amount_of(cell, "."),
        lambda: cells.count_of(cell),
    ):
        try:
            reading()
        except (ValueError, OverflowError):
            continue
    assert cells.find_card(cells.without_cards(cell)) is None
    assert cells.neutral(cell)[:1] not in ("=", "+", "-", "@")


@given(some.binary(max_size=400))
def test_no_bytes_are_too_odd_for_a_sheet(content: bytes) -> None:
    try:
        list(Sheet("file", content).rows())
    except FileRefused:
        return


def test_the_order_of_days_is_decided_by_the_column() -> None:
    rows = "Arrival,Nights\n03/04/2026,1\n25/04/2026,1\n"
    assert [each.arrival for each in read(rows)[0]] == [date(2026, 4, 3), date(2026, 4, 25)]
    assert read(rows.replace("25/04", "04/25"))[0][0].arrival == date(2026, 3, 4)
    assert refused("Arrival,Nights\n03/04/2026,1\n") == "unclear_days"
    assert refused(rows + "04/25/2026,1\n") == "mixed_days"
    told = read_map('date_order = "mdy"\n[columns]\narrival = "Arrival"\nnights = "Nights"\n')
    assert read("Arrival,Nights\n03/04/2026,1\n", told)[0][0].arrival == date(2026, 3, 4)


def test_cents_are_decided_by_the_column() -> None:
    rows = "Arrival;Nights;Price\n2026-12-01;1;1.234\n2026-12-01;1;{}\n"
    assert [each.price for each in read(rows.format("12,50"))[0]] == [123400, 1250]
    assert [each.price for each in read(rows.format("12.50"))[0]] == [123, 1250]
    assert refused(rows.format("12")) == "unclear_amounts"
    assert refused(rows.format("12.50") + "2026-12-01;1;12,50\n") == "mixed_amounts"


def test_a_country_of_another_form_than_the_rest_is_not_guessed() -> None:
    rows = "Arrival,Nights,Country\n" + "".join(f"2026-12-01,1,{each}\n" for each in ("PRT", "CHN", "GBR", "USA", "CN"))
    assert [each.country for each in read(rows)[0]] == ["PRT", "CHN", "GBR", "USA", ""]
    told = read_map(
        '[columns]\narrival = "Arrival"\nnights = "Nights"\ncountry = "Country"\n[values.country]\nCN = "CAN"'
    )
    assert read(rows, told)[0][-1].country == "CAN"


def test_wrong_rows_are_named_and_the_others_taken() -> None:
    head = "Ref,Guest,Arrival,Departure,Adults,Price,Status,Phone\n"
    rows = [
        "1,Ann,2026-12-01,2026-12-02,2,100,ok,13800001234",
        "2,Ann,soon,2026-12-02,2,100,ok,",
        "3,Ann,2026-12-05,2026-12-02,2,100,ok,",
        "4,Ann,2026-12-02,2026-12-02,0,-3,ok,call me",
        "5,Ann,2026-12-01,2026-12-02,two,100,perhaps,",
        "6.1E+12,Ann,2026-12-01,2026-12-02,2,100,ok,1.38E+10",
        "7,Ann,,2026-12-02,2,1e99,ok,",
    ]
    bookings, wrong = read(head + "\n".join(rows))
    assert [each.reference for each in bookings] == ["1", "4", ""]
    assert set(wrong) == {
        (3, "soon", "no_day"), (4, "2026-12-02", "ends_before"), (5, "2026-12-02", "zero_nights"),
        (5, "-3", "negative"), (5, "0", "no_people"), (5, "call me", "no_phone"), (6, "perhaps", "no_state"),
        (7, "6.1E+12", "cut_number"), (7, "1.38E+10", "cut_number"), (8, "", "no_arrival"),
    }  # fmt: skip


def test_titles_spaces_and_merged_cells_are_seen_through() -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet
    for row in (["订单导出"], [], [" 订单号 ", "入住日期\n", "离店日期", "入住人", "房号", "总价"]):
        sheet.append(row)
    sheet.append(["A1", datetime(2026, 12, 1), 46359, "王芳", "301", 100])
    sheet.append([None, datetime(2026, 12, 1), 46359, None, "302", 80.5])
    sheet.append(["A2", "2026-12-01", "=DATE(2026,12,3)", "李四", 303, None])
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("A4:A5")
    sheet.merge_cells("D4:D5")
    content = io.BytesIO()
    book.save(content)
    bookings, wrong = read(content.getvalue())
    shown = [(each.reference, each.name, each.room, each.nights, each.price) for each in bookings]
    assert shown == [("A1", "王芳", "301", 2, 10000), ("A1", "王芳", "302", 2, 8050)]
    assert wrong == [(6, "", "no_departure")]  # a formula that was never computed has no value


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0old", "old_excel"),
        (b"<html><table>", "old_excel"),
        (b"PK\x03\x04 no zip", "broken_workbook"),
        (b"a,b\n1,2\n", "no_columns"),
        (b"Arrival,Nights" + b",x" * 300 + b"\n", "too_many_columns"),
        (b"Arrival,Nights\n" + b"1" * 200_000, "broken"),
        (b"Arrival,Nights\n" + b"1,2\n" * 500_050, "too_many_rows"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, why: str) -> None:
    assert refused(content) == why


def test_a_workbook_that_grows_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 20_000_000)
    bomb = io.BytesIO(as_workbook([["Arrival", "Nights"], ["2026-12-01", 1]]))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * 30_000_000)
    assert len(bomb.getvalue()) < 100_000
    assert refused(bomb.getvalue()) == "too_large"


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("张伟", "gb18030", "gb18030"),
        ("Müller, José", "cp1252", "cp1252"),
        ("张", "utf-16", "utf-16"),
        ("é", "utf-8", "utf-8"),
    ],
)
def test_encodings_are_told_apart(text: str, encoding: str, found: str) -> None:
    assert encoding_of(f"Guest,Arrival\n{text},2026-12-01\n".encode(encoding)) == found


def test_a_map_is_written_and_read_again() -> None:
    sheet = Sheet("file", '入住日期,"晚""数",晚数,备注\n2026-12-01,1,2,x\n'.encode())
    layout = lay_out(sheet)
    assert "# not read: 晚数, 备注" in as_toml(layout)
    assert read_map(as_toml(layout)) == layout.map
    for wrong in ("x", 'speed = "1"', '[columns]\nwings = "x"', 'date_order = "ymd"', "[columns]\narrival = 1"):
        with pytest.raises(FileRefused):
            read_map(wrong)


def test_what_a_spreadsheet_would_compute_stays_text_in_what_we_write() -> None:
    written = as_csv([["=1+1", "+86", "-5", "@x", "fine"]]).decode("utf-8-sig")
    assert written == "'=1+1,'+86,'-5,'@x,fine\r\n"


@given(some.dates(date(2000, 1, 1), date(2090, 1, 1)), some.integers(0, 30))
def test_nights_may_take_the_place_of_the_departure(arrival: date, nights: int) -> None:
    (booking,), _ = read(f"Arrival,Nights\n{arrival},{nights}\n")
    assert booking.departure == arrival + timedelta(days=nights)
