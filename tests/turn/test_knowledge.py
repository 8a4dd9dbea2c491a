"""What a colleague writes down is told at once, by every process; whoever asked for it is told once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Executable, text
from sqlalchemy.dialects import sqlite

from bot.app import App, open_store
from bot.config import Settings, parse_settings
from crm.conversations import unanswered
from crm.properties import knowledge_changes
from crm.properties.houses import properties
from crm.properties.knowledge import Words, knowledge
from crm.properties.knowledge_changes import add_entry, try_change
from crm.staff.members import add_staff_member
from crm.store import Store
from tests.support.fake_channel import FakeChannel
from tests.support.plans import plan_of
from tests.turn.houses import House

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.anyio
async def test_an_entry_made_in_one_process_answers_the_next_question_in_another(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("dora", "front_desk")
    here, there = FakeChannel(), FakeChannel()
    async with house.running(here, there):
        await there.says("wang", "is there a sauna?")
        await there.hears("wang", "not guess")
        await here.says("dora", "add to house knowledge: Sauna: 4 to 10 pm")
        await here.hears("dora", "Added to house knowledge")
        await there.says("wang", "when is the sauna open?")
        await there.hears("wang", "Sauna: 4 to 10 pm")


@pytest.mark.anyio
async def test_two_processes_tell_whoever_asked_twice_once(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("dora", "front_desk")
    here, there = FakeChannel(), FakeChannel()
    async with house.running(here, there) as apps:
        for question in ("is there a sauna?", "do you have a sauna"):
            await there.says("wang", question)
            await there.hears("wang", "not guess")
        await here.says("dora", "add to house knowledge: Sauna: 4 to 10 pm")
        await here.hears("dora", "Added to house knowledge")
        for app in apps * 2:
            await app.timed.tick()
        await house.quiet()
        told = [said for channel in (here, there) for said in channel.texts("wang") if said.startswith("You asked")]
        assert len(told) == 1  # by either process, of either question
        assert told[0].endswith("Here is the answer.\n4 to 10 pm")


def settings(url: str, folder: Path, *entries: dict[str, object]) -> Settings:
    house = {"key": "lakeside", "name": "Lakeside", "time_zone": "Asia/Shanghai", "rooms": ["201-204:double"]}
    values = {"store": {"url": url, "folder": str(folder)}, "properties": [{**house, "knowledge": list(entries)}]}
    return parse_settings(values, {})


def texts(store: Store) -> set[str]:
    with store.reading() as db:
        return {each.spoken("en").text for each in knowledge(db, properties(db)[0])}


def test_a_start_keeps_what_was_made_in_chat_and_says_what_gives_way(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wifi: dict[str, object] = {"key": "wifi", "en": {"title": "Wifi", "text": "Network A"}}
    store = open_store(settings(database_url, tmp_path, wifi))
    with store.transaction() as db:
        home = properties(db)[0]
        dora = add_staff_member(
            db,
            NOW,
            name="Dora",
            role="front_desk",
            department="front_desk",
            language="en",
            property_ids=[home.id],
        )
        (entry,) = knowledge(db, home)
        assert try_change(db, NOW, entry, {"en": Words("Wifi", "Network C")}, staff_id=dora.id)
        add_entry(db, NOW, home, {"en": Words("Pool", "Closes at 21:00.")}, staff_id=dora.id)
    store.close()
    store = open_store(settings(database_url, tmp_path, wifi))
    assert "a colleague wrote" not in capsys.readouterr().out
    assert texts(store) == {"Closes at 21:00.", "Network C"}
    store.close()
    wifi["en"] = {"title": "Wifi", "text": "Network B"}
    store = open_store(settings(database_url, tmp_path, wifi))
    assert "replaces what a colleague wrote" in capsys.readouterr().out
    assert texts(store) == {"Closes at 21:00.", "Network B"}
    store.close()


def test_words_of_entries_rest_sealed(database_url: str, tmp_path: Path) -> None:
    store = open_store(settings(database_url, tmp_path, {"key": "wifi", "en": {"title": "Wifi", "text": "Network A"}}))
    with store.reading() as db:
        kept = bytes(db.execute(text("SELECT words FROM knowledge_entry")).scalar_one())
    assert b"Network A" not in kept
    store.close()


def test_a_house_of_two_kinds_of_rooms_knows_what_each_is_told(sqlite_url: str, tmp_path: Path) -> None:
    values = settings(
        sqlite_url,
        tmp_path,
        {"key": "wifi", "en": {"title": "Wifi", "text": "Network A"}},
        {"key": "wifi", "room_types": ["double"], "en": {"title": "Wifi", "text": "Network B"}},
    )
    app = App(values, open_store(values), lambda _settings, _records: [])
    house = app.concierge.house
    home = next(iter(house.properties))
    assert [each.spoken("en").text for each in house.knowledge[home, "double"]] == ["Network B"]
    assert [each.spoken("en").text for each in house.knowledge[home, ""]] == ["Network A"]
    app.records.close()


@pytest.mark.parametrize(
    ("index", "statement"),
    [
        ("ix_question_asked", unanswered._OF_PROPERTY),
        ("ix_question_to_look_at", unanswered._DUE._statement),
        ("ix_knowledge_change_of_entry", knowledge_changes._HISTORY._statement),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_question_has_its_index(index: str, statement: Executable, sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(settings(sqlite_url, tmp_path))
    asked = str(statement.compile(dialect=sqlite.dialect()))  # type: ignore[attr-defined]
    with store.reading() as db:
        plan = " ".join(str(row) for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", (1,) * asked.count("?")))
    assert index in plan
    store.close()


def test_whether_somebody_was_told_has_its_index(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(settings(sqlite_url, tmp_path))
    plan = plan_of(store, unanswered._TOLD, {"conversation_ids": ["a", "b"], "answer": "wifi"})
    assert "ix_question_told" in plan
    store.close()
