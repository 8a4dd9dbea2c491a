"""The command line of the benches."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

os.environ.setdefault("PTB_TIMEDELTA", "1")

from tests.bench import report
from tests.bench.report import Section
from tests.bench.size import FULL, QUICK, USUAL, Size

BENCHES = ("turns", "ack", "growth", "start", "webhook", "tick", "identity")
KEPT = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main() -> None:
    arguments = _arguments()
    size = QUICK if arguments.quick else FULL if arguments.full else USUAL
    _be_quiet()
    sections = []
    for name in arguments.names or BENCHES:
        bench: Callable[[Size], Section] = import_module(f"tests.bench.{name}").bench
        section = _febrl(arguments.febrl) if arguments.febrl and name == "identity" else bench(size)
        report.show(section)
        sections.append(section)
    if arguments.write:
        report.write(sections, KEPT, size.name)
        print(f"kept in {KEPT}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="What the house costs.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHES)}; all when left out")
    parser.add_argument("--quick", action="store_true", help="a first look, without the million guests")
    parser.add_argument("--full", action="store_true", help="longer runs, more repetitions")
    parser.add_argument("--febrl", type=Path, metavar="folder", help="identity: tell the people of these files apart")
    parser.add_argument("--write", action="store_true", help=f"keep the tables in {KEPT.parent.name}/{KEPT.name}")
    arguments = parser.parse_args()
    _check(parser, arguments.names)
    if arguments.febrl and not arguments.febrl.is_dir():
        parser.error(f"no folder {arguments.febrl}")
    return arguments


def _check(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    for name in names:
        if name not in BENCHES:
            parser.error(f"no bench {name!r}: {', '.join(BENCHES)}")


def _febrl(folder: Path) -> Section:
    from tests.bench.identity import febrl

    return febrl(folder)


def _be_quiet() -> None:
    """A line is still made for each turn and each delivery, as in service, but goes nowhere."""
    import sys

    from bot.logs import configure_logs

    stderr, sys.stderr = sys.stderr, open(os.devnull, "w")  # noqa: SIM115 (open as long as the benches run)
    configure_logs()
    sys.stderr = stderr


if __name__ == "__main__":
    main()
