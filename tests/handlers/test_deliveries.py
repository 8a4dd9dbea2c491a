"""Why a guest did not get a message: which one, why, and what to do; every look is written down."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from crm.conversations.accounts import set_reachable
from crm.conversations.messages import Body, Message, MessageClass, NewMessage, message
from crm.conversations.outbox import queue_messages
from crm.staff.audit import AuditEntry
from crm.store import table
from tests.support.house import House, Person

audit = table(AuditEntry)


@pytest.fixture
def desk(house: House) -> Person:
    return house.staff("Dora", "front_desk")


def said_to(house: House, guest: Person, words: str = "Towels are coming", **settled: Any) -> str:
    """A message to the guest, and what has become of it."""
    about = house.requests()[0].id if house.requests() else None
    new = NewMessage(guest.place.conversation_id, "fake", "en", Body(words), MessageClass.SERVICE, about)
    (message_id,) = queue_messages(house.db, house.now, [new])
    if settled:
        house.db.execute(update(Message).where(message.c.id == message_id).values(settled_at=house.now, **settled))
    return message_id


@pytest.mark.parametrize(
    ("settled", "reason", "advice"),
    [
        ({"state": "failed", "reason": "blocked"}, "the guest has blocked us", "Phone, or tell"),
        ({"state": "suppressed", "reason": "blocked"}, "the guest has blocked us", "Phone, or tell"),
        (
            {"state": "failed", "reason": "message is too long"},
            "the platform refused it",
            "Tell the guest in another way",
        ),
        ({"state": "failed", "reason": "attachment_missing"}, "its attachment is gone", "Please send the photo"),
        ({"state": "failed", "reason": "unreadable"}, "what we stored cannot be opened", "Tell the guest in person"),
        ({"state": "suppressed", "reason": "withdrawn"}, "the guest has unsubscribed", "The guest does not want it"),
        ({"state": "failed", "reason": "colleague_speaks"}, "a colleague is talking", "Ask the colleague"),
        ({"state": "expired", "reason": "too_late"}, "could not go out within a day", "If it still matters"),
        ({"state": "uncertain", "reason": "process_died"}, "it may have arrived", "Ask the guest whether"),
        ({"state": "queued", "reason": "429", "attempts": 3}, "still trying", "We keep trying until tomorrow 9:00 am"),
        ({}, "queued, about to go out", "If it is not out in a minute"),
    ],
)
def test_each_reason_is_told_in_words_with_what_to_do(
    house: House, desk: Person, settled: dict[str, Any], reason: str, advice: str
) -> None:
    guest = house.guest()
    house.ask(guest, "request_service", service="towels", quantity=2)
    said_to(house, guest, **settled)
    title, line, what_to_do = house.ask(desk, "why_not_delivered", room="302").own.splitlines()
    assert title == "Anna Berg · 302: 1 not delivered"
    assert line.startswith("9:00 am · service news #1 “Towels are coming” · ")
    assert reason in line
    assert what_to_do.startswith(advice)


def test_the_same_advice_is_given_once_and_the_latest_come_first(house: House, desk: Person) -> None:
    guest = house.guest()
    for number in range(7):
        house.later(minutes=1)
        said_to(house, guest, f"News {number}", state="failed", reason="blocked")
    lines = house.ask(desk, "why_not_delivered", name="Anna Berg").own.splitlines()
    assert ["News 6" in lines[1], "News 2" in lines[5]] == [True, True]
    assert len(lines) == 7


def test_what_went_out_is_told_where_nothing_is_missing(house: House, desk: Person) -> None:
    guest = house.guest()
    asked = "why_not_delivered"
    assert house.ask(desk, asked, name="Anna Berg").own == (
        "Anna Berg · 302: nothing is undelivered. Nothing was ever sent to this guest."
    )
    said_to(house, guest, state="sent")
    assert house.ask(desk, asked, name="Anna Berg").own.endswith("The last message went out 9:00 am.")
    set_reachable(house.db, guest.place.account_id, house.now)
    assert house.ask(desk, asked, room="302").own.endswith("\nThe guest has blocked us since 9:00 am.")


def test_guest_without_a_chat_hears_nothing_and_that_is_said(house: House) -> None:
    house.book("王芳", "302")
    desk = house.staff("小周", "front_desk", language="zh")
    assert house.ask(desk, "why_not_delivered", name="王芳").own.startswith("王芳 · 302：还没有关联聊天")


def test_nobody_and_unknown_rooms_are_told_apart(house: House, desk: Person) -> None:
    assert house.ask(desk, "why_not_delivered", room="303").own == "Room 303: nobody in house."
    assert house.ask(desk, "why_not_delivered", room="999").own == "There is no room 999 here."
    assert house.ask(desk, "why_not_delivered", name="Nobody Known").own == "I find no guest called Nobody Known."
    heard = house.ask(desk, "why_not_delivered")
    assert (heard.own, heard.asks) == ("Which guest? A name or a room.", "name")
    assert house.db.execute(select(audit)).all() == []


def test_several_of_a_name_become_a_choice_and_each_look_is_recorded(house: House, desk: Person) -> None:
    first, second = house.book("张伟", "301"), house.book("张伟", "303")
    heard = house.ask(desk, "why_not_delivered", name="张伟")
    assert heard.own == "2 guests of that name. Which one?"
    label = next(each for each in heard.labels if "303" in each)
    assert house.press(desk, heard, label).own.startswith("张伟 · 303: no chat is linked")
    rows = [row.subject for row in house.db.execute(select(audit.c.subject).order_by(audit.c.id))]
    assert rows == ["list:namesakes:2026-11-23:2", f"guest:{second.guest_id}"]
    assert first.guest_id not in rows[1]


def test_messages_to_other_guests_are_not_shown(house: House, desk: Person) -> None:
    anna, ben = house.guest(), house.guest("Ben Low", "301")
    said_to(house, ben, "For Ben", state="failed", reason="blocked")
    said_to(house, anna, "For Anna", state="failed", reason="blocked")
    assert "For Ben" not in house.ask(desk, "why_not_delivered", name="Anna Berg").own
