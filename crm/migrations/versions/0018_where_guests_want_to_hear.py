"""where guests want to hear from the house, where a message could not be said, and what a grant was given for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("guest", sa.Column("preferred_channel", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("message", sa.Column("moved_from", sa.String(), nullable=True))
    moved = sa.text("moved_from IS NOT NULL")
    op.create_index("ix_message_moved", "message", ["moved_from", "id"], sqlite_where=moved, postgresql_where=moved)
    op.add_column("send_grant", sa.Column("fence", sa.Integer(), nullable=False, server_default=sa.text("0")))
