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


def test_staff_are_heard_as_staff() -> None:
    told = guanjia("understand", "--as", "staff", said="who is in 302\n")
    assert told.stdout.startswith("who_is_in_room(room=302)")


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
