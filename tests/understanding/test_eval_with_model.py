"""`make eval` measures the house, and beside it the house with a model, where one is configured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.eval.__main__ import main
from tests.support.model_server import Answer, Json, ModelServer, calling

LINES = {
    "en_services": "baby_cot\tzzk qq vbn\ntowels\t2 towels please\nbaby_cot\tzzk flibber\n",
    "en_guest": "my_stay\twhen do I check out\n",
    "en_staff": "open_requests\topen requests\n",
    "zh_services": "towels\t来两条毛巾\n",
    "zh_guest": "my_stay\t我几号退房\n",
    "zh_staff": "open_requests\t工单\n",
}
CONFIG = """
[[properties]]
key = "lakeside"
name = "Lakeside"
time_zone = "Asia/Shanghai"
[model]
base_url = "{url}"
name = "stand-in"
"""


def a_cot(_request: Json) -> Json:
    return calling("request_service", service="baby_cot", language="en")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    folder = tmp_path / "lines"
    folder.mkdir()
    for name, text in LINES.items():
        (folder / f"{name}.tsv").write_text(text, "utf-8")
    return folder


def printed(lines: Path, answer: Answer, capsys: pytest.CaptureFixture[str]) -> tuple[str, int]:
    """What it says, and how often the model was asked."""
    with ModelServer(answer) as server:
        config = lines.parent / "config.toml"
        config.write_text(CONFIG.format(url=server.base_url), "utf-8")
        assert main([str(lines), "--config", str(config)]) == 0
        return capsys.readouterr().out, len(server.requests)


def row(said: str, name: str) -> list[str]:
    """The cells of the last row of this name, which is the English one."""
    found = [line for line in said.splitlines() if name in line]
    return [cell.strip() for cell in found[-1].strip("│┃").split("│")]


def test_the_figures_of_house_and_model_stand_side_by_side(lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said, asked = printed(lines, a_cot, capsys)
    assert row(said, "guest: acted on")[1:4] == ["0.500", "1.000", "4"]
    assert row(said, "staff: first")[1:4] == ["1.000", "1.000", "1"]
    assert asked == 2  # each line once
    assert re.search(r"model: asked about 2 lines, 0 failures, p95 \d+\.\d\d s", said)


def test_its_failures_are_counted(lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said, _ = printed(lines, lambda _: b"no", capsys)
    assert row(said, "guest: acted on")[1:4] == ["0.500", "0.500", "4"]
    assert "model: asked about 2 lines, 2 failures" in said


def test_without_a_model_only_the_house_is_measured(lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = lines.parent / "config.toml"
    config.write_text(CONFIG.format(url=""), "utf-8")
    assert main([str(lines), "--config", str(config)]) == 0
    said = capsys.readouterr().out
    assert "model" not in said
    assert row(said, "guest: acted on")[1:3] == ["0.500", "4"]


def test_settings_that_are_not_there_are_refused(lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(lines), "--config", str(lines / "none.toml")]) == 2
    assert "none.toml is missing" in capsys.readouterr().err
