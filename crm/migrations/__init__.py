"""Brings a database's tables to this version of the house."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, text

from crm.store import Store, wait_alone

if TYPE_CHECKING:
    from alembic.config import Config

_ONE_AT_A_TIME = Lock()  # within a process: Alembic keeps what it is doing in module globals
HEAD = "0027"  # a test keeps it equal to the newest migration


def is_current(store: Store) -> bool:
    """Whether the tables are of this version; cheap, so that a start need not load Alembic."""
    with store.reading() as db:
        if not inspect(db).has_table("alembic_version"):
            return False
        return db.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def migrate(store: Store) -> None:
    """Runs the migrations that are missing; harmless when none is, and when several processes do it at once."""
    if is_current(store):
        return
    from alembic import command

    with _ONE_AT_A_TIME, store.transaction() as db:
        wait_alone(db)
        command.upgrade(config(connection=db), "head")


def config(**attributes: Any) -> Config:
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes.update(attributes)
    return made
