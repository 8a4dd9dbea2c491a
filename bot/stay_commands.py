"""`guanjia stay`: the guests' stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.command import CONFIG, ConfigFile, DataFolder, open_house, refuse

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.stays import Said
    from crm.store import Store

stays = typer.Typer(help="The guests' stays.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(metavar="CODE", help="The reservation code.")]
OneHouse = Annotated[str, typer.Option("--property", help="Key of the property, when two use this code.")]


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
    with open_house(config, data) as (settings, store):
        try:
            said = new_stay(store, settings, wish, png)
        except StayRefused as error:
            refuse(str(error))
        _tell(said.lines, said.notes)
        if settings.wechat.app_id:
            _tell_scan_code(settings, store, said, png)


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

    with open_house(config, data) as (_, store):
        rows = stay_rows(store)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        stay_table(rows)


def _take_step(step: str, code: str, house: str, config: Path, data: Path | None) -> None:
    from bot.stays import StayRefused, take_step

    with open_house(config, data) as (_, store):
        try:
            said = take_step(store, step, code, house)
        except StayRefused as error:
            refuse(str(error))
    _tell(said.lines, said.notes)


def _tell_scan_code(settings: Settings, store: Store, said: Said, png: Path | None) -> None:
    """The stay is written down whatever the platform says. Without an address of our own the picture holds this one."""
    from bot.scan_codes import NoCode, make_scan_code
    from bot.stay_lines import draw

    try:
        code = make_scan_code(settings, store, said.token, said.until)
    except NoCode as error:
        _tell([], [f"WeChat made no code to scan ({error}): the stay is written down, and the other ways in work."])
        return
    _tell([f"WeChat:    {code.picture} (until {code.until:%Y-%m-%d})"], [])
    if png and not settings.web.public_url:
        draw(code.content, png)


def _tell(lines: list[str], notes: list[str]) -> None:
    for line in lines:
        typer.echo(line)
    for note in notes:
        typer.echo(f"Note: {note}", err=True)
