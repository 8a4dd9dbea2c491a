"""What the house loads at its start."""

from __future__ import annotations

import subprocess
import sys

HOUSE = "import bot.__main__, bot.app, bot.web, bot.channels.webchat, bot.channels.telegram"


def test_the_house_starts_without_what_only_draws() -> None:
    told = (
        f"import sys; {HOUSE}; print(*sorted({{'rich', 'pygments', 'numpy', 'alembic', 'openai'}} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_what_draws_is_there_when_it_is_wanted() -> None:
    told = f"{HOUSE}; from rich.console import Console; Console().print('[bold]here')"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert "here" in run.stdout
