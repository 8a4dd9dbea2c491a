"""a stay may move several times, each time out of another room; requests that were reopened"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEPT: list[sa.ColumnClause[Any]] = [
    sa.column(each) for each in ("id", "stay_id", "kind", "happened_at", "counts_from", "handled_at")
]
NAMES = [each.name for each in KEPT]
WAITING = sa.text("handled_at IS NULL")


def upgrade() -> None:
    """The table of events is made anew, for SQLite changes no constraint."""
    op.execute("CREATE TABLE stay_event_before AS SELECT * FROM stay_event")
    op.drop_table("stay_event")
    op.create_table(
        "stay_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("stay_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("room", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("happened_at", crm.store.Utc(timezone=True), nullable=False),
        sa.Column("counts_from", crm.store.Utc(timezone=True), nullable=False),
        sa.Column("handled_at", crm.store.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stay_id", "kind", "occasion"),
    )
    op.create_index(
        "ix_stay_event_waiting", "stay_event", ["counts_from"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    before, after = sa.table("stay_event_before", *KEPT), sa.table("stay_event", *(sa.column(each) for each in NAMES))
    op.execute(sa.insert(after).from_select(NAMES, sa.select(*before.c)))
    op.drop_table("stay_event_before")
    op.add_column("service_request", sa.Column("reopened", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("service_request", sa.Column("reopened_at", crm.store.Utc(timezone=True), nullable=True))
    op.add_column("service_request", sa.Column("first_rating", sa.Integer(), nullable=True))
