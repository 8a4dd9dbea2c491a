"""`make eval`: prints how well the house understands, beside its promises, and with a model where one is configured."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.command import CONFIG
from bot.config import ConfigError, Settings, load_settings
from bot.understanding.classifier import train
from bot.understanding.learned import lines_of
from bot.understanding.lessons import taught
from prompts.words import LANGUAGES
from tests.eval.lines import FOLDER
from tests.eval.measure import Figure, Listen, confusion, figures, listen, memory
from tests.eval.with_model import listening

MOST_CONFUSED = 15


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    console = Console(width=100)
    try:
        settings = load_settings(options.config or CONFIG) if options.config or CONFIG.exists() else None
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if settings is None or not settings.model.base_url:
        _print(console, options.folder)
    else:
        _print_with_model(console, options.folder, settings)
    console.print(f"most memory: {memory():.0f} MB")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.eval", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="other lines of the same form")
    parser.add_argument("--config", type=Path, help="settings with a [model]; config.toml where there is one")
    return parser.parse_args(arguments)


def _print_with_model(console: Console, folder: Path, settings: Settings) -> None:
    console.print(f"house + model: {settings.model.name} is asked at {settings.model.base_url}")
    with listening(settings) as house:
        _print(console, folder, house.listen)
    console.print(
        f"model: asked about {len(house.seconds)} lines, {house.failed} failures, p95 {house.slowest:.2f} s"
        f"{f'; {house.left_alone} lines not asked about after failures in a row' if house.left_alone else ''}"
    )


def _print(console: Console, folder: Path, with_model: Listen | None = None) -> None:
    for language in LANGUAGES:
        learned = Figure("seconds to learn (guest)", _learning(language), most=1.0)
        both = {figure.name: figure for figure in figures(language, folder, with_model)} if with_model else {}
        columns = ["", "house", *(["house + model"] if both else []), "lines", "promise", ""]
        table = Table(*columns, title=f"{folder.name}, {language}")
        for figure in (*figures(language, folder), learned):
            beside = [_value(both.get(figure.name))] if both else []
            table.add_row(
                figure.name, _value(figure), *beside, str(figure.of or ""), _promise(figure), _verdict(figure)
            )
        console.print(table)
        _print_confusion(console, language, folder, listen)
        if with_model:
            console.print("with the model:")
            _print_confusion(console, language, folder, with_model)


def _print_confusion(console: Console, language: str, folder: Path, hear: Listen) -> None:
    for wanted, understood, count in confusion(language, folder, hear)[:MOST_CONFUSED]:
        console.print(f"  {count} x {wanted} -> {understood}")


def _learning(language: str) -> float:
    """From the lines, as a house does once for each version of them."""
    lines = lines_of(taught(False, language), language)
    listen("", "guest", language)
    started = time.perf_counter()
    train(lines)
    return time.perf_counter() - started


def _value(figure: Figure | None) -> str:
    return f"{figure.value:.3f}" if figure else ""


def _promise(figure: Figure) -> str:
    if figure.least is not None:
        return f">= {figure.least:.2f}"
    return f"<= {figure.most:g}" if figure.most is not None else ""


def _verdict(figure: Figure) -> str:
    return "" if figure.least is None and figure.most is None else "ok" if figure.holds else "missed"


if __name__ == "__main__":
    sys.exit(main())
