"""`guanjia demo` as another process: what it prepares, says, serves and leaves behind."""

from __future__ import annotations

import json
import signal
import socket
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.command import guanjia, requests, serving_demo


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    assert guanjia("demo", "--no-serve", "--data", folder).returncode == 0
    return folder


def test_the_house_is_believable(tmp_path: Path) -> None:
    made = guanjia("demo", "--no-serve", "--json", "--data", tmp_path / "house")
    assert made.returncode == 0, made.stderr
    demo = json.loads(made.stdout)
    today = demo["house"]["today"]
    staying = [guest for guest in demo["guests"] if guest["state"] == "in_house"]
    assert len(staying) == 20
    assert sum(guest["arrival"] == today for guest in demo["guests"]) == 4
    assert sum(guest["departure"] == today for guest in staying) == 4
    assert {guest["language"] for guest in staying} == {"zh", "en"}
    assert len(demo["rooms"]) == 24
    assert {room["number"][0] for room in demo["rooms"]} == {"2", "3", "4"}
    departments = {"front_desk", "housekeeping", "maintenance", "kitchen", "marketing", "manager"}
    assert {member["role"] for member in demo["staff"]} == departments
    assert {"302", "303"} == {link["room"] for link in demo["links"]["guests"]}
    assert {"manager", "front_desk", "housekeeping"} == {link["role"] for link in demo["links"]["staff"]}


def test_requests_wait_in_several_states(house: Path) -> None:
    rows = requests(house)
    assert {row["state"] for row in rows} == {"open", "accepted", "on_the_way", "done", "cannot"}
    assert all(row["opened_at"] < row["due_at"] for row in rows)
    assert not [row for row in rows if row["state"] == "open" and row["assignee"]]


def test_running_again_keeps_the_house_and_makes_fresh_links(house: Path) -> None:
    first, second = (json.loads(guanjia("demo", "--no-serve", "--json", "--data", house).stdout) for _ in range(2))
    assert first["guests"] == second["guests"]
    assert first["staff"] == second["staff"]
    urls = [link["url"] for demo in (first, second) for links in ("guests", "staff") for link in demo["links"][links]]
    assert Counter(urls).most_common(1)[0][1] == 1


def test_invite_works_on_the_same_house(house: Path) -> None:
    invited = guanjia("invite", "--data", house, "--role", "housekeeping", "--name", "小杨")
    assert invited.returncode == 0, invited.stderr
    assert "/staff?t=s" in invited.stdout
    refused = guanjia("invite", "--data", house, "--role", "housekeeping", "--language", "xx")
    assert (refused.returncode, "--language: one of" in refused.stderr) == (2, True)


def test_a_real_house_in_the_environment_is_left_alone(tmp_path: Path) -> None:
    secrets = {
        "GUANJIA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/real",
        "GUANJIA_TELEGRAM_TOKEN": "123:real",
        "GUANJIA_KEYRING": "real",
    }
    assert guanjia("demo", "--no-serve", "--data", tmp_path, environment=secrets).returncode == 0
    listed = guanjia("requests", "--data", tmp_path, environment=secrets)
    assert listed.returncode == 0, listed.stderr


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = guanjia("demo", "--no-serve", "--data", tmp_path / "file" / "house")
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1


def test_it_serves_both_pages_and_tidies_up(tmp_path: Path) -> None:
    started = time.monotonic()
    with serving_demo(None) as (process, demo):
        assert time.monotonic() - started < 30
        for url in (demo["links"]["demo"], demo["links"]["guests"][0]["url"], demo["links"]["staff"][0]["url"]):
            with urllib.request.urlopen(url, timeout=10) as page:
                assert "湖畔居" in page.read().decode()
        assert Path(demo["data"]).is_dir()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert not Path(demo["data"]).exists()


def test_a_taken_port_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving_demo(tmp_path, "--port", str(port)) as (process, demo):
            assert f":{port}/" not in demo["links"]["demo"]
            process.terminate()
            assert f"Port {port} is taken" in process.communicate(timeout=20)[1].decode()
    address = demo["links"]["demo"].removesuffix("/demo")
    assert address in guanjia("invite", "--data", tmp_path, "--role", "kitchen").stdout


def test_simulated_people_ask_and_work(tmp_path: Path) -> None:
    guanjia("demo", "--no-serve", "--data", tmp_path)
    before = {row["number"]: row["state"] for row in requests(tmp_path)}
    with serving_demo(tmp_path, "--simulate", "--seed", "7"):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            new = [row for row in requests(tmp_path) if row["number"] not in before]
            if any(row["state"] in ("accepted", "on_the_way", "done") for row in new):
                return
            time.sleep(1)
    pytest.fail(f"nobody asked, or nobody worked: {new}")
