"""OTA_HotelResNotifRQ, as channel managers and agencies send it: read into our words, answered in theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from xml.sax.saxutils import escape, quoteattr

from bot.feeds.systems import MOST_BOOKINGS
from bot.feeds.xml import Element, read_xml
from crm.stays.feeds.reading import MOST_ROOMS, NO_STAY, Source, Told
from crm.stays.feeds.reservations import Outcome, Taken
from crm.stays.imports.mapping import normal
from prompts.words import say

REQUEST, RESPONSE = "OTA_HotelResNotifRQ", "OTA_HotelResNotifRS"
LONGEST_WORD, LONGEST_AMOUNT = 1_000, 20
SPACE = "http://www.opentravel.org/OTA/2003/05"
_SAID_OF_STATES = {
    "Commit": "booked",
    "Book": "booked",
    "Booked": "booked",
    "Modify": "booked",
    "Reserved": "booked",
    "In-house": "in_house",
    "Checked-Out": "departed",
    "Cancel": "cancelled",
    "Cancelled": "cancelled",
    "No-show": "no_show",
    "Waitlisted": NO_STAY,
    "Initiate": NO_STAY,
    "Ignore": NO_STAY,
}
STATES = {normal(said): meant for said, meant in _SAID_OF_STATES.items()}
_BEGINNINGS = frozenset(map(normal, ("Commit", "Book", "Booked", "Reserved")))
_ADULT, _CHILDREN = ("10", ""), ("7", "8")  # AgeQualifyingCode
# Of OpenTravel's lists EWT and ERR: the type and code of an error by what is wrong.
_BUSINESS, _MISSING = "3", "10"
_CODES = {
    "no_house": (_BUSINESS, "392"),
    "no_reference": (_MISSING, "321"),
    "no_version": (_MISSING, "321"),
    "no_arrival": (_MISSING, "321"),
    "no_departure": (_MISSING, "321"),
    "no_rooms": (_MISSING, "321"),
    "ends_before": (_BUSINESS, "404"),
    "too_long": (_BUSINESS, "404"),
}
_INVALID = (_BUSINESS, "320")
REFUSED = {400: ("7", "450"), 401: ("4", "497"), 413: ("3", "450"), 500: ("12", "448"), 503: ("12", "187")}

Words = Mapping[str, str]


class OtaMessage:
    """A message that came in, and what it wants to hear back."""

    def __init__(self, text: str = "") -> None:
        """Raises ValueError."""
        root = read_xml(text) if text else Element("")
        self._envelope = root.space if root.name == "Envelope" else ""
        self._request = next(root.every(REQUEST), Element(""))
        if text and not self._request.name:
            raise ValueError(f"{root.name or 'nothing'} is no {REQUEST}"[:100])

    def told(self, source: Source) -> list[Told]:
        """Raises ValueError where there is no booking in it, or too many of them."""
        found = self._request.all("HotelReservations/HotelReservation")
        if not 0 < len(found) <= MOST_BOOKINGS:
            raise ValueError("no HotelReservation in it" if not found else f"more than {MOST_BOOKINGS} bookings")
        return [_told(self._request, source, each) for each in found]

    def answer(self, now: datetime, taken: Sequence[Taken]) -> str:
        """Success, and what is doubtful; or the errors, while what is right has been taken in all the same."""
        refused = [each for each in taken if each.outcome is Outcome.REFUSED]
        if refused:
            return self._said(now, f"<Errors>{''.join(map(_error, refused))}</Errors>")
        notes = "".join(_warnings(taken))
        ids = "".join(
            f'<HotelReservation><UniqueID Type="14" ID={quoteattr(each.reference)}/></HotelReservation>'
            for each in taken
        )
        warnings = f"<Warnings>{notes}</Warnings>" if notes else ""
        return self._said(now, f"<Success/>{warnings}<HotelReservations>{ids}</HotelReservations>")

    def refusal(self, now: datetime, status: int, why: str) -> str:
        kind, code = REFUSED.get(status, _INVALID)
        return self._said(now, f"<Errors>{_line('Error', kind, code, why)}</Errors>")

    def _said(self, now: datetime, inner: str) -> str:
        echo = self._request.says("EchoToken")
        known = {"EchoToken": echo, "TimeStamp": now.isoformat(timespec="seconds")}
        known["Version"] = self._request.says("Version") or "1.0"
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in known.items() if value)
        message = f'<{RESPONSE} xmlns="{SPACE}"{attributes}>{inner}</{RESPONSE}>'
        if self._envelope:
            space = quoteattr(self._envelope)
            message = f"<soap:Envelope xmlns:soap={space}><soap:Body>{message}</soap:Body></soap:Envelope>"
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{message}\n'


def _told(request: Element, source: Source, booking: Element) -> Told:
    state = booking.says("ResStatus") or request.says("ResStatus") or "Commit"
    shared = {"state": state, **_shared(request, booking)}
    every = (room for each in booking.all("RoomStays/RoomStay") for room in _rooms(source, booking, each))
    rooms = list(islice(every, MOST_ROOMS + 1))  # one more is refused
    whole = booking.first("ResGlobalInfo/Total")
    if rooms and not any("price" in room for room in rooms):
        rooms[0] |= _price(whole)
    words = [
        {name: word[:LONGEST_WORD] for name, word in {**shared, **room}.items()} for room in rooms or [dict[str, str]()]
    ]
    return Told(_reference(booking)[:LONGEST_WORD], _version(request, booking, state), words)


def _reference(booking: Element) -> str:
    """14 is OpenTravel's type for a reservation; whoever gives no type means it too."""
    unique = [(each.says("Type"), each.says("ID")) for each in booking.all("UniqueID")]
    global_ids = booking.all("ResGlobalInfo/HotelReservationIDs/HotelReservationID")
    others = [(each.says("ResID_Type"), each.says("ResID_Value")) for each in global_ids]
    known = [(kind, said) for kind, said in (*unique, *others) if said]
    return next((said for kind, said in known if kind in ("14", "")), known[0][1] if known else "")


