"""What was measured, as a table in the terminal and in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

HEAD = ("What", "Measured", "Beside", "Ratio", "Target", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured, what it is held against, and whether the target is met (None: no target)."""

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""
    target: str = ""
    is_met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = "" if self.is_met is None else "met" if self.is_met else "MISSED"
        return (self.what, self.measured, self.beside, self.ratio, self.target, verdict)


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one bench, and in words how they were measured."""

    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = field(default_factory=tuple)


def show(section: Section) -> None:
    console = Console(soft_wrap=False, width=None if Console().is_terminal else 150)
    table = Table(*HEAD, title=section.title, title_justify="left", title_style="bold")
    for row in section.rows:
        style = "red" if row.is_met is False else None
        table.add_row(*row.cells, style=style)
    console.print(table)
    for note in section.notes:
        console.print(f"  {note}", style="dim", highlight=False)


def write(sections: Sequence[Section], path: Path, size: str) -> None:
    """Keeps the last run beside the documentation."""
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    lines = ["# Benchmarks", "", f"Last run of `make bench` ({size}), {made}, on {machine()}.", ""]
    for section in sections:
        lines += [f"## {section.title}", "", _line(HEAD), _line(["---"] * len(HEAD))]
        lines += [_line(row.cells) for row in section.rows]
        lines += ["", *(f"- {note}" for note in section.notes), ""]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines).rstrip() + "\n", "utf-8")


def machine() -> str:
    """What the numbers were measured on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("SQLAlchemy", "uvicorn", "python-telegram-bot"))
    return (
        f"{os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
