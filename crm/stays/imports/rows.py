"""A row of a file as a booking, with all that is wrong with it, named with the value."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from crm.stays.bookings import normal_code
from crm.stays.imports import cells
from crm.stays.imports.booking import BY_DATE, UNSAID, Booking
from crm.stays.imports.fields import CUT_NUMBER, LONGEST_WORD, Fields
from crm.stays.imports.mapping import meanings, normal
from crm.stays.imports.sheets import Row
from crm.stays.imports.survey import ABSURD, Survey

MOST_NIGHTS = 3 * 366
MOST_PEOPLE = 99
MOST_CENTS = 10**13
LONGEST_NAME, LONGEST_ADDRESS = 100, 200

_PHONE = re.compile(r"\+?(?:[ ().\-/]*[0-9]){5,20}[ )]*")
_EMAIL = re.compile(r"[^@\s,;]{1,64}@[^@\s,;]+\.[^@\s,;.]{2,}")
_SEVERAL_NAMES = re.compile(r"\s*[、;；/]\s*")


class RowReader(Fields):
    """Reads the rows of one file; `problems` fills with what was wrong in the last one."""

    def __init__(self, survey: Survey, *, yen: str = "CNY") -> None:
        super().__init__(survey)
        self._currencies = {**meanings("currencies"), "¥": yen, "￥": yen}

    def read(self, number: int, row: Row) -> Booking | None:
        """None when it is refused; the reasons are then among the problems."""
        self._begin(number, row)
        arrival, nights = self._arrival(), self._nights()
        departure = self._day("departure") if "departure" in self._cells else None
        if arrival is None:
            self._refuse("arrival", "no_arrival")
            return None
        if departure is None and nights is None:
            self._refuse("departure", "no_departure")
            return None
        leaves = departure if departure is not None else self._after(arrival, nights or 0)
        if leaves is None or not self._is_stay(arrival, leaves):
            return None
        state, price = self._state(), self._price((leaves - arrival).days)
        if any(each.refused for each in self.problems):
            return None
        adults, children = self._people()
        return Booking(
            row=number,
            house=self._cells.get("property", ""),
            reference=self._reference(),
            state=state,
            arrival=arrival,
            departure=leaves,
            name=self._name(),
            phone=self._form("phone", _PHONE),
            email=self._form("email", _EMAIL),
            room=self._word("room"),
            room_type=self._word("room_type"),
            adults=adults,
            children=children,
            price=price[0],
            currency=price[1],
            booked_at=self._booked_at(),
            channel=self._word("channel"),
            country=self._country(),
            document=self._document(),
            born=self._born(),
            address=self._cells.get("address", "")[:LONGEST_ADDRESS],
        )

    def _arrival(self) -> date | None:
        if "arrival" in self._places:
            return self._day("arrival") if "arrival" in self._cells else None
        try:
            year, on = (cells.count_of(self._cells[name]) for name in ("arrival_year", "arrival_day"))
            return date(year, cells.month_of(self._cells["arrival_month"]), on)
        except (KeyError, ValueError):
            return None

    def _nights(self) -> int | None:
        if "nights" in self._cells:
            return self._count("nights")
        parts = [self._count(name) for name in ("weekend_nights", "week_nights") if name in self._cells]
        return sum(each or 0 for each in parts) if parts else None

    def _after(self, arrival: date, nights: int) -> date | None:
        if not 0 <= nights <= MOST_NIGHTS:
            self._note("nights" if "nights" in self._cells else "week_nights", "too_long", refused=True)
            return None
        return arrival + timedelta(days=nights)

    def _is_stay(self, arrival: date, departure: date) -> bool:
        if departure < arrival:
            self._note("departure", "ends_before", refused=True)
        elif (departure - arrival).days > MOST_NIGHTS:
            self._note("departure", "too_long", refused=True)
        elif departure == arrival:
            self._note("departure" if "departure" in self._cells else "nights", "zero_nights", str(arrival))
        return departure >= arrival and (departure - arrival).days <= MOST_NIGHTS

    def _state(self) -> str:
        if "state" not in self._cells:
            return BY_DATE
        found = meanings("states").get(normal(self._cells["state"]))
        if found is None:
            self._note("state", "no_state", refused=True)
        return found or BY_DATE

    def _price(self, nights: int) -> tuple[int | None, str]:
        name = "price" if "price" in self._cells else "price_per_night"
        cell = self._cells.get(name)
        if cell is None:
            return None, ""
        bare = cells.bare_amount(cell)
        try:
            amount = cells.amount_of(bare or cell, self._map.decimal)
        except ValueError:
            self._note(name, "no_amount", refused=True)
            return None, ""
        total = amount * nights if name == "price_per_night" else amount
        cents = int((total * 100).to_integral_value(ROUND_HALF_UP))
        if abs(cents) >= MOST_CENTS:
            self._note(name, "absurd", refused=True)
        elif amount < 0:
            self._note(name, "negative")
        elif self._survey.usual_price and total > Decimal(ABSURD * self._survey.usual_price) * max(1, nights):
            self._note(name, "absurd")
        return cents, self._currency(cell, bare)

    def _currency(self, cell: str, bare: str | None) -> str:
        said = self._cells.get("currency") or (re.sub(r"[\d.,'\s()+-]", "", cell) if bare else "")
        if not said:
            return self._map.currency
        found = self._currencies.get(normal(said))
        if found is None and re.fullmatch(r"[A-Za-z]{3}", said):
            return said.upper()
        if found is None:
            self._note("currency" if "currency" in self._cells else "price", "no_currency")
        return found or self._map.currency

    def _people(self) -> tuple[int, int]:
        children = sum(self._count(name) or 0 for name in ("children", "babies") if name in self._cells)
        adults = self._count("adults") if "adults" in self._cells else None
        if adults is None and "people" in self._cells:
            together = self._count("people")
            adults = None if together is None else max(0, together - children)
        is_told = bool({"adults", "people"} & set(self._places))
        if is_told and not adults and not children:
            self._note("adults" if "adults" in self._places else "people", "no_people")
            adults = 0
        if "rooms" in self._cells and (self._count("rooms") or 1) > 1:
            self._note("rooms", "several_rooms")
        return min(1 if adults is None else adults, MOST_PEOPLE), min(children, MOST_PEOPLE)

    def _reference(self) -> str:
        said = self._cells.get("reference", "")
        if CUT_NUMBER.fullmatch(said):
            self._note("reference", "cut_number")
            return ""
        return normal_code(said)[:LONGEST_WORD]

    def _name(self) -> str:
        said = self._cells.get("guest", "")
        if not said and {"given_name", "family_name"} & set(self._cells):
            given, family = self._cells.get("given_name", ""), self._cells.get("family_name", "")
            is_joined = bool(re.search(r"[\u3400-\u9fff]", family + given))
            said = family + given if is_joined else f"{given} {family}".strip()
        first = _SEVERAL_NAMES.split(said)[0] if said else ""
        if len(first) > LONGEST_NAME:
            self._note("guest", "too_long_name")
        return first[:LONGEST_NAME] or UNSAID

    def _booked_at(self) -> datetime | None:
        if "booked_at" not in self._cells:
            return None
        try:
            return cells.moment_of(self._cells["booked_at"], self._map.date_order)
        except (ValueError, OverflowError):
            self._note("booked_at", "no_day")
            return None

    def _document(self) -> str:
        said = self._word("document")
        if CUT_NUMBER.fullmatch(said):
            self._note("document", "cut_number")
            return ""
        return said

    def _born(self) -> str:
        day = self._day("born") if "born" in self._cells else None
        return day.isoformat() if day else ""

    def _country(self) -> str:
        said = self._word("country")
        return "" if said in self._survey.odd_countries else said
