"""Dumps of bookings with every trap we know, and the totals they hold: what an import is measured and tested with."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋艳勇杰涛明"
LATIN = ("Anna", "John", "Marie", "Luís", "Søren", "Zoë"), ("Berg", "Smith", "Dubois", "García", "Müller", "Ng")


@dataclass
class Told:
    """What the rows that can be read come to, in cents."""

    rows: int = 0
    refused: int = 0
    repeated: int = 0
    stays: int = 0
    nights: int = 0
    revenue: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    def stay(self, state: str, nights: int, currency: str, cents: int) -> None:
        self.stays += 1
        self.nights += nights
        self.revenue[currency] += cents
        self.states[state] += 1


HISTORY = (
    "hotel", "is_canceled", "lead_time", "arrival_date_year", "arrival_date_month", "arrival_date_week_number",
    "arrival_date_day_of_month", "stays_in_weekend_nights", "stays_in_week_nights", "adults", "children", "babies",
    "meal", "country", "market_segment", "distribution_channel", "is_repeated_guest", "reserved_room_type",
    "assigned_room_type", "agent", "company", "customer_type", "adr", "reservation_status", "reservation_status_date",
)  # fmt: skip
STATES = {"Check-Out": "departed", "Canceled": "cancelled", "No-Show": "no_show"}


def history(count: int, seed: int = 1) -> tuple[bytes, Told]:
    """As hotels publish them: nobody is named, days in three columns, prices by the night, many rows twice."""
    random, told = Random(seed), Told()
    rows: list[list[Any]] = []
    while len(rows) < count:
        row = _history_row(random)
        for _ in range(1 + (random.random() < 0.3)):
            rows.append(row)
            _tell_history(told, row)
    told.wrong["odd_country"] = 1
    return _csv([HISTORY, *rows], ","), told


def _history_row(random: Random) -> list[Any]:
    on = date(2023, 1, 1) + timedelta(days=random.randrange(1000))
    weekend, week = random.choice(((0, 1), (1, 2), (2, 5), (0, 3), (1, 0), (2, 0)))
    if random.random() < 0.006:
        weekend = week = 0
    adults, children = (0, "0") if random.random() < 0.002 else (random.choice((1, 2, 2, 2, 3)), random.choice("0001"))
    state = random.choices(tuple(STATES), (62, 36, 2))[0]
    price = round(random.lognormvariate(4.5, 0.4), random.choice((0, 1, 2)))
    price = random.choices((price, -6.38, 5400, 0), (9990, 1, 1, 20))[0]
    country = random.choices(("PRT", "GBR", "CHN", "CN", "FRA", "NULL"), (40, 15, 5, 3, 10, 1))[0]
    return [
        random.choice(("Resort Hotel", "City Hotel")), int(state == "Canceled"), random.randrange(400), on.year,
        MONTHS[on.month - 1], on.isocalendar()[1], on.day, weekend, week, adults,
        random.choices((children, "NA"), (999, 1))[0], 0, "BB", country,
        random.choice(("Online TA", "Direct", "Groups")), "TA/TO", 0, "A", random.choice("AB"),
        random.choice(("NULL", "9", "240")), "NULL", "Transient", price, state,
        (on + timedelta(days=weekend + week)).isoformat(),
    ]  # fmt: skip


def _tell_history(told: Told, row: list[Any]) -> None:
    nights = row[7] + row[8]
    told.rows += 1
    told.stay(STATES[row[23]], nights, "", _cents(Decimal(str(row[22])) * nights))
    told.wrong["zero_nights"] += nights == 0
    told.wrong["negative"] += row[22] < 0
    told.wrong["no_people"] += row[9] == 0 and row[10] in ("0", "NA")


CTRIP = ("携程订单号", "订单状态", "入住人", "手机号", "邮箱", " 入住日期", "离店日期 ", "房号", "房型", "成人", "儿童",
         "订单总额", "币种", "预订时间", "渠道", "备注")  # fmt: skip
SAID = {"已确认": "departed", "已取消": "cancelled", "未到店": "no_show", "已离店": "departed"}


def orders(count: int, seed: int = 1, first: int = 0) -> tuple[list[list[str]], Told]:
    """As an agency lists its orders, with a title above: guests who come again, wrong rows, numbers told twice."""
    random, told = Random(seed), Told()
    rows: list[list[str]] = []
    for number in range(first, first + count):
        row = _order(random, number)
        told.rows += 1
        trap = random.random()
        if trap < 0.01:
            at, wrong, why = random.choice(_REFUSED)
            row[at] = wrong
            told.refused += 1
            told.wrong[why] += 1
        else:
            nights = (date.fromisoformat(row[6].replace("/", "-")) - date.fromisoformat(row[5].replace("/", "-"))).days
            told.stay(SAID[row[1]], nights, row[12], _cents(Decimal(row[11].strip("¥").replace(",", ""))))
        rows.append(row)
        if trap > 0.99:
            rows.append(row)
            told.rows += 1
            told.repeated += 1
            told.wrong["repeated"] += 1
    return [["订单明细 导出"], [*CTRIP], *rows], told


_REFUSED = (
    (5, "2026/13/45", "no_day"),
    (6, "2019/01/01", "ends_before"),
    (1, "待定中", "no_state"),
    (11, "面议", "no_amount"),
)


def _order(random: Random, number: int) -> list[str]:
    on = date(2023, 1, 1) + timedelta(days=random.randrange(900))
    who = random.randrange(1 + number)  # some come again and again
    twice = Random(who)
    if twice.random() < 0.7:
        name = twice.choice(SURNAMES) + twice.choice(GIVEN) + twice.choice(("", twice.choice(GIVEN)))
    else:
        name = f"{twice.choice(LATIN[0])} {twice.choice(LATIN[1])}"
    phone = f"139{who:08}"
    cents = random.randrange(10_000, 900_000)
    price = f"{cents / 100:,.2f}"
    return [
        f"11{number:011}", random.choice(tuple(SAID)), name, phone, f"g{who}@example.com" if who % 3 else "",
        f"{on:%Y/%m/%d}", f"{on + timedelta(days=random.randrange(1, 6)):%Y/%m/%d}", random.choice(("301", "302", "")),
        "大床房", str(random.choice((1, 2))), random.choice(("0", "1", "")),
        f"¥{price}" if number % 2 else price, "CNY",
        f"{on - timedelta(days=20):%Y/%m/%d} 12:30", "携程", "=HYPERLINK(1)" if number % 50 == 0 else "",
    ]  # fmt: skip


def as_csv(rows: list[list[str]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    return _csv(rows, delimiter).decode().encode(encoding)


def as_workbook(rows: list[list[Any]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("订单")
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _csv(rows: Any, delimiter: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def _cents(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))
