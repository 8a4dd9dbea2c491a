"""What staff and the brief ask the records is found by an index, however much is stored."""

from __future__ import annotations

from typing import Any

import pytest

from crm import feedback
from crm.conversations import undelivered
from crm.service_requests import lookups, punctuality
from crm.staff import briefs
from crm.stays import returning
from crm.store import Prepared
from tests.turn.houses import House

QUESTIONS = {
    "briefs due": (briefs._DUE, "ix_brief_due"),
    "what a stay tells": (lookups._TELLING_OF_STAYS, "ix_request_of_stay"),
    "finished in a room": (lookups._FINISHED_IN_ROOM, "ix_request_finished"),
    "done on a day": (punctuality._DONE, "ix_request_finished"),
    "given up": (undelivered._GIVEN_UP, "ix_message_undelivered"),
    "under way": (undelivered._UNDER_WAY, "ix_message_open"),
    "last sent": (undelivered._LAST_SENT, "ix_message_of_conversation"),
    "guests not reached": (undelivered._UNREACHED, "ix_message_undelivered_since"),
    "complaints": (feedback._SINCE, "ix_feedback_of_property"),
    "returning guests": (returning._RETURNING, "ix_stay_of_guest"),
}


@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_question_has_its_index(house: House, asked: str) -> None:
    query, index = QUESTIONS[asked]
    plan = _plan(house, query)
    assert index in plan, plan


def _plan(house: House, query: Prepared) -> str:
    """How the database would answer it; with few rows PostgreSQL has to be told that it has an index."""
    now = house.clock()
    values: dict[str, Any] = {"property_id": "a", "property_ids": ["a"], "stay_ids": ["b"], "ids": ["b"], "room": "302"}
    values |= {"conversation_id": "c", "kind": "complaint", "limit": 5, "hour": "07:30"}
    values |= {"since": now, "until": now, "now": now, "today": now.date()}
    with house.store.transaction() as db:
        asked = query._plan(db, values)
        driver: Any = db.connection.driver_connection
        if house.store.is_sqlite:
            rows = driver.execute("EXPLAIN QUERY PLAN " + asked.sql, asked.parameters(values)).fetchall()
            return "\n".join(row[-1] for row in rows)
        driver.execute("SET LOCAL enable_seqscan = off")
        driver.execute("PREPARE question AS " + asked.sql)
        given = ", ".join(f"'{value}'" for value in asked.parameters(values))
        rows = driver.execute(f"EXPLAIN EXECUTE question({given})").fetchall()
        driver.execute("DEALLOCATE question")
        return "\n".join(row[0] for row in rows)
