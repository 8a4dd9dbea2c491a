"""What staff and the brief ask the records is found by an index, however much is stored."""

from __future__ import annotations

from typing import Any

import pytest

from crm import feedback
from crm.broadcasts import followers, mass_sends, send_looks
from crm.conversations import alarms, ledger, open_alarms, reachability, undelivered
from crm.service_requests import allergies, lookups, punctuality
from crm.staff import briefs, roster, roster_clock
from crm.stays import events, returning, room_plan
from crm.store import Prepared
from tests.support.plans import plan_of
from tests.turn.houses import House

QUESTIONS = {
    "briefs due": (briefs._DUE, "ix_brief_due"),
    "shifts due": (roster_clock._DUE, "ix_shift_due"),
    "shifts of a house": (roster._OF_HOUSE, "ix_shift_of_house"),
    "shifts of colleagues": (roster._OF_MEMBERS, "ix_shift_of_member"),
    "what a stay tells": (lookups._TELLING_OF_STAYS, "ix_request_of_stay"),
    "allergies of a stay": (allergies._OF_STAY, "ix_request_of_stay"),
    "finished in a room": (lookups._FINISHED_IN_ROOM, "ix_request_finished"),
    "done on a day": (punctuality._DONE, "ix_request_finished"),
    "given up": (undelivered._GIVEN_UP, "ix_message_undelivered"),
    "under way": (undelivered._UNDER_WAY, "ix_message_open"),
    "last sent": (undelivered._LAST_SENT, "ix_message_of_conversation"),
    "told elsewhere": (undelivered._MOVED, "ix_message_moved"),
    "chats of guests": (reachability._OF_GUESTS, "ix_account_guest_id"),
    "chats of whoever asked": (reachability._AROUND, "ix_account_guest_id"),
    "mass sends to look at": (send_looks._DUE, "ix_mass_send_look"),
    "mass sends to speak of": (send_looks._TELL_DUE, "ix_mass_send_tell"),
    "mass sends of a month": (mass_sends._STARTED, "ix_mass_send_started"),
    "messages of mass sends": (mass_sends._BATCHES, "ix_mass_send_message_send_id"),
    "whom a message is for": (followers._OF_MESSAGE, "ix_mass_send_recipient_of_message"),
    "what followers had": (followers._PAGE, "ix_mass_send_recipient_of_account"),
    "what members are to confirm": (ledger._AWAITING, "ix_message_awaiting"),
    "what is open": (ledger._OPEN, "ix_message_open"),
    "given up lately": (ledger._GIVEN_UP, "ix_message_undelivered_since"),
    "guests not reached": (undelivered._UNREACHED, "ix_message_undelivered_since"),
    "complaints": (feedback._SINCE, "ix_feedback_of_property"),
    "asked by the house": (lookups._OF_THE_HOUSE, "ix_request_of_stay"),
    "who has a room before": (room_plan._PREVIOUS, "ix_stay_room_id"),
    "alarms of houses": (open_alarms._OF_HOUSES, "ix_alarm_unclosed"),
    "open alarms": (alarms._IN_HOUSES, "ix_alarm_unclosed"),
    "rooms being checked": (lookups._ROOMS, "ix_request_of_room"),
    "rooms just left": (events._LEFT, "ix_stay_event_waiting"),
    "returning guests": (returning._RETURNING, "ix_stay_of_guest"),
}


@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_question_has_its_index(house: House, asked: str) -> None:
    query, index = QUESTIONS[asked]
    plan = _plan(house, query)
    assert index in plan, plan


def _plan(house: House, query: Prepared) -> str:
    now = house.clock()
    values: dict[str, Any] = {"property_id": "a", "property_ids": ["a"], "stay_ids": ["b"], "ids": ["b"], "room": "302"}
    values |= {"conversation_id": "c", "conversation_ids": ["c"], "kind": "complaint", "limit": 5, "hour": "07:30"}
    values |= {"stay_id": "b", "arrival": now.date(), "still_there": now.date()}
    values |= {"since": now, "until": now, "now": now, "today": now.date()}
    values |= {"services": ["room_check"], "kinds": ["departed"]}
    values |= {"of": "e", "after": "", "to": "wechat_followers"}
    values |= {"staff_ids": ["d"], "first": now.date(), "last": now.date()}
    return plan_of(house.store, query, values)