def _version(request: Element, booking: Element, state: str) -> str:
    """When it was changed last. When it was made tells that of its first message; of others, when they were sent."""
    made, sent = booking.says("CreateDateTime"), request.says("TimeStamp")
    first, second = (made, sent) if normal(state) in _BEGINNINGS else (sent, made)
    return booking.says("LastModifyDateTime") or first or second


def _shared(request: Element, booking: Element) -> dict[str, str]:
    days, channel = booking.first("ResGlobalInfo/TimeSpan"), ""
    for where in (booking, request):
        companies = where.all("POS/Source/BookingChannel/CompanyName")
        channel = channel or next((each.text.strip() for each in companies if each.text.strip()), "")
    ids = booking.all("ResGlobalInfo/HotelReservationIDs/HotelReservationID")
    said = {
        "property": booking.first("ResGlobalInfo/BasicPropertyInfo").says("HotelCode"),
        "channel": channel or next((each.says("ResID_Source") for each in ids), ""),
        "booked_at": booking.says("CreateDateTime"),
        **_days(days),
    }
    return {name: value for name, value in said.items() if value}


def _rooms(source: Source, booking: Element, stay: Element) -> Iterator[dict[str, str]]:
    """One for each of its units; the price is the first one's, so that sums stay right."""
    kind = stay.first("RoomTypes/RoomType")
    codes = [kind.says(name) for name in ("RoomID", "RoomTypeCode")]
    said = {
        "property": stay.first("BasicPropertyInfo").says("HotelCode"),
        "room": next((each for each in codes if each in source.rooms), codes[0]),
        "room_type": kind.says("RoomType") or codes[1],
        **_days(stay.first("TimeSpan")),
        **_people(stay),
        **_guest(booking, stay),
    }
    said = {name: value for name, value in said.items() if value}
    units = kind.says("NumberOfUnits")
    for at in range(int(units) if re.fullmatch(r"[1-9]\d{0,5}", units) else 1):
        yield said if at else {**said, **_price(stay.first("Total"))}


def _days(span: Element) -> dict[str, str]:
    length = re.fullmatch(r"P(\d{1,4})[ND]", span.says("Duration"))
    return {"arrival": span.says("Start"), "departure": span.says("End"), "nights": length[1] if length else ""}


def _people(stay: Element) -> dict[str, str]:
    counts = [(each.says("AgeQualifyingCode"), each.says("Count")) for each in stay.all("GuestCounts/GuestCount")]
    if not counts:
        return {}
    numbers = [(code, int(said[:4])) for code, said in counts if said.isdecimal()]
    adults = sum(count for code, count in numbers if code in _ADULT)
    children = sum(count for code, count in numbers if code in _CHILDREN)
    return {"adults": str(adults), "children": str(children)}


def _guest(booking: Element, stay: Element) -> dict[str, str]:
    """Who is named for this room, else for the whole booking."""
    guests = booking.all("ResGuests/ResGuest")
    wanted = {each.says("RPH") for each in stay.all("ResGuestRPHs/ResGuestRPH")}
    ordered = sorted(
        guests, key=lambda each: (each.says("ResGuestRPH") not in wanted, each.says("PrimaryIndicator") != "true")
    )
    places = [*ordered, booking.first("ResGlobalInfo")]
    customers = (each for one in places for each in one.all("Profiles/ProfileInfo/Profile/Customer"))
    customer = next(customers, Element(""))
    name, country = customer.first("PersonName"), customer.first("Address/CountryName")
    return {
        "given_name": name.first("GivenName").text.strip(),
        "family_name": " ".join(filter(None, (each.text.strip() for each in name.all("Surname")))),
        "phone": _phone(customer.first("Telephone")),
        "email": customer.first("Email").text.strip(),
        "country": country.says("Code") or country.text.strip(),
    }


def _phone(telephone: Element) -> str:
    land, parts = telephone.says("CountryAccessCode").lstrip("+"), ("AreaCityCode", "PhoneNumber")
    number = " ".join(filter(None, (telephone.says(each) for each in parts)))
    return f"+{land} {number}" if land and number and not number.startswith("+") else number


def _price(total: Element) -> dict[str, str]:
    """Some write cents and say how many places they have: 32550 with two of them is 325.50."""
    said = total.says("AmountAfterTax") or total.says("AmountBeforeTax")
    places = total.says("DecimalPlaces")
    if places in ("1", "2", "3") and re.fullmatch(r"-?\d+", said):
        said = str(Decimal(said[:LONGEST_AMOUNT]).scaleb(-int(places)))
    found = {"price": said, "currency": total.says("CurrencyCode")}
    return {name: value for name, value in found.items() if value}


def _error(refused: Taken) -> str:
    wrong = next(each for each in refused.problems if each.refused)
    text = f"{wrong.column} {wrong.value}: {say('en', f'bookings.problems.{wrong.why}')}"
    return _line("Error", *_CODES.get(wrong.why, _INVALID), text, refused.reference)


def _warnings(taken: Sequence[Taken]) -> Iterator[str]:
    for each in taken:
        for note in each.problems:
            text = f"{note.column} {note.value}: {say('en', f'bookings.problems.{note.why}')}"
            yield _line("Warning", "11", "", text, each.reference)


def _line(name: str, kind: str, code: str, text: str, reference: str = "") -> str:
    known = {"Type": kind, "Code": code, "RecordID": reference}
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in known.items() if value)
    return f"<{name}{attributes}>{escape(text)}</{name}>"
