"""A booking as a file tells it, and what may be wrong with a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

UNSAID = "—"  # the name of somebody the file does not name
BY_DATE = "by_date"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row (0: in the whole file). `refused`: for it the row is not taken."""

    row: int
    column: str
    value: str
    why: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Booking:
    """A stay as a file tells it. `state` may be by_date; `price` is in hundredths of the currency."""

    row: int
    house: str
    reference: str
    state: str
    arrival: date
    departure: date
    name: str
    phone: str
    email: str
    room: str
    room_type: str
    adults: int
    children: int
    price: int | None
    currency: str
    booked_at: datetime | None
    channel: str
    country: str
    document: str = ""
    born: str = ""
    address: str = ""

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    def identity(self) -> tuple[Any, ...]:
        """What tells it from another one where there is no reference: all but what may still change."""
        told = (self.house, self.arrival, self.departure, self.name, self.phone, self.email, self.room_type)
        return (
            *told,
            self.adults,
            self.children,
            self.price,
            self.currency,
            self.booked_at,
            self.channel,
            self.country,
        )

    def content(self) -> tuple[Any, ...]:
        more = {"document": self.document, "born": self.born, "address": self.address}
        said = [each for each in more.items() if each[1]]  # what earlier versions did not read changes no stay
        return (*self.identity(), self.reference, self.state, self.room, *said)
