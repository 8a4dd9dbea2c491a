"""What a guest has said so far rests sealed while the house waits for the missing detail."""

from __future__ import annotations

from sqlalchemy import text

from crm.conversations.accounts import conversation, locate
from crm.conversations.inbound import set_question
from crm.conversations.questions import open_question
from crm.encryption import new_keyring
from crm.store import Store
from tests.support.house import MONDAY_9_AM

QUESTION = {"intent": "request_service", "slots": {"allergy": ["peanuts"], "note": "花生过敏"}, "asks": "time"}


def test_an_open_question_is_sealed_and_opens_again(records_url: str) -> None:
    store = Store(records_url, new_keyring())
    with store.transaction() as db:
        place = locate(
            db, MONDAY_9_AM, channel="fake", address="a", sender_id="a", name="Anna", language="en", is_group=False
        )
        set_question(db, place.conversation_id, QUESTION)
    with store.reading() as db:
        kept = str(db.execute(text("SELECT question FROM conversation")).scalar())
    assert "peanuts" not in kept
    assert "过敏" not in kept
    with store.reading() as db:
        row = db.execute(conversation.select()).one()
        assert open_question(db, row.id, row.question) == QUESTION
        assert open_question(db, row.id, QUESTION) == QUESTION
    store.close()
