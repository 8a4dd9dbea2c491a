"""access tokens of platforms"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "platform_token",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("fetched_at", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("expires_at", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", crm.store.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
