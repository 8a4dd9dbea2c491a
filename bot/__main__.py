"""The command line."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import loop
from bot.command import CONFIG, ConfigFile, DataFolder, open_house, refuse
from bot.config import ConfigError, load_settings
from bot.feed_commands import list_feeds
from bot.imports import import_bookings
from bot.stay_commands import stays
from bot.wechat_commands import wechat_menu
from crm.errors import StoreUnavailable

if TYPE_CHECKING:
    from bot.inspection import Listener

cli = typer.Typer(help="Guanjia, the concierge in the chat.", no_args_is_help=True, pretty_exceptions_enable=False)
cli.add_typer(stays, name="stay")
for name, command in (("wechat-menu", wechat_menu), ("import", import_bookings), ("feeds", list_feeds)):
    cli.command(name)(command)


def main() -> None:
    """Entry point of the `guanjia` command; a refused setting ends with 2 and one line that names it."""
    try:
        cli()
    except StoreUnavailable as error:
        typer.echo(f"The records cannot be reached: locked, full or away ({error}). Try again in a moment.", err=True)
        sys.exit(1)


@cli.command()
def demo(
    data: Annotated[
        Path | None, typer.Option("--data", help="Keep the house here; without it, a temporary one.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="8080 unless taken; 0 is any free one.", min=0, max=65535)] = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only prepare the house.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="People, rooms and links as one JSON object.")] = False,
    simulate: Annotated[bool, typer.Option("--simulate", help="Guests talk and staff work by themselves.")] = False,
    seed: Annotated[int | None, typer.Option(help="Makes a simulated day repeatable.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
) -> None:
    """Show a house with guests and staff: no token, no key, no network."""
    from bot.demo import Wishes
    from bot.demo import demo as show
    from bot.logs import configure_logs
    from crm.encryption import KeyringError

    configure_logs(logging.WARNING)
    try:
        show(Wishes(data, port, not no_serve, as_json, simulate, seed, not no_browser))
    except (ConfigError, KeyringError, OSError) as error:
        refuse(str(error))


@cli.command()
def simulate(
    requests: Annotated[int, typer.Option(help="How many wishes guests have.", min=1, max=10_000)] = 200,
    days: Annotated[int, typer.Option(help="In how many days.", min=1, max=90)] = 2,
    seed: Annotated[int, typer.Option(help="The same number makes the same days.")] = 1,
    url: Annotated[str, typer.Option(help="An empty database to use instead of a file that is thrown away.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Live some days of a demo house in a minute, with slow, absent and double-clicking staff; 1 if a promise broke."""
    from bot.app import utc_now
    from bot.logs import configure_logs
    from bot.simulate import Wishes, outcome_lines
    from bot.simulate import simulate as live

    configure_logs(logging.ERROR)
    outcome = loop.run(live(Wishes(requests, days, seed, url), utc_now()))
    typer.echo(json.dumps(asdict(outcome), ensure_ascii=False) if as_json else "\n".join(outcome_lines(outcome)))
    raise typer.Exit(1 if outcome.findings else 0)


@cli.command()
def run(config: ConfigFile = CONFIG) -> None:
    """Serve the house until stopped."""
    from bot.logs import configure_logs
    from bot.web import serve

    configure_logs()
    with open_house(config, None) as (settings, store):
        from bot.app import App

        app = App(settings, store)
        loop.run(serve(app, on_ready=lambda address: typer.echo(f"Guanjia answers at {address}")))


@cli.command()
def chat(
    who: Annotated[str, typer.Option("--as", help="guest:NAME or staff:NAME")],
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
) -> None:
    """Talk with the house in this terminal; lines from a pipe work too."""
    from bot.chat import PersonNotFound
    from bot.chat import chat as talk
    from bot.logs import configure_logs

    configure_logs(logging.ERROR)
    with open_house(config, data) as (settings, store):
        try:
            loop.run(talk(settings, store, who))
        except PersonNotFound as error:
            refuse(str(error))


@cli.command()
def requests(
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List all service requests."""
    from bot.listing import request_rows, request_table

    with open_house(config, data) as (settings, store):
        rows = request_rows(store, settings)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        request_table(rows)


@cli.command()
def understand(
    who: Annotated[str, typer.Option("--as", help="guest or staff; with :NAME, of these records.")] = "guest",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    at: Annotated[str, typer.Option("--at", help="Read them as if said then, like 2026-11-26T10:00.")] = "",
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
) -> None:
    """Show what is understood of the lines on the standard input."""
    from bot.inspection import lines, told, understood

    with _listener(who, at, data, config) as listen:
        for line in lines():
            row = understood(line, listen(line))
            typer.echo(json.dumps(row, ensure_ascii=False) if as_json else told(row))


@cli.command()
def learn() -> None:
    """Learn the example lines now, so that no start has to; nothing to do the second time."""
    from bot.app import utc_now
    from bot.understanding import recogniser

    recogniser.learn(utc_now())


@cli.command()
def misses(
    limit: Annotated[int, typer.Option(help="How many of the latest messages.", min=1, max=10_000)] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
) -> None:
    """List what was not understood or not answered, grouped by what is nearest."""
    from bot import inspection

    with open_house(config, data) as (settings, store):
        found = inspection.misses(store, settings, limit)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(inspection.miss_lines(found)))


@cli.command()
def ledger(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
) -> None:
    """Count the messages of the last day by what became of them: sent, waiting, given up and why."""
    from bot.app import utc_now
    from bot.inspection import ledger_lines, ledger_row

    with open_house(config, data) as (_, store):
        row = ledger_row(store, utc_now())
    typer.echo(json.dumps(row) if as_json else "\n".join(ledger_lines(row)))


@cli.command()
def capabilities(config: ConfigFile = CONFIG) -> None:
    """Print what may be asked, by whom and how, as Markdown: of this house, or without its settings of any."""
    from bot.capabilities import capabilities as table
    from crm.properties.catalogue import shipped_catalogue

    try:
        catalogue = load_settings(config).catalogue if config.exists() else shipped_catalogue()
    except ConfigError as error:
        refuse(str(error))
    typer.echo(table(catalogue))


@cli.command()
def invite(
    role: Annotated[str, typer.Option(help="manager, front_desk, housekeeping, maintenance, kitchen or marketing")],
    name: Annotated[str, typer.Option(help="Who is invited.")] = "",
    house: Annotated[str, typer.Option("--property", help="Key of the property; all of them when left out.")] = "",
    language: Annotated[str, typer.Option(help="What they read: zh or en; that of the property when left out.")] = "",
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
) -> None:
    """Invite a staff member: prints a link that works once, for ten minutes."""
    from bot.listing import InviteRefused, make_invite

    with open_house(config, data) as (settings, store):
        try:
            lines = make_invite(store, settings, role=role, name=name or role, house=house, language=language)
        except InviteRefused as error:
            refuse(str(error))
    for line in lines:
        typer.echo(line)


@contextmanager
def _listener(who: str, at: str, data: Path | None, config: Path) -> Iterator[Listener]:
    """Who is listened to; without a name, nobody of these records, so that no configuration is needed."""
    from bot.chat import PersonNotFound
    from bot.inspection import KINDS, anybody, instant, somebody

    with ExitStack() as opened:
        try:
            if who in KINDS:
                listener = anybody(who, instant(at), "zh")
            else:
                settings, store = opened.enter_context(open_house(config, data))
                listener = somebody(store, settings, who, at)
        except (PersonNotFound, ValueError) as error:
            refuse(str(error))
        yield listener


if __name__ == "__main__":
    main()
