"""Files of bookings against the records, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text, update

from crm.guests.profile import add_guest, guest
from crm.guests.survivors import records_of, values
from crm.identity.comparing import compare_some
from crm.identity.joins import join, undo
from crm.stays.bookings import Stay, StayState
from crm.stays.imports.mapping import ColumnMap
from crm.stays.imports.run import Totals
from crm.stays.steps import add_stay, check_in
from tests.imports.conftest import Desk
from tests.support.dumps import as_csv, as_workbook, history, orders

HEAD = "Booking number,Status,Guest name,Phone,Check-in,Check-out,Room,Price\n"
ONE = HEAD + "B-1,ok,Ann Lee,+44 20 7946 0000,2026-12-01,2026-12-03,302,EUR 120.50\n"


def counts(totals: Totals) -> dict[str, int]:
    return {str(fate): count for fate, count in totals.fates.items()}


def test_a_history_without_names_keeps_every_total_and_a_second_time_changes_nothing(desk: Desk) -> None:
    content, told = history(1500)
    totals = desk.take(content)
    assert (totals.rows, totals.refused, totals.all.stays) == (told.rows, 0, told.stays)
    assert (totals.all.nights, totals.all.revenue) == (told.nights, told.revenue)
    assert {state: found.stays for state, found in totals.states.items()} == told.states
    assert {why: totals.wrong[why] for why in told.wrong} == told.wrong
    assert told.wrong["zero_nights"]
    assert len(set(content.split(b"\r\n"))) < told.rows  # the traps are in it
    before = desk.stays()
    assert len(before) == told.stays
    assert counts(desk.take(content)) == {"same": told.stays}
    assert desk.stays() == before


@pytest.mark.parametrize("form", ["utf-8-sig", "gb18030", "utf-16", "xlsx"])
def test_orders_of_an_agency_in_every_form(desk: Desk, form: str) -> None:
    rows, told = orders(400)
    content = as_workbook(rows) if form == "xlsx" else as_csv(rows, form, "\t" if form == "utf-16" else ",")
    totals = desk.take(content)
    assert (totals.rows, totals.refused, totals.all.stays) == (told.rows, told.refused, told.stays)
    assert (totals.all.nights, totals.all.revenue) == (told.nights, told.revenue)
    assert {state: found.stays for state, found in totals.states.items()} == told.states
    assert {why: totals.wrong[why] for why in told.wrong} == told.wrong
    assert told.refused
    assert told.repeated
    assert desk.take(content).fates["same"] == told.stays
    assert sum(each["price"] for each in desk.stays()) == told.revenue["CNY"]


def test_a_dry_run_tells_the_same_and_writes_nothing(desk: Desk) -> None:
    rows, _ = orders(300)
    planned = desk.take(as_csv(rows), dry=True)
    assert desk.stays() == []
    assert planned == desk.take(as_csv(rows))


def test_what_the_source_changes_is_brought_up_to_date(desk: Desk) -> None:
    desk.take(ONE.encode())
    moved = ONE.replace("2026-12-03,302", "2026-12-04,303").replace("120.50", "180.75")
    assert counts(desk.take(moved.encode())) == {"changed": 1}
    (found,) = desk.stays()
    assert (found["departure"], found["price"], found["currency"]) == (date(2026, 12, 4), 18075, "EUR")
    assert counts(desk.take(moved.replace(",ok,", ",cancelled_by_guest,").encode())) == {"changed": 1}
    assert desk.stays()[0]["state"] == "cancelled"
    assert len({each["guest_id"] for each in desk.stays()}) == 1


def test_papers_and_birthdays_are_kept_sealed_and_tell_who_it_is(desk: Desk) -> None:
    head = "Booking number,Guest name,ID number,Date of birth,Home address,Check-in,Check-out\n"
    rows = [
        "B-1,Anna Berg,E1234567,1990-02-03,12 Main Street,2026-12-01,2026-12-03",
        "B-2,BERG ANNA,e 1234567,,,2027-12-01,2027-12-03",
        "B-3,Peter Lind,4.40106E+17,1990/13/45,,2026-12-01,2026-12-03",
        "B-4,Paul Card,4111111111111111,,,2026-12-01,2026-12-03",
    ]
    content = (head + "\n".join(rows) + "\n").encode()
    totals = desk.take(content)
    assert counts(totals) == {"new": 4}
    assert (totals.wrong["cut_number"], totals.wrong["no_day"], totals.wrong["card"]) == (1, 1, 0)
    with desk.store.transaction() as db:
        while compare_some(db, desk.now).left:
            pass
        anna, again, peter, _ = (each["guest_id"] for each in desk.stays_in(db))
        assert anna == again
        assert anna != peter
        records = records_of(db, [anna])[anna]
        assert values(records, "document") == ["e 1234567", "E1234567"]
        assert (values(records, "born"), values(records, "address")) == (["1990-02-03"], ["12 Main Street"])
        kept = db.execute(select(guest.c.document, guest.c.born).where(guest.c.born.is_not(None))).one()
        assert b"E1234567" not in kept.document
        assert b"1990" not in kept.born


def test_a_file_without_papers_is_the_same_as_before(desk: Desk) -> None:
    """What earlier versions did not read is part of what a row says only where it says something."""
    desk.take(ONE.encode())
    with_columns = ONE.replace("Price\n", "Price,ID number\n").replace("120.50\n", "120.50,\n")
    assert counts(desk.take(with_columns.encode())) == {"same": 1}


def test_a_joined_record_stays_joined_when_its_booking_changes(desk: Desk) -> None:
    other = ONE.replace("B-1", "B-2").replace("+44 20 7946 0000", "").replace("Ann Lee", "Ann Leigh")
    desk.take(ONE.encode())
    desk.take(other.encode())
    with desk.store.transaction() as db:
        made = join(db, desk.now, *(each["guest_id"] for each in desk.stays_in(db)), by=None, reasons={})
    assert made
    for each in (ONE, other):
        assert counts(desk.take(each.encode())) == {"same": 1}
        assert counts(desk.take(each.replace("12-03", "12-05").encode())) == {"changed": 1}
    with desk.store.transaction() as db:
        assert {each["guest_id"] for each in desk.stays_in(db)} == {made.kept_id}
        assert {each["own_guest_id"] for each in desk.stays_in(db)} == {None, made.joined_id}
        undo(db, desk.now, made.id, None)
        assert len({each["guest_id"] for each in desk.stays_in(db)}) == 2


def test_what_the_house_changed_since_is_not_undone_by_the_same_file(desk: Desk) -> None:
    desk.take(ONE.encode())
    with desk.store.transaction() as db:
        db.execute(update(Stay).values(departure=date(2026, 12, 9)))
    assert counts(desk.take(ONE.encode())) == {"same": 1}
    assert desk.stays()[0]["departure"] == date(2026, 12, 9)


def test_a_guest_who_is_here_is_not_cancelled_by_a_file(desk: Desk) -> None:
    desk.take(ONE.encode())
    with desk.store.transaction() as db:
        assert check_in(db, desk.stays()[0]["id"])
    totals = desk.take(ONE.replace(",ok,", ",cancelled,").encode())
    assert (desk.stays()[0]["state"], totals.wrong["state_kept"]) == ("in_house", 1)


def test_a_booking_written_by_hand_under_the_same_code_is_that_booking(desk: Desk) -> None:
    with desk.store.transaction() as db:
        guest_id = add_guest(db, desk.now, name="Ann Lee", language="en", phone="+44 20 7946 0000")
        add_stay(
            db,
            desk.now,
            property_id=desk.house.id,
            guest_id=guest_id,
            room_id=None,
            reservation_code="b-1",
            state=StayState.BOOKED,
            arrival=date(2026, 12, 1),
            departure=date(2026, 12, 2),
        )
    assert counts(desk.take(ONE.encode())) == {"changed": 1}
    assert [each["guest_id"] for each in desk.stays()] == [guest_id]


def test_the_same_number_of_another_system_is_another_booking(desk: Desk) -> None:
    desk.take(ONE.encode())
    other = ColumnMap({"arrival": "Check-in", "departure": "Check-out", "reference": "Booking number"}, source="pms")
    assert counts(desk.take(ONE.encode(), other)) == {"new": 1}
    assert len({each["reservation_code"] for each in desk.stays()}) == 2


def test_rows_of_one_number_that_differ_are_its_rooms(desk: Desk) -> None:
    second = ONE.splitlines()[1].replace("302", "303").replace("120.50", "99")
    content = f"{ONE}{second}\n".encode()
    assert desk.take(content).wrong["another_room"] == 1
    assert sorted(each["price"] for each in desk.stays()) == [9900, 12050]
    assert counts(desk.take(content)) == {"same": 2}


def test_a_number_that_looks_like_another_ones_second_room_is_its_own(desk: Desk) -> None:
    first = ONE.splitlines()[1]
    rows = [first, first.replace("302", "303"), first.replace("B-1", "B-1-2")]
    content = (HEAD + "\n".join(rows)).encode()
    assert counts(desk.take(content)) == {"new": 3}
    assert len({each["reservation_code"] for each in desk.stays()}) == 3
    assert counts(desk.take(content)) == {"same": 3}


def test_alike_rows_without_number_or_guest_are_not_merged(desk: Desk) -> None:
    content = b"Arrival,Departure,Adults,Price\n" + b"2026-12-01,2026-12-02,2,100\n" * 3
    assert counts(desk.take(content)) == {"new": 3}
    assert len({each["guest_id"] for each in desk.stays()}) == 3
    assert counts(desk.take(content)) == {"same": 3}


def test_a_guest_is_known_by_phone_and_name_however_they_are_written(desk: Desk) -> None:
    rest = "2026-12-11,2026-12-13,,10\n"
    again = f"B-2,ok,ANN LEE,+44 (20) 7946-0000,{rest}B-3,ok,Bob Lee,+442079460000,{rest}"
    desk.take((ONE + again).encode())
    assert len({each["guest_id"] for each in desk.stays()}) == 2
    desk.take(ONE.replace("B-1", "B-9").encode())
    assert len({each["guest_id"] for each in desk.stays()}) == 2


def test_card_numbers_are_neither_kept_nor_quoted(desk: Desk) -> None:
    card = "4111 1111 1111 1111"
    named = ONE.replace("Ann Lee", f"Ann Lee {card}")
    content = named.replace("302", card.replace(" ", "")).replace("2026-12-03", f"x {card}")
    good = named.splitlines()[1].replace("B-1", "B-2")
    totals = desk.take(f"{content}{good}\n".encode())
    assert (totals.refused, totals.wrong["card"]) == (1, 4)
    assert "1111" not in f"{totals.problems} {desk.stays()}"
    assert [each["name"] for each in desk.stays()] == ["Ann Lee"]


def test_numbers_of_orders_that_look_like_cards_are_numbers_of_orders(desk: Desk) -> None:
    numbers = ["4111111111111111", "4111111111111112", "4111111111111113", "4111111111111114"]
    rows = "".join(f"{each},ok,Ann,,2026-12-01,2026-12-03,,10\n" for each in numbers)
    desk.take((HEAD + rows).encode())
    assert [each["reservation_code"] for each in desk.stays()] == numbers


@pytest.mark.parametrize("records_url", ["postgresql"], indirect=True)
def test_while_a_file_comes_in_the_database_hears_how_large_its_tables_become(desk: Desk) -> None:
    """Else PostgreSQL compares, for each batch, every stay of the house with every number of it; SQLite does not."""
    told = desk.take(as_csv(orders(2_000)[0])).fates["new"]
    with desk.store.reading() as db:
        known = db.execute(text("SELECT reltuples FROM pg_class WHERE oid = 'stay'::regclass")).scalar()
    assert known is not None
    assert known >= told / 2
