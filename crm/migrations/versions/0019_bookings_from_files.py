"""what a booking in a file tells of a stay, and the maps of such files"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TOLD_BY_SOURCE = sa.text("source_key IS NOT NULL")


def upgrade() -> None:
    op.add_column("stay", sa.Column("source_key", sa.String(), nullable=True))
    op.add_column("stay", sa.Column("told", sa.String(), nullable=True))
    op.add_column("stay", sa.Column("price", sa.BigInteger(), nullable=True))
    op.add_column("stay", sa.Column("booked_at", crm.store.Utc(timezone=True), nullable=True))
    for name in ("currency", "channel", "country"):
        op.add_column("stay", sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
    op.create_index(
        "ix_stay_of_source",
        "stay",
        ["property_id", "source_key"],
        unique=True,
        sqlite_where=TOLD_BY_SOURCE,
        postgresql_where=TOLD_BY_SOURCE,
    )
    op.create_table(
        "column_map",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("map", crm.store.Json(), nullable=False),
        sa.Column("kept_at", crm.store.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
