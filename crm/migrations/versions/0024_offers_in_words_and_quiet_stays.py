"""something else is offered in a colleague's own words; stays that are not to be disturbed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("request_offer", sa.Column("words", sa.LargeBinary(), nullable=True))
    op.create_table(
        "quiet_stay",
        sa.Column("stay_id", sa.String(), sa.ForeignKey("stay.id"), primary_key=True),
        sa.Column("undisturbed_until", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("uncleaned_until", crm.store.Utc(timezone=True), nullable=True),
    )
