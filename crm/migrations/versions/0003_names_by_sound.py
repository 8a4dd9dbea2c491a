"""guests are found by how their names sound"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

import crm.store
from crm.names.sound import name_sound

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BATCH = 1_000


def upgrade() -> None:
    # Added as it is, not by copying the table, which SQLite would do inside "batch_alter_table".
    op.add_column("guest", sa.Column("name_sound", crm.store.Bytewise(), nullable=True))
    guest = sa.table("guest", sa.column("id"), sa.column("name"), sa.column("name_sound"))
    last = ""
    while batch := _after(guest, last):
        rows = [{"of": row.id, "sound": name_sound(row.name)} for row in batch]
        change = sa.update(guest).where(guest.c.id == sa.bindparam("of")).values(name_sound=sa.bindparam("sound"))
        op.get_bind().execute(change, rows)
        last = batch[-1].id
    op.create_index("ix_guest_sounding_like", "guest", ["name_sound"])


def _after(guest: sa.TableClause, last: str) -> Sequence[Any]:
    query = sa.select(guest.c.id, guest.c.name).where(guest.c.id > last).order_by(guest.c.id).limit(BATCH)
    return op.get_bind().execute(query).all()
