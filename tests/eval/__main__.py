"""`make eval`: prints how well the house understands, beside its promises; ARGS may name a folder of lines."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.understanding.classifier import train
from bot.understanding.learned import lines_of
from bot.understanding.lessons import taught
from prompts.words import LANGUAGES
from tests.eval.lines import FOLDER
from tests.eval.measure import Figure, confusion, figures, listen, memory

MOST_CONFUSED = 15


def main(folder: Path) -> None:
    console = Console(width=100)
    for language in LANGUAGES:
        learned = Figure("seconds to learn (guest)", _learning(language), most=1.0)
        table = Table("", language, "lines", "promise", "", title=str(folder.name))
        for figure in (*figures(language, folder), learned):
            table.add_row(figure.name, f"{figure.value:.3f}", str(figure.of or ""), _promise(figure), _verdict(figure))
        console.print(table)
        for wanted, understood, count in confusion(language, folder)[:MOST_CONFUSED]:
            console.print(f"  {count} x {wanted} -> {understood}")
    console.print(f"most memory: {memory():.0f} MB")


def _learning(language: str) -> float:
    """From the lines, as a house does once for each version of them."""
    lines = lines_of(taught(False, language), language)
    listen("", "guest", language)
    started = time.perf_counter()
    train(lines)
    return time.perf_counter() - started


def _promise(figure: Figure) -> str:
    if figure.least is not None:
        return f">= {figure.least:.2f}"
    return f"<= {figure.most:g}" if figure.most is not None else ""


def _verdict(figure: Figure) -> str:
    return "" if figure.least is None and figure.most is None else "ok" if figure.holds else "missed"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
