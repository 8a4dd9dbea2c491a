"""A guest and a colleague speak of one request in the same instant: it ends once, and nobody is told two things."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crm.conversations.accounts import Place, load_speaker
from crm.properties.catalogue import shipped_catalogue
from crm.service_requests.requests import RequestState, get_request
from crm.service_requests.steps import Details, open_request
from crm.stays.bookings import find_current_stay
from crm.store import Connection
from handlers.intents import answer
from handlers.turn import Call, Reply, Turn
from tests.turn.houses import House
from tests.turn.test_room_races import at_once

WITHDRAW = Call("withdraw_request", {"number": 1, "reason": "none left"})
CANCEL = Call("cancel_request", {"number": 1})
AMEND = Call("amend_request", {"number": 1, "quantity": 3})


def opened(house: House, guest: Place) -> None:
    """Two towels for 302."""

    def write(db: Connection) -> None:
        guest_id = load_speaker(db, guest).guest_id
        stay = find_current_stay(db, guest_id) if guest_id else None
        assert stay
        open_request(
            db,
            house.clock(),
            shipped_catalogue()["towels"],
            stay,
            Details(quantity=2),
            house=house.property,
            conversation_id=guest.conversation_id,
            inbound_id="inbound-1",
            part=0,
        )

    house.write(write)


def said(house: House, db: Connection, who: Place, call: Call) -> list[Reply]:
    return answer(Turn(db, house.clock(), house.property, shipped_catalogue(), load_speaker(db, who), call))


@pytest.fixture
def people(house: House) -> tuple[Place, Place, Place]:
    """A guest with two towels on the way, and two colleagues."""
    guest = house.add_guest("anna", "302")
    opened(house, guest)
    house.add_staff("lily", "housekeeping")
    house.add_staff("rosa", "housekeeping")
    return guest, house.place("lily"), house.place("rosa")


def told(house: House, who: Place, call: Call, *, whom: Place) -> Callable[[Connection], bool]:
    """An act: whether this other person hears of it."""

    def act(db: Connection) -> bool:
        heard = [each.to.conversation_id for each in said(house, db, who, call) if each.to]
        return whom.conversation_id in heard

    return act


def test_guest_and_colleague_cancel_at_once(house: House, people: tuple[Place, Place, Place]) -> None:
    guest, lily, rosa = people
    both = at_once(house, told(house, guest, CANCEL, whom=rosa), told(house, lily, WITHDRAW, whom=rosa))
    assert both == [False, True]
    state = house.look(lambda db: get_request(db, 1).state)
    assert state in (RequestState.CANCELLED, RequestState.WITHDRAWN)


def test_two_colleagues_cancel_at_once(house: House, people: tuple[Place, Place, Place]) -> None:
    guest, *colleagues = people
    acts = [told(house, who, WITHDRAW, whom=guest) for who in colleagues]
    assert at_once(house, *acts) == [False, True]


def test_two_colleagues_change_the_same_at_once(house: House, people: tuple[Place, Place, Place]) -> None:
    guest, *colleagues = people
    acts = [told(house, who, AMEND, whom=guest) for who in colleagues]
    assert at_once(house, *acts) == [False, True]
    assert house.look(lambda db: get_request(db, 1).quantity) == 3


def test_guest_cancels_while_a_colleague_changes(house: House, people: tuple[Place, Place, Place]) -> None:
    """Whoever is second knows what the first did: cancelled it is in the end."""
    guest, lily, rosa = people
    at_once(house, told(house, guest, CANCEL, whom=rosa), told(house, lily, AMEND, whom=rosa))
    request = house.look(lambda db: get_request(db, 1))
    assert request.state is RequestState.CANCELLED
    assert (request.quantity == 3) == (request.changed_at is not None)
