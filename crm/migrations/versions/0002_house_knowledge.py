"""house knowledge, and messages that were not understood"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knowledge_entry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("property_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("words", crm.store.Json(), nullable=False),
        sa.Column("guests_only", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("property_id", "key"),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        missed = sa.text("reason IN ('not_understood', 'unanswered')")
        batch_op.create_index("ix_message_missed", ["id"], sqlite_where=missed, postgresql_where=missed)
