"""Bookings in OpenTravel's XML: the same rules as for the others, asked and answered in its words."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.feeds.door import MOST_BYTES
from tests.feeds.conftest import HILL, LAKESIDE, SECRET, House, Make, later, signed

pytestmark = pytest.mark.anyio

OTA = "{http://www.opentravel.org/OTA/2003/05}"
BASIC = {"authorization": "Basic " + base64.b64encode(f"ota:{SECRET}".encode()).decode()}

ROOM = """<RoomStay><RoomTypes><RoomType RoomType="Deluxe" RoomTypeCode="DLX" {room}/></RoomTypes>
<GuestCounts><GuestCount AgeQualifyingCode="10" Count="2"/>
<GuestCount AgeQualifyingCode="8" Count="1" Age="4"/></GuestCounts>
<TimeSpan Start="{start}" End="{end}"/>
<Guarantee><GuaranteesAccepted><GuaranteeAccepted>
<PaymentCard CardCode="VI" CardNumber="4111111111111111" ExpireDate="1227">
<CardHolderName>Zo&#233; Martin</CardHolderName></PaymentCard></GuaranteeAccepted></GuaranteesAccepted></Guarantee>
<Total {total} CurrencyCode="AUD"/><BasicPropertyInfo HotelCode="lakeside"/>
<Comments><Comment><Text>card 4111 1111 1111 1111 12/27</Text></Comment></Comments></RoomStay>"""

GUEST = """<ResGuests><ResGuest ResGuestRPH="1" PrimaryIndicator="true"><Profiles><ProfileInfo><Profile><Customer>
<PersonName><NamePrefix>Ms</NamePrefix><GivenName>Zo&#233;</GivenName><Surname>Martin</Surname></PersonName>
<Telephone CountryAccessCode="33" PhoneNumber="612345678"/><Email>zoe@example.com</Email>
<Address><CityName>Reims</CityName><CountryName Code="FR"/></Address>
</Customer></Profile></ProfileInfo></Profiles></ResGuest></ResGuests>"""


def reservation(reference: str = "BDC-1", **said: Any) -> str:
    known: dict[str, Any] = {"status": "Commit", "changed": later(0), "start": "2026-12-01", "end": "2026-12-03"}
    known |= {"room": 'RoomID="302"', "total": 'AmountAfterTax="512.30"', "guest": GUEST, **said}
    rooms = known.get("rooms", ROOM.format(**known))
    return (
        f'<HotelReservation ResStatus="{known["status"]}" CreateDateTime="2026-11-20T10:00:00+08:00" '
        f'LastModifyDateTime="{known["changed"]}">'
        '<POS><Source><BookingChannel><CompanyName Code="B">Booking.com</CompanyName></BookingChannel></Source></POS>'
        f'<UniqueID Type="14" ID="{reference}"/><RoomStays>{rooms}</RoomStays>{known["guest"]}</HotelReservation>'
    )


def request(*reservations: str, attributes: str = "", head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return (
        f'{head}<OTA_HotelResNotifRQ xmlns="http://www.opentravel.org/OTA/2003/05" EchoToken="e&amp;1" Version="1.003" '
        f'TimeStamp="2026-11-26T03:30:00Z" {attributes}><HotelReservations>{"".join(reservations)}</HotelReservations>'
        "</OTA_HotelResNotifRQ>"
    )


@pytest.fixture
def house(make_house: Make) -> House:
    return make_house({"webhooks": [{"name": "ota", "system": "ota"}]}, GUANJIA_FEED_OTA_SECRET=SECRET)


async def send(house: House, body: str | bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    content = body.encode() if isinstance(body, str) else body
    return await house.post("ota", content, BASIC if headers is None else headers)


def root_of(answer: httpx.Response) -> ElementTree.Element:
    found = ElementTree.fromstring(answer.text)
    return found if found.tag.startswith(OTA) else next(found.iter(f"{OTA}OTA_HotelResNotifRS"))


def errors(answer: httpx.Response) -> list[tuple[str | None, str | None]]:
    """The code and the booking of each; none where there is success."""
    root = root_of(answer)
    assert (root.find(f"{OTA}Success") is None) != (root.find(f"{OTA}Errors") is None)
    return [(each.get("Code"), each.get("RecordID")) for each in root.iter(f"{OTA}Error")]


async def test_a_commit_is_a_stay_and_is_answered_with_success(house: House) -> None:
    answer = await send(house, request(reservation()))
    assert (answer.status_code, errors(answer)) == (200, [])
    assert answer.headers["content-type"].startswith("application/xml")
    root = root_of(answer)
    assert (root.tag, root.get("EchoToken"), root.get("Version")) == (f"{OTA}OTA_HotelResNotifRS", "e&1", "1.003")
    assert [each.get("ID") for each in root.iter(f"{OTA}UniqueID")] == ["BDC-1"]
    found = house.stay()
    assert (found["name"], found["number"], found["reservation_code"]) == ("Zoé Martin", "302", "BDC-1")
    assert (found["arrival"], found["departure"]) == (date(2026, 12, 1), date(2026, 12, 3))
    assert (found["price"], found["currency"], found["adults"], found["children"]) == (51230, "AUD", 2, 1)
    assert (found["channel"], found["country"], found["source"]) == ("Booking.com", "FR", "ota")
    assert found["booked_at"] == datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    assert found["phone_hash"]


async def test_modify_and_cancel_in_whatever_order(house: House) -> None:
    made, moved = reservation(), reservation(status="Modify", changed=later(5), end="2026-12-06")
    over = reservation(status="Cancel", changed=later(9), rooms="", guest="")
    for message, state, day in ((made, "booked", 3), (moved, "booked", 6), (made, "booked", 6), (over, "cancelled", 6)):
        assert errors(await send(house, request(message))) == []
        assert (house.stay()["state"], house.stay()["departure"].day) == (state, day)
    assert errors(await send(house, request(moved))) == []
    assert house.stay()["state"] == "cancelled"


async def test_a_status_may_stand_above_and_the_moment_of_change_too(house: House) -> None:
    plain = reservation().replace('ResStatus="Commit" ', "").replace(f'LastModifyDateTime="{later(0)}"', "")
    await send(house, request(plain, attributes='ResStatus="Commit"'))
    gone = request(plain, attributes='ResStatus="Cancel"')
    await send(house, gone)
    assert house.stay()["state"] == "cancelled"
    await send(house, request(plain, attributes='ResStatus="Commit"'))
    assert house.stay()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("status", "state"),
    [("Reserved", "booked"), ("In-house", "in_house"), ("Checked-Out", "departed"), ("No-show", "no_show")],
)
async def test_states_of_a_property_system(house: House, status: str, state: str) -> None:
    await send(house, request(reservation(status=status)))
    assert house.stay()["state"] == state


async def test_who_waits_has_no_stay(house: House) -> None:
    assert errors(await send(house, request(reservation(status="Waitlisted")))) == []
    assert house.stays() == []


async def test_a_soap_envelope_is_answered_with_one(house: House) -> None:
    space = "http://schemas.xmlsoap.org/soap/envelope/"
    inner = request(reservation(), head="")
    answer = await send(house, f'<s:Envelope xmlns:s="{space}"><s:Header/><s:Body>{inner}</s:Body></s:Envelope>')
    assert ElementTree.fromstring(answer.text).tag == f"{{{space}}}Envelope"
    assert errors(answer) == []
    assert house.stay()["name"] == "Zoé Martin"


async def test_only_who_knows_the_secret(house: House) -> None:
    body = request(reservation())
    wrong = [
        {},
        {"authorization": "Basic"},
        {"authorization": "Basic !!!"},
        {"authorization": f"Bearer {SECRET}"},
        {"authorization": "Basic " + base64.b64encode(f"ota:{SECRET[:-1]}".encode()).decode()},
        {"authorization": "Basic " + base64.b64encode(f"pms:{SECRET}".encode()).decode()},
        {"authorization": "Basic é"},
    ]
    for headers in wrong:
        answer = await send(house, body, headers)
        assert (answer.status_code, errors(answer)) == (401, [("497", None)])
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert house.stays() == []
    assert (await send(house, body, signed(body.encode(), house.now))).status_code == 200


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
FILE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><OTA_HotelResNotifRQ>&a;</OTA_HotelResNotifRQ>'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<",
        "{}",
        BOMB,
        FILE,
        "<OTA_PingRQ/>",
        request(),
        request(reservation())[:-40],
        "<a>" * 5_000,
        "<a>" + "<b/>" * 20_001 + "</a>",
        '<a b="1" b="2"/>',
        request(reservation()).replace("UTF-8", "UTF-8", 1).encode() + b"\xff",
    ],
)
async def test_what_is_no_such_message_is_answered_with_an_error(house: House, body: str | bytes) -> None:
    answer = await send(house, body)
    assert answer.status_code == 400
    assert len(errors(answer)) == 1
    assert "root:" not in answer.text
    assert house.stays() == []


async def test_too_large_a_message(house: House) -> None:
    answer = await send(house, " " * (MOST_BYTES + 1))
    assert (answer.status_code, len(errors(answer))) == (413, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "iso-8859-1"])
async def test_names_in_the_encoding_that_is_declared(house: House, encoding: str) -> None:
    name = "Zoë" if encoding == "iso-8859-1" else "张伟"
    guest = GUEST.replace("Zo&#233;", name).replace("Martin", "Lü" if name == "Zoë" else "")
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    assert errors(await send(house, request(reservation(guest=guest), head=head).encode(encoding))) == []
    assert house.stay()["name"] == ("Zoë Lü" if name == "Zoë" else "张伟")


async def test_several_rooms_units_and_guests(house: House) -> None:
    rooms = "".join(
        ROOM.format(room=f'RoomID="{room}"', start="2026-12-01", end="2026-12-03", total=f'AmountAfterTax="{price}.00"')
        for room, price in (("301", 100), ("302", 250))
    )
    await send(house, request(reservation(rooms=rooms)))
    assert [(each["number"], each["price"]) for each in house.stays()] == [("301", 10000), ("302", 25000)]
    await send(house, request(reservation("BDC-2", room='NumberOfUnits="3"')))
    more = house.stays()[2:]
    assert [(each["reservation_code"], each["price"]) for each in more] == [
        ("BDC-2", 51230),
        ("BDC-2-2", None),
        ("BDC-2-3", None),
    ]


@pytest.mark.parametrize(
    ("total", "price"),
    [
        ('AmountAfterTax="32550" DecimalPlaces="2"', 32550),
        ('AmountAfterTax="325.50" DecimalPlaces="2"', 32550),
        ('AmountBeforeTax="99.5"', 9950),
        ('AmountAfterTax="-10.00"', -1000),
        ("", None),
    ],
)
async def test_amounts_as_they_are_written(house: House, total: str, price: int | None) -> None:
    answer = await send(house, request(reservation(total=total)))
    assert errors(answer) == []
    assert house.stay()["price"] == price
    assert ("Warning" in answer.text) == (price is not None and price < 0)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"start": "", "end": ""}, "321"),
        ({"end": "2026-11-30"}, "404"),
        ({"start": "2026-02-30"}, "320"),
        ({"status": "Perhaps"}, "320"),
        ({"total": 'AmountAfterTax="much"'}, "320"),
        ({"changed": "soon"}, "321"),
        ({"room": 'NumberOfUnits="51"'}, "321"),
        ({"room": 'NumberOfUnits="999999"'}, "321"),
    ],
)
async def test_what_is_wrong_is_named_and_the_rest_is_in(house: House, said: dict[str, str], code: str) -> None:
    answer = await send(house, request(reservation("A"), reservation("B", **said), reservation("C")))
    assert (answer.status_code, errors(answer)) == (200, [(code, "B")])
    assert [each["reservation_code"] for each in house.stays()] == ["A", "C"]


async def test_houses_by_hotel_code_and_a_cancellation_without_one(make_house: Make) -> None:
    feed = {"name": "ota", "system": "ota", "properties": {"H-1": "lakeside", "H-2": "hill"}, "rooms": {"DLX": "301"}}
    house = make_house({"webhooks": [feed]}, [LAKESIDE, HILL], GUANJIA_FEED_OTA_SECRET=SECRET)
    mine = reservation().replace('HotelCode="lakeside"', 'HotelCode="H-2"').replace('RoomID="302"', "")
    assert errors(await send(house, request(mine))) == []
    assert (house.stay()["house"], house.stay()["number"]) == ("hill", "301")
    assert errors(await send(house, request(mine.replace("H-2", "H-3").replace("BDC-1", "X")))) == [("392", "X")]
    over = reservation(status="Cancel", changed=later(9), rooms="", guest="")
    assert errors(await send(house, request(over))) == []
    assert house.stay()["state"] == "cancelled"


async def test_no_card_of_a_guarantee_is_kept_or_logged(house: House) -> None:
    named = GUEST.replace("Martin", "Martin 4111111111111111")
    with capture_logs() as logs:
        answers = [
            await send(house, request(reservation("4111111111111111", guest=named))),
            await send(house, request(reservation("B", start="4111111111111111"))),
        ]
    shown = repr(logs) + "".join(each.text for each in answers)
    assert "1111111" not in shown
    with house.store.reading() as db:
        for name in ("guest", "stay", "told_booking", "feed"):
            assert "1111111" not in repr(db.execute(text(f"SELECT * FROM {name}")).all()), name
    assert house.stay()["name"] == "Zoé Martin"
