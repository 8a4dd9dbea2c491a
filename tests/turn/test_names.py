"""Names by sound in the records, and what a message asks of them: one question of a colleague, none of a guest."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column, insert, inspect, select
from sqlalchemy import table as sa_table

from bot.turn_names import wanted_names
from crm.conversations.accounts import load_speaker
from crm.encryption import folded, new_keyring
from crm.guests.profile import add_guest, guest
from crm.migrations import config, is_current, migrate
from crm.names.likeness import most_alike
from crm.names.sound import LONGEST, name_sound, parts, sounds_like
from crm.names.syllables import TABLE, syllable
from crm.stays import named
from crm.stays.named import find_stays_by_name, known_names
from crm.store import Connection, Prepared, Store, Utc
from handlers.turn import Call, Question
from tests.eval.syllables import lines
from tests.support.fake_channel import FakeChannel
from tests.support.plans import plan_of
from tests.turn.houses import House

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_the_table_of_syllables_is_what_makes_it() -> None:
    assert TABLE.read_text("utf-8").splitlines() == lines()
    assert (syllable("张"), syllable("a"), syllable("😀")) == ("zhang", "", "")


@given(st.text(max_size=120))
def test_any_name_has_a_sound_that_finds_it_again(name: str) -> None:
    sound = name_sound(name)
    assert (sound is None) == (not parts(name))
    assert sound is None or (len(sound) <= LONGEST and sounds_like(name, name))
    assert most_alike(name, [name], 1) == ([name] if parts(name) else [])


def test_what_only_has_the_same_letters_does_not_sound_alike() -> None:
    assert name_sound("hang weiz") == name_sound("Zhang Wei")
    assert not sounds_like("hang weiz", "Zhang Wei")
    assert name_sound("Amy") != name_sound("May")


def test_guests_of_before_are_given_their_sound_in_batches(database_url: str) -> None:
    store = Store(database_url, new_keyring())
    with store.transaction() as db:
        command.upgrade(config(connection=db), "0002")
        rows = [
            {"id": f"{number:05}", "name": name, "folded_name": folded(name), "language": "zh", "created_at": NOW}
            for number, name in enumerate(["张伟", "José", "😀"] * 900)
        ]
        columns = ("id", "name", "folded_name", "language", "created_at")
        old = sa_table("guest", *(column(name, Utc if name == "created_at" else None) for name in columns))
        db.execute(insert(old), rows)
    migrate(store)
    assert is_current(store)
    with store.reading() as db:
        sounds = Counter(db.execute(select(guest.c.name_sound)).scalars())
        assert sounds == {"angweizh": 900, "ejos": 900, None: 900}
        assert "ix_guest_sounding_like" in {each["name"] for each in inspect(db).get_indexes("guest")}
    store.close()


def test_a_new_guest_is_written_down_with_a_sound(house: House) -> None:
    house.write(lambda db: add_guest(db, NOW, name="Zhang Wei", language="en"))
    assert [row.name_sound for row in house.rows(select(guest.c.name_sound))] == ["angweizh"]


def test_only_guests_of_these_houses_and_days_are_known(house: House) -> None:
    house.add_guest("maria garcia")
    today, here, sounds = house.clock().date(), [house.property.id], ["agarciamari"]
    assert name_sound("Maria Garcia") in sounds

    def known(at: date, *houses: str) -> list[str]:
        return house.look(lambda db: known_names(db, houses, [], sounds, at))

    assert known(today, *here) == ["Maria Garcia"]
    assert known(today, "elsewhere") == []
    assert known(today + timedelta(days=90), *here) == []
    assert house.look(lambda db: known_names(db, here, ["mariagarcia"], [], today)) == ["Maria Garcia"]


@pytest.mark.parametrize("query", [named._SOUNDING, named._BEGINNING, named._PRESENT, named._KNOWN])
def test_questions_about_names_walk_through_no_table(house: House, query: Prepared) -> None:
    plan = _plan(house, query)
    assert not re.search(r"SCAN (guest|stay)|Seq Scan on (guest|stay)", plan), plan
    by_name = "ix_guest_folded_name" if query is named._BEGINNING else "ix_guest_sounding_like"
    assert by_name in plan or query is named._PRESENT, plan


def _plan(house: House, query: Prepared) -> str:
    """Among some guests, and with the statistics of them: of empty tables PostgreSQL guesses anything."""
    for number in range(40):
        house.add_guest(f"guest{number}")
    if not house.store.is_sqlite:
        house.write(lambda db: db.exec_driver_sql("ANALYZE guest, stay"))
    values: dict[str, Any] = {"sound": "b", "prefix": "b", "beyond": "c", "since": NOW.date()}
    values |= {"written": ["a"], "sounds": ["b"], "property_ids": ["c"], "lately": NOW.date(), "soon": NOW.date()}
    return plan_of(house.store, query, values)


@pytest.mark.parametrize(
    ("role", "question", "asks"),
    [
        ("front_desk", None, True),
        ("manager", Question(Call("find_guest"), "name"), True),
        ("manager", Question(Call("who_is_in_room"), "room"), False),
        ("manager", Question(Call("revoke_staff"), "name"), False),
        ("housekeeping", None, False),
    ],
)
def test_names_are_looked_for_only_where_one_may_be_meant(
    house: House, role: str, question: Question | None, asks: bool
) -> None:
    house.add_staff("dora", role)
    speaker = house.look(lambda db: load_speaker(db, house.place("dora")))
    assert (wanted_names(speaker, "is maria garcia here", question) is not None) == asks
    assert wanted_names(speaker, "12 42 😀", None) is None


def test_a_guests_words_are_never_compared_with_names(house: House) -> None:
    place = house.add_guest("maria garcia")
    speaker = house.look(lambda db: load_speaker(db, place))
    assert wanted_names(speaker, "is maria garcia here", None) is None


@pytest.mark.anyio
async def test_a_colleagues_message_asks_once_for_names_and_a_guests_never(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.add_guest("maria garcia", "203"), house.add_guest("wang"), house.add_staff("dora", "front_desk")
    asked: list[str] = []
    real = Prepared.all

    def counting(query: Prepared, db: Connection, values: Any) -> list[Any]:
        asked.append("names" if query is named._KNOWN else "other")
        return real(query, db, values)

    monkeypatch.setattr(Prepared, "all", counting)
    channel = FakeChannel()
    async with house.running(channel):
        for who, said, times in (("dora", "is maria garcia here yet?", 1), ("wang", "is maria garcia here yet?", 0)):
            asked.clear()
            await channel.says(who, said)
            await house.quiet()
            assert asked.count("names") == times
    assert "203 · Maria Garcia" in "\n".join(channel.texts("dora"))
    assert not any("Maria" in said for said in channel.texts("wang"))


def test_a_name_costs_the_same_with_many_guests_of_before(house: House) -> None:
    """The likeness is looked for among those who are here, whoever was here before."""
    house.add_guest("john miller")
    today, here = house.clock().date(), [house.property.id]

    def long_ago(db: Connection) -> None:
        for number in range(300):
            add_guest(db, NOW, name=f"Jon Miler {number}", language="en")

    house.write(long_ago)
    found = house.look(lambda db: find_stays_by_name(db, here, "Jonn Miler", today))
    assert [each.guest_name for each in found.stays] == ["John Miller"]
    assert not found.sure
