"""the duty roster, and when a colleague last said that they are on or off duty"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CHANGES = sa.text("change_on IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "planned_shift",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("property_id", sa.String(), sa.ForeignKey("property.id"), nullable=False),
        sa.Column("staff_id", sa.String(), sa.ForeignKey("staff_member.id"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begins", sa.String(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ends", sa.String(), nullable=False),
        sa.Column("has_begun", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("change_on", sa.Date(), nullable=True),
        sa.Column("change_at", sa.String(), nullable=True),
        sa.Column("not_before", crm.store.Utc(timezone=True), nullable=True),
    )
    op.create_index("ix_shift_of_member", "planned_shift", ["staff_id", "day", "begins"], unique=True)
    op.create_index("ix_shift_of_house", "planned_shift", ["property_id", "day"])
    op.create_index(
        "ix_shift_due",
        "planned_shift",
        ["property_id", "change_on", "change_at"],
        sqlite_where=CHANGES,
        postgresql_where=CHANGES,
    )
    op.add_column("staff_member", sa.Column("duty_said_at", crm.store.Utc(timezone=True), nullable=True))
