"""Statements that are compiled once: the same rows, in the same order, on both databases."""

from __future__ import annotations

from functools import partial
from typing import Any

import psycopg
import pytest
from sqlalchemy import bindparam, func, insert, select, text, update

from crm.conversations.attachments import Content, attachment_content, store_files
from crm.conversations.rates import RateBucket, bucket
from crm.errors import StoreUnavailable
from crm.store import Connection, Prepared
from tests.turn.houses import House

ADD = Prepared(insert(RateBucket))
NAMED = Prepared(select(bucket.c.key, bucket.c.tat).where(bucket.c.key.in_(bindparam("keys", expanding=True))))
RAISE = Prepared(update(RateBucket).where(bucket.c.key == bindparam("named")).values(tat=bucket.c.tat + 1))


def keys(house: House) -> list[str]:
    return sorted(row.key for row in house.rows(select(bucket.c.key)))


def test_a_list_may_have_any_length(house: House) -> None:
    house.write(lambda db: ADD.change(db, *({"key": key, "tat": 1.5} for key in "abc")))
    for wanted in ([], ["b"], ["a", "c", "x"], ["b"]):
        found = house.look(partial(NAMED.all, values={"keys": wanted}))
        assert {row.key for row in found} == set(wanted) & set("abc")
        assert {row.tat for row in found} <= {1.5}


def test_lists_of_many_lengths_need_few_plans(house: House) -> None:
    asked = Prepared(select(bucket.c.key).where(bucket.c.key.in_(bindparam("keys", expanding=True))))
    house.write(lambda db: ADD.change(db, *({"key": f"{number:03}"} for number in range(200))))

    def act(db: Connection) -> None:
        for length in range(200):
            wanted = [f"{number:03}" for number in range(length)]
            assert sorted(asked.scalars(db, {"keys": wanted})) == wanted

    house.look(act)
    assert len(asked._plans) == 10  # of 0, 1, 2, 4 … 256 items


def test_what_is_not_given_is_as_the_table_has_it_by_default(house: House) -> None:
    house.write(lambda db: ADD.change(db, {"key": "plain"}))
    ((tat,),) = house.rows(select(bucket.c.tat))
    assert tat == 0.0


def test_it_tells_how_many_rows_were_changed(house: House) -> None:
    assert house.write(lambda db: ADD.change(db, *({"key": key} for key in "abc"))) == 3
    assert house.write(lambda db: RAISE.change(db, {"named": "a"}, {"named": "x"}, {"named": "b"})) == 2
    assert house.write(RAISE.change) == 0


def test_what_was_written_is_there_for_whatever_comes_next(house: House) -> None:
    def act(db: Connection) -> tuple[Any, int, int]:
        ADD.write(db, {"key": "a"})
        by_sqlalchemy = db.execute(select(func.count()).select_from(bucket)).scalar()
        ADD.write(db, {"key": "b"}, {"key": "c"})
        found = len(NAMED.all(db, {"keys": list("abc")}))
        RAISE.write(db, {"named": "c"})
        return by_sqlalchemy, found, RAISE.change(db, {"named": "c"})

    assert house.write(act) == (1, 3, 1)
    assert house.rows(select(bucket.c.tat).where(bucket.c.key == "c")) == [(2.0,)]


def test_a_write_nobody_waited_for_is_committed(house: House) -> None:
    house.write(lambda db: ADD.write(db, {"key": "last"}))
    assert keys(house) == ["last"]


def test_a_write_that_fails_undoes_the_transaction_and_hurts_no_other(house: House) -> None:
    house.write(lambda db: ADD.write(db, {"key": "taken"}))

    def act(db: Connection) -> None:
        ADD.write(db, {"key": "fresh"}, {"key": "taken"})

    with pytest.raises(Exception, match=r"(?i)unique") as refusal:
        house.write(act)
    assert "taken" not in str(refusal.value), "an error must not quote what somebody said"
    house.write(lambda db: ADD.write(db, {"key": "after"}))
    assert keys(house) == ["after", "taken"]


def test_what_fails_half_way_is_owed_no_longer(house: House) -> None:
    def act(db: Connection) -> None:
        ADD.write(db, {"key": "never"})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        house.write(act)
    house.write(lambda db: ADD.write(db, {"key": "other"}))
    assert keys(house) == ["other"]


def test_what_is_larger_than_any_buffer_arrives(house: House) -> None:
    content = bytes(range(256)) * 40_000

    def act(db: Connection) -> bytes | None:
        (kept,) = store_files(db, house.clock(), [Content("photo", "image/jpeg", "", content)])
        found = attachment_content(db, kept.id)
        return found.content if found else None

    assert house.write(act) == content


def test_a_connection_that_was_cut_is_replaced(postgres_house: House) -> None:
    house = postgres_house

    def act(db: Connection) -> None:
        ADD.change(db, {"key": "cut"})
        (backend,) = db.execute(text("SELECT pg_backend_pid()")).one()
        with psycopg.connect(house.url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [backend])
        ADD.change(db, {"key": "gone"})

    with pytest.raises(StoreUnavailable):
        house.write(act)
    house.write(lambda db: ADD.write(db, {"key": "again"}))
    assert keys(house) == ["again"]
