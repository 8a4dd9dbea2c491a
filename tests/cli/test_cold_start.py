"""Each command in a Python of its own, as people start it: it brings all the code it needs, and reads from a pipe.

`demo` and `run` are started so by their own tests and by the drills.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.command import GUANJIA, ROOT, clean_environment, guanjia

COMMANDS = {
    "capabilities --config none.toml": "`towels`",
    "chat --as guest:王芳": "毛巾 2条",
    "import tests/cli/bookings.csv --dry-run": "new 2 · changed 0 · same 0 · refused 1",
    "invite --role kitchen": "/staff?t=s",
    "misses": "Everything was understood.",
    "requests --json": '"number": 1,',
    "stay check-out LH-58171": "departed",
    "stay list": "王芳",
    "understand --as guest:王芳": "service=towels",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    assert guanjia("demo", "--no-serve", "--data", folder).returncode == 0
    return folder


@pytest.mark.parametrize(("command", "shown"), COMMANDS.items(), ids=COMMANDS)
def test_a_command_brings_all_its_code(command: str, shown: str, house: Path) -> None:
    where = [] if "--config" in command else ["--data", str(house)]
    done = subprocess.run(
        [*GUANJIA, *command.split(), *where],
        input="再来两条毛巾\n".encode(),
        capture_output=True,
        cwd=ROOT,
        env=clean_environment(),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert shown in done.stdout.decode()
