"""What the commands of the command line share: their options, the house they open, and how they refuse."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.config import ConfigError, Settings, load_settings
from crm.store import Store

CONFIG = Path("config.toml")
ConfigFile = Annotated[Path, typer.Option("--config", help="The settings file.")]
DataFolder = Annotated[Path | None, typer.Option("--data", help="A folder made by `guanjia demo --data`.")]


@contextmanager
def open_house(config: Path, data: Path | None) -> Iterator[tuple[Settings, Store]]:
    """The settings and the records they name, closed afterwards; a wrong setting is refused."""
    from bot.app import open_store
    from crm.encryption import KeyringError

    try:
        # A demo's folder holds all it needs: the secrets of a real house must not lead from there to its records.
        environment = {} if data else os.environ
        settings = load_settings(data / "config.toml" if data else config, environment)
        store = open_store(settings, environment.get("GUANJIA_KEYRING", ""))
    except (ConfigError, KeyringError) as error:
        refuse(str(error))
    try:
        yield settings, store
    finally:
        store.close()


def refuse(why: str) -> NoReturn:
    """Ends the command with 2 and one line that says why."""
    typer.echo(why, err=True)
    raise typer.Exit(2)
