"""Calendars of platforms: a real host by https, a real process that reads them, both databases."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from bot.feeds.calendars import Calendars
from bot.feeds.fetching import MOST_BYTES, Unread, check_address
from bot.feeds.parsing import events_in
from crm.stays.bookings import Stay
from crm.stays.feeds.calendars import guest_in, is_blocked
from crm.stays.feeds.status import Feed, feeds
from crm.stays.steps import check_in
from tests.feeds.conftest import HILL, LAKESIDE, House, Make, booking
from tests.support.calendar_host import CalendarHost, calendar, event

pytestmark = pytest.mark.anyio

DEC = date(2026, 12, 1)
AIRBNB = "Reservation URL: https://www.airbnb.com/hosting/reservations/details/HMABCDEF12\\nPhone Number: 1234"


def days(first: int, nights: int = 2) -> tuple[date, date]:
    start = DEC + timedelta(days=first - 1)
    return start, start + timedelta(days=nights)


class Platform:
    """A house that reads one calendar, and the host of it."""

    def __init__(self, house: House, host: CalendarHost) -> None:
        self.house, self.host = house, host
        self.calendars = Calendars(house.settings, house.app.records, lambda: house.now)

    async def read(self, *events: str, minutes: float = 20, body: bytes | None = None) -> Feed:
        """As it stands after the next reading, so many minutes later."""
        self.host.body = calendar(events) if body is None else body
        self.house.now += timedelta(minutes=minutes)
        await self.calendars.tick()
        return self.status()

    def status(self) -> Feed:
        with self.house.store.reading() as db:
            return feeds(db, ["airbnb-302"])["airbnb-302"]

    def states(self) -> list[str]:
        return [each["state"] for each in self.house.stays()]


def feed(host: CalendarHost, **said: Any) -> dict[str, Any]:
    calendar = {"name": "airbnb-302", "property": "lakeside", "room": "302", "url": host.url}
    return {"calendars": [calendar], "hosts": ["localhost"], "networks": ["127.0.0.0/8", "::1"], **said}


@pytest.fixture
async def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CalendarHost]:
    host = CalendarHost()
    await host.start(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    yield host
    await host.stop()


@pytest.fixture
def platform(make_house: Make, host: CalendarHost) -> Platform:
    return Platform(make_house(feed(host)), host)


async def test_bookings_are_stays_and_closed_days_are_not(platform: Platform) -> None:
    status = await platform.read(
        event("a@airbnb.com", *days(1), "Reserved", DESCRIPTION=AIRBNB),
        event("b@airbnb.com", *days(5), "Airbnb (Not available)"),
        event("c@booking.com", *days(8), "CLOSED - Not available"),
        event("d@tujia.com", *days(11), "不可订"),
        event("e@vrbo.com", *days(14), "Reserved - Jane Doe"),
        event("f@vrbo.com", *days(17), "Blocked"),
        event("g@tujia.com", *days(20), "已预订 张伟"),
    )
    found = [(each["name"], each["arrival"].day, each["number"], each["state"]) for each in platform.house.stays()]
    assert found == [("—", 1, "302", "booked"), ("Jane Doe", 14, "302", "booked"), ("张伟", 20, "302", "booked")]
    assert platform.house.stays()[0]["reservation_code"] == "HMABCDEF12"
    assert (status.last_success_at, status.reason, status.failing_since) == (platform.house.now, "", None)
    assert platform.house.stays()[0]["departure"] == days(1)[1]


@pytest.mark.parametrize(
    ("summary", "guest"),
    [
        ("Reserved", ""),
        ("Reserved - Jane Doe", "Jane Doe"),
        ("Jane Doe (HMABCDEF12)", "Jane Doe"),
        ("Airbnb: Booking - Ann", "Ann"),
        ("RESERVED – 张伟", "张伟"),
        ("途家订单：李四", "李四"),
        ("HMABCDEF12", ""),
        ("Reserved 4111 1111 1111 1111", ""),
        ("Bookerton, Sam", "Bookerton, Sam"),
    ],
)
def test_who_is_named_in_a_summary(summary: str, guest: str) -> None:
    assert guest_in(summary) == guest
    assert not is_blocked(summary)


@pytest.mark.parametrize(
    "said", ["Not available", "Airbnb (not available)", "BLOCKED", "Busy", "关房", "不可预订（维修）"]
)
def test_closed_days_in_many_words(said: str) -> None:
    assert is_blocked(said)
    assert not is_blocked(f"Reserved - {said} Smith")


async def test_the_same_again_changes_nothing_the_house_did(platform: Platform) -> None:
    mine = event("a@airbnb.com", *days(1))
    await platform.read(mine)
    with platform.house.store.transaction() as db:
        db.execute(update(Stay).values(departure=date(2026, 12, 9)))
        check_in(db, platform.house.stay()["id"])
    await platform.read(mine, event("b@airbnb.com", *days(20)))
    first = platform.house.stays()[0]
    assert (first["departure"], first["state"]) == (date(2026, 12, 9), "in_house")


async def test_days_that_move_move_the_stay_and_nothing_else(platform: Platform) -> None:
    await platform.read(event("a@airbnb.com", *days(1)))
    with platform.house.store.transaction() as db:
        db.execute(update(Stay).values(adults=3, price=500))
    await platform.read(event("a@airbnb.com", *days(3, 4)))
    found = platform.house.stay()
    assert (found["arrival"].day, found["departure"].day, found["adults"], found["price"]) == (3, 7, 3, 500)


async def test_what_is_gone_from_it_is_cancelled_and_may_come_back(platform: Platform) -> None:
    both = [event("a@airbnb.com", *days(1)), event("b@airbnb.com", *days(5))]
    await platform.read(*both)
    await platform.read(both[0])
    assert platform.states() == ["booked", "cancelled"]
    await platform.read(*both)
    assert platform.states() == ["booked", "booked"]
    await platform.read(both[0], event("b@airbnb.com", *days(5), STATUS="CANCELLED"))
    assert platform.states() == ["booked", "cancelled"]


async def test_who_is_here_or_comes_today_is_not_cancelled_by_a_calendar(platform: Platform) -> None:
    today = date(2026, 11, 26)
    await platform.read(event("a@x", today, DEC), event("b@x", today, DEC), event("c@x", *days(9)))
    with platform.house.store.transaction() as db:
        check_in(db, platform.house.stays()[0]["id"])
    await platform.read(event("c@x", *days(9)))
    assert platform.states() == ["in_house", "booked", "booked"]


async def test_a_calendar_that_is_empty_cancels_nothing(platform: Platform) -> None:
    assert (await platform.read()).reason == ""
    await platform.read(event("a@x", *days(1)))
    status = await platform.read()
    assert (status.reason, status.failing_since) == ("empty", platform.house.now)
    assert platform.states() == ["booked"]
    await platform.read(event("b@x", *days(9), "Not available"))
    assert platform.states() == ["cancelled"]


async def test_most_of_it_must_be_missing_twice(platform: Platform) -> None:
    four = [event(f"{number}@x", *days(3 * number)) for number in range(1, 5)]
    await platform.read(*four)
    late = event("9@x", *days(20))
    assert (await platform.read(four[0], late)).reason == "shrunk"
    assert platform.states() == ["booked"] * 5
    assert (await platform.read(*four, late)).reason == ""
    assert (await platform.read(four[0], late)).reason == "shrunk"
    assert (await platform.read(four[0], late)).reason == ""
    assert platform.states() == ["booked", "cancelled", "cancelled", "cancelled", "booked"]


async def test_what_breaks_off_cancels_nothing(platform: Platform) -> None:
    whole = calendar([event(f"{number}@x", *days(3 * number)) for number in range(1, 5)])
    await platform.read(body=whole)
    for body, why in (
        (whole[: len(whole) // 2], "truncated"),
        (whole[:-20], "truncated"),
        (b"", "no_calendar"),
        (b"<html>Sorry</html>", "no_calendar"),
        (b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR", "broken"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR", "truncated"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VTODO\r\nEND:VEVENT\r\nEND:VCALENDAR", "broken"),
        (b"\xff\x00\xfe" * 100, "no_calendar"),
    ):
        assert (await platform.read(body=body)).reason == why
    platform.host.cut = 100
    assert (await platform.read(body=whole)).reason.startswith("unreachable")
    assert platform.states() == ["booked"] * 4


async def test_an_event_that_cannot_be_read_is_not_gone(platform: Platform) -> None:
    mine = event("a@x", *days(1))
    await platform.read(mine, event("b@x", *days(5)))
    status = await platform.read(mine.replace("20261201", "2026xx01"), event("b@x", *days(5)))
    assert (status.reason, platform.states()) == ("", ["booked", "booked"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_names_in_whatever_encoding(platform: Platform, encoding: str) -> None:
    told = calendar([event("a@x", *days(1), "已预订 张伟"), event("b@x", *days(5), "不可预订")], encoding)
    await platform.read(body=told)
    assert [each["name"] for each in platform.house.stays()] == ["张伟"]


async def test_odd_events(platform: Platform) -> None:
    """No night, none at all, one that ends before it begins, an endless one, one that is told twice, moments."""
    moments = event("f@x", *days(20)).replace("DTSTART;VALUE=DATE:20261220", "DTSTART:20261219T163000Z")
    moments = moments.replace("DTEND;VALUE=DATE:20261222", "DTEND;TZID=Asia/Shanghai:20261222T110000")
    await platform.read(
        event("a@x", DEC, DEC),
        event("b@x", *days(3)).replace("DTEND;VALUE=DATE:20261205\r\n", ""),
        event("c@x", *days(8, -2)),
        event("d@x", *days(9, 4000)),
        event("e@x", *days(12), SEQUENCE=1),
        event("e@x", *days(14), SEQUENCE=3),
        event("e@x", *days(13), SEQUENCE=2),
        moments,
        event("", *days(25)),
        event("x" * 500, *days(28)),
    )
    found = [(each["arrival"].day, each["departure"].day) for each in platform.house.stays()]
    assert found == [(1, 1), (3, 4), (14, 16), (20, 22), (25, 27), (28, 30)]


async def test_what_comes_again_and_again(platform: Platform) -> None:
    weekly = event("a@x", *days(1, 1), RRULE="FREQ=WEEKLY;UNTIL=20261222T000000Z", EXDATE="20261208T000000")
    moved = event("a@x", *days(16, 1), RECURRENCE_ID="20261215T000000")
    await platform.read(weekly, moved)
    assert [each["arrival"].day for each in platform.house.stays()] == [1, 16, 22]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=SECONDLY", "too_slow"),
        ("FREQ=DAILY;COUNT=100000000", "too_many"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", ""),
    ],
)
async def test_a_bomb_of_recurrence_ends(rule: str, why: str) -> None:
    since, begun = date(1970, 1, 1), time.monotonic()
    told = calendar([event("a@x", *days(1)), event("b@x", since, since, RRULE=rule)])
    if why:
        with pytest.raises(Unread, match=why):
            await events_in(told, "Asia/Shanghai", DEC)
    else:
        assert [each.uid for each in await events_in(told, "Asia/Shanghai", DEC)] == ["a@x"]
    assert time.monotonic() - begun < 30


async def test_a_reader_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.feeds.parsing.SECONDS", 0.01)
    with pytest.raises(Unread, match="too_slow"):
        await events_in(calendar([event("a@x", *days(1))]), "Asia/Shanghai", DEC)


async def test_too_much_of_it_is_left(platform: Platform) -> None:
    one = event("a@x", *days(1))
    with pytest.raises(Unread, match="too_many"):
        await events_in(calendar([one] * 5_001), "Asia/Shanghai", DEC)
    assert (await platform.read(body=calendar([one, "X:" + "x" * MOST_BYTES]))).reason == "too_large"
    assert platform.house.stays() == []


async def test_what_has_not_changed_is_not_sent_again(platform: Platform) -> None:
    platform.host.etag = '"1"'
    await platform.read(event("a@x", *days(1)))
    status = await platform.read(event("a@x", *days(1)))
    assert [each.get("If-None-Match") for each in platform.host.asked] == [None, '"1"']
    assert status.last_success_at == platform.house.now
    platform.host.status, platform.host.etag = 500, ""
    assert (await platform.read()).reason == "status 500"
    platform.host.status, platform.host.etag = 200, '"1"'
    await platform.read(event("a@x", *days(1)))
    assert "If-None-Match" not in platform.host.asked[-1]


async def test_it_is_read_when_it_is_due_and_by_one_process(platform: Platform) -> None:
    other = Calendars(platform.house.settings, platform.house.app.records, lambda: platform.house.now)
    await platform.read(event("a@x", *days(1)))
    assert len(platform.host.asked) == 1
    await platform.read(minutes=10)
    await platform.read(minutes=3)
    assert len(platform.host.asked) == 1
    platform.house.now += timedelta(minutes=5)
    await asyncio.gather(other.tick(), platform.calendars.tick())
    assert len(platform.host.asked) == 2
    after = platform.status().next_at
    assert after
    assert timedelta(minutes=13) < after - platform.house.now < timedelta(minutes=17)


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost/calendar.ics",
        "https://elsewhere.example/calendar.ics",
        "https://10.0.0.1/calendar.ics",
        "https://evillocalhost/calendar.ics",
        "https://localhost@elsewhere.example/",
        "file:///etc/passwd",
        "//169.254.169.254/latest",
    ],
)
async def test_it_is_not_led_anywhere_else(platform: Platform, location: str) -> None:
    platform.host.status, platform.host.headers = 302, {"Location": location}
    status = await platform.read(event("a@x", *days(1)))
    assert status.reason.split()[0] in ("not_https", "other_host")
    assert len(platform.host.asked) == 1


async def test_a_circle_ends_and_a_step_aside_is_gone_along(platform: Platform) -> None:
    platform.host.status, platform.host.headers = 302, {"Location": "/calendar.ics"}
    assert (await platform.read()).reason == "redirects"
    assert len(platform.host.asked) == 4


async def test_a_private_address_is_not_asked(make_house: Make, host: CalendarHost) -> None:
    platform = Platform(make_house(feed(host, networks=[])), host)
    assert (await platform.read(event("a@x", *days(1)))).reason == "private"
    assert host.asked == []


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("[::1]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    ],
)
def test_numbers_are_looked_at_too(address: str) -> None:
    with pytest.raises(Unread, match="private"):
        check_address(f"https://{address}/c.ics", [address.strip("[]")])


async def test_a_packed_or_slow_or_strange_answer(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.host.headers = {"Content-Encoding": "gzip"}
    assert (await platform.read(event("a@x", *days(1)))).reason == "encoded"
    platform.host.headers, platform.host.delay = {}, 0.5
    monkeypatch.setattr("bot.feeds.fetching.SECONDS", 0.2)
    assert (await platform.read(event("a@x", *days(1)))).reason == "timeout"
    monkeypatch.setattr("bot.feeds.fetching.SECONDS", 20)
    monkeypatch.delenv("SSL_CERT_FILE")
    platform.calendars = Calendars(platform.house.settings, platform.house.app.records, lambda: platform.house.now)
    assert (await platform.read(event("a@x", *days(1)))).reason.startswith("unreachable")


async def test_the_address_is_in_no_log_and_no_table(platform: Platform) -> None:
    with capture_logs() as logs:
        await platform.read(event("a@x", *days(1)))
        platform.host.status = 404
        await platform.read()
    assert logs
    assert "secret" not in repr(logs) + repr(platform.status()) + repr(platform.house.settings)


async def test_a_booking_that_another_source_tells_of_better_is_left_to_it(
    make_house: Make, host: CalendarHost
) -> None:
    house = make_house({**feed(host), "webhooks": [{"name": "pms"}]}, [LAKESIDE, HILL])
    platform = Platform(house, host)
    mine = event("a@airbnb.com", *days(1), DESCRIPTION=AIRBNB)
    await house.tell(booking("HMABCDEF12"))
    await platform.read(mine, event("b@x", *days(9)))
    assert [(each["name"], each["source"]) for each in house.stays()] == [("Ann Lee", "pms"), ("—", "airbnb-302")]
    await platform.read(event("b@x", *days(9)))
    assert platform.states() == ["booked", "booked"]


async def test_a_better_source_takes_a_booking_over_from_a_calendar(make_house: Make, host: CalendarHost) -> None:
    house = make_house({**feed(host), "webhooks": [{"name": "pms"}]})
    platform = Platform(house, host)
    mine = [event("a@airbnb.com", *days(1), DESCRIPTION=AIRBNB), event("b@x", *days(9), "Not available")]
    await platform.read(*mine)
    await house.tell(booking("HMABCDEF12"))
    assert (house.stay()["name"], house.stay()["source"], house.stay()["adults"]) == ("Ann Lee", "pms", 2)
    await platform.read(*mine, event("c@x", *days(20), "Not available"))
    assert (house.stay()["name"], house.stay()["state"]) == ("Ann Lee", "booked")
