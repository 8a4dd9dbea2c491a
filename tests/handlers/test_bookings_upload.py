"""Bookings as a file in the chat, on both databases."""

from __future__ import annotations

from sqlalchemy import select

from crm.conversations.attachments import Content, attachment_content, store_files
from crm.conversations.messages import Attachment
from crm.staff.audit import AuditEntry
from crm.stays.bookings import current_stays
from crm.store import table
from handlers.uploads import MOST_ROWS
from tests.support.house import House

HEAD = "Ref,Guest,Arrival,Departure,Room,Price\n"
FILE = HEAD + "B-1,Ann Lee,2026-12-01,2026-12-03,302,EUR 120.50\nB-2,Bob Ray,2026-12-05,2026-12-04,,EUR 90\n"


def sent(house: House, content: str | bytes, name: str = "bookings.csv") -> list[Attachment]:
    data = content.encode() if isinstance(content, str) else content
    return store_files(house.db, house.now, [Content("document", "text/csv", name, data)])


def booked(house: House) -> list[str]:
    return sorted(each.guest_name for each in current_stays(house.db, house.home.id))


def test_a_file_is_shown_first_and_taken_in_by_the_button(house: House) -> None:
    mia = house.staff("Mia", "front_desk")
    shown = house.show(mia, "show_picture", sent(house, FILE))
    assert shown.own.startswith(
        "bookings.csv: nothing is written yet\nRows 2 · new 1 · changed 0 · same 0 · refused 1\n"
    )
    assert "Nights 2 · 120.50 EUR\nbooked 1\nColumns: Ref · Arrival · Departure · Guest · Room · Price\n" in shown.own
    assert "Row 3 · Departure · 2026-12-04: leaves before it arrives, not taken" in shown.own
    assert booked(house) == []
    done = house.press(mia, shown, "Take them in")
    assert done.own.startswith("bookings.csv is in\nRows 2 · new 1")
    assert booked(house) == ["Ann Lee"]
    entries = house.db.execute(
        select(table(AuditEntry).c.subject).where(table(AuditEntry).c.action == "import_bookings")
    )
    assert entries.scalars().all() == ["bookings:file:2"]
    assert house.press(mia, shown, "Take them in").own.startswith("bookings.csv: all of it is here already")
    assert booked(house) == ["Ann Lee"]


def test_it_may_be_left(house: House) -> None:
    mia = house.staff("Mia", "front_desk")
    shown = house.show(mia, "import_bookings", sent(house, FILE))
    assert house.press(mia, shown, "Leave it").own == "Left. Nothing was written."
    assert booked(house) == []


def test_without_a_file_it_is_asked_for(house: House) -> None:
    mia = house.staff("Mia", "front_desk")
    asked = house.ask(mia, "import_bookings")
    assert asked.own == "Please send the file: CSV or Excel (xlsx), at most 5000 rows."
    assert asked.asks == "picture"


def test_who_may_not_is_told_so_and_a_photo_is_still_a_photo(house: House) -> None:
    lily = house.staff("Lily", "housekeeping")
    assert "not yours" in house.show(lily, "show_picture", sent(house, FILE)).own
    assert "Photo received" in house.show(lily, "show_picture", [house.photo()]).own
    guest = house.guest("Emma")
    assert "new 1" not in house.show(guest, "show_picture", sent(house, FILE)).own
    assert "Ann Lee" not in booked(house)


def test_days_that_can_be_read_in_two_ways_are_asked_about(house: House) -> None:
    mia = house.staff("Mia", "manager", language="zh")
    asked = house.show(mia, "show_picture", sent(house, "Ref,Arrival,Nights\nB1,03/12/2026,2\n"))
    assert asked.labels == ["日在前：03/12/2026", "月在前：03/12/2026"]
    shown = house.press(mia, asked, "日在前：03/12/2026")
    house.press(mia, shown, "确认导入")
    assert [str(each.arrival) for each in current_stays(house.db, house.home.id)] == ["2026-12-03"]


def test_a_manager_of_two_houses_says_for_which(house: House) -> None:
    other = house.another_property()
    mia = house.staff("Mia", "manager", properties=[house.home, other])
    asked = house.show(mia, "show_picture", sent(house, FILE))
    assert asked.labels == ["Hillside", "Lakeside"]
    house.press(mia, house.press(mia, asked, "Hillside"), "Take them in")
    assert booked(house) == []
    assert [each.guest_name for each in current_stays(house.db, other.id)] == ["Ann Lee"]


def test_card_numbers_are_cut_out_of_the_file_that_is_kept(house: House) -> None:
    mia = house.staff("Mia", "front_desk")
    (file,) = sent(house, HEAD.strip() + ",Notes\nB-1,Ann,2026-12-01,2026-12-03,302,10,visa 4111-1111-1111-1111\n")
    shown = house.show(mia, "show_picture", [file])
    assert "Card numbers were found and are cut out of the file." in shown.own
    kept = attachment_content(house.db, file.id)
    assert kept
    assert b"1111" not in kept.content
    assert b"B-1,Ann" in kept.content
    assert house.press(mia, shown, "Take them in").own.startswith("bookings.csv is in")


def test_what_is_too_large_or_no_table_is_refused(house: House) -> None:
    mia = house.staff("Mia", "front_desk")
    rows = "".join(f"B{number},Ann,2026-12-01,2026-12-03,302,10\n" for number in range(MOST_ROWS + 50))
    assert "too many rows: 5000 at most" in house.show(mia, "show_picture", sent(house, HEAD + rows)).own
    assert "no Excel workbook" in house.show(mia, "show_picture", sent(house, b"PK\x03\x04", "a.xlsx")).own
    assert "guanjia import" in house.show(mia, "show_picture", sent(house, HEAD + rows)).own
