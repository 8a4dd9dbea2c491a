"""`guanjia stay`: a house of one's own gets its guests by hand."""

from __future__ import annotations

import json
import re
import sqlite3
import struct
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.command import guanjia, requests

HOUSE = """
[web]
public_url = "https://chat.example.com/"
[telegram]
username = "lakeside_bot"
[[properties]]
key = "lakeside"
name = "Lakeside House"
time_zone = "Pacific/Kiritimati"
rooms = ["301-304:family"]
[[properties]]
key = "harbour"
name = "Harbour House"
time_zone = "Pacific/Pago_Pago"
rooms = ["101-102", "302"]
"""
FAR_EAST = ZoneInfo("Pacific/Kiritimati")  # never the same day as in Pago Pago


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    (folder / "config.toml").write_text(HOUSE, "utf-8")
    assert guanjia("stay", "list", "--config", folder / "config.toml").returncode == 0
    return folder


@pytest.fixture
def house(untouched: Path, tmp_path: Path) -> Path:
    return copytree(untouched, tmp_path / "house")


@pytest.fixture(scope="module")
def one_stay(untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For tests that change nothing."""
    folder = copytree(untouched, tmp_path_factory.mktemp("one") / "house")
    code_in(add(folder, "Ann Lee", "--code", "TAKEN-1", room="101", key="harbour"))
    return folder


def stay(house: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return guanjia("stay", *arguments, "--config", house / "config.toml")


def add(
    house: Path, name: str, *more: str | Path, room: str = "302", key: str = "lakeside", until: date | None = None
) -> subprocess.CompletedProcess[str]:
    last = str(until or day(3))
    return stay(house, "add", "--name", name, "--room", room, "--until", last, "--property", key, *more)


def day(number: int) -> date:
    """So many days from today, as it is in lakeside."""
    return datetime.now(FAR_EAST).date() + timedelta(days=number)


def code_in(said: subprocess.CompletedProcess[str]) -> str:
    assert said.returncode == 0, said.stderr
    found = re.search(r"^Code: +(\S+)$", said.stdout, re.MULTILINE)
    assert found
    return found[1]


def token_in(said: subprocess.CompletedProcess[str]) -> str:
    found = re.search(r"^Web chat: +https://chat\.example\.com/\?t=(g[\w-]+)$", said.stdout, re.MULTILINE)
    assert found, said.stdout
    return found[1]


def listed(house: Path) -> list[dict[str, Any]]:
    said = stay(house, "list", "--json")
    assert said.returncode == 0, said.stderr
    rows: list[dict[str, Any]] = json.loads(said.stdout)
    return rows


def refused(said: subprocess.CompletedProcess[str]) -> str:
    assert said.returncode == 2, said.stdout + said.stderr
    assert said.stdout == ""
    assert len(said.stderr.splitlines()) == 1
    return said.stderr


def counted(house: Path) -> tuple[int, ...]:
    """Guests, stays and links in the records."""
    with sqlite3.connect(house / "data" / "guanjia.db") as db:
        rows = [db.execute(f"select count(*) from {table}").fetchone() for table in ("guest", "stay", "stay_link")]
    return tuple(row[0] for row in rows)


def chat(house: Path, who: str, said: str) -> str:
    talk = guanjia("chat", "--config", house / "config.toml", "--as", f"guest:{who}", said=said)
    assert talk.returncode == 0, talk.stderr
    return talk.stdout


def asked_for(house: Path) -> list[tuple[str, str]]:
    listing = guanjia("requests", "--config", house / "config.toml", "--json")
    assert listing.returncode == 0, listing.stderr
    return [(row["room"], row["service"]) for row in json.loads(listing.stdout)]


def test_a_guest_moves_in_asks_and_moves_out(house: Path) -> None:
    said = add(house, "张伟", "--phone", "+86 100 5550 0999", "--language", "zh", "--adults", "2", "--children", "1")
    code, token = code_in(said), token_in(said)
    assert re.fullmatch(r"[ACDEFHJKMNPQRTVWXY2-9]{6}", code)
    assert re.search(r"\d", code)
    assert re.search(r"[A-Z]", code)
    assert f"https://t.me/lakeside_bot?start={token}" in said.stdout
    assert "▄" in said.stdout
    assert said.stderr == ""

    assert "毛巾" in chat(house, "张伟", "两条毛巾，谢谢\n")
    assert asked_for(house) == [("302", "towels")]

    out = stay(house, "check-out", code.lower())
    assert (out.returncode, out.stderr) == (0, "")
    assert "departed" in out.stdout
    assert "毛巾 2条" not in chat(house, "张伟", "再来两条毛巾，谢谢\n")
    assert asked_for(house) == [("302", "towels")]
    assert listed(house) == []


def test_the_list_shows_who_is_here_and_who_comes_but_no_phone(house: Path) -> None:
    comes = code_in(add(house, "Ann Lee", "--from", str(day(1)), "--phone", "10055500998"))
    here = code_in(add(house, "张伟", "--children", "2", "--code", "ab-12", room="301"))
    row = {"property": "lakeside", "departure": str(day(3)), "adults": 1}
    assert here == "AB-12"
    assert listed(house) == [
        {
            **row,
            "code": here,
            "room": "301",
            "guest": "张伟",
            "state": "in_house",
            "arrival": str(day(0)),
            "children": 2,
        },
        {**row, "code": comes, "room": "302", "guest": "Ann Lee", "state": "booked"}
        | {"arrival": str(day(1)), "children": 0},
    ]
    table = stay(house, "list").stdout
    assert "张伟" in table
    assert "in house" in table
    assert "0998" not in table


def test_a_booked_guest_is_served_after_check_in(house: Path) -> None:
    code = code_in(add(house, "Ann Lee", "--from", str(day(1)), "--language", "en"))
    assert "checked in" in chat(house, "Ann Lee", "two towels please\n")
    early = stay(house, "check-in", code)
    assert early.returncode == 0
    assert f"expected on {day(1)}" in early.stderr
    assert "2 towels" in chat(house, "Ann Lee", "two towels please\n")
    assert "is in house, not booked" in refused(stay(house, "check-in", code))
    assert "is in house, not booked" in refused(stay(house, "cancel", code))


def test_a_cancelled_stay_is_over(house: Path) -> None:
    code = code_in(add(house, "Ann Lee", "--from", str(day(1))))
    assert "not in house" in refused(stay(house, "check-out", code))
    assert "cancelled" in stay(house, "cancel", code).stdout
    for step in ("check-in", "check-out", "cancel"):
        assert "is cancelled" in refused(stay(house, step, code))
    assert listed(house) == []


def test_each_house_has_its_own_day(house: Path) -> None:
    before = datetime.now(ZoneInfo("Pacific/Pago_Pago")).date()
    code_in(add(house, "Ann Lee", room="101", key="harbour"))
    code_in(add(house, "张伟", "--from", str(day(0)), room="102", key="harbour"))
    rows = {row["guest"]: row for row in listed(house)}
    assert rows["Ann Lee"]["arrival"] in (str(before), str(before + timedelta(days=1)))
    assert (rows["Ann Lee"]["state"], rows["张伟"]["state"]) == ("in_house", "booked")


def test_the_same_name_and_phone_is_the_same_guest(house: Path) -> None:
    code = code_in(add(house, "Ann Lee", "--phone", "+86 100 5550 0999"))
    assert stay(house, "check-out", code).returncode == 0
    code_in(add(house, "ann  lee", "--phone", "(86) 100-5550-0999", room="303"))
    code_in(add(house, "Bob Lee", "--phone", "+86 100 5550 0999", room="304"))
    chat(house, "Ann Lee", "毛巾两条\n")  # would be refused if two guests were called so
    assert asked_for(house) == [("303", "towels")]
    assert [row["guest"] for row in listed(house)] == ["Ann Lee", "Bob Lee"]


def test_a_room_has_one_guest_in_house(house: Path) -> None:
    code = code_in(add(house, "张伟"))
    assert code in refused(add(house, "Ann Lee"))
    code_in(add(house, "Ann Lee", key="harbour"))  # a room of the same number, elsewhere
    later = add(house, "Bob", "--from", str(day(2)), until=day(5))
    assert "Note: Room 302 is also promised to 张伟" in later.stderr
    assert code in refused(stay(house, "check-in", code_in(later)))
    assert stay(house, "check-out", code).returncode == 0
    assert stay(house, "check-in", code_in(later)).returncode == 0
    assert add(house, "Eve", "--from", str(day(5)), until=day(6)).stderr == ""  # comes on the day the other leaves


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--room", "999"], "--room: lakeside has no room '999'"),
        (["--property", "castle"], "--property: there is no property 'castle', only lakeside, harbour"),
        (["--property", ""], "--property: one of lakeside, harbour"),
        (["--until", "tomorrow"], "--until: 'tomorrow'"),
        (["--until", "2026-02-30"], "--until: '2026-02-30'"),
        (["--until", "2020-01-05"], "is not after the arrival"),
        (["--from", "2020-01-01", "--until", "2020-01-05"], "--until: 2020-01-05 is over"),
        (["--until", "9999-12-31"], "more than five years away"),
        (["--from", "x"], "--from: 'x'"),
        (["--name", "  "], "--name"),
        (["--name", "a\x1b[2Jb"], "--name"),
        (["--language", "fr"], "--language: one of zh, en"),
        (["--phone", "none"], "--phone: 'none'"),
        (["--code", "A B"], "--code: 'A B'"),
        (["--code", "ABCDEF"], "--code: 'ABCDEF'"),
        (["--code", "taken-1"], "--code: TAKEN-1 belongs to another stay"),
        (["--png", "code.svg"], "--png: code.svg does not end in .png"),
        (["--png", "/nowhere/code.png"], "--png: /nowhere/code.png cannot be written"),
    ],
    ids=lambda value: " ".join(value).encode("unicode_escape").decode() if isinstance(value, list) else "",
)
def test_what_cannot_be_is_named_and_nothing_is_written(one_stay: Path, arguments: list[str], named: str) -> None:
    assert named in refused(add(one_stay, "张伟", *arguments))
    assert counted(one_stay) == (1, 1, 1)


def test_an_unknown_code_is_named(one_stay: Path) -> None:
    for step in ("check-in", "check-out", "cancel"):
        assert "'NO-SUCH'" in refused(stay(one_stay, step, "NO-SUCH"))
    assert "'lakeside'" in refused(stay(one_stay, "check-out", "TAKEN-1", "--property", "lakeside"))


def test_the_desk_can_print_the_code(house: Path, tmp_path: Path) -> None:
    picture = tmp_path / "302.png"
    code_in(add(house, "张伟", "--png", picture))
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) >= (200, 200)


def test_the_link_outlives_a_long_stay(house: Path) -> None:
    code_in(add(house, "张伟", until=day(200)))
    with sqlite3.connect(house / "data" / "guanjia.db") as db:
        (expires,) = db.execute("select expires_at from stay_link").fetchone()
    assert date.fromisoformat(expires[:10]) > day(200)


def test_it_works_in_a_demo_house(tmp_path: Path) -> None:
    assert guanjia("demo", "--no-serve", "--data", tmp_path).returncode == 0
    taken = ("stay", "add", "--name", "钱多多", "--until", str(day(2)), "--data", tmp_path)
    assert "王芳" in refused(guanjia(*taken, "--room", "302"))
    assert guanjia("stay", "check-out", "LH-58213", "--data", tmp_path).returncode == 0
    said = guanjia(*taken, "--room", "302")
    assert "web.public_url" in said.stderr
    before = len(requests(tmp_path))
    talk = guanjia("chat", "--data", tmp_path, "--as", "guest:钱多多", said="两条毛巾\n")
    assert talk.returncode == 0
    assert requests(tmp_path)[before]["guest"] == "钱多多"
