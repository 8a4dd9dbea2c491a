"""The command line."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot import loop
from bot.config import ConfigError, Settings, load_settings
from crm.errors import StoreUnavailable
from crm.store import Store

cli = typer.Typer(help="Guanjia, the concierge in the chat.", no_args_is_help=True, pretty_exceptions_enable=False)
stays = typer.Typer(help="The guests' stays.", no_args_is_help=True)
cli.add_typer(stays, name="stay")

CONFIG = Path("config.toml")
ConfigFile = Annotated[Path, typer.Option("--config", help="The settings file.")]
DataFolder = Annotated[Path | None, typer.Option("--data", help="A folder made by `guanjia demo --data`.")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="The reservation code.")]
OneHouse = Annotated[str, typer.Option("--property", help="Key of the property, when two use this code.")]


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
        _refuse(str(error))


@cli.command()
def run(config: ConfigFile = CONFIG) -> None:
    """Serve the house until stopped."""
    from bot.logs import configure_logs
    from bot.web import serve

    configure_logs()
    with _house(config, None) as (settings, store):
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
    with _house(config, data) as (settings, store):
        try:
            loop.run(talk(settings, store, who))
        except PersonNotFound as error:
            _refuse(str(error))


@cli.command()
def requests(
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List all service requests."""
    from bot.listing import request_rows, request_table

    with _house(config, data) as (settings, store):
        rows = request_rows(store, settings)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        request_table(rows)


@cli.command()
def invite(
    role: Annotated[str, typer.Option(help="manager, front_desk, housekeeping, maintenance, kitchen or marketing")],
    name: Annotated[str, typer.Option(help="Who is invited.")] = "",
    house: Annotated[str, typer.Option("--property", help="Key of the property; all of them when left out.")] = "",
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
) -> None:
    """Invite a staff member: prints a link that works once, for ten minutes."""
    from bot.listing import InviteRefused, make_invite

    with _house(config, data) as (settings, store):
        try:
            lines = make_invite(store, settings, role=role, name=name or role, house=house)
        except InviteRefused as error:
            _refuse(str(error))
    for line in lines:
        typer.echo(line)


@stays.command("add")
def add_stay(
    name: Annotated[str, typer.Option(help="The guest.")],
    room: Annotated[str, typer.Option(help="The room's number.")],
    until: Annotated[str, typer.Option(help="Day of departure, like 2026-11-28.")],
    since: Annotated[str, typer.Option("--from", help="Day of arrival; today when left out.")] = "",
    phone: Annotated[
        str, typer.Option(help="Its last four digits let the guest in; with the name it finds them.")
    ] = "",
    language: Annotated[str, typer.Option(help="zh or en; the house's own when left out.")] = "",
    adults: Annotated[int, typer.Option(min=1, max=99)] = 1,
    children: Annotated[int, typer.Option(min=0, max=99)] = 0,
    code: Annotated[str, typer.Option(help="The reservation code; a new one when left out.")] = "",
    house: Annotated[str, typer.Option("--property", help="Key of the property, when there are several.")] = "",
    png: Annotated[Path | None, typer.Option(help="Write the QR code into this file, to print it.")] = None,
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
) -> None:
    """Write a guest's stay down: prints the code and the link that lets the guest in, also as a QR code."""
    from bot.stays import StayRefused, Wish, new_stay

    wish = Wish(name, room.strip(), until, since, phone, language, adults, children, code, house)
    with _house(config, data) as (settings, store):
        try:
            said = new_stay(store, settings, wish, png)
        except StayRefused as error:
            _refuse(str(error))
    _tell(said.lines, said.notes)


@stays.command("check-in")
def check_in(code: Code, house: OneHouse = "", data: DataFolder = None, config: ConfigFile = CONFIG) -> None:
    """The guest has arrived."""
    _take_step("check-in", code, house, config, data)


@stays.command("check-out")
def check_out(code: Code, house: OneHouse = "", data: DataFolder = None, config: ConfigFile = CONFIG) -> None:
    """The guest has left: the chat no longer brings anything to the room."""
    _take_step("check-out", code, house, config, data)


@stays.command("cancel")
def cancel(code: Code, house: OneHouse = "", data: DataFolder = None, config: ConfigFile = CONFIG) -> None:
    """The guest does not come."""
    _take_step("cancel", code, house, config, data)


@stays.command("list")
def list_stays(
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List who is in house and who is expected."""
    from bot.stay_lines import stay_rows, stay_table

    with _house(config, data) as (_, store):
        rows = stay_rows(store)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        stay_table(rows)


def _take_step(step: str, code: str, house: str, config: Path, data: Path | None) -> None:
    from bot.stays import StayRefused, take_step

    with _house(config, data) as (_, store):
        try:
            said = take_step(store, step, code, house)
        except StayRefused as error:
            _refuse(str(error))
    _tell(said.lines, said.notes)


def _tell(lines: list[str], notes: list[str]) -> None:
    for line in lines:
        typer.echo(line)
    for note in notes:
        typer.echo(f"Note: {note}", err=True)


@contextmanager
def _house(config: Path, data: Path | None) -> Iterator[tuple[Settings, Store]]:
    from bot.app import open_store
    from crm.encryption import KeyringError

    try:
        # A demo's folder holds all it needs: the secrets of a real house must not lead from there to its records.
        environment = {} if data else os.environ
        settings = load_settings(data / "config.toml" if data else config, environment)
        store = open_store(settings, environment.get("GUANJIA_KEYRING", ""))
    except (ConfigError, KeyringError) as error:
        _refuse(str(error))
    try:
        yield settings, store
    finally:
        store.close()


def _refuse(why: str) -> None:
    typer.echo(why, err=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    main()
