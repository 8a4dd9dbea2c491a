"""`guanjia import`: bookings from a file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from shutil import copytree

import pytest

from tests.cli.command import guanjia
from tests.support.dumps import as_csv, as_workbook, orders

FILE = Path(__file__).with_name("bookings.csv")
HOUSE = """
[[properties]]
key = "lakeside"
name = "Lakeside House"
time_zone = "Asia/Shanghai"
rooms = ["301-304:family"]
"""
ANOTHER = '[[properties]]\nkey = "harbour"\nname = "Harbour House"\ntime_zone = "Asia/Tokyo"\nrooms = ["101"]\n'


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    (folder / "config.toml").write_text(HOUSE, "utf-8")
    assert guanjia("stay", "list", "--config", folder / "config.toml").returncode == 0
    return folder


@pytest.fixture
def house(untouched: Path, tmp_path: Path) -> Path:
    return copytree(untouched, tmp_path / "house")


def take(house: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return guanjia("import", *arguments, "--config", house / "config.toml")


def test_shows_its_columns_what_is_wrong_and_the_totals(house: Path) -> None:
    done = take(house, FILE)
    assert done.returncode == 0, done.stderr
    for shown in (
        'source = "booking_com"\n',
        'date_order = "dmy"\ndecimal = ","\n',
        'guest = "Guest name(s)"\n',
        "Row 4 · Check-out · 21/12/2026: leaves before it arrives, not taken\n",
        "Rows 3 · new 2 · changed 0 · same 0 · refused 1\nNights 6 · 1,720.50 EUR\nbooked 1 · cancelled 1\n",
        "  cancelled: 1 stays · 4 nights · 1,480.00 EUR\n",
    ):
        assert shown in done.stdout
    listed = guanjia("stay", "list", "--json", "--config", house / "config.toml")
    assert [each["code"] for each in json.loads(listed.stdout)] == ["5550001"]
    assert "new 0 · changed 0 · same 2 · refused 1" in take(house, FILE).stdout


def test_a_dry_run_writes_nothing(house: Path) -> None:
    assert "nothing was written, this was a dry run\nRows 3 · new 2" in take(house, FILE, "--dry-run").stdout
    assert "new 2 ·" in take(house, FILE).stdout


def test_a_map_is_written_put_right_and_remembered(house: Path, tmp_path: Path) -> None:
    file, told = tmp_path / "pms.csv", tmp_path / "map.toml"
    file.write_text("Nr,Anreise,Arrival,Nights\nA1,1,03/04/2026,2\n", "utf-8")
    assert take(house, file, "--map", told).stderr.startswith("03/04/2026 may be read with the day or the month first.")
    told.write_text(
        'source = "pms"\ndate_order = "dmy"\n[columns]\nreference = "Nr"\narrival = "Arrival"\nnights = "Nights"\n'
    )
    assert "new 1 ·" in take(house, file, "--map", told).stdout
    assert "same 1 ·" in take(house, file).stdout  # by the map that is kept
    another = tmp_path / "another.toml"
    assert take(house, FILE, "--dry-run", "--map", another).returncode == 0
    assert 'reference = "Book number"' in another.read_text("utf-8")


def test_all_that_was_wrong_goes_into_a_file(house: Path, tmp_path: Path) -> None:
    problems = tmp_path / "problems.csv"
    done = take(house, FILE, "--json", "--problems", problems)
    assert json.loads(done.stdout)["states"]["cancelled"] == {"stays": 1, "nights": 4, "revenue": {"EUR": "1480.00"}}
    assert problems.read_text("utf-8-sig").splitlines()[1].startswith("4,Check-out,21/12/2026,")


def test_with_several_houses_it_is_said_which(house: Path, tmp_path: Path) -> None:
    (house / "config.toml").write_text(HOUSE + ANOTHER, "utf-8")
    assert take(house, FILE).stderr == "--property: which house is it for? One of harbour, lakeside\n"
    assert take(house, FILE, "--property", "moon").returncode == 2
    assert "new 2 ·" in take(house, FILE, "--property", "harbour").stdout
    named = tmp_path / "named.csv"
    named.write_text(
        "Ref,Hotel,Arrival,Nights\n1,harbour,2026-12-01,1\n2,Lakeside House,2026-12-01,1\n3,Moon,2026-12-01,1\n"
    )
    done = take(house, named)
    assert "Row 4 · Hotel · Moon: no house of that name, not taken\n" in done.stdout
    assert "new 2 · changed 0 · same 0 · refused 1" in done.stdout


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_agencys_orders(house: Path, tmp_path: Path, form: str) -> None:
    rows, told = orders(120)
    file = tmp_path / f"orders.{form}"
    file.write_bytes(as_csv(rows, "gb18030") if form == "csv" else as_workbook(rows))
    data = json.loads(take(house, file, "--json").stdout)
    assert data["rows"] == told.rows
    assert (data["new"], data["refused"], data["repeated"]) == (told.stays, told.refused, told.repeated)
    assert data["revenue"] == {"CNY": f"{told.revenue['CNY'] / 100:.2f}"}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("none.csv", None, "No such file"),
        ("empty.csv", b"", "The file is empty."),
        ("old.xls", b"\xd0\xcf\x11\xe0", "old Excel file"),
        ("other.csv", b"a,b\n1,2\n", "No column found for: arrival, departure. The columns are: a · b."),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(
    house: Path, tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = take(house, tmp_path / name)
    assert done.returncode == 2
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
