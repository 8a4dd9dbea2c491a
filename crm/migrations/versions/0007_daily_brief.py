"""the daily brief, and the questions of staff about what was finished, what a stay needs and what was not delivered"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNDELIVERED = sa.text("state IN ('failed', 'suppressed', 'expired', 'uncertain')")


def upgrade() -> None:
    op.create_table(
        "daily_brief",
        sa.Column("staff_id", sa.String(), sa.ForeignKey("staff_member.id"), primary_key=True),
        sa.Column("property_id", sa.String(), sa.ForeignKey("property.id"), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("not_before", crm.store.Utc(timezone=True), nullable=True),
    )
    op.create_index("ix_brief_due", "daily_brief", ["property_id", "next_on", "at"])
    op.execute(
        "INSERT INTO daily_brief (staff_id, property_id, at, next_on) "
        "SELECT staff_member.id, MIN(staff_property.property_id), '07:30', '0001-01-01' "
        "FROM staff_member JOIN staff_property ON staff_property.staff_id = staff_member.id "
        "WHERE staff_member.role = 'manager' AND staff_member.revoked_at IS NULL GROUP BY staff_member.id"
    )
    op.add_column("staff_member", sa.Column("on_duty_since", crm.store.Utc(timezone=True), nullable=True))
    op.create_index("ix_request_of_stay", "service_request", ["stay_id"])
    op.create_index("ix_request_finished", "service_request", ["property_id", "finished_at"])
    for name, columns in (("", ["conversation_id", "id"]), ("_since", ["settled_at"])):
        op.create_index(
            f"ix_message_undelivered{name}",
            "message",
            columns,
            sqlite_where=UNDELIVERED,
            postgresql_where=UNDELIVERED,
        )
