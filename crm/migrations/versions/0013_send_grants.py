"""where the house may speak only when a platform lets it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "send_grant",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("expires_at", crm.store.Utc(timezone=True), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("only", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.PrimaryKeyConstraint("conversation_id", "kind"),
    )
