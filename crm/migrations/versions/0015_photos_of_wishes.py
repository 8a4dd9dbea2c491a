"""photos that show what a guest wants"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("request_photo", sa.Column("of_wish", sa.Boolean(), nullable=False, server_default=sa.false()))
