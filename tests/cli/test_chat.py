"""`guanjia chat` with lines from a pipe: replies on standard output and nothing else, whatever the lines hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree
from zoneinfo import ZoneInfo

import pytest

from tests.cli.command import guanjia, requests, serving_demo

SHANGHAI = ZoneInfo("Asia/Shanghai")
TWO_LINES = "你好，再来两条毛巾，谢谢\nalso a wake-up call tomorrow 6:45\n"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    assert guanjia("demo", "--no-serve", "--data", folder).returncode == 0
    return folder


@pytest.fixture
def house(untouched: Path, tmp_path: Path) -> Path:
    """A folder of its own for each test: a demo may be copied and moved."""
    return copytree(untouched, tmp_path / "house")


def check_two_lines(house: Path, before: set[int]) -> None:
    towels, call = (row for row in requests(house) if row["number"] not in before)
    assert (towels["service"], towels["quantity"], towels["room"], towels["guest"]) == ("towels", 2, "302", "王芳")
    assert (call["service"], call["room"], call["state"]) == ("wake_up_call", "302", "open")
    tomorrow = datetime.now(SHANGHAI).date() + timedelta(days=1)
    assert datetime.fromisoformat(call["time"]) == datetime(
        tomorrow.year, tomorrow.month, tomorrow.day, 6, 45, tzinfo=SHANGHAI
    )


def numbers(house: Path) -> set[int]:
    return {row["number"] for row in requests(house)}


def test_two_lines_open_two_requests(house: Path) -> None:
    before = numbers(house)
    talk = guanjia("chat", "--data", house, "--as", "guest:王芳", said=TWO_LINES)
    assert talk.returncode == 0, talk.stderr
    assert talk.stderr == ""
    assert len(talk.stdout.splitlines()) == 2
    assert "毛巾 2条" in talk.stdout
    assert "6:45 am" in talk.stdout
    check_two_lines(house, before)


def test_it_works_while_the_house_is_served(house: Path) -> None:
    before = numbers(house)
    with serving_demo(house):
        talk = guanjia("chat", "--data", house, "--as", "guest:王芳", said=TWO_LINES)
        assert (talk.returncode, talk.stderr) == (0, "")
        check_two_lines(house, before)


def test_staff_chat_too(house: Path) -> None:
    talk = guanjia("chat", "--data", house, "--as", "staff:james porter", said="open requests\n")
    assert (talk.returncode, talk.stderr) == (0, "")
    assert "#6" in talk.stdout


@pytest.mark.parametrize("who", ["guest:Nobody Here", "staff:王芳", "王芳", "ghost:王芳", "guest:"])
def test_an_unknown_person_is_named_and_ends_with_two(house: Path, who: str) -> None:
    talk = guanjia("chat", "--data", house, "--as", who, said="hello\n")
    assert talk.returncode == 2
    assert talk.stdout == ""
    assert len(talk.stderr.splitlines()) == 1
    assert who.partition(":")[2] in talk.stderr


@pytest.mark.parametrize(
    "said",
    [b"", b"\n\n   \n\r\n", b"\xff\xfe\x80abc\n", b"\0\x01\x1b[2J\x7f\n", "毛".encode() * 34_000 + b"\n", b"hello"],
    ids=["nothing", "empty lines", "not utf-8", "control characters", "100 kB", "no newline at the end"],
)
def test_odd_lines_are_harmless(house: Path, said: bytes) -> None:
    before = numbers(house)
    talk = guanjia("chat", "--data", house, "--as", "guest:Emma Clarke", said=said + b"\ntwo towels please\n")
    assert (talk.returncode, talk.stderr) == (0, "")
    assert "2 towels" in talk.stdout
    assert "\x1b" not in talk.stdout
    assert len(numbers(house) - before) == 1
