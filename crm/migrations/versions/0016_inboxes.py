"""how far we have read what a platform keeps for us to fetch"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("calls_read", sa.Integer(), nullable=False),
        sa.Column("read_at", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("created_at", crm.store.Utc(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", crm.store.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
