"""alarms that nobody has closed, in the order in which they were raised"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_alarm_unclosed",
        "alarm",
        ["raised_at"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
