"""`guanjia wechat-menu`: the menu of the official account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import loop
from bot.command import CONFIG, ConfigFile, DataFolder, open_house, refuse
from bot.config import ConfigError, Settings, load_settings

if TYPE_CHECKING:
    from crm.store import Store


def wechat_menu(
    language: Annotated[str, typer.Option(help="zh or en; the house's own when left out.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it.")] = False,
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
) -> None:
    """Put the menu under the chat of the WeChat official account: what guests ask for most, one press away."""
    from bot.wechat_menu import menu, menu_lines
    from prompts.words import LANGUAGES

    if language and language not in LANGUAGES:
        refuse(f"--language: one of {', '.join(LANGUAGES)}")
    settings = _settings(config, data)
    made = menu(settings.catalogue, language or settings.conversation.language)
    for line in menu_lines(made):
        typer.echo(line)
    if dry_run:
        return
    if not settings.wechat.app_id:
        refuse("wechat.app_id: there is no official account in the settings")
    with open_house(config, data) as (opened, store):
        loop.run(_send(opened, store, made))
    typer.echo("The menu is set; phones show it within a day, or when the account is followed anew.")


def _settings(config: Path, data: Path | None) -> Settings:
    try:
        return load_settings(data / "config.toml" if data else config)
    except ConfigError as error:
        refuse(str(error))


async def _send(settings: Settings, store: Store, made: dict[str, Any]) -> None:
    from bot.app import utc_now
    from bot.channels.base import SendError
    from bot.official_account import account_client
    from bot.records import Records

    client = account_client(settings, Records(store), utc_now)
    try:
        await client.call("/cgi-bin/menu/create", made)
    except SendError as error:
        refuse(f"WeChat did not take the menu: {error}")
    finally:
        await client.close()
