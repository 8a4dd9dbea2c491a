"""`guanjia import`: bookings of another system, from a CSV or Excel file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.command import CONFIG, ConfigFile, DataFolder, open_house, refuse

MOST_SHOWN = 40


def import_bookings(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or Excel (.xlsx).")],
    map_file: Annotated[
        Path | None, typer.Option("--map", help="What each column holds; written there when the file is not there yet.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would become of it.")] = False,
    house: Annotated[str, typer.Option("--property", help="Key of the property all of it is for.")] = "",
    problems: Annotated[Path | None, typer.Option(help="Write all that was wrong into this CSV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The totals as one JSON object.")] = False,
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
) -> None:
    """Take in bookings: new ones are written down, known ones brought up to date; a second time changes nothing."""
    from bot.importing import Report, read_file, run
    from crm.errors import FileRefused
    from handlers.imported import refusal_told

    with open_house(config, data) as (_, store):
        try:
            bookings, is_told = read_file(store, file, map_file, house)
            if not as_json:
                _tell_layout(bookings.survey.layout)
            with _progress(bookings.survey.rows, shown=not as_json) as advance:
                totals = run(store, bookings, dry=dry_run, keep=is_told, advance=advance)
        except FileRefused as error:
            refuse(refusal_told("en", error))
        except (OSError, ValueError) as error:
            refuse(str(error))
    report = Report(file.name, totals, dry_run)
    if problems:
        report.write_problems(problems)
    typer.echo(
        json.dumps(report.data(), ensure_ascii=False, indent=2) if as_json else "\n".join(report.lines(MOST_SHOWN))
    )


def _tell_layout(layout: Any) -> None:
    """The map that is used, and in its last line what nobody reads."""
    from crm.stays.imports.mapping import as_toml

    typer.echo(as_toml(layout))


@contextmanager
def _progress(rows: int, *, shown: bool) -> Iterator[Any]:
    """A bar on the terminal, nothing in a pipe."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not (shown and console.is_terminal)) as bar:
        task = bar.add_task("Bookings", total=rows)
        yield lambda count: bar.advance(task, count)
