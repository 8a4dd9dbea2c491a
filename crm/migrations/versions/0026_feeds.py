"""bookings that other systems tell, and how their feeds are"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_booking",
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("property_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("rooms", sa.Integer(), nullable=False),
        sa.Column("told_at", crm.store.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"]),
        sa.PrimaryKeyConstraint("source_key"),
    )
    instants = ("next_at", "last_success_at", "failed_at", "failing_since", "tell_at")
    op.create_table(
        "feed",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("property_id", sa.String(), nullable=True),
        *(sa.Column(name, crm.store.Utc(timezone=True), nullable=True) for name in instants),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("reason", "etag", "modified", "digest", "doubt")),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"]),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_feed_tell_at", "feed", ["tell_at"])
