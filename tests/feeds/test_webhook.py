"""Bookings that a system sends: only from who may, each once, the newest word of each, and nothing lost."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from bot.feeds.door import MOST_BYTES
from crm.errors import StoreUnavailable
from crm.stays.bookings import Stay, StayState
from crm.stays.events import stay_event
from crm.stays.feeds.status import feeds
from crm.stays.steps import check_in
from tests.feeds.conftest import HILL, LAKESIDE, SECRET, TOKEN, House, Make, booking, later, signed

pytestmark = pytest.mark.anyio


async def test_a_booking_is_a_stay_with_all_it_told(house: House) -> None:
    answer = await house.tell(booking(country="GB", channel="Booking.com", booked_at="2026-11-20T23:30:00Z"))
    assert (answer.status_code, house.results(), house.notes()) == (200, ["new"], [])
    found = house.stay()
    assert (found["reservation_code"], found["name"], found["number"]) == ("R-1", "Ann Lee", "302")
    assert (found["arrival"], found["departure"], found["state"]) == (date(2026, 12, 1), date(2026, 12, 3), "booked")
    assert (found["price"], found["currency"], found["adults"], found["children"]) == (24150, "EUR", 2, 0)
    assert (found["channel"], found["country"], found["source"]) == ("Booking.com", "GB", "pms")
    assert found["booked_at"] == datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert found["phone_hash"]


async def test_a_stranger_changes_nothing(house: House) -> None:
    body = json.dumps(booking()).encode()
    right = signed(body, house.now)
    wrong: list[dict[str, str]] = [
        {},
        {**right, "webhook-signature": ""},
        {**right, "webhook-signature": right["webhook-signature"][:-4] + "AAA="},
        {**right, "webhook-signature": "v1," + "é".encode().decode("latin-1")},
        {**right, "webhook-id": "msg_2"},
        {**right, "webhook-timestamp": str(int(house.now.timestamp()) + 1)},
        {**right, "webhook-timestamp": "soon"},
        signed(body, house.now, secret=SECRET[::-1]),
        signed(body + b" ", house.now),
        signed(body, house.now - timedelta(minutes=6)),
        signed(body, house.now + timedelta(minutes=6)),
        {"authorization": f"Bearer {SECRET}"},
    ]
    for headers in wrong:
        assert (await house.post("pms", body, headers)).status_code == 401, headers
    assert (await house.post("other", body, right)).status_code == 404
    assert house.stays() == []
    assert (await house.post("pms", body, right)).status_code == 200


async def test_a_secret_is_followed_by_another_without_a_gap(make_house: Make) -> None:
    first, second = SECRET, "whsec_" + base64.b64encode(b"twenty-four bytes of key").decode()
    house = make_house({"webhooks": [{"name": "pms"}]}, GUANJIA_FEED_PMS_SECRET=f"{first} {second}")
    for secret in (first, second):
        body = json.dumps(booking(secret[:3])).encode()
        headers = signed(body, house.now, secret=secret)
        assert (await house.post("pms", body, headers)).status_code == 200
        svix = {name.replace("webhook-", "svix-"): value for name, value in headers.items()}
        assert (await house.post("pms", body, svix)).json()["bookings"][0]["result"] == "same"


async def test_what_is_too_large_is_refused_before_it_is_read(house: House) -> None:
    body = b" " * (MOST_BYTES + 1)
    assert (await house.post("pms", body, signed(body, house.now))).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[1]",
        b'"text"',
        b"[" * 100_000,
        b'{"reference": "R", "price": NaN}',
        b'{"reference": "R", "rooms": [1]}',
        json.dumps(booking(), ensure_ascii=False).encode()[:-40],
        b'{"reference": "' + b"\xff\xe9\xe8" + b'"}',
    ],
)
async def test_what_is_no_message_is_said_to_be_none(house: House, body: bytes) -> None:
    answer = await house.post("pms", body, signed(body, house.now))
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert house.stays() == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_names_arrive_in_whatever_encoding(house: House, encoding: str) -> None:
    told = booking(guest={"name": "张伟"}, state="已确认", channel="携程旅行网", room_type="湖景大床房")
    body = json.dumps(told, ensure_ascii=False).encode(encoding)
    assert (await house.post("pms", body, signed(body, house.now))).status_code == 200
    assert (house.stay()["name"], house.stay()["channel"]) == ("张伟", "携程旅行网")


async def test_the_same_message_twice_is_one_stay(house: House) -> None:
    for _ in range(3):
        await house.tell(booking())
    assert house.results() == ["same"]
    assert len(house.stays()) == 1


async def test_many_at_once_are_one_stay(house: House) -> None:
    answers = await asyncio.gather(*(house.tell(booking(), booking("R-2")) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert [each["reservation_code"] for each in house.stays()] == ["R-1", "R-2"]
    assert len({each["guest_id"] for each in house.stays()}) == 1


async def test_an_older_word_never_overwrites_a_newer_one(house: House) -> None:
    first = booking(modified_at=later(0))
    moved = booking(modified_at=later(5), arrival="2026-12-05", departure="2026-12-08")
    over = booking(modified_at=later(9), state="cancelled")
    await house.tell(moved)
    await house.tell(first)
    assert house.results() == ["older"]
    assert house.stay()["arrival"] == date(2026, 12, 5)
    await house.tell(over)
    await house.tell(moved, first)
    assert house.results() == ["older", "older"]
    assert house.stay()["state"] == StayState.CANCELLED
    await house.tell(booking(modified_at=later(10)))
    assert (house.results(), house.stay()["state"]) == (["changed"], StayState.BOOKED)


async def test_versions_are_counted_as_numbers(house: House) -> None:
    for version, result in ((9, "new"), (10, "changed"), (9, "older")):
        await house.tell(booking(version=version, modified_at=None, price=version))
        assert house.results() == [result]
    assert house.stay()["price"] == 1000


async def test_a_cancellation_may_come_before_the_booking(house: House) -> None:
    await house.tell({"reference": "R-1", "modified_at": later(5), "state": "cancelled", "property": "lakeside"})
    assert house.stays() == []
    await house.tell(booking(modified_at=later(0)))
    assert (house.results(), house.stays()) == (["older"], [])


async def test_a_cancellation_need_not_say_when_it_would_have_been(house: House) -> None:
    await house.tell(booking())
    await house.tell({"reference": "R-1", "modified_at": later(5), "state": "已取消", "property": "lakeside"})
    assert (house.results(), house.stay()["state"]) == (["changed"], StayState.CANCELLED)


async def test_what_the_house_did_since_stays_when_nothing_new_is_told(house: House) -> None:
    await house.tell(booking())
    with house.store.transaction() as db:
        db.execute(update(Stay).values(departure=date(2026, 12, 6)))
        check_in(db, house.stay()["id"])
    await house.tell(booking(modified_at=later(7)))
    assert (house.stay()["departure"], house.stay()["state"]) == (date(2026, 12, 6), "in_house")
    await house.tell(booking(modified_at=later(8), state="cancelled"))
    assert house.stay()["state"] == "in_house"
    assert ("state", "cancelled") in house.notes()


async def test_who_names_no_room_takes_nobody_out_of_theirs(house: House) -> None:
    await house.tell(booking())
    await house.tell(booking(modified_at=later(1), room=None, price=300))
    assert (house.stay()["number"], house.stay()["price"]) == ("302", 30000)
    await house.tell(booking(modified_at=later(2), room="999"))
    assert (house.stay()["number"], house.notes()) == (None, [("room", "999")])


async def test_a_room_that_a_guest_was_moved_out_of_is_looked_at(house: House) -> None:
    await house.tell(booking(state="in_house", arrival="2026-11-25"))
    await house.tell(booking(state="in_house", arrival="2026-11-25", room="303", modified_at=later(1)))
    await house.tell(booking(state="in_house", arrival="2026-11-25", room="303", price=9, modified_at=later(2)))
    with house.store.reading() as db:
        events = db.execute(select(stay_event.c.kind, stay_event.c.room)).all()
    assert [tuple(each) for each in events] == [("moved", "302")]


async def test_each_room_of_a_booking_is_a_stay(house: House) -> None:
    rooms = [{"room": "301", "adults": 2}, {"room": "302", "adults": 1, "departure": "2026-12-05"}]
    await house.tell(booking(rooms=rooms))
    found = [(each["reservation_code"], each["number"], each["adults"], each["price"]) for each in house.stays()]
    assert found == [("R-1", "301", 2, 24150), ("R-1-2", "302", 1, None)]
    assert [each["departure"].day for each in house.stays()] == [3, 5]
    await house.tell(booking(rooms=rooms[:1], modified_at=later(1)))
    assert [each["state"] for each in house.stays()] == ["booked", "cancelled"]
    await house.tell(booking(rooms=rooms, modified_at=later(2)))
    assert [each["state"] for each in house.stays()] == ["booked", "booked"]
    await house.tell({"reference": "R-1", "modified_at": later(3), "state": "cancelled", "property": "lakeside"})
    assert [each["state"] for each in house.stays()] == ["cancelled", "cancelled"]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"reference": None}, "reference"),
        ({"modified_at": None}, "version"),
        ({"modified_at": "yesterday"}, "version"),
        ({"modified_at": "2036-01-01T00:00:00Z"}, "version"),
        ({"property": "elsewhere"}, "property"),
        ({"arrival": None}, "arrival"),
        ({"arrival": "2026-02-30"}, "arrival"),
        ({"arrival": "03/04/2026"}, "arrival"),
        ({"departure": None}, "departure"),
        ({"departure": "2026-11-30"}, "departure"),
        ({"departure": "2036-12-03"}, "departure"),
        ({"state": "perhaps"}, "state"),
        ({"price": "much"}, "price"),
        ({"price": 10**14}, "price"),
    ],
)
async def test_one_that_cannot_be_taken_is_named_and_keeps_no_other_out(
    house: House, said: dict[str, Any], named: str
) -> None:
    answer = await house.tell(booking("R-2"), booking(**said), booking("R-3"))
    assert answer.status_code == 422
    assert house.results() == ["new", "refused", "new"]
    refused = answer.json()["bookings"][1]
    assert named in [each["field"] for each in refused["notes"]]
    assert all(each["why"] for each in refused["notes"])
    assert [each["reservation_code"] for each in house.stays()] == ["R-2", "R-3"]
    with house.store.reading() as db:
        status = feeds(db, ["pms"])["pms"]
    assert (status.last_success_at, status.failed_at) == (house.now, house.now)
    assert named in status.reason


@pytest.mark.parametrize(
    ("said", "noted", "price", "people"),
    [
        ({"price": "-12.30"}, ("price", "-12.30"), -1230, 2),
        ({"departure": "2026-12-01"}, ("departure", "2026-12-01"), 24150, 2),
        ({"adults": 0}, ("adults", "0"), 24150, 0),
        ({"adults": -2}, ("adults", "-2"), 24150, 0),
        ({"currency": "euros?"}, ("currency", "euros?"), 24150, 2),
        ({"guest": {"name": "Ann", "email": "none at all"}}, ("email", "none at all"), 24150, 2),
    ],
)
async def test_what_is_only_doubtful_is_taken_and_named(
    house: House, said: dict[str, Any], noted: tuple[str, str], price: int, people: int
) -> None:
    assert (await house.tell(booking(**said))).status_code == 200
    assert noted in house.notes()
    assert (house.stay()["price"], house.stay()["adults"]) == (price, people)


async def test_fields_nobody_knows_are_passed_over(house: House) -> None:
    await house.tell(booking(loyalty={"tier": "gold"}, flags=[1, None, {}], adults=None, children=True))
    assert (house.results(), house.notes()) == (["new"], [])
    assert (house.stay()["adults"], house.stay()["children"]) == (1, 0)


async def test_a_moment_with_a_zone_is_a_day_of_the_house(house: House) -> None:
    await house.tell(booking(arrival="2026-12-01T16:30:00Z", departure="2026-12-03T02:00:00+08:00"))
    assert (house.stay()["arrival"], house.stay()["departure"]) == (date(2026, 12, 2), date(2026, 12, 3))


async def test_what_cn_means_is_for_each_system_to_say(make_house: Make) -> None:
    webhooks = [{"name": "pms"}, {"name": "beds", "countries": {"CN": "CA"}}]
    house = make_house({"webhooks": webhooks}, GUANJIA_FEED_BEDS_SECRET=SECRET)
    await house.tell(booking("R-1", country="CN"))
    await house.tell(booking("R-2", country="CN"), feed="beds")
    assert [each["country"] for each in house.stays()] == ["CN", "CA"]


async def test_houses_and_rooms_go_by_what_the_system_calls_them(make_house: Make) -> None:
    feed = {"name": "pms", "properties": {"H-1": "lakeside", "H-2": "hill"}, "rooms": {"A-1": "301", "12-3": "302"}}
    house = make_house({"webhooks": [feed]}, [LAKESIDE, HILL])
    told = [("H-1", "A-1"), ("H-2", "A-1"), ("Hill House", "7"), ("hill", "1-23")]
    for number, (property_name, room) in enumerate(told):
        await house.tell(booking(f"R-{number}", property=property_name, room=room))
    assert [(each["house"], each["number"]) for each in house.stays()] == [
        ("lakeside", "301"),
        ("hill", "301"),
        ("hill", "7"),
        ("hill", None),
    ]
    await house.tell(booking("R-9", property=None), booking("R-1", property=None, room=None, modified_at=later(1)))
    assert house.results() == ["refused", "changed"]
    assert (house.stays()[1]["house"], house.stays()[1]["number"]) == ("hill", "301")
    await house.tell(booking("R-0", property="hill", modified_at=later(1)))
    moved = [(each["house"], each["state"]) for each in house.stays() if each["reservation_code"] == "R-0"]
    assert moved == [("lakeside", "cancelled"), ("hill", "booked")]


CARDS = ["4111 1111 1111 1111", "5191111111111111"[:15] + "9", "371449635398431", "6212345678901232"]
FULL = "card 4111 1111 1111 1111 12/27 123, or ４１１１-１１１１-１１１１-１１１１"


async def test_no_card_number_is_kept_logged_or_answered(house: House) -> None:
    guest = {"name": "Ann 4111111111111111 Lee", "phone": "4111111111111111", "email": "4111111111111111@example.com"}
    told = booking("4111111111111111", guest=guest, notes=FULL, payment={"card": 4111111111111111, "cvv": "123"})
    more = booking("R-2", room="4111.1111.1111.1111 12 27", channel=FULL, arrival="4111111111111111", state=FULL)
    with capture_logs() as logs:
        await house.tell(told, more)
        await house.tell({**told, "price": "4111111111111111", "modified_at": later(1)})
    assert (house.results(), house.stay()["price"]) == (["changed"], None)
    shown = repr(logs) + "".join(each.text for each in house.answers)
    assert not any(number in shown for number in ("1111 1111", "11111111", "1111.1111", "1111-1111"))
    with house.store.reading() as db:
        for name in ("guest", "stay", "told_booking", "feed"):
            rows = repr(db.execute(text(f"SELECT * FROM {name}")).all())
            assert not any(number in rows for number in ("1111 1111", "11111111", "1111.1111", "1111-1111")), name
    assert house.stay()["reservation_code"].startswith("C")
    await house.tell({**told, "modified_at": later(2)})
    assert (house.results(), house.stay()["price"]) == (["changed"], 24150)


BEDS24: dict[str, Any] = {
    "id": 85000001,
    "propertyId": 131309,
    "roomId": 293387,
    "unitId": 2,
    "status": "confirmed",
    "subStatus": "none",
    "arrival": "2026-12-10",
    "departure": "2026-12-12",
    "numAdult": 2,
    "numChild": 1,
    "firstName": "Zoé",
    "lastName": "Martin",
    "email": "zoe@example.com",
    "phone": "",
    "mobile": "+33 6 12 34 56 78",
    "country": "fr",
    "country2": "FR",
    "comments": FULL,
    "referer": "Booking.com",
    "price": 159.13,
    "bookingTime": "2026-11-16T20:03:47Z",
    "modifiedTime": "2026-11-16T20:03:48Z",
}


async def test_beds24_tells_in_its_own_words(make_house: Make) -> None:
    feed = {"name": "beds", "system": "beds24", "currency": "EUR"}
    house = make_house({"webhooks": [{**feed, "properties": {"131309": "lakeside"}, "rooms": {"293387-2": "303"}}]})

    async def tell(token: str = TOKEN, **said: Any) -> int:
        message = {"timeStamp": later(0), "booking": {**BEDS24, **said}, "infoItems": [], "retries": 0}
        body = json.dumps(message).encode()
        return (await house.post("beds", body, {"authorization": f"Bearer {token}"})).status_code

    assert await tell(TOKEN[:-1]) == 401
    assert await tell("") == 401
    assert await tell() == 200
    found = house.stay()
    assert (found["name"], found["number"], found["price"], found["currency"]) == ("Zoé Martin", "303", 15913, "EUR")
    assert (found["adults"], found["children"], found["country"]) == (2, 1, "FR")
    assert (found["channel"], found["reservation_code"]) == ("Booking.com", "85000001")
    await tell(status="cancelled", modifiedTime="2026-11-17T08:00:00Z")
    assert house.stay()["state"] == StayState.CANCELLED
    await tell()
    assert (house.results(), house.stay()["state"]) == (["older"], StayState.CANCELLED)
    await tell(id=85000002, status="black")
    assert (house.results(), len(house.stays())) == (["no_stay"], 1)
    await tell(id=85000003, propertyId=5)
    assert house.results() == ["refused"]


@pytest.mark.parametrize(("error", "status"), [(StoreUnavailable("locked"), 503), (RuntimeError("Ann Lee"), 500)])
async def test_what_goes_wrong_here_is_said_and_may_be_sent_again(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(*_given: Any) -> None:
        raise error

    with monkeypatch.context() as broken, capture_logs() as logs:
        broken.setattr("bot.feeds.door.note_taken_in", fail)
        answer = await house.tell(booking())
    assert (answer.status_code, "retry-after" in answer.headers) == (status, status == 503)
    assert "Ann Lee" not in repr(logs) + answer.text
    assert house.stays() == []
    await house.tell(booking())
    assert house.results() == ["new"]
