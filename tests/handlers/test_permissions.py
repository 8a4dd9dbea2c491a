"""Made from the matrix: every role tries every capability, and exactly what is not allowed is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.service_requests.requests import RequestState
from crm.staff.roles import GUEST, STRANGER, matrix, may, roles
from crm.tables import metadata
from handlers.intents import INTENTS, offered
from handlers.permissions import role_of
from handlers.turn import Audience, Intent
from prompts.words import say
from tests.support.house import House, Person

STAFF_ROLES = [role for role in roles() if role not in (GUEST, STRANGER)]
SLOTS: Mapping[str, Any] = {
    "service": "towels",
    "rating": 5,
    "number": 1,
    "credential": {"code": "GJ-NONE"},
    "token": "gnone",
    "text": "words",
    "note": "words",
    "reason": "words",
    "room": "302",
    "name": "Anna",
    "role": "kitchen",
}
# Services by the department that works on them, so that each role has a request of its own to work on.
SERVICE_OF = {
    "front_desk": "luggage",
    "housekeeping": "towels",
    "maintenance": "light",
    "kitchen": "food_order",
    "manager": "towels",
}

NEED_A_STAY = (
    "prefer_channel",
    "request_service",
    "change_request",
    "repeat_request",
    "resume_request",
    "my_requests",
    "reopen_request",
    "my_stay",
    "tell_arrival",
    "keep_quiet",
    "skip_cleaning",
    "end_quiet",
    "elder_mode",
)  # a stranger is asked who they are


def is_allowed(role: str, intent: Intent) -> bool:
    if intent.audience is not Audience.ANYONE and (intent.audience is Audience.STAFF) != (role in STAFF_ROLES):
        return False
    return may(role, intent.action)


def somebody(house: House, role: str) -> Person:
    if role == STRANGER:
        return house.stranger()
    return house.guest("Gus Guest", "301") if role == GUEST else house.staff("Sam", role)


def rows(house: House) -> dict[str, int]:
    return {
        each.name: house.db.execute(select(func.count()).select_from(each)).scalar_one()
        for each in metadata.sorted_tables
    }


def is_refusal(text: str) -> bool:
    return text in {say("en", f"refusals.{code}.text") for code in ("not_allowed", "no_stay")}


@pytest.mark.parametrize("intent", INTENTS, ids=lambda intent: intent.name)
@pytest.mark.parametrize("role", roles())
def test_matrix_is_kept(house: House, role: str, intent: Intent) -> None:
    person = somebody(house, role)
    own = person if role == GUEST else house.guest("Anna Berg", "302")
    service = SERVICE_OF.get(role, "towels")
    house.ask(own, "request_service", service=service, note="for the room")
    before, state = rows(house), house.requests()[0].state
    assert (intent in offered(house.turn(person, intent.name).speaker, house.home)) is is_allowed(role, intent)
    slots = {slot.name: SLOTS[slot.name] for slot in intent.slots if slot.name in SLOTS}
    heard = house.ask(person, intent.name, **slots)
    assert heard.own
    allowed = is_allowed(role, intent)
    if role == STRANGER and allowed and intent.name in NEED_A_STAY:
        assert heard.asks == "credential"
    else:
        assert is_refusal(heard.own) is not allowed
    if not allowed:
        assert rows(house) == before
        assert house.requests()[0].state is state
        assert not heard.listeners()


def test_the_matrix_knows_every_action_and_no_more() -> None:
    used = {intent.action for intent in INTENTS} | {
        "see_guest_names",
        "see_all_departments",
        "hear_complaints",
        "take_over_from",
        "plan_all_shifts",
    }
    assert used == set(matrix())


def test_every_role_of_the_house_is_tried() -> None:
    assert set(SERVICE_OF) | {"marketing"} == set(STAFF_ROLES)


@pytest.mark.parametrize("intent", ["accept_request", "start_request", "complete_request", "decline_request"])
@pytest.mark.parametrize("role", [role for role in STAFF_ROLES if may(role, "work_requests")])
def test_staff_of_another_property_touch_nothing(house: House, role: str, intent: str) -> None:
    guest, lily = house.guest(), house.staff("Lily")
    house.ask(guest, "request_service", service=SERVICE_OF[role], note="here")
    before = rows(house)
    elsewhere = house.another_property()
    foreigner = house.staff("Frank", role, properties=[elsewhere])
    before = rows(house)
    for at_home in (house.home, elsewhere):
        own, house.home = house.home, at_home
        heard = house.ask(foreigner, intent, number=1, reason="no")
        house.home = own
        assert heard.own == say("en", "refusals.not_allowed.text")
        assert not heard.listeners()
    assert rows(house) == before
    assert house.requests()[0].state is RequestState.OPEN
    assert lily.member is not None


@pytest.mark.parametrize("intent", ["accept_request", "start_request", "complete_request", "decline_request"])
def test_staff_of_another_department_touch_nothing_unless_they_see_all(house: House, intent: str) -> None:
    guest, cook = house.guest(), house.staff("Carl", "kitchen")
    house.ask(guest, "request_service", service="towels")
    assert house.ask(cook, intent, number=1).own == "#1 is with housekeeping."
    assert house.requests()[0].state is RequestState.OPEN
    for role in ("front_desk", "manager"):
        assert not is_refusal(house.ask(house.staff("Sam", role), intent, number=1).own)


def test_staff_of_another_property_see_no_guest(house: House) -> None:
    stay = house.book("Anna Berg", "302")
    elsewhere = house.another_property()
    foreigner = house.staff("Frank", "manager", properties=[elsewhere])
    assert is_refusal(house.ask(foreigner, "who_is_in_room", room="302").own)
    house.home = elsewhere
    assert house.ask(foreigner, "who_is_in_room", room="302").own == "Room 302: nobody in house."
    assert "Anna" not in house.ask(foreigner, "find_guest", name="Anna Be").own.replace("called Anna Be", "")
    assert is_refusal(house.ask(foreigner, "find_guest", name="Anna", stay=stay.id).own)
    assert "Anna" not in house.ask(foreigner, "in_house").own


def test_staff_of_another_property_are_not_removed(house: House) -> None:
    elsewhere = house.another_property()
    boss = house.staff("Max", "manager")
    both = house.staff("Lily", properties=[house.home, elsewhere])
    foreign = house.staff("Hanna", properties=[elsewhere])
    assert is_refusal(house.ask(boss, "revoke_staff", name="Lily").own)
    assert house.ask(boss, "revoke_staff", name="Hanna").own == "I cannot find Hanna."
    assert foreign.member is not None
    assert house.ask(boss, "revoke_staff", name="Hanna", staff=foreign.member.id).own == "I cannot find Hanna."
    for each in (both, foreign):
        assert role_of(house.turn(each, "").speaker) == "housekeeping"
