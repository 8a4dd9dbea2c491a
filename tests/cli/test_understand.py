"""`guanjia understand` and `guanjia misses`: what is made of a line, and what was not understood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import guanjia

LINES = "明天早上七点叫我起床\ntwo towels to 302 pls\n\x00\n早餐几点\n"


def test_each_line_becomes_one_object() -> None:
    told = guanjia("understand", "--json", "--at", "2026-11-26T10:00", said=LINES)
    assert (told.returncode, told.stderr) == (0, "")
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert [row["text"] for row in rows] == ["明天早上七点叫我起床", "two towels to 302 pls", "\x00", "早餐几点"]
    assert rows[0]["language"] == "zh"
    assert rows[0]["calls"] == [
        {"intent": "request_service", "slots": {"service": "wake_up_call", "time": "2026-11-27T07:00:00+08:00"}}
    ]
    assert rows[1]["calls"][0]["slots"] == {"service": "towels", "quantity": 2, "room": "302"}
    assert rows[2]["calls"] == []
    assert {"text", "language", "calls", "by", "confidence", "alternatives"} == set(rows[3])
    assert all(row["by"] in ("pending", "phrases", "classifier", "model", "none") for row in rows)


def test_allergies_diets_ages_and_money_are_shown() -> None:
    said = "两份炒饭，我对花生过敏，不要辣，孩子3岁，预算100块以内\n"
    (row,) = [json.loads(line) for line in guanjia("understand", "--json", said=said).stdout.splitlines()]
    slots = row["calls"][0]["slots"]
    assert (slots["allergy"], slots["diet"], slots["ages"]) == (["peanuts"], ["no_spicy"], ["3y"])
    assert slots["money"] == {"amount": "100", "currency": "", "bound": "at_most"}


def test_requests_show_what_goes_with_them(tmp_path: Path) -> None:
    assert guanjia("demo", "--no-serve", "--data", tmp_path).returncode == 0
    said = "a club sandwich, no onions, my son is allergic to peanuts, kids 3 and 5, $50 max\n"
    assert guanjia("chat", "--data", tmp_path, "--as", "guest:Emma Clarke", said=said).returncode == 0
    row = json.loads(guanjia("requests", "--json", "--data", tmp_path).stdout)[-1]
    assert (row["service"], row["allergy"], row["diet"]) == ("food_order", ["peanuts"], ["no_onion"])
    assert (row["ages"], row["money"]) == (["3y", "5y"], {"amount": "50", "currency": "USD", "bound": "at_most"})


def test_staff_are_heard_as_staff() -> None:
    told = guanjia("understand", "--as", "staff", said="who is in 302\n")
    assert told.stdout.startswith("who_is_in_room(room=302)")


def test_a_colleague_names_the_guests_of_these_records(tmp_path: Path) -> None:
    assert guanjia("demo", "--no-serve", "--data", tmp_path).returncode == 0
    told = guanjia("understand", "--as", "staff:陈静", "--data", tmp_path, said="zhangwei在哪间\n")
    assert told.stdout.startswith("find_guest(name=zhangwei)")


@pytest.mark.parametrize(
    ("arguments", "why"), [(("--as", "guest:Nobody"), "nobody is called"), (("--at", "teatime"), "teatime")]
)
def test_a_wrong_option_is_named(arguments: tuple[str, ...], why: str, tmp_path: Path) -> None:
    assert guanjia("demo", "--no-serve", "--data", tmp_path).returncode == 0
    told = guanjia("understand", *arguments, "--data", tmp_path, said="hi\n")
    assert told.returncode == 2
    assert why in told.stderr


def test_what_was_missed_is_listed_for_a_person_to_teach(tmp_path: Path) -> None:
    assert guanjia("demo", "--no-serve", "--data", tmp_path).returncode == 0
    assert guanjia("misses", "--data", tmp_path).stdout.strip() == "Everything was understood."
    said = "嗷呜咕噜噜\n你们有网球场吗\n送两条毛巾\n"
    assert guanjia("chat", "--data", tmp_path, "--as", "guest:王芳", said=said).returncode == 0
    missed = json.loads(guanjia("misses", "--data", tmp_path, "--json").stdout)
    assert {(each["reason"], *each["texts"]) for each in missed} == {
        ("not_understood", "嗷呜咕噜噜"),
        ("unanswered", "你们有网球场吗"),
    }
